import { readdir, readFile } from 'node:fs/promises';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalLogin } from '../../packages/local/src/data-folder/keys.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
const open: Sql[] = [];

function connect(login: LocalLogin): Sql {
  const sql = postgres(server.urlFor(login), { max: 1, onnotice: () => undefined });
  open.push(sql);
  return sql;
}

/** SQLSTATE of the refusal, or 'ok'. */
async function outcome(query: PromiseLike<unknown>): Promise<string> {
  try {
    await query;
    return 'ok';
  } catch (error) {
    if (error instanceof postgres.PostgresError) return error.code;
    throw error;
  }
}

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await Promise.all(open.map((sql) => sql.end({ timeout: 1 })));
  await server.stop();
});

describe('roles', () => {
  it('have the attributes they have in Supabase', async () => {
    const rows = await connect('postgres')`
      select rolname as role, concat_ws(' ',
        case when rolsuper then 'superuser' end, case when rolcanlogin then 'login' end,
        case when rolinherit then 'inherit' end, case when rolbypassrls then 'bypassrls' end,
        case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
        case when rolreplication then 'replication' end) as attributes
      from pg_roles where rolname !~ '^pg_' order by rolname`;
    expect(Object.fromEntries(rows.map((row) => [row['role'], row['attributes']]))).toEqual({
      anon: 'inherit',
      authenticated: 'inherit',
      authenticator: 'login',
      bunbun_read: 'login inherit bypassrls',
      bunbun_rows: 'login',
      postgres: 'login inherit bypassrls createrole createdb replication',
      service_role: 'inherit bypassrls',
      supabase_admin: 'superuser login inherit bypassrls createrole createdb replication',
      supabase_auth_admin: 'login createrole',
      supabase_realtime_admin: '',
      supabase_storage_admin: 'login createrole',
    });
  });

  it('the login for rows becomes what users are, and not the service role', async () => {
    const sql = connect('bunbun_rows');
    for (const role of ['anon', 'authenticated']) {
      await sql.begin(async (transaction) => {
        await transaction.unsafe(`set local role ${role}`);
        expect(await transaction`select current_user::text as role`).toEqual([{ role }]);
      });
    }
    for (const role of ['service_role', 'authenticator', 'postgres', 'supabase_admin'])
      expect(await outcome(sql.unsafe(`set role ${role}`))).toBe('42501');
    expect(await outcome(sql`select * from auth.users`)).toBe('42501');
  });

  it('authenticator becomes each API role, and nothing more', async () => {
    const sql = connect('authenticator');
    for (const role of ['anon', 'authenticated', 'service_role']) {
      expect(await outcome(sql.unsafe(`set role ${role}; reset role`))).toBe('ok');
    }
    for (const role of ['postgres', 'supabase_admin', 'supabase_auth_admin']) {
      expect(await outcome(sql.unsafe(`set role ${role}`))).toBe('42501');
    }
  });

  it('postgres owns the database and makes schemas, roles and extensions without being a superuser', async () => {
    const sql = connect('postgres');
    for (const statement of [
      'create schema app',
      'create role app_role',
      'grant authenticated to app_role',
      'create extension citext with schema extensions',
      'alter database postgres set work_mem = default',
    ]) {
      expect([statement, await outcome(sql.unsafe(statement))]).toEqual([statement, 'ok']);
    }
    expect(await outcome(sql`select pg_read_file('postgresql.conf')`)).toBe('42501');
    expect(await outcome(sql`set role supabase_admin`)).toBe('42501');
  });

  it('are refused with a wrong password, also over replication connections', async () => {
    const url = new URL(server.databaseUrl);
    url.password = 'wrong';
    const sql = postgres(url.href, { max: 1, connection: { replication: 'database' } });
    expect(await outcome(sql`select 1`)).toBe('28P01');
    const rules = await connect('supabase_admin')`
      select distinct auth_method from pg_hba_file_rules`;
    expect([...rules]).toEqual([{ auth_method: 'scram-sha-256' }]);
  });
});

