import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { askForEvents } from '../support/event-stream.ts';
import { type LiveResults, liveClient, liveResults } from '../support/live-results.ts';
import { startNetwork } from '../support/network.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, nowSeconds, userClaims } from '../support/tokens.ts';

const alice = '11111111-1111-4111-8111-111111111111';

const schema = `
  create table notes (id int primary key, owner uuid not null, team text not null default '', body text not null);
  alter table notes enable row level security;
  create policy own on notes to authenticated using (
    owner = (select auth.uid()) or team = (select auth.jwt() ->> 'team'));
  grant select on notes to authenticated;
  insert into notes (id, owner, body) values (1, '${alice}', 'first');
  insert into notes (id, owner, team, body) values (2, gen_random_uuid(), 'red', 'of a team');
`;

let gateway: RowsGateway;
let network: Awaited<ReturnType<typeof startNetwork>>;
const clients: Client[] = [];
beforeAll(async () => {
  network = await startNetwork();
  gateway = await startRowsGateway(
    schema,
    {},
    {
      reached(url) {
        const { port } = new URL(url);
        network.leadTo(Number(port));
        return url.replace(`:${port}/`, `:${network.port}/`);
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

const tokenOf = (more: Record<string, unknown> = {}) => hmacToken(userClaims({ sub: alice, ...more }));

function client(token = tokenOf()): Client {
  const made = liveClient(gateway.graphqlWsUrl, token);
  clients.push(made);
  return made;
}

const query = 'subscription { db { notes { body } } }';
const until = async (live: LiveResults, bodies: readonly string[]) =>
  await expect.poll(() => live.latest).toEqual({ db: { notes: bodies.map((body) => ({ body })) } });

describe('a live query', () => {
  it('goes on after DDL, and says nothing where its answer is the same', async () => {
    const live = liveResults(client(), query);
    await until(live, ['first']);
    await gateway.admin`alter table notes add column extra text`;
    await gateway.admin`create table others (id int primary key)`;
    const fresh = liveResults(client(), 'subscription { db { notes { body extra } } }');
    await expect.poll(() => fresh.latest).toBeTruthy();
    await gateway.admin`insert into notes (id, owner, body) values (3, ${alice}, 'after')`;
    await until(live, ['first', 'after']);
    await gateway.admin`delete from notes where id = 3`;
    await until(live, ['first']);
    expect(live.results).toHaveLength(3);
  });

  it('ends with a typed error when its column is gone', async () => {
    const live = liveResults(client(), 'subscription { db { notes { extra } } }');
    await expect.poll(() => live.latest).toEqual({ db: { notes: [{ extra: null }] } });
    await gateway.admin`alter table notes drop column extra`;
    await expect.poll(() => live.ended).toBe(true);
    expect(live.results.at(-1)?.errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('ends with a typed error when its right is revoked', async () => {
    const live = liveResults(client(), query);
    await until(live, ['first']);
    await gateway.admin`revoke select on notes from authenticated`;
    await expect.poll(() => live.ended).toBe(true);
    expect(live.results.at(-1)?.errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    await gateway.admin`grant select on notes to authenticated`;
    await expect
      .poll(
        async () => (await gateway.graphqlText('{ db { notes { body } } }', { token: tokenOf() })).errors,
        {
          timeout: 15_000,
        },
      )
      .toEqual([]);
  });

  it('keeps its last answer while the database is away, and goes on when it is back', async () => {
    const live = liveResults(client(), query);
    await until(live, ['first']);
    const { port } = new URL(gateway.server.databaseUrl);
    network.leadTo(undefined);
    network.cut();
    await gateway.admin`update notes set body = 'changed meanwhile' where id = 1`;
    network.leadTo(Number(port));
    await until(live, ['changed meanwhile']);
    expect(live.ended).toBe(false);
    expect(live.results).toHaveLength(2);
    await gateway.admin`update notes set body = 'first' where id = 1`;
    await until(live, ['first']);
  });

  it('shows what a renewed credential may see', async () => {
    const made = client();
    let send: (data: string) => void = () => undefined;
    made.on('opened', (socket) => {
      if (socket instanceof WebSocket) send = (data) => socket.send(data);
    });
    const live = liveResults(made, query);
    await until(live, ['first']);
    const authorization = `Bearer ${tokenOf({ team: 'red' })}`;
    send(JSON.stringify({ type: 'ping', payload: { authorization } }));
    await until(live, ['first', 'of a team']);
    await gateway.admin`update notes set team = 'blue' where id = 2`;
    await until(live, ['first']);
    await gateway.admin`update notes set team = 'red' where id = 2`;
    await until(live, ['first', 'of a team']);
  });

  it('counts what one caller follows', async () => {
    const made = client();
    const lives = Array.from({ length: 101 }, (_, index) =>
      liveResults(made, `subscription { db { notes(limit: ${index + 1}) { body } } }`),
    );
    await expect.poll(() => lives.filter(({ latest }) => latest !== undefined).length).toBe(100);
    const refused = lives.filter(({ latest }) => latest === undefined);
    expect(refused.flatMap(({ results }) => results[0]?.errors)).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', limit: 100 } },
    ]);
  });
});

describe('a live query by server-sent events', () => {
  async function open(token: string) {
    const controller = new AbortController();
    const response = await askForEvents(gateway.graphqlUrl, token, { query }, controller.signal);
    if (response.body === null) throw new Error('no body');
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return {
      leave: () => controller.abort(),
      async until(pattern: RegExp): Promise<string> {
        while (!pattern.test(text)) {
          const { value, done } = await reader.read();
          if (done) break;
          text += value;
        }
        expect(text).toMatch(pattern);
        return text;
      },
    };
  }

  const liveQueries = async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    return /liveQueries"\} (\d+)/.exec(metrics)?.[1];
  };

  it('gives answers as they change, and nothing is left when its reader goes', async () => {
    await expect.poll(liveQueries).toBe('0');
    const stream = await open(tokenOf());
    await stream.until(/"notes":\[\{"body":"first"\}\]/);
    await gateway.admin`insert into notes (id, owner, body) values (4, ${alice}, 'fourth')`;
    expect(await stream.until(/fourth/)).toContain('"extensions":{"live":"triggers"}');
    await gateway.admin`delete from notes where id = 4`;
    stream.leave();
    await expect.poll(liveQueries).toBe('0');
  });

  it('ends with UNAUTHENTICATED when the credential expires', async () => {
    const stream = await open(tokenOf({ exp: nowSeconds() + 2 }));
    const text = await stream.until(/event: complete/);
    expect(text).toContain('"reason":"token_expired"');
  });
});
