import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FirstQueryDocument,
  type FirstQueryQuery,
  type FirstQueryQueryVariables,
} from '../generated/graphql.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let app: TestApp;

beforeAll(async () => {
  postgres = await startTestPostgres();
  app = await startTestApp({
    DATABASE_URL: postgres.databaseUrl,
    DATABASE_URL_READ: postgres.readUrl,
    JWT_SECRET: postgres.keys.jwtSecret,
    SUPABASE_ANON_KEY: postgres.keys.anonKey,
  });
});

afterAll(async () => {
  await app?.close();
  await postgres?.stop();
});

describe('a first query', () => {
  it('runs SQL on a real Postgres with the typed document of the generated client', async () => {
    const variables: FirstQueryQueryVariables = {
      statement: "select 1 as x, 9007199254740993 as big, 'bun' as name",
    };
    const answer = await app.graphql(String(FirstQueryDocument), {
      token: postgres.keys.serviceRoleKey,
      variables,
    });
    const data: FirstQueryQuery = answer.data;
    expect(answer.errors).toEqual([]);
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
    const { data, errors } = await app.graphql(
      '{ viewer { role } sql(statement: "select 1") { rowCount } }',
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
