import { randomUUID } from 'node:crypto';
import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LiveResults, liveClient, liveResults } from '../support/live-results.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

/** Ways to write the same policy: a row is its owner's. */
const policies: Readonly<Record<string, string>> = {
  plain_call: 'owner = auth.uid()',
  sub_select: 'owner = (select auth.uid())',
  plpgsql: 'is_owner(owner)',
  by_join: 'exists (select from owners o where o.id = owner and o.user_id = (select auth.uid()))',
};

const tableSql = (name: string, policy: string) => `
  create table ${name} (id int generated always as identity primary key, owner uuid not null, body text not null);
  alter table ${name} enable row level security;
  create policy own on ${name} to authenticated using (${policy});
  grant select on ${name} to authenticated;
`;
const schema = `
  create table owners (id uuid primary key, user_id uuid not null);
  grant select on owners to authenticated;
  create function is_owner(who uuid) returns boolean language plpgsql stable as $$
    begin return who = auth.uid(); end $$;
  ${Object.entries(policies)
    .map(([name, policy]) => tableSql(name, policy))
    .join('')}
`;
const names = Object.keys(policies);
const apiNames = ['plainCall', 'subSelect', 'plpgsql', 'byJoin'];
const viewers = Array.from({ length: 200 }, () => randomUUID());

let gateway: RowsGateway;
const clients: Client[] = [];
beforeAll(async () => {
  gateway = await startRowsGateway(schema, {
    WS_MAX_SOCKETS_PER_CLIENT: '1000',
    WS_MAX_OPERATIONS_PER_CLIENT: '10000',
  });
  await gateway.admin`insert into owners select id::uuid, id::uuid from unnest(${viewers}::text[]) id`;
  for (const name of names) await insertForAll(name, 'first');
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  await gateway.close();
});

const insertForAll = async (table: string, body: string) =>
  await gateway.admin`
    insert into ${gateway.admin(table)} (owner, body)
    select id::uuid, id || ${` ${body}`} from unnest(${viewers}::text[]) id`;

it('gives each of hundreds of viewers his rows alone, however the policy is written', async () => {
  const query = `subscription { db { ${apiNames.map((name) => `${name} { owner body }`).join(' ')} } }`;
  const lives: readonly (readonly [string, LiveResults])[] = viewers.map((sub) => {
    const client = liveClient(gateway.graphqlWsUrl, hmacToken(userClaims({ sub })));
    clients.push(client);
    return [sub, liveResults(client, query)];
  });
  const rows = (sub: string, bodies: readonly string[]) =>
    bodies.map((body) => ({ owner: sub, body: `${sub} ${body}` }));
  const untilAllHave = async (bodies: readonly string[]) => {
    for (const [sub, live] of lives) {
      const own = Object.fromEntries(apiNames.map((name) => [name, rows(sub, bodies)]));
      await expect.poll(() => live.latest).toEqual({ db: own });
    }
  };
  await untilAllHave(['first']);
  for (const name of names) await insertForAll(name, 'second');
  await untilAllHave(['first', 'second']);
  for (const [sub, live] of lives) {
    const others = live.results.filter(({ data }) =>
      [...JSON.stringify(data).matchAll(/"owner":"([^"]+)"/g)].some(([, owner]) => owner !== sub),
    );
    expect(others).toEqual([]);
  }
});
