import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunMigrationInput } from '../generated/operations.ts';
import { type DatabaseGateway, serviceToken, startDatabaseGateway } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';

let database: DatabaseGateway;

beforeAll(async () => {
  database = await startDatabaseGateway();
});

afterAll(async () => {
  await database?.close();
});

beforeEach(async () => {
  await database.admin.unsafe(`
    drop schema if exists supabase_migrations cascade;
    drop schema if exists bunbun cascade;
    drop schema public cascade;
    create schema public authorization postgres`);
});

async function run(input: RunMigrationInput) {
  const { data, errors } = await database.ask(
    gql(`mutation ($input: RunMigrationInput!) { runMigration(input: $input) {
      applied duration migration { version name statements checksum down appliedAt appliedBy } } }`),
    { input },
  );
  return { payload: data?.runMigration, error: errors[0], code: errors[0]?.extensions.code };
}

async function rollback(version: string) {
  const { data, errors } = await database.ask(
    gql(`mutation ($version: ID!) { rollbackMigration(version: $version) {
      applied duration migration { version name statements checksum down appliedAt appliedBy } } }`),
    { version },
  );
  return { payload: data?.rollbackMigration, error: errors[0], code: errors[0]?.extensions.code };
}

const history = async (): Promise<string[]> => {
  const [found] = await database.admin`select to_regclass('supabase_migrations.schema_migrations') as there`;
  if (found?.['there'] === null) return [];
  const rows = await database.admin<{ version: string }[]>`
    select version from supabase_migrations.schema_migrations order by version`;
  return rows.map(({ version }) => version);
};

const exists = async (name: string): Promise<boolean> => {
  const [row] = await database.admin`select to_regclass(${name}) is not null as there`;
  return row?.['there'] === true;
};

const first = {
  version: '20260101000000',
  name: 'create notes',
  sql: 'create table notes (id int primary key);\n-- comes later\ninsert into notes values (1);\n',
  down: 'drop table notes',
};

