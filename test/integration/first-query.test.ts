import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let gateway: TestGateway;

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({
    DATABASE_URL: postgres.databaseUrl,
    DATABASE_URL_READ: postgres.readUrl,
    JWT_SECRET: postgres.keys.jwtSecret,
    SUPABASE_ANON_KEY: postgres.keys.anonKey,
  });
});

afterAll(async () => {
  await gateway?.close();
  await postgres?.stop();
});

describe('a first query', () => {
  it('runs SQL on a real Postgres', async () => {
    const { data, errors } = await gateway.graphql(
      gql(`query FirstQuery($statement: String!) {
        health { status version }
        viewer { role }
        sql(statement: $statement) { rows rowCount columns { name type } }
      }`),
      {
        token: postgres.keys.serviceRoleKey,
        variables: { statement: "select 1 as x, 9007199254740993 as big, 'bun' as name" },
      },
    );
    expect(errors).toEqual([]);
    expect(data.viewer).toEqual({ role: 'SERVICE_ROLE' });
    expect(data.sql).toEqual({
      rows: [{ x: 1, big: '9007199254740993', name: 'bun' }],
      rowCount: 1,
      columns: [
        { name: 'x', type: 'integer' },
        { name: 'big', type: 'bigint' },
        { name: 'name', type: 'text' },
      ],
    });
  });

  it('is refused to anon and leaves the rest of the answer in place', async () => {
    const { data, errors } = await gateway.graphql(
      gql(`{ viewer { role } sql(statement: "select 1") { rowCount } }`),
      {
        headers: { apikey: postgres.keys.anonKey },
      },
    );
    expect(data).toEqual({ viewer: { role: 'ANON' }, sql: null });
    expect(errors).toMatchObject([
      { path: ['sql'], extensions: { code: 'FORBIDDEN', requires: 'SERVICE_ROLE' } },
    ]);
  });
});

describe('a deployment that allows less than the defaults', () => {
  let small: TestGateway;

  beforeAll(async () => {
    small = await startTestGateway({
      DATABASE_URL: postgres.databaseUrl,
      DATABASE_URL_READ: postgres.readUrl,
      JWT_SECRET: postgres.keys.jwtSecret,
      SUPABASE_ANON_KEY: postgres.keys.anonKey,
      DATABASE_MAX_ROWS: '3',
      DATABASE_MAX_TIMEOUT: '2s',
    });
  });

  afterAll(async () => {
    await small?.close();
  });

  const ask: Ask = (operation, variables) =>
    small.graphql(operation, { token: postgres.keys.serviceRoleKey, variables });

  it("answers README's queries", async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const queries = [...readme.matchAll(/^ {2}-d '(\{"query":.*\})'$/gm)].map(
      ([, body = '']) => JSON.parse(body).query,
    );
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) {
      const { errors } = await small.graphqlText(query, { token: postgres.keys.serviceRoleKey });
      expect(errors).toEqual([]);
    }
  });

  it.each([
    ['left out', {}],
    ['null', { rows: null, time: null }],
  ])('has its own maximum as the default where the argument is %s', async (_name, given) => {
    const { data, errors } = await ask(
      gql(`query ($statement: String!, $rows: Int, $time: Duration) {
        sql(statement: $statement, maxRows: $rows, timeout: $time) { values truncated }
      }`),
      { statement: 'select g from generate_series(1, 10) g', ...given },
    );
    expect(errors).toEqual([]);
    expect(data.sql).toEqual({ values: [[1], [2], [3]], truncated: true });
  });

  it('still refuses more than that', async () => {
    const { errors } = await ask(gql(`{ sql(statement: "select 1", maxRows: 4) { rowCount } }`));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('writes with it too', async () => {
    const { data, errors } = await ask(
      gql(`mutation {
      executeSql(statement: "select g from generate_series(1, 10) g") { rowCount truncated }
      executeTransaction(statements: [{ statement: "select g from generate_series(1, 10) g" }]) { truncated }
    }`),
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      executeSql: { rowCount: 10, truncated: true },
      executeTransaction: [{ truncated: true }],
    });
  });
});
