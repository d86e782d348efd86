import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, failureOf } from '../support/database-client.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { proxyPostgres } from '../support/postgres-proxy.ts';
import { testCall } from '../support/test-call.ts';

let postgres: TestPostgres;
let beside: ReturnType<typeof connectDatabase>;

beforeAll(async () => {
  postgres = await startTestPostgres();
  beside = connectDatabase({ url: postgres.databaseUrl });
  await run('create table kept (id int)');
  await run(
    'create function keeps() returns int language sql as $$ insert into kept values (1) returning id $$',
  );
});
afterAll(async () => {
  await beside[Symbol.asyncDispose]();
  await postgres.stop();
});
beforeEach(async () => {
  await run('truncate kept');
});

const run = async (statement: string) => await beside.client.execute({ statement }, testCall());
const kept = async () => (await run('select id from kept')).rows.length;

/** Ways to call a function that writes. */
const ways = [
  { statement: 'select keeps()' },
  { statement: 'select keeps() where 1 = any($1::int[])', params: [[1]] },
  { statement: 'table kept union all select keeps()' },
  { statement: 'explain analyze select keeps()' },
  { statement: "select keeps() from (select set_config('default_transaction_read_only', 'off', false)) s" },
];

// Nothing but the gateway's own transaction keeps this login, which may write, from writing.
describe('sql behind a pooler in transaction mode, with a login that may write', () => {
  it.each(ways)('reads only: $statement', async (way) => {
    await using database = connectDatabase({ url: postgres.databaseUrl }, { pooler: 'transaction' });
    const failure = await failureOf(database.client.query(way, testCall()));
    expect(failure.privileged['sqlState']).toBe('25006');
    expect(await kept()).toBe(0);
  });

  it('reads only when it explains', async () => {
    await using database = connectDatabase({ url: postgres.databaseUrl }, { pooler: 'transaction' });
    const explained = { statement: 'select keeps()', analyze: true };
    const failure = await failureOf(database.client.explain(explained, testCall()));
    expect(failure.privileged['sqlState']).toBe('25006');
    expect(await kept()).toBe(0);
  });

  it('runs nothing when the transaction could not be begun', async () => {
    await using proxy = await proxyPostgres(postgres.port, () => 'pass', {
      sent: (bytes) =>
        Buffer.from(bytes.toString('latin1').replaceAll('begin read only', 'begim read only'), 'latin1'),
    });
    const url = postgres.databaseUrl.replace(/@127\.0\.0\.1:\d+/, `@127.0.0.1:${proxy.port}`);
    await using database = connectDatabase({ url }, { pooler: 'transaction', sslMode: 'disable' });
    for (const way of ways) {
      const failure = await failureOf(database.client.query(way, testCall()));
      expect([way, failure.privileged['sqlState'], await kept()]).toEqual([way, '42601', 0]);
    }
    const explained = { statement: 'select keeps()', analyze: true };
    const failure = await failureOf(database.client.explain(explained, testCall()));
    expect([failure.privileged['sqlState'], await kept()]).toEqual(['42601', 0]);
  });
});
