import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LiveResults, liveClient, liveResults } from '../support/live-results.ts';
import { type Network, startNetwork } from '../support/network.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const viewers = Array.from({ length: 10 }, (_, index) => `${10_000_000 + index}-1111-4111-8111-111111111111`);
const [alice = '', bob = ''] = viewers;

const schema = `
  create table notes (id int generated always as identity primary key, owner uuid not null, body text not null);
  alter table notes enable row level security;
  create policy own on notes to authenticated using (owner = (select auth.uid()));
  create table pace (seconds float not null);
  create function dawdle() returns boolean language plpgsql as $$
    begin
      perform pg_sleep(seconds) from public.pace;
      return true;
    end $$;
  create table slow (id int primary key);
  alter table slow enable row level security;
  create policy slowly on slow to authenticated using (dawdle());
  insert into pace values (0);
  insert into slow values (1);
  insert into notes (owner, body) select id::uuid, 'first' from unnest('{${viewers}}'::text[]) id;
  grant select on notes, slow, pace to authenticated;
`;

let gateway: RowsGateway;
/** On the way to the login of DATABASE_URL, by which changes are listened to. */
let network: Network;
const clients: Client[] = [];
beforeAll(async () => {
  network = await startNetwork();
  gateway = await startRowsGateway(
    schema,
    { ROWS_TIMEOUT: '2s' },
    {
      reached(url) {
        const { port, username } = new URL(url);
        network.leadTo(Number(port));
        return username === 'postgres' ? url.replace(`:${port}/`, `:${network.port}/`) : url;
      },
    },
  );
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(async () => {
  await gateway.close();
  await network[Symbol.asyncDispose]();
});

function follow(sub: string, query = 'subscription { db { notes { body } } }'): LiveResults {
  const client = liveClient(gateway.graphqlWsUrl, hmacToken(userClaims({ sub })));
  clients.push(client);
  return liveResults(client, query);
}

const until = async (live: LiveResults, data: unknown) => await expect.poll(() => live.latest).toEqual(data);
const notes = (body: string) => ({ db: { notes: [{ body }] } });
const errorsOf = (lives: readonly LiveResults[]) =>
  lives.flatMap(({ results }) => results.flatMap(({ errors = [] }) => errors));

describe('live queries', () => {
  it('go on over a restart of Postgres, and show what was changed before anybody listened again', async () => {
    const lives = viewers.map((sub) => follow(sub));
    for (const live of lives) await until(live, notes('first'));
    network.leadTo(undefined);
    await gateway.server.restart();
    await expect
      .poll(() => gateway.admin`update notes set body = 'restarted'`.catch(() => undefined))
      .toBeTruthy();
    network.leadTo(gateway.server.port);
    for (const live of lives) await until(live, notes('restarted'));
    await gateway.admin`update notes set body = 'first'`;
    for (const live of lives) await until(live, notes('first'));
    expect(errorsOf(lives)).toEqual([]);
    expect(lives.map(({ ended }) => ended)).toEqual(lives.map(() => false));
  });

  it('show what was changed while nobody could listen', async () => {
    const live = follow(alice);
    await until(live, notes('first'));
    expect(live.results[0]?.extensions).toEqual({ live: 'triggers' });
    network.leadTo(undefined);
    network.cut();
    await gateway.admin`update notes set body = 'unheard'`;
    network.leadTo(gateway.server.port);
    await until(live, notes('unheard'));
    await gateway.admin`update notes set body = 'first'`;
    await until(live, notes('first'));
    expect(live.results).toHaveLength(3);
  });

  it('end with TIMEOUT where an answer takes too long, the first as well as a later one, and others go on', async () => {
    const query = 'subscription { db { slow { id } } }';
    const other = follow(bob);
    const live = follow(alice, query);
    await until(live, { db: { slow: [{ id: 1 }] } });
    await gateway.admin`update pace set seconds = 30`;
    await expect.poll(() => live.ended).toBe(true);
    const first = follow(alice, query);
    await expect.poll(() => first.ended).toBe(true);
    for (const { results } of [live, first]) {
      expect(results.at(-1)?.errors).toMatchObject([
        { path: ['db', 'slow'], extensions: { code: 'TIMEOUT' } },
      ]);
    }
    await gateway.admin`update pace set seconds = 0`;
    await gateway.admin`update notes set body = 'after'`;
    await until(other, notes('after'));
    const again = follow(alice, query);
    await until(again, { db: { slow: [{ id: 1 }] } });
  });
});
