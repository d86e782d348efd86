import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { liveSql } from '../../src/modules/rows/live-sql.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startTestPostgres();
  admin = postgres(server.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

const telling = async () => {
  const rows = await admin<{ name: string }[]>`
    select tgrelid::regclass::text as name from pg_trigger where tgname = 'bunbun_live' order by 1`;
  return rows.map(({ name }) => name);
};

it('is what the local database has by itself', () => {
  const path = join(import.meta.dirname, '../../packages/local/src/postgres/sql/live-rows.sql');
  expect(liveSql()).toContain(readFileSync(path, 'utf8'));
});

it('has tables tell of their changes, those that are there and those that come, twice if need be', async () => {
  await admin.unsafe('drop event trigger bunbun_live_tables');
  await admin.unsafe(`
    drop function _bunbun.announce_rows() cascade;
    create table before (id int);
    create table parts (id int) partition by list (id);
    create table part_one partition of parts for values in (1);
    create view seen as select * from before;
    create temp table gone (id int)`);
  expect(await telling()).toEqual([]);
  await admin.unsafe(liveSql());
  await admin.unsafe(liveSql());
  const made = postgres(server.databaseUrl, { max: 1 });
  await made.unsafe('create table after (id int)');
  await made.unsafe('create table copied as select 1 as id');
  await made.end();
  expect(await telling()).toEqual(['after', 'before', 'copied', 'part_one', 'parts']);
});

it('tells of a table once a transaction, and of no row', async () => {
  const heard: string[] = [];
  const listening = await admin.listen('bunbun_live', (payload) => void heard.push(payload));
  const [table] = await admin`select 'before'::regclass::oid::text as id`;
  await admin.begin(async (sql) => {
    await sql`insert into before values (1)`;
    await sql`update before set id = 2`;
    await sql`delete from before`;
  });
  await admin`truncate before`;
  await expect.poll(() => heard).toEqual([table?.['id'], table?.['id']]);
  await listening.unlisten();
});