describe('schema public', () => {
  it.each(['postgres', 'supabase_admin'] as const)(
    'grants what %s makes to the API roles, and row level security decides',
    async (login) => {
      const sql = connect(login);
      await sql.unsafe(`
        create table public.notes_${login} (id int generated always as identity, owner uuid default auth.uid());
        alter table public.notes_${login} enable row level security;
        create policy own on public.notes_${login} to authenticated
          using (owner = auth.uid()) with check (owner = auth.uid());
        create function public.count_${login}() returns bigint language sql as
          'select count(*) from public.notes_${login}';
        revoke execute on function public.count_${login}() from public;
      `);
      const api = connect('authenticator');
      const as = async (role: string, sub: string | null, statement: string) =>
        await api.begin(async (transaction) => {
          await transaction`select set_config('role', ${role}, true),
            set_config('request.jwt.claims', ${sub === null ? '' : JSON.stringify({ sub, role })}, true)`;
          return await transaction.unsafe(statement);
        });
      const alice = '11111111-1111-4111-8111-111111111111';
      const bob = '22222222-2222-4222-8222-222222222222';
      await as('authenticated', alice, `insert into notes_${login} default values`);
      const count = async (role: string, sub: string | null) =>
        (await as(role, sub, `select count_${login}()::int as n`))[0]?.['n'];
      expect(await count('authenticated', alice)).toBe(1);
      expect(await count('authenticated', bob)).toBe(0);
      expect(await count('anon', null)).toBe(0);
      expect(await count('service_role', null)).toBe(1);
      expect(await outcome(as('anon', null, `insert into notes_${login} default values`))).toBe('42501');
    },
  );

  it('can be used but not built in by the API roles', async () => {
    const sql = connect('authenticator');
    await sql`set role service_role`;
    expect(await outcome(sql`create table public.mine (id int)`)).toBe('42501');
  });
});

describe('schema auth', () => {
  it('says who the caller is from claims as JSON, or from one setting per claim', async () => {
    const sql = connect('postgres');
    const ask = async (settings: Record<string, string>) =>
      await sql.begin(async (transaction) => {
        for (const [name, value] of Object.entries(settings)) {
          await transaction`select set_config(${name}, ${value}, true)`;
        }
        const rows = await transaction`
          select auth.uid(), auth.role(), auth.email(), auth.jwt() ->> 'aud' as aud`;
        return rows[0];
      });
    const sub = '11111111-1111-4111-8111-111111111111';
    const claims = JSON.stringify({ sub, role: 'authenticated', email: 'a@example.com', aud: 'x' });
    expect(await ask({ 'request.jwt.claims': claims })).toEqual({
      uid: sub,
      role: 'authenticated',
      email: 'a@example.com',
      aud: 'x',
    });
    expect(await ask({ 'request.jwt.claims': claims, 'request.jwt.claim.role': 'anon' })).toMatchObject({
      role: 'anon',
    });
    const nobody = { uid: null, role: null, email: null, aud: null };
    expect(await ask({})).toEqual(nobody);
    expect(await ask({ 'request.jwt.claims': '', 'request.jwt.claim.sub': '' })).toEqual(nobody);
  });

  it('has functions that Supabase Auth owns and may replace', async () => {
    const rows = await connect('postgres')`
      select distinct proowner::regrole::text as owner from pg_proc
      where pronamespace = 'auth'::regnamespace and proname in ('uid', 'role', 'email', 'jwt')`;
    expect([...rows]).toEqual([{ owner: 'supabase_auth_admin' }]);
  });
});

