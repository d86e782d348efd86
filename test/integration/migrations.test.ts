import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunMigrationInput } from '../generated/operations.ts';
import {
  type DatabaseGateway,
  databaseEnv,
  serviceToken,
  startDatabaseGateway,
} from '../support/database-gateway.ts';
import { startTestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { migrationsClient } from '../support/migrations-client.ts';
import { postgresPools } from '../support/postgres-pools.ts';
import { testCall } from '../support/test-call.ts';

let database: DatabaseGateway;

beforeAll(async () => {
  database = await startDatabaseGateway();
});

afterAll(async () => {
  await database?.close();
});

beforeEach(async () => {
  await database.admin.unsafe(`drop schema if exists supabase_migrations, bunbun, m cascade; create schema m;
    grant all on schema m to postgres`);
});

async function run(input: Partial<RunMigrationInput> & { sql: string }) {
  const answer = await database.ask(
    gql(`mutation ($input: RunMigrationInput!) { runMigration(input: $input) {
      applied dryRun duration notices { severity message }
      migration { version name statements checksum down state statementsRun transactional outOfOrder appliedAt appliedBy } } }`),
    { input: { version: '20260101000000', name: 'first', ...input } },
  );
  return { payload: answer.data?.runMigration, error: answer.errors[0] };
}

async function rollback(version: string) {
  const answer = await database.ask(
    gql(`mutation ($version: ID!) { rollbackMigration(version: $version) {
      applied dryRun duration notices { severity message }
      migration { version name statements checksum down state statementsRun transactional outOfOrder appliedAt appliedBy } } }`),
    { version },
  );
  return { payload: answer.data?.rollbackMigration, error: answer.errors[0] };
}

async function exists(name: string): Promise<boolean> {
  const [row] = await database.admin`select to_regclass(${name}) is not null as there`;
  return row?.['there'] === true;
}

async function versions(): Promise<string[]> {
  const { data, errors } = await database.ask(gql(`{ migrations { nodes { version } } }`));
  expect(errors).toEqual([]);
  return data.migrations.nodes.map((node: { version: string }) => node.version);
}

describe('runMigration', () => {
  it('applies a migration and records it where the Supabase CLI looks', async () => {
    const sql = 'create table m.a (id int);\n-- two\ninsert into m.a values (1), (2);';
    const { payload, error } = await run({ sql, down: 'drop table m.a' });
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({
      applied: true,
      dryRun: false,
      migration: {
        version: '20260101000000',
        name: 'first',
        statements: ['create table m.a (id int)', '-- two\ninsert into m.a values (1), (2)'],
        down: 'drop table m.a',
        state: 'APPLIED',
        statementsRun: 2,
        transactional: true,
        outOfOrder: false,
        appliedBy: 'service_role',
      },
    });
    const rows = await database.admin`select * from supabase_migrations.schema_migrations`;
    expect(rows.map((row) => ({ ...row }))).toEqual([
      {
        version: '20260101000000',
        name: 'first',
        statements: ['create table m.a (id int)', '-- two\ninsert into m.a values (1), (2)'],
      },
    ]);
    expect(payload.migration.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  it('answers a retry as applied before, and other content under the same version as a conflict', async () => {
    await run({ sql: 'create table m.a ()' });
    const retry = await run({ sql: '\n create table m.a () ;\n' });
    expect(retry.payload).toMatchObject({ applied: false, migration: { state: 'APPLIED' } });
    const other = await run({ sql: 'create table m.b ()' });
    expect(other.error?.extensions).toMatchObject({ code: 'CONFLICT', reason: 'other_content' });
    expect(await exists('m.b')).toBe(false);
  });

  it('divides at the semicolons that Postgres sees, and at no other', async () => {
    const sql = `
      -- first; comment
      create table m.a (note text default ';' /* ; /* nested; */ ; */);;
      /* alone */;
      create function m.f() returns text language sql as $x$ select ';'; select $$;$$; $x$;
      do $$ begin insert into m.a values ('a;b'); end; $$;
      insert into m.a values (E'it''s; \\'; 😀');
      -- the end;
    `;
    const { payload, error } = await run({ sql });
    expect(error).toBeUndefined();
    expect(payload.migration.statements).toEqual([
      "-- first; comment\n      create table m.a (note text default ';' /* ; /* nested; */ ; */)",
      '/* alone */',
      "create function m.f() returns text language sql as $x$ select ';'; select $$;$$; $x$",
      "do $$ begin insert into m.a values ('a;b'); end; $$",
      "insert into m.a values (E'it''s; \\'; 😀')",
      '-- the end;',
    ]);
    expect(await database.admin`select count(*)::int from m.a`).toEqual([{ count: 2 }]);
  });

  it('rolls all back when a statement fails, and names it by index, line and SQLSTATE', async () => {
    const sql = "create table m.a (id int);\n/* é😀 */\ninsert into m.a\n  values ('no number');\nselect 1";
    const { error } = await run({ sql });
    expect(error?.extensions).toMatchObject({ code: 'BAD_SQL', index: 1, line: 4, sqlState: '22P02' });
    expect(await exists('m.a')).toBe(false);
    expect(await versions()).toEqual([]);
  });

  it('runs nothing when the last statement does not parse', async () => {
    const sql = "create table m.a (id int);\ninsert into m.a values (1); -- ;\nselect 'x;y' frm frm;";
    const { error } = await run({ sql });
    expect(error?.extensions).toMatchObject({ code: 'BAD_SQL', index: 2, line: 3, sqlState: '42601' });
    expect(await exists('m.a')).toBe(false);
  });

  it.each(['commit', 'begin', 'rollback', 'end', "prepare transaction 'x'", 'abort and chain'])(
    'refuses %s before anything runs',
    async (control) => {
      const { error } = await run({ sql: `create table m.a ();\n${control};\ncreate table m.b ()` });
      expect(error?.extensions).toMatchObject({ code: 'BAD_SQL', index: 1, line: 2 });
      expect(await exists('m.a')).toBe(false);
    },
  );

  it('refuses COPY from the client, and a commit inside of a procedure fails', async () => {
    expect((await run({ sql: 'copy m.a from stdin' })).error?.extensions).toMatchObject({
      code: 'BAD_SQL',
      index: 0,
    });
    const sql =
      'create table m.a ();create procedure m.p() language plpgsql as $$ begin commit; end $$;call m.p()';
    expect((await run({ sql })).error?.extensions).toMatchObject({
      code: 'BAD_SQL',
      index: 2,
      sqlState: '2D000',
    });
    expect(await exists('m.a')).toBe(false);
  });

  it.each([
    [{ version: '2026-01-01' }, 'version'],
    [{ version: '' }, 'version'],
    [{ version: '12; drop table x' }, 'version'],
    [{ name: 'n'.repeat(256) }, 'name'],
    [{ sql: '', down: 'drop table m.a' }, 'sql'],
    [{ down: ' ' }, 'down'],
    [{ sql: 'select \u0000' }, 'sql'],
    [{ dryRun: true, transactional: false }, 'dryRun'],
  ])('refuses %j', async (input, path) => {
    const { error } = await run({ sql: 'create table m.a ()', ...input });
    expect(error?.extensions.code).toBe('BAD_USER_INPUT');
    expect(error?.extensions.issues[0].path).toEqual([path]);
    expect(await exists('m.a')).toBe(false);
  });

  it('applies an older version and says that it is out of order', async () => {
    await run({ version: '20260105000000', sql: 'select 5' });
    const { payload } = await run({ version: '20260103000000', name: 'late', sql: 'select 3' });
    expect(payload).toMatchObject({ applied: true, migration: { outOfOrder: true } });
    expect(await versions()).toEqual(['20260103000000', '20260105000000']);
  });

  it('refuses an older version where the operator wants them in order', async () => {
    await using strict = await startTestGateway({
      ...databaseEnv(database.server.databaseUrl),
      ALLOW_OUT_OF_ORDER_MIGRATIONS: 'false',
    });
    const apply = async (version: string, name: string) =>
      await strict.graphql(
        gql(`mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied } }`),
        { token: serviceToken, variables: { input: { version, name, sql: `create table m.${name} ()` } } },
      );
    await apply('20260105000000', 'newest');
    const older = await apply('20260103000000', 'late');
    expect(older.errors[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      reason: 'out_of_order',
      newest: '20260105000000',
    });
    expect(await exists('m.late')).toBe(false);
    expect((await apply('20260105000000', 'newest')).data.runMigration.applied).toBe(false);
    expect((await apply('20260106000000', 'next')).data.runMigration.applied).toBe(true);
  });

  it('says who holds the lock when the wait for another migration is over', async () => {
    const { admin, server } = database;
    await admin.unsafe('create table m.gate (); grant all on m.gate to postgres');
    const gate = await admin.reserve();
    await gate.unsafe('begin; lock table m.gate in access exclusive mode');
    const slow = run({ sql: 'select from m.gate' });
    const waiting = async () =>
      await gate`select pid from pg_locks where relation = 'm.gate'::regclass and not granted`;
    await expect.poll(waiting).toHaveLength(1);
    const [holder] = await waiting();
    const pools = postgresPools({ url: server.databaseUrl });
    const impatient = migrationsClient(pools, { lockWaitMs: 1 });
    const input = { version: '20260102000000', name: 'second', sql: 'select 1' };
    for (const transactional of [true, false]) {
      await expect(
        impatient.run({ ...input, transactional, dryRun: false }, testCall()),
      ).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(`process ${holder?.['pid']}`),
        details: {
          retryable: true,
          reason: 'migration_running',
          heldBy: { pid: holder?.['pid'], user: 'postgres', application: expect.any(String) },
        },
      });
    }
    await gate.unsafe('rollback');
    gate.release();
    expect((await slow).payload.applied).toBe(true);
    expect((await impatient.run({ ...input, transactional: true, dryRun: false }, testCall())).applied).toBe(
      true,
    );
    await pools.end();
  });

  it('shows with dryRun what would be recorded, notices included, and leaves nothing', async () => {
    const sql = "create table m.a ();do $$ begin raise warning 'careful'; end $$;drop table if exists m.none";
    const { payload } = await run({ sql, dryRun: true });
    expect(payload).toMatchObject({
      applied: false,
      dryRun: true,
      notices: [
        { severity: 'WARNING', message: 'careful' },
        { severity: 'NOTICE', message: 'table "none" does not exist, skipping' },
      ],
      migration: { version: '20260101000000', state: 'APPLIED', statementsRun: 3 },
    });
    expect(await exists('m.a')).toBe(false);
    expect(await exists('supabase_migrations.schema_migrations')).toBe(false);
  });

  it('leaves no setting, role or prepared statement to the next caller', async () => {
    const sql = `set search_path = m; set role anon; set statement_timeout = '77s'; prepare p as select 1;
      select pg_advisory_lock(7)`;
    expect((await run({ sql })).error).toBeUndefined();
    const { data } = await database.ask(
      gql(`mutation { executeSql(statement: """select current_user as role, current_setting('search_path') as path,
        current_setting('statement_timeout') <> '77s' as timeout, (select count(*)::int from pg_prepared_statements) as prepared,
        (select count(*)::int from pg_locks where locktype = 'advisory') as locks""") { rows } }`),
    );
    expect(data.executeSql.rows[0]).toMatchObject({ role: 'postgres', timeout: true, prepared: 0, locks: 0 });
    expect(data.executeSql.rows[0]?.['path']).not.toBe('m');
  });

  it('applies 5,000 statements, and 5 MB of them', async () => {
    const many = Array.from(
      { length: 5_000 },
      (_, at) => `create function m.f${at}() returns int language sql as 'select ${at}'`,
    );
    const first = await run({ sql: many.join(';\n') });
    expect(first.error).toBeUndefined();
    expect(first.payload).toMatchObject({ applied: true, migration: { statementsRun: 5_000 } });
    const big = Array.from({ length: 100 }, () => `select length('${'é;'.repeat(17_500)}')`);
    const second = await run({ version: '20260102000000', name: 'big', sql: big.join(';\n') });
    expect(second.error).toBeUndefined();
    expect(second.payload).toMatchObject({ applied: true, migration: { statementsRun: 100 } });
  }, 120_000);
});

describe('outside of a transaction', () => {
  it('runs what cannot run inside of one, and goes on after a failure', async () => {
    await database.admin.unsafe(
      'create table m.a (id int); insert into m.a values (1), (1); alter table m.a owner to postgres',
    );
    const sql = 'create table m.b ();create unique index concurrently a_id on m.a (id);create table m.c ()';
    const input = { sql, transactional: false };
    expect((await run({ sql })).error?.extensions).toMatchObject({ index: 1, sqlState: '25001' });
    const failed = await run(input);
    expect(failed.error?.extensions).toMatchObject({
      code: 'CONFLICT',
      index: 1,
      line: 1,
      sqlState: '23505',
    });
    const { data } = await database.ask(
      gql(
        `{ migration(version: "20260101000000") { state statementsRun statements appliedAt transactional } }`,
      ),
    );
    expect(data.migration).toMatchObject({
      state: 'INCOMPLETE',
      statementsRun: 1,
      appliedAt: null,
      transactional: false,
    });
    expect(data.migration.statements).toHaveLength(3);

    await database.admin.unsafe('drop index m.a_id; truncate m.a');
    expect((await run({ sql })).error?.extensions).toMatchObject({ code: 'CONFLICT', reason: 'incomplete' });
    const second = await run(input);
    expect(second.payload).toMatchObject({
      applied: true,
      migration: { state: 'APPLIED', statementsRun: 3 },
    });
    expect(await exists('m.c')).toBe(true);
    expect((await run(input)).payload).toMatchObject({ applied: false });
  });

  it('leaves role and settings to the next statement, and keeps its notes as itself', async () => {
    const sql = `set role anon; select set_config('m.kept', current_user, false);
      set statement_timeout = '5min'; reset role;
      create table m.seen as select current_setting('m.kept') as by, current_setting('statement_timeout') as limited`;
    expect((await run({ sql, transactional: false })).error).toBeUndefined();
    const [row] = await database.admin`select by, limited from m.seen`;
    expect(row).toEqual({ by: 'anon', limited: '5min' });
  });

  it('lets procedures and blocks commit on their own', async () => {
    await database.admin.unsafe(`create table m.a (id int); alter table m.a owner to postgres;
      create procedure m.fill() language plpgsql as $$ begin insert into m.a values (1); commit; insert into m.a values (2); end $$;
      grant execute on procedure m.fill() to postgres`);
    const sql =
      'call m.fill(); do $$ begin insert into m.a values (3); commit; end $$; insert into m.a values (4)';
    const { payload, error } = await run({ sql, transactional: false });
    expect(error).toBeUndefined();
    expect(payload.migration).toMatchObject({ statementsRun: 3 });
    const [row] = await database.admin`select count(*)::int as rows from m.a`;
    expect(row).toEqual({ rows: 4 });
  });

  it('takes resumeFrom for what stopped in the middle alone', async () => {
    const sql = 'create table m.b (); vacuum m.nothing; create table m.c ()';
    expect((await run({ sql, resumeFrom: 0 })).error?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await run({ sql, transactional: false, resumeFrom: 0 })).error?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['resumeFrom'] }],
    });
    // It failed, which is known: the same call tries it again.
    for (let again = 0; again < 2; again += 1) {
      const { error } = await run({ sql, transactional: false });
      expect(error?.extensions).toMatchObject({ index: 1, sqlState: '42P01' });
    }
    expect((await run({ sql, transactional: false, resumeFrom: 3 })).error?.extensions.code).toBe(
      'BAD_USER_INPUT',
    );
    const { payload, error } = await run({ sql, transactional: false, resumeFrom: 2 });
    expect(error).toBeUndefined();
    expect(payload.applied).toBe(true);
    expect(await exists('m.c')).toBe(true);
  });

  it('rolls back in the same way', async () => {
    await database.admin.unsafe('create table m.a (id int); alter table m.a owner to postgres');
    const sql = 'create index concurrently a_id on m.a (id)';
    await run({ sql, down: 'drop index concurrently m.a_id', transactional: false });
    expect((await rollback('20260101000000')).error).toBeUndefined();
    expect(await exists('m.a_id')).toBe(false);
    expect(await versions()).toEqual([]);
  });
});