describe('runMigration', () => {
  it('applies all statements and stores them one by one without their semicolons', async () => {
    const { payload, error } = await run(first);
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({
      applied: true,
      migration: {
        version: '20260101000000',
        name: 'create notes',
        statements: [
          'create table notes (id int primary key)',
          '-- comes later\ninsert into notes values (1)',
        ],
        down: 'drop table notes',
        appliedBy: expect.any(String),
      },
    });
    expect(payload.migration.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(Date.parse(payload.migration.appliedAt)).toBeGreaterThan(0);
    expect(await exists('public.notes')).toBe(true);
    expect(await history()).toEqual(['20260101000000']);
  });

  it('answers the same version with the same content as already applied', async () => {
    const applied = await run(first);
    const again = await run(first);
    expect(again.error).toBeUndefined();
    expect(again.payload.applied).toBe(false);
    expect(again.payload.migration.checksum).toBe(applied.payload.migration.checksum);
    expect(await history()).toEqual(['20260101000000']);
  });

  it('refuses the same version with other content', async () => {
    await run(first);
    const { code } = await run({ ...first, sql: 'create table others ()' });
    expect(code).toBe('CONFLICT');
    expect(await exists('public.others')).toBe(false);
  });

  it('applies identical calls of the same moment once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => run(first)));
    expect(answers.map(({ error }) => error)).toEqual(Array.from({ length: 6 }, () => undefined));
    expect(answers.filter(({ payload }) => payload.applied)).toHaveLength(1);
  });

  it('applies an older version out of order', async () => {
    await run({ ...first, version: '20260202000000' });
    const { payload } = await run({ version: '20260101000000', name: 'older', sql: 'create table older ()' });
    expect(payload.applied).toBe(true);
    expect(await history()).toEqual(['20260101000000', '20260202000000']);
  });

  it('rolls everything back when a statement fails, and says which, on which line and why', async () => {
    const sql =
      'create table a ();\n\ncreate table b ();\n-- über\ninsert into nowhere\n  values (1);\ncreate table c ()';
    const { code, error } = await run({ version: '1', name: 'broken', sql });
    expect(code).toBe('BAD_SQL');
    expect(error?.extensions).toMatchObject({ index: 2, line: 5, sqlState: '42P01' });
    expect(await exists('public.a')).toBe(false);
    expect(await history()).toEqual([]);
  });

  it('names the place of a syntax error in the last statement and runs nothing', async () => {
    const sql = `create table a (note text default 'x;y');\nselect 1;\n\nselec 2`;
    const { code, error } = await run({ version: '1', name: 'broken', sql });
    expect(code).toBe('BAD_SQL');
    expect(error?.extensions).toMatchObject({ index: 2, line: 4, sqlState: '42601' });
    expect(await exists('public.a')).toBe(false);
    expect(await history()).toEqual([]);
  });

  it('names a deferred constraint that fails at the end, and records nothing', async () => {
    const sql = `create table a (id int primary key);
      create table b (a int references a deferrable initially deferred); insert into b values (7)`;
    for (const dryRun of [true, false]) {
      expect((await run({ version: '1', name: 'deferred', sql, dryRun })).code).toBe('CONFLICT');
    }
    expect(await history()).toEqual([]);
  });

  it.each(['commit', 'begin', 'rollback', 'start transaction', 'prepare transaction $$x$$', 'end'])(
    'refuses %s before anything runs',
    async (control) => {
      const { code, error } = await run({
        version: '1',
        name: 'control',
        sql: `create table a ();\n${control};`,
      });
      expect(code).toBe('BAD_SQL');
      expect(error?.extensions.index).toBe(1);
      expect(await exists('public.a')).toBe(false);
      expect(await history()).toEqual([]);
    },
  );

  it('leaves no role, setting or temporary table behind, and records whatever role the statements take', async () => {
    const sql = `select pg_catalog.set_config('search_path', '', false); set statement_timeout = 1000;
      create temporary table scratch (); set role anon; set session characteristics as transaction read only`;
    expect((await run({ version: '1', name: 'settings', sql })).payload?.applied).toBe(true);
    expect(
      (await run({ version: '2', name: 'later', sql: 'create table public.later ()' })).error,
    ).toBeUndefined();
    const { payload } = await run({ version: '3', name: 'path', sql: 'create table by_path ()' });
    expect(payload.applied).toBe(true);
    expect(await exists('public.by_path')).toBe(true);
  });

  it('divides dollar quotes, nested comments, strings and SQL bodies as Postgres does', async () => {
    const sql = `/* a /* nested; */ b; */ create table "odd;name" (note text default 'it''s;');
      create function f() returns int language plpgsql as $body$ begin return 1; end; $body$;
      create function g() returns int language sql begin atomic select 1; select 2; end;
      insert into "odd;name" values (E'a\\';b'), (U&'\\00fc;'), ('ü;😀');;
      -- the end;`;
    const { payload, error } = await run({ version: '1', name: 'quotes', sql });
    expect(error).toBeUndefined();
    expect(payload.migration.statements.length).toBeGreaterThanOrEqual(4);
    expect(payload.migration.statements[2]).toContain('select 1; select 2; end');
    const rows = await database.admin`select note from "odd;name"`;
    expect(rows.map((row) => row['note'])).toEqual([`a';b`, 'ü;', 'ü;😀']);
  });

  it('runs 5,000 statements', async () => {
    const inserts = Array.from({ length: 4_999 }, (_, index) => `insert into many values (${index});`);
    const sql = ['create table many (id int);', ...inserts].join('\n');
    const { payload, error } = await run({ version: '1', name: 'many', sql });
    expect(error).toBeUndefined();
    expect(payload.migration.statements).toHaveLength(5_000);
    const [row] = await database.admin`select count(*)::int as count from many`;
    expect(row?.['count']).toBe(4_999);
  });

  it('runs 5 MB, and rolls 5 MB back whole when the last statement fails', async () => {
    const row = `insert into wide values ('${'ü'.repeat(2_500)}');`;
    const sql = ['create table wide (note text);', ...Array.from({ length: 1_000 }, () => row)].join('\n');
    const failed = await run({ version: '1', name: 'wide', sql: `${sql}\nselect 1/0` });
    expect(failed.error?.extensions).toMatchObject({ index: 1_001, line: 1_002, sqlState: '22012' });
    expect(await exists('public.wide')).toBe(false);
    const { payload } = await run({ version: '1', name: 'wide', sql });
    expect(payload.applied).toBe(true);
  });

  it.each([
    ['a version that is not digits', { version: '2026-01-01' }],
    ['an empty version', { version: '' }],
    ['a name of 256 characters', { name: 'n'.repeat(256) }],
    ['an empty down', { down: '  ' }],
    ['a down with comments alone', { down: '-- nothing' }],
    ['a NUL', { sql: 'select \0' }],
    ['a dry run outside of a transaction', { dryRun: true, transactional: false }],
    ['a down without SQL to undo', { sql: '', down: 'drop table notes' }],
  ])('refuses %s', async (_what, change) => {
    expect((await run({ ...first, ...change })).code).toBe('BAD_USER_INPUT');
    expect(await history()).toEqual([]);
  });

  it('takes the name of another version, or none, as the Supabase CLI does', async () => {
    await run(first);
    for (const [version, name] of [
      ['20260102000000', first.name],
      ['20260103000000', ''],
      ['20260104000000', ''],
    ] as const) {
      expect((await run({ version, name, sql: 'select 1' })).payload?.applied).toBe(true);
    }
    expect(await history()).toEqual(['20260101000000', '20260102000000', '20260103000000', '20260104000000']);
  });

  it('tells PostgREST and the other replicas at commit, and not in a dry run', async () => {
    const heard: string[] = [];
    const listener = await database.admin.listen('pgrst', (payload) => heard.push(payload));
    await run({ ...first, dryRun: true });
    await run(first);
    await expect.poll(() => heard).toEqual(['reload schema']);
    await listener.unlisten();
  });

  it('keeps no role but SERVICE_ROLE near migrations', async () => {
    const { errors } = await database.graphql(gql(`{ migrations { totalCount } }`));
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('a dry run', () => {
  it('answers what would be recorded, notices included, and leaves nothing', async () => {
    const { data, errors } = await database.ask(
      gql(`mutation ($input: RunMigrationInput!) {
        runMigration(input: $input) { applied notices { severity message } migration { statements } }
      }`),
      { input: { ...first, sql: `${first.sql}do $$ begin raise notice 'hello %', 1; end $$`, dryRun: true } },
    );
    expect(errors).toEqual([]);
    expect(data.runMigration).toMatchObject({
      applied: false,
      notices: [{ severity: 'NOTICE', message: 'hello 1' }],
    });
    expect(data.runMigration.migration.statements).toHaveLength(3);
    expect(await exists('public.notes')).toBe(false);
    const schemas = await database.admin`
      select nspname from pg_namespace where nspname in ('bunbun', 'supabase_migrations')`;
    expect(schemas).toHaveLength(0);
  });
});

describe('outside of a transaction', () => {
  const steps = {
    version: '20260301000000',
    name: 'index',
    sql: 'create table big (id int);\ncreate index concurrently big_id on big (id);\nselect 1 / (select count(*) from gate);',
    transactional: false,
  };

  it('runs what a transaction refuses', async () => {
    const inside = await run({ ...steps, transactional: true });
    expect(inside.error?.extensions).toMatchObject({ index: 1, sqlState: '25001' });
    await database.admin`create table gate as select 1`;
    const { payload, error } = await run(steps);
    expect(error).toBeUndefined();
    expect(payload.applied).toBe(true);
    expect(await history()).toEqual(['20260301000000']);
  });

  it('records how far it came, and the same call goes on from there', async () => {
    await database.admin`create table gate ()`;
    const failed = await run(steps);
    expect(failed.error?.extensions).toMatchObject({ index: 2, line: 3, sqlState: '22012' });
    expect(await exists('public.big')).toBe(true);
    expect(await history()).toEqual([]);
    const { data } = await database.ask(
      gql(`{ migration(version: "20260301000000") { version statementsRun appliedAt } }`),
    );
    expect(data.migration).toEqual({ version: '20260301000000', statementsRun: 2, appliedAt: null });
    await database.admin`insert into gate default values`;
    // Had it begun anew, the table would exist already.
    const again = await run(steps);
    expect(again.error).toBeUndefined();
    expect(again.payload.applied).toBe(true);
    expect(await history()).toEqual(['20260301000000']);
    expect((await run(steps)).payload.applied).toBe(false);
  });

  it('goes on only after the same statements', async () => {
    await run(steps);
    const other = await run({ ...steps, sql: steps.sql.replace('big (id int)', 'big (id bigint)') });
    expect(other.code).toBe('CONFLICT');
  });

  it('refuses transaction control here too', async () => {
    const { code } = await run({ ...steps, sql: 'begin; create table a (); commit' });
    expect(code).toBe('BAD_SQL');
  });
});

describe('rollbackMigration', () => {
  it('runs down and removes the row, so that the version can be applied again', async () => {
    await run(first);
    const { payload, error } = await rollback(first.version);
    expect(error).toBeUndefined();
    expect(payload.migration.version).toBe(first.version);
    expect(await exists('public.notes')).toBe(false);
    expect(await history()).toEqual([]);
    expect((await run({ ...first, sql: 'create table anew ()' })).payload.applied).toBe(true);
  });

  it('refuses one without down, one that is not applied, and one that is not the newest', async () => {
    await run({ ...first, down: null });
    expect((await rollback(first.version)).code).toBe('CONFLICT');
    expect((await rollback('99')).code).toBe('NOT_FOUND');
    await run({ version: '20260202000000', name: 'newer', sql: 'select 1', down: 'select 1' });
    expect((await rollback(first.version)).code).toBe('CONFLICT');
    expect(await history()).toEqual(['20260101000000', '20260202000000']);
  });

  it('keeps everything when down fails', async () => {
    await run({ ...first, down: 'delete from notes;\ndrop table nowhere' });
    const { error } = await rollback(first.version);
    expect(error?.extensions).toMatchObject({ code: 'BAD_SQL', index: 1, sqlState: '42P01' });
    const rows = await database.admin`select * from notes`;
    expect(rows).toHaveLength(1);
    expect(await history()).toEqual(['20260101000000']);
  });
});

describe('migrations', () => {
  it('are empty before the first, then paged in the order of versions', async () => {
    const list = (first: number, after: string | null = null) =>
      database.ask(
        gql(`query ($first: Int!, $after: String) { migrations(first: $first, after: $after) {
          totalCount nodes { version statements } pageInfo { hasNextPage endCursor } } }`),
        { first, after },
      );
    expect((await list(5)).data.migrations.nodes).toEqual([]);
    for (const version of ['3', '1', '2'])
      await run({ version, name: `m${version}`, sql: `select ${version}` });
    const page = (await list(2)).data.migrations;
    expect(page.nodes).toEqual([
      { version: '1', statements: ['select 1'] },
      { version: '2', statements: ['select 2'] },
    ]);
    expect(page.totalCount).toBe(3);
    const rest = (await list(2, page.pageInfo.endCursor)).data.migrations;
    expect(rest.nodes.map(({ version }) => version)).toEqual(['3']);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  it.each(['first: 0', 'first: -1', 'first: 1001', 'after: "nonsense"'])('refuse %s', async (args) => {
    const { errors } = await database.graphqlText(`{ migrations(${args}) { totalCount } }`, {
      token: serviceToken,
    });
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('are null one by one where there is none', async () => {
    const { data, errors } = await database.ask(gql(`{ migration(version: "5") { version } }`));
    expect({ data, errors }).toEqual({ data: { migration: null }, errors: [] });
  });
});

describe('a history that another tool wrote', () => {
  it('of an old CLI is read, respected and upgraded only by adding', async () => {
    await database.admin.unsafe(`create schema supabase_migrations authorization postgres; set role postgres;
      create table supabase_migrations.schema_migrations (version text not null primary key);
      insert into supabase_migrations.schema_migrations values ('20250101000000'); reset role`);
    const list = await database.ask(
      gql(`{ migrations { nodes { version name statements checksum appliedAt } } }`),
    );
    expect(list.errors).toEqual([]);
    expect(list.data.migrations.nodes).toEqual([
      { version: '20250101000000', name: null, statements: null, checksum: null, appliedAt: null },
    ]);
    expect((await run({ ...first, version: '20250101000000' })).payload.applied).toBe(false);
    expect((await run(first)).payload.applied).toBe(true);
    expect(await history()).toEqual(['20250101000000', '20260101000000']);
  });

  it('of a newer CLI keeps its columns, and its rows compare by their statements', async () => {
    await database.admin.unsafe(`create schema supabase_migrations authorization postgres; set role postgres;
      create table supabase_migrations.schema_migrations (version text not null primary key, statements text[],
        name text, created_by text, idempotency_key text unique, rollback text[]);
      insert into supabase_migrations.schema_migrations (version, statements, name, created_by)
      values ('20250101000000', array['create table theirs ()'], 'theirs', 'somebody'); reset role`);
    const same = { version: '20250101000000', name: 'theirs', sql: 'create table theirs ()' };
    expect((await run(same)).payload).toMatchObject({ applied: false });
    expect((await run({ ...same, sql: 'create table mine ()' })).code).toBe('CONFLICT');
    expect((await run(first)).payload.applied).toBe(true);
    const [row] = await database.admin`
      select created_by from supabase_migrations.schema_migrations where version = '20250101000000'`;
    expect(row?.['created_by']).toBe('somebody');
  });

  it('of the CLI is read whatever it allows, and continued', async () => {
    const long = '9'.repeat(60);
    await database.admin.unsafe(`create schema supabase_migrations authorization postgres; set role postgres;
      create table supabase_migrations.schema_migrations (version text not null primary key, statements text[],
        name text);
      insert into supabase_migrations.schema_migrations (version, statements, name) values
        ('1', array['create table odd (id int)'], 'odd'), ('0002', array['select 2'], ''),
        ('20260101000000', array['-- only'], 'comments'), ('20260101000001', '{}', 'empty'),
        ('20260101000002', null, ''), ('20260101000003', array['select 3'], 'same'),
        ('20260101000004', array['select 4'], 'same'), ('20260101000005', array['begin', 'select 5', 'commit'], 'begin'),
        ('20260101000006', array['select 6', null], 'null'), ('v1_beta', array['select 7'], 'beta'),
        ('${long}', array['select 9'], 'long'); reset role`);
    const { data, errors } = await database.ask(
      gql(
        `{ migrations { nodes { version name statements state checksum } } migration(version: "v1_beta") { name } }`,
      ),
    );
    expect(errors).toEqual([]);
    expect(data.migrations.nodes.map((node: { version: string }) => node.version)).toEqual([
      '1',
      '0002',
      ...[0, 1, 2, 3, 4, 5, 6].map((last) => `2026010100000${last}`),
      long,
      'v1_beta',
    ]);
    expect(data.migration).toEqual({ name: 'beta' });
    const again: [string, string, string][] = [
      ['1', 'odd', 'create table odd (id int);'],
      ['0002', '', 'select 2'],
      ['20260101000000', 'comments', '-- only\n'],
      ['20260101000001', 'empty', ''],
      ['20260101000002', '', 'select 1'],
      ['20260101000003', 'same', 'select 3;'],
      ['20260101000004', 'same', 'select 4;'],
      ['20260101000005', 'begin', 'begin; select 5; commit;'],
      [long, 'long', 'select 9;'],
    ];
    for (const [version, name, sql] of again) {
      expect([version, (await run({ version, name, sql })).payload?.applied]).toEqual([version, false]);
    }
    const begin = await run({ version: '20260201000000', name: 'begin', sql: 'begin; select 5; commit;' });
    expect(begin).toMatchObject({ code: 'BAD_SQL', error: { extensions: { index: 0, line: 1 } } });
    const next = await run({ version: '20260201000000', name: 'same', sql: 'select 10' });
    expect(next.payload).toMatchObject({ applied: true });
  });
});