describe('the database', () => {
  it('has extensions in their own schema, found without naming it', async () => {
    const sql = connect('postgres');
    const rows = await sql`
      select extname as name, extnamespace::regnamespace::text as schema from pg_extension
      where extname in ('pgcrypto', 'uuid-ossp', 'pg_stat_statements') order by 1`;
    expect(rows.map((row) => row['schema'])).toEqual(['extensions', 'extensions', 'extensions']);
    expect(await outcome(sql`select uuid_generate_v4(), crypt('a', gen_salt('bf', 4))`)).toBe('ok');
    expect(await outcome(sql`select count(*) from pg_stat_statements`)).toBe('ok');
  });

  it('has a publication supabase_realtime, empty, to which postgres adds tables', async () => {
    const sql = connect('postgres');
    const tables = () => sql`select tablename from pg_publication_tables where pubname = 'supabase_realtime'`;
    expect(await tables()).toEqual([]);
    await sql`create table published (id int primary key)`;
    await sql`alter publication supabase_realtime add table published`;
    expect(await tables()).toEqual([{ tablename: 'published' }]);
  });

  it('sorts by code point and knows the case of all letters, whatever locales the machine has', async () => {
    const [row] = await connect('postgres')`
      select lower('ÄÉ') as low, 'ä' ilike 'Ä' as alike, array(select x from unnest(array['b', 'a', 'B']) x order by x) as sorted`;
    expect(row).toEqual({ low: 'äé', alike: true, sorted: ['B', 'a', 'b'] });
  });

  it('is ready for logical replication, bounds what slots keep, and listens on loopback alone', async () => {
    const rows = await connect('supabase_admin')`
      select name, setting from pg_settings where name in ('wal_level', 'max_slot_wal_keep_size',
        'listen_addresses', 'unix_socket_directories', 'data_directory_mode')`;
    expect(Object.fromEntries(rows.map((row) => [row['name'], row['setting']]))).toEqual({
      wal_level: 'logical',
      max_slot_wal_keep_size: '256',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      data_directory_mode: '0700',
    });
  });

  it('takes its SQL files again over their own result', async () => {
    const sql = connect('supabase_admin');
    const folder = new URL('../../packages/local/src/postgres/sql/', import.meta.url);
    const roles = async () => await sql`select rolname, rolconfig from pg_roles order by rolname`;
    const before = await roles();
    for (const name of await readdir(folder)) {
      const text = await readFile(new URL(name, folder), 'utf8');
      expect([name, await outcome(sql.begin((t) => t.unsafe(text).simple()))]).toEqual([name, 'ok']);
    }
    expect(await roles()).toEqual(before);
  });

  it('keeps passwords out of the statement statistics', async () => {
    const rows = await connect('supabase_admin')`select query from extensions.pg_stat_statements`;
    const text = rows.map((row) => row['query']).join('\n');
    for (const password of Object.values(server.secrets.passwords)) expect(text).not.toContain(password);
  });
});

describe('the reading login', () => {
  it('reads every table whatever its grants and policies', async () => {
    const sql = connect('supabase_admin');
    await sql.unsafe(`
      create table auth.secret_things (id int); insert into auth.secret_things values (1);
      alter table auth.secret_things enable row level security;
    `);
    expect(await connect('bunbun_read')`select id from auth.secret_things`).toEqual([{ id: 1 }]);
  });

  it('writes nothing, not even in a transaction that says it may', async () => {
    await connect('postgres')`create table readable (id int)`;
    const sql = connect('bunbun_read');
    expect(await outcome(sql`insert into readable values (1)`)).toBe('25006');
    const insisting = (statement: string) =>
      sql.begin('read write', async (transaction) => {
        await transaction.unsafe(statement);
      });
    for (const statement of [
      'insert into readable values (1)',
      'create table t (id int)',
      'create temp table t (id int)',
      'create schema s',
      'create role r',
      'set role postgres',
      'alter role bunbun_read superuser',
      "copy (select 1) to program 'true'",
    ]) {
      expect([statement, await outcome(insisting(statement))]).toEqual([statement, '42501']);
    }
  });

  it.each([
    'pg_terminate_backend(pg_backend_pid())',
    'pg_cancel_backend(pg_backend_pid())',
    "pg_create_physical_replication_slot('s')",
    "pg_create_logical_replication_slot('s', 'pgoutput')",
    "pg_drop_replication_slot('s')",
    'pg_reload_conf()',
    'pg_switch_wal()',
    "pg_create_restore_point('r')",
    'pg_rotate_logfile()',
    "pg_read_file('PG_VERSION')",
    "pg_read_binary_file('PG_VERSION')",
    "pg_ls_dir('.')",
    'pg_stat_reset()',
    'pg_promote()',
    "pg_logical_emit_message(false, 'p', 'm')",
    'lo_create(0)',
    "lo_from_bytea(0, '')",
    "lo_import('/etc/hostname')",
    "lo_export(1, '/tmp/x')",
    'lo_unlink(1)',
  ])('may not call %s', async (call) => {
    expect(await outcome(connect('bunbun_read').unsafe(`select ${call}`))).toBe('42501');
  });

  it('takes nothing from the others: postgres still cancels and terminates', async () => {
    const victim = connect('authenticator');
    const [row] = await victim`select pg_backend_pid() as pid`;
    expect(await connect('postgres')`select pg_terminate_backend(${row?.['pid']}) as done`).toEqual([
      { done: true },
    ]);
  });
});