describe('rollbackMigration', () => {
  it('runs down and takes the row out of both tables', async () => {
    await run({ sql: 'create table m.a ()', down: 'drop table m.a' });
    const { payload, error } = await rollback('20260101000000');
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({ applied: false, migration: { version: '20260101000000' } });
    expect(await exists('m.a')).toBe(false);
    expect(await versions()).toEqual([]);
    expect(await database.admin`select version from bunbun.migrations`).toEqual([]);
  });

  it('says what stands in the way', async () => {
    await run({ sql: 'create table m.a ()', down: 'drop table m.a' });
    await run({ version: '20260102000000', name: 'second', sql: 'create table m.b ()' });
    const codes = async (version: string) => (await rollback(version)).error?.extensions;
    expect(await codes('20260101000000')).toMatchObject({
      code: 'CONFLICT',
      reason: 'not_newest',
      newest: '20260102000000',
    });
    expect(await codes('20260102000000')).toMatchObject({ code: 'CONFLICT', reason: 'no_down' });
    expect(await codes('20260103000000')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await codes('x')).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('keeps everything when down fails', async () => {
    await run({ sql: 'create table m.a ()', down: 'drop table m.a; drop table m.none' });
    const { error } = await rollback('20260101000000');
    expect(error?.extensions).toMatchObject({ code: 'BAD_SQL', index: 1, sqlState: '42P01' });
    expect(await exists('m.a')).toBe(true);
    expect(await versions()).toEqual(['20260101000000']);
  });
});

describe('a history that others wrote', () => {
  it('reads an old table, adds what is missing and keeps its rows', async () => {
    await database.admin.unsafe(`create schema supabase_migrations authorization postgres;
      create table supabase_migrations.schema_migrations (version text primary key);
      alter table supabase_migrations.schema_migrations owner to postgres;
      insert into supabase_migrations.schema_migrations values ('20250101000000')`);
    const { data } = await database.ask(
      gql(`{ migration(version: "20250101000000") { name statements checksum state } }`),
    );
    expect(data.migration).toEqual({ name: null, statements: null, checksum: null, state: 'APPLIED' });
    expect((await run({ version: '20250101000000', sql: 'create table m.a ()' })).payload).toMatchObject({
      applied: false,
    });
    expect(await exists('m.a')).toBe(false);
    expect((await run({ sql: 'create table m.a ()' })).payload).toMatchObject({ applied: true });
    expect(await versions()).toEqual(['20250101000000', '20260101000000']);
  });

  it('leaves columns alone that it does not know, and compares rows by their statements', async () => {
    await database.admin.unsafe(`create schema supabase_migrations authorization postgres;
      create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text,
        created_by text, idempotency_key text unique, rollback text[]);
      alter table supabase_migrations.schema_migrations owner to postgres;
      insert into supabase_migrations.schema_migrations values
        ('20250101000000', array['create table m.a ()'], 'theirs', 'them@example.com', 'k', array['drop table m.a'])`);
    expect(
      (await run({ version: '20250101000000', name: 'theirs', sql: 'create table m.a ();' })).payload,
    ).toMatchObject({
      applied: false,
      migration: { appliedBy: 'them@example.com', name: 'theirs' },
    });
    expect(
      (await run({ version: '20250101000000', sql: 'create table m.b ();' })).error?.extensions.code,
    ).toBe('CONFLICT');
    await run({ sql: 'create table m.a ()' });
    expect(
      await database.admin`select idempotency_key, created_by from supabase_migrations.schema_migrations order by version`,
    ).toEqual([
      { idempotency_key: 'k', created_by: 'them@example.com' },
      { idempotency_key: null, created_by: null },
    ]);
  });

  it('pages through it with cursors', async () => {
    for (const day of ['01', '02', '03'])
      await run({ version: `202601${day}000000`, name: day, sql: `select ${day}` });
    const page = (after: string | null = null) =>
      database.ask(
        gql(`query ($after: String) { migrations(first: 2, after: $after) {
          nodes { version } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }`),
        { after },
      );
    const first = await page();
    expect(first.data.migrations).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const second = await page(first.data.migrations.pageInfo.endCursor);
    expect(second.data.migrations.nodes).toEqual([{ version: '20260103000000' }]);
    const foreign = Buffer.from('["tables of public","a"]').toString('base64url');
    const bad = [
      'first: 0',
      'first: -1',
      'first: 1001',
      'first: 1000000000',
      'after: "x"',
      `after: "${foreign}"`,
    ];
    for (const args of bad) {
      const refused = await database.graphqlText(`{ migrations(${args}) { totalCount } }`, {
        token: serviceToken,
      });
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: [args.slice(0, args.indexOf(':'))] }],
      });
    }
  });
});
