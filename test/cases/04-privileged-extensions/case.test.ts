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
const outcome = async (statement: string) =>
  await developer.unsafe(statement).then(
    () => 'ok',
    (error: unknown) => (error instanceof postgres.PostgresError ? error.code : String(error)),
  );
const migrate = async (version: string, text: string) =>
  await database.ask(
    gql(`mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied } }`),
    {
      input: { version, name: `m${version}`, sql: text },
    },
  );

describe('extensions that plain Postgres keeps to superusers', () => {
  it('are created by a migration', async () => {
    const { data, errors } = await migrate('1', sql);
    expect(errors).toEqual([]);
    expect(data.runMigration.applied).toBe(true);
  });

  it.each([
    'autoinc',
    'bloom',
    'dict_xsyn',
    'earthdistance',
    'insert_username',
    'pg_buffercache',
    'pg_prewarm',
    'pgrowlocks',
    'refint',
    'sslinfo',
    'dblink',
  ])('%s is created and dropped by any client, and its objects are not the caller’s', async (name) => {
    expect(await outcome(`create extension ${name} with schema extensions cascade`)).toBe('ok');
    const owners = await developer`
        select distinct p.proowner::regrole::text as owner from pg_depend d join pg_proc p on p.oid = d.objid
        where d.deptype = 'e' and d.classid = 'pg_proc'::regclass
          and d.refobjid = (select oid from pg_extension where extname = ${name})`;
    expect([...owners]).toEqual([{ owner: 'supabase_admin' }]);
    expect(await outcome(`drop extension ${name}`)).toBe('ok');
  });

  it('work: a trigger, a foreign server, a sphere', async () => {
    await developer.unsafe(`
      create table stamped (id int, at timestamptz default '2020-01-01');
      create trigger stamp before update on stamped for each row execute function extensions.moddatetime(at);
      insert into stamped values (1); update stamped set id = 2;
      create extension earthdistance with schema extensions cascade;
      create server other foreign data wrapper postgres_fdw options (host '127.0.0.1', dbname 'postgres');
    `);
    const [row] = await developer`
      select at > '2021-01-01' as stamped, round(earth_distance(ll_to_earth(0, 0), ll_to_earth(0, 90)))::int as m from stamped`;
    expect(row).toEqual({ stamped: true, m: 10018803 });
  });

  it.each([
    'file_fdw',
    'plpython3u',
    'plperlu',
    'pageinspect',
    'pg_surgery',
    'amcheck',
    'pg_visibility',
    'xml2',
  ])('that reach beyond the database stay refused: %s', async (name) => {
    const there = await developer`select name from pg_available_extensions where name = ${name}`;
    const { errors } = await database.ask(
      gql(`mutation ($s: String!) { executeSql(statement: $s) { command } }`),
      { s: `create extension ${name} cascade` },
    );
    expect(errors[0]?.extensions.code).toBe(there.length > 0 ? 'FORBIDDEN' : 'BAD_SQL');
    expect(await developer`select from pg_extension where extname = ${name}`).toEqual([]);
  });

  it('that are not on the disk are named, with what to do', async () => {
    const { errors } = await migrate('2', 'select 1;\ncreate extension if not exists hypothetical_thing;');
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_SQL', index: 1, line: 2 } });
    expect(errors[0]?.message).toMatch(/"hypothetical_thing".*PG_BIN/s);
  });
});

describe('a caller who wants more than an extension', () => {
  it.each([
    'alter role postgres superuser',
    'set role supabase_admin',
    'set session authorization supabase_admin',
    "create function reads() returns text language c as '$libdir/adminpack', 'pg_file_read'",
    'create foreign data wrapper mine handler postgres_fdw_handler',
    "alter foreign data wrapper postgres_fdw options (add x 'y')",
    'alter function extensions.moddatetime() owner to postgres',
    'create or replace function extensions.moddatetime() returns trigger language plpgsql as $$ begin return new; end $$',
    "select pg_read_file('PG_VERSION')",
    "copy (select 1) to program 'true'",
  ])('is refused: %s', async (statement) => {
    await developer.unsafe(
      'create or replace function public.own() returns int language sql as $$ select 1 $$',
    );
    expect([statement, await outcome(statement)]).not.toEqual([statement, 'ok']);
    const [row] = await developer`select rolsuper as yes from pg_roles where rolname = current_user`;
    expect(row).toEqual({ yes: false });
  });

  it('does not get its own code run with the rights of the script', async () => {
    await developer.unsafe(`
      create schema trap;
      create table trap.caught (who text);
      create function trap.catch() returns boolean language plpgsql as $$
        begin insert into trap.caught values (current_user); return true; end $$;
      create domain trap.cube as text check (trap.catch());
      create function trap.cube_is_point(trap.cube) returns boolean language sql as 'select trap.catch()';
      create function trap.cube_dim(trap.cube) returns int language sql as 'select 1 from trap.catch()';
      create function trap.cube_distance(trap.cube, trap.cube) returns float8 language sql as 'select 1 from trap.catch()';
    `);
    await outcome('create extension cube with schema extensions');
    await outcome('drop extension earthdistance');
    for (const name of [
      'earthdistance',
      'dblink',
      'bloom',
      'pgrowlocks',
      'pg_prewarm',
      'refint',
      'autoinc',
      'sslinfo',
      'insert_username',
      'dict_xsyn',
      'pg_buffercache',
    ]) {
      await outcome(`create extension ${name} with schema trap cascade`);
      await outcome(`alter extension ${name} update`);
    }
    expect(await developer`select distinct who from trap.caught where who <> 'postgres'`).toEqual([]);
  });

  it('cannot bring another script or folder into it', async () => {
    for (const statement of [
      'create extension "../../tmp/evil"',
      'create extension moddatetime2',
      "create extension pgrowlocks version '9.9'",
      "alter system set dynamic_library_path = '/tmp'",
      "set dynamic_library_path = '/tmp'",
    ]) {
      expect([statement, await outcome(statement)]).not.toEqual([statement, 'ok']);
    }
  });
});
