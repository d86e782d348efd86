import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFingerprint } from '../../src/upstream/postgres/rows/model/fingerprint.ts';
import {
  readPostgrestSettings,
  readRoleSettings,
} from '../../src/upstream/postgres/rows/model/role-settings.ts';
import { type ModelDatabase, startModelDatabase } from '../support/rows-model.ts';

let database: ModelDatabase;
beforeAll(async () => {
  database = await startModelDatabase();
  await database.run(`
    create schema app; create schema elsewhere; create role reader; create role member;
    create type app.mood as enum ('ok'); create type app.pair as (a int, b int); create domain elsewhere.tag as text;
    create table app.users (id int primary key, name text, tag elsewhere.tag);
    create table app.todos (id int primary key, user_id int, mood app.mood, pair app.pair);
    create table app.parted (id int) partition by range (id);
    create view app.names as select name from app.users;
    create materialized view app.stored as select name from app.users;
    create function app.add(a int) returns int language sql as 'select a';
    create function app.handle() returns trigger language plpgsql as 'begin return new; end';
    create table elsewhere.base (id int); create view elsewhere.between as select id from elsewhere.base;
    create view app.outer as select id from elsewhere.between`);
});
afterAll(async () => await database?.[Symbol.asyncDispose]());

const fingerprint = () => database.withSql((sql) => readFingerprint(sql, ['app']));

describe('the fingerprint', () => {
  // One after the other: each is told from what the ones before it left.
  it.each([
    'create table app.more (id int)',
    'alter table app.more rename to most',
    'drop table app.most',
    'alter table app.users add born date',
    'alter table app.users alter name set not null',
    'alter table app.todos alter user_id type bigint',
    'alter table app.users rename born to birthday',
    'alter table app.users drop birthday',
    'alter table app.users add unique (name)',
    'create unique index on app.todos (user_id)',
    'alter table app.todos add constraint owner foreign key (user_id) references app.users',
    'alter table app.todos rename constraint owner to who',
    'alter table app.todos drop constraint who',
    'alter table app.todos enable row level security',
    'create policy own on app.todos using (true)',
    'alter policy own on app.todos using (false)',
    "comment on table app.todos is 'what to do'",
    "comment on table app.todos is 'what is to be done'",
    "comment on column app.todos.id is 'its number'",
    "comment on function app.add(int) is 'adds'",
    "comment on type app.mood is 'how it is'",
    'comment on table app.todos is null',
    "alter type app.mood add value 'good'",
    "alter type app.mood rename value 'good' to 'fine'",
    'alter type app.pair add attribute c int',
    'alter domain elsewhere.tag set not null',
    "create or replace function app.add(a int) returns int language sql stable as 'select a'",
    "create function app.add(a int, b int) returns int language sql as 'select a'",
    'drop function app.add(int, int)',
    'alter view app.names set (security_invoker = true)',
    'create or replace view app.names as select name, id from app.users',
    'create trigger handle instead of insert on elsewhere.between for each row execute function app.handle()',
    "create policy p on elsewhere.base using (current_setting('app.x') = 'y')",
    "create function elsewhere.leaving() returns text language sql as $$ select set_config('app.x', 'y', false) $$",
    'create trigger handle before insert on app.users for each row execute function app.handle()',
    'create or replace view elsewhere.between as select max(id) as id from elsewhere.base',
    'grant usage on schema app to reader',
    'grant select on app.todos to reader',
    'grant select (name) on app.users to reader',
    'revoke select (name) on app.users from reader',
    'revoke execute on function app.add(int) from public',
    'alter default privileges in schema app grant select on tables to reader; create table app.given (id int)',
    'grant reader to member',
    'revoke reader from member',
    'alter role member noinherit',
    'alter role member bypassrls',
    'alter table app.given owner to member',
    "alter role reader set statement_timeout = '1s'",
    "alter role reader in database postgres set statement_timeout = '2s'",
    'alter role reader reset all',
    'create role late',
    'alter role late rename to later',
    'create extension cube schema app',
  ])('is another one after %s', async (change) => {
    const before = await fingerprint();
    await database.run(change);
    expect(await fingerprint()).not.toBe(before);
  });

  it.each([
    "insert into app.users values (1, 'Ann', 'a')",
    'analyze app.users; vacuum app.users',
    'truncate app.users',
    'refresh materialized view app.stored',
    'create temp table passing (id int)',
    'create table app.part partition of app.parted for values from (0) to (10)',
    'create table elsewhere.unseen (id int)',
    'reindex table app.todos',
  ])('is the same after %s', async (change) => {
    const before = await fingerprint();
    for (const statement of change.split('; ')) await database.run(statement);
    expect(await fingerprint()).toBe(before);
  });
});

describe('the settings of roles', () => {
  it('are read, those for this database before others, without what not everybody may set', async () => {
    await database.run(`
      alter role reader set statement_timeout = '3s'; alter role reader set app.tenant = 'a=b';
      alter role reader set log_statement = 'all'; alter role reader set role = 'postgres';
      alter role reader in database postgres set statement_timeout = '5s';
      alter role reader in database template1 set lock_timeout = '1s';
      alter role reader set search_path = app, "Odd, name";`);
    const settings = await database.withSql((sql) => readRoleSettings(sql, ['reader', 'later', 'nobody']));
    expect([...settings].map(([role, values]) => [role, Object.fromEntries(values)])).toEqual([
      ['reader', { statement_timeout: '5s', 'app.tenant': 'a=b', search_path: 'app, "Odd, name"' }],
    ]);
  });

  it('of a login say what PostgREST would do', async () => {
    await database.run('create role rest login');
    const read = () => database.withSql((sql) => readPostgrestSettings(sql, 'rest'));
    expect(await read()).toEqual({ preRequest: undefined, schemas: undefined });
    await database.run(`
      alter role rest set pgrst.db_pre_request = 'app.Check "it"'; alter role rest set pgrst.db_schemas = 'app, public,'`);
    expect(await read()).toEqual({ preRequest: '"app"."Check ""it"""', schemas: ['app', 'public'] });
    await database.run(`alter role rest in database postgres set pgrst.db_pre_request = 'check_it'`);
    expect(await read()).toMatchObject({ preRequest: '"check_it"' });
  });
});

describe('two hundred tables of twenty columns', () => {
  it('are read whole, with all their relations', async () => {
    const columns = Array.from({ length: 18 }, (_, number) => `column_${number} text`).join();
    const tables = Array.from(
      { length: 200 },
      (_, number) =>
        `create table many.t_${number} (id int primary key, parent_id int references many.t_0, ${columns})`,
    );
    await database.run(`create schema many; ${tables.join(';')}`);
    const model = await database.read('many');
    expect(model.tables).toHaveLength(200);
    expect(model.tables.every((table) => table.columns.length === 20)).toBe(true);
    expect(model.tables[0]?.relations).toHaveLength(201);
    expect(model.remarks).toEqual([]);
  });
});
