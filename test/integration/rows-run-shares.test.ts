import postgresJs from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { anon, rowsCall, rowsRunner, sql, user } from '../support/rows-runner.ts';

let postgres: TestPostgres;
let admin: postgresJs.Sql;

beforeAll(async () => {
  postgres = await startTestPostgres();
  admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

const lockKey = 4_711;
/** Ends when the lock is free. */
const waiting = sql(`select pg_advisory_xact_lock_shared(${lockKey})::text`);
const one = sql('select 1::text');

it('one caller takes half of the connections at most, and waits for himself', async () => {
  await using runner = rowsRunner(postgres, { max: 4, acquireTimeoutMs: 30_000 });
  await admin`select pg_advisory_lock(${lockKey})`;
  const greedy = Array.from({ length: 10 }, () =>
    runner.read(anon, [waiting], rowsCall({ owner: 'greedy', timeoutMs: 30_000 })),
  );
  const impatient = runner.read(anon, [one], rowsCall({ owner: 'greedy', timeoutMs: 50 }));
  await expect(impatient).rejects.toMatchObject({
    code: 'TIMEOUT',
    details: { reason: 'pool_exhausted' },
  });
  const other = user('other');
  expect(await runner.texts(other, [one], rowsCall({ owner: 'other' }))).toEqual(['1']);
  const written = await runner.write(other, rowsCall({ owner: 'greedy' }), ({ run }) => run(one));
  expect(written.text).toBe('1');
  await admin`select pg_advisory_unlock(${lockKey})`;
  expect(await Promise.all(greedy)).toHaveLength(10);
  expect(await runner.texts(anon, [one], rowsCall({ owner: 'greedy' }))).toEqual(['1']);
});

it('who leaves while he waits for a place of his own loses none', async () => {
  await using runner = rowsRunner(postgres, { max: 2, acquireTimeoutMs: 30_000 });
  await admin`select pg_advisory_lock(${lockKey})`;
  const first = runner.read(anon, [waiting], rowsCall({ owner: 'a', timeoutMs: 30_000 }));
  const leaving = new AbortController();
  const second = runner.read(anon, [one], rowsCall({ owner: 'a', signal: leaving.signal }));
  const third = runner.read(anon, [one], rowsCall({ owner: 'a', timeoutMs: 30_000 }));
  leaving.abort();
  await expect(second).rejects.toMatchObject({ code: 'TIMEOUT' });
  await admin`select pg_advisory_unlock(${lockKey})`;
  await first;
  expect(await third).toMatchObject([{ text: '1' }]);
});
