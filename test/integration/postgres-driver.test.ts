import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresSession } from '../../src/upstream/postgres/session.ts';
import { createSqlTypes } from '../../src/upstream/postgres/sql/sql-types.ts';
import { connectDatabase } from '../support/database-client.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let database: ReturnType<typeof connectDatabase>;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = connectDatabase({ url: postgres.databaseUrl });
});
afterAll(async () => {
  await database.pools.end();
  await postgres.stop();
});

async function onSession<T>(use: (session: PostgresSession) => Promise<T>): Promise<T> {
  const signal = new AbortController().signal;
  return await database.pools.general.withSession({ signal, timeoutMs: 10_000 }, use);
}

describe('the driver', () => {
  it('sends the parameters of a kept plan as they are, the second time too', async () => {
    const text = 'select $1::jsonb as document, $2::boolean as flag, $3::int[] as numbers';
    const params = ['{"a": 1}', 'false', '{1,2}'];
    const answers = await onSession(async ({ sql }) => [
      await sql.query(text, params, true),
      await sql.query(text, params, true),
    ]);
    const row = { document: { a: 1 }, flag: false, numbers: [1, 2] };
    expect(answers).toEqual([[row], [row]]);
  });

  it.each(['run', 'query'] as const)(
    'gives all rows to %s after a statement that failed between its rows',
    async (how) => {
      const [failed, ...others] = await onSession(({ sql }) =>
        Promise.allSettled([
          sql.query('select 1 / (3 - n) from generate_series(1, 5) n'),
          sql[how]('select n from generate_series(1, 3) n'),
          sql[how]('select 4 as n'),
        ]),
      );
      expect(failed?.status).toBe('rejected');
      const rows = others.map((answer) => (answer.status === 'fulfilled' ? [...answer.value] : []));
      expect(rows).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }], [{ n: 4 }]]);
    },
  );

  it('destroys a connection that COPY would take over, whichever way it was sent', async () => {
    for (const send of ['forEachRow', 'query'] as const) {
      const { error, closed } = await onSession(async (session) => {
        const text = 'copy (select 1) to stdout';
        const sent =
          send === 'query' ? session.sql.query(text) : session.sql.forEachRow({ text }, () => undefined);
        const error: unknown = await sent.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        return { error, closed: session.closed };
      });
      expect(error).toMatchObject({ code: 'BAD_SQL' });
      expect(closed).toBe(true);
    }
  });
});

describe('the names of types', () => {
  it('are looked up again when they are old, though all are known', async () => {
    const types = createSqlTypes({ maxAgeMs: 0 });
    const names = await onSession(async ({ sql }) => {
      await sql.run("create type public.early as enum ('a')");
      const { columns } = await sql.forEachRow({ text: "select 'a'::public.early" }, () => undefined);
      const name = async () => {
        await types.learn(sql, columns);
        return columns.map(({ type }) => types.get(type)?.name);
      };
      const before = await name();
      await sql.run('alter type public.early rename to late');
      // The clock must have gone on.
      await sql.run('select pg_catalog.pg_sleep(0.01)');
      return [before, await name()];
    });
    expect(names).toEqual([['early'], ['late']]);
  });
});
