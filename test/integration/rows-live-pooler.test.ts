import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveClient, liveResults } from '../support/live-results.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';
import { behindTransactionPooler } from '../support/transaction-pooler.ts';

const viewers = Array.from({ length: 20 }, (_, index) => `${10_000_000 + index}-1111-4111-8111-111111111111`);

const schema = `
  create table notes (id int generated always as identity primary key, owner uuid not null, body text not null);
  alter table notes enable row level security;
  create policy own on notes to authenticated using (owner = (select auth.uid()));
  grant select on notes to authenticated;
`;

describe.each([
  { past: 'nothing', mode: 'poll', env: {} },
  { past: 'DATABASE_DIRECT_URL', mode: 'triggers', env: { direct: true } },
])('live queries behind a pooler in transaction mode, with $past past it', ({ mode, env: { direct } }) => {
  const pooler = behindTransactionPooler();
  let gateway: RowsGateway;
  beforeAll(async () => {
    gateway = await startRowsGateway(
      schema,
      ({ databaseUrl }) => ({
        DATABASE_POOLER: 'transaction',
        WS_MAX_SOCKETS_PER_CLIENT: '1000',
        ...(direct ? { DATABASE_DIRECT_URL: databaseUrl } : {}),
      }),
      pooler,
    );
  });
  afterAll(async () => {
    await gateway.close();
    await pooler.stop();
  });

  it(`are noticed by ${mode}, and everybody has his own rows on whatever backend`, async () => {
    const clients = viewers.map((sub) => liveClient(gateway.graphqlWsUrl, hmacToken(userClaims({ sub }))));
    const lives = clients.map((client) =>
      liveResults(client, 'subscription { db { notes { owner body } } }'),
    );
    const untilAllHave = async (bodies: readonly string[]) => {
      for (const [index, live] of lives.entries()) {
        const notes = bodies.map((body) => ({ owner: viewers[index], body }));
        await expect.poll(() => live.latest).toEqual({ db: { notes } });
      }
    };
    await untilAllHave([]);
    expect(new Set(lives.map(({ results }) => JSON.stringify(results[0]?.extensions)))).toEqual(
      new Set([JSON.stringify({ live: mode })]),
    );
    for (const body of ['first', 'second']) {
      await gateway.admin`
        insert into notes (owner, body) select id::uuid, ${body} from unnest(${viewers}::text[]) id`;
    }
    await untilAllHave(['first', 'second']);
    await gateway.admin`delete from notes where body = 'first'`;
    await untilAllHave(['second']);
    expect(lives.flatMap(({ results }) => results.flatMap(({ errors = [] }) => errors))).toEqual([]);
    expect(pooler.moves).toBeGreaterThan(viewers.length);
    await Promise.all(clients.map((client) => client.dispose()));
  });
});
