import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DatabaseGateway, startDatabaseGateway } from '../../support/database-gateway.ts';
import { gql } from '../../support/gql.ts';

let database: DatabaseGateway;
let developer: postgres.Sql;

beforeAll(async () => {
  database = await startDatabaseGateway();
  developer = postgres(database.server.databaseUrl, { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await developer?.end();
  await database?.close();
});

const sql = await readFile(join(import.meta.dirname, 'input', 'migration.sql'), 'utf8');
const refusal = async (statement: string) =>
  await developer.unsafe(statement).then(
    () => 'ok',
    (error: unknown) => (error instanceof postgres.PostgresError ? error.code : String(error)),
  );

describe('the login postgres', () => {
  it('makes and drops triggers and policies on auth.users in a migration', async () => {
    const { data, errors } = await database.ask(
      gql(`mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied } }`),
      { input: { version: '20260101000000', name: 'auth_users', sql } },
    );
    expect(errors).toEqual([]);
    expect(data.runMigration.applied).toBe(true);
  });

  it.each([
    'auth.audit_log_entries',
    'auth.identities',
    'auth.refresh_tokens',
    'auth.sessions',
    'auth.users',
    'realtime.messages',
    'storage.buckets',
    'storage.migrations',
    'storage.objects',
  ])('does so with any client on %s', async (table) => {
    await developer.unsafe(
      'create or replace function public.note() returns trigger language plpgsql as $$ begin return new; end $$',
    );
    for (const statement of [
      `create policy mine on ${table} for select to authenticated using (true)`,
      `alter policy mine on ${table} using (false)`,
      `alter policy mine on ${table} rename to yours`,
      `drop policy yours on ${table}`,
      `create trigger noted after insert on ${table} for each row execute function public.note()`,
      `drop trigger noted on ${table}`,
    ]) {
      expect([statement, await refusal(statement)]).toEqual([statement, 'ok']);
    }
  });

  it.each([
    'alter table auth.users add column mine text',
    'alter table auth.users disable row level security',
    'alter table auth.users disable trigger all',
    'alter table auth.users owner to postgres',
    'alter table auth.users rename to others',
    'alter table auth.users set schema public',
    'drop table auth.users cascade',
    'drop table auth.sessions cascade',
    'drop index auth.users_instance_id_email_idx',
    'drop type auth.aal_level cascade',
    'drop function auth.uid() cascade',
    'drop schema auth cascade',
    'drop owned by supabase_auth_admin',
    'do $$ begin drop table auth.sessions cascade; end $$',
    'create index on auth.users (created_at)',
    'create table auth.mine (id int)',
    'create function auth.mine() returns int language sql as $$ select 1 $$',
    'create or replace function auth.uid() returns uuid language sql stable as $$ select null::uuid $$',
    'alter function auth.uid() security definer',
    "comment on table auth.users is 'mine'",
    'drop event trigger bunbun_keep_auth',
    'alter event trigger bunbun_keep_auth disable',
    'set role supabase_admin',
  ])('is still refused: %s', async (statement) => {
    expect(await refusal(statement)).toBe('42501');
    expect(await developer`select count(*)::int as n from auth.users`).toEqual([{ n: 0 }]);
  });

  it('leaves the service its own tables', async () => {
    const service = postgres(database.server.urlFor('supabase_auth_admin'), { max: 1 });
    try {
      await service`create table auth.more (id int)`;
      await service`alter table auth.more add column note text`;
      await service`drop table auth.more`;
    } finally {
      await service.end();
    }
  });
});
