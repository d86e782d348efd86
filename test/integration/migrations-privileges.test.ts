import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DatabaseGateway,
  databaseEnv,
  serviceToken,
  startDatabaseGateway,
} from '../support/database-gateway.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';

let database: DatabaseGateway;
let gateway: TestGateway;

beforeAll(async () => {
  database = await startDatabaseGateway();
  const url = new URL(database.server.databaseUrl);
  const db = postgres(database.server.urlFor('supabase_admin'), { max: 1 });
  await db.unsafe(`create role plain login password 'plain-password' noinherit;
    grant usage, create on schema public to plain;
    revoke create on database ${decodeURIComponent(url.pathname.slice(1))} from public`);
  await db.end();
  url.username = 'plain';
  url.password = 'plain-password';
  gateway = await startTestGateway(databaseEnv(url.href));
});

afterAll(async () => {
  await gateway?.close();
  await database?.close();
});

async function run(version: string) {
  const { data, errors } = await gateway.graphql(
    gql(`mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied } }`),
    {
      variables: { input: { version, name: `m${version}`, sql: `create table t${version} ()` } },
      token: serviceToken,
    },
  );
  return { applied: data?.runMigration?.applied, error: errors[0], text: JSON.stringify(errors[0]) };
}

describe('a login that may not keep the history', () => {
  it('is FORBIDDEN with what to grant, step by step until it may', async () => {
    const noSchema = await run('1');
    expect(noSchema.error?.extensions.code).toBe('FORBIDDEN');
    expect(noSchema.text).toMatch(/grant create on database/i);

    await database.admin.unsafe(`create schema supabase_migrations;
      create table supabase_migrations.schema_migrations (version text not null primary key);
      alter schema bunbun owner to plain`);
    const foreign = await run('1');
    expect(foreign.error?.extensions.code).toBe('FORBIDDEN');
    expect(foreign.text).toMatch(/grant usage on schema \\?"?supabase_migrations/i);

    await database.admin.unsafe(`grant usage on schema supabase_migrations to plain;
      grant select, insert, delete, update on all tables in schema supabase_migrations to plain`);
    const columns = await run('1');
    expect(columns.error?.extensions.code).toBe('FORBIDDEN');

    await database.admin`alter table supabase_migrations.schema_migrations add statements text[], add name text`;
    expect(await run('1')).toMatchObject({ applied: true, error: undefined });
    const [row] =
      await database.admin`select count(*)::int as count from supabase_migrations.schema_migrations`;
    expect(row?.['count']).toBe(1);
  });
});
