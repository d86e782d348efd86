import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, eventually, failureOf, onGeneralPool } from '../support/database-client.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { testCall } from '../support/test-call.ts';

/** Everything about a session that one caller could leave behind for the next, and proof that it is the same one. */
const fingerprint = `
  select pg_backend_pid() as backend, current_user as "current", session_user as "session",
    (select md5(string_agg(name || '=' || coalesce(setting, ''), ',' order by name)) from pg_settings
      -- Its settings come with the language, when a function first uses it.
      where name not like 'plpgsql.%') as settings,
    (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as advisory_locks,
    (select count(*) from pg_prepared_statements) as prepared,
    (select count(*) from pg_listening_channels()) as listening,
    (select string_agg(name, ',') from pg_cursors) as cursors,
    (select count(*) from pg_class where relnamespace = pg_my_temp_schema()) as temporary,
    (select count(*) from pg_stat_activity where state like 'idle in transaction%') as idle_transactions,
    (select count(*) from pg_replication_slots) as slots,
    -- A setting that Postgres does not know keeps its name for the session, but no value.
    coalesce(current_setting('bunbun.left', true), '') as left_setting,
    (select string_agg(id || ':' || body, ',' order by id) from hostile_rows) as data`;

interface Case {
  readonly statement: string;
  /** The codes that may come back; undefined stands for an answer. */
  readonly codes: readonly (string | undefined)[];
  readonly kind?: string;
  readonly params?: readonly unknown[];
}

const bad = ['BAD_SQL'];
const cases: Record<string, Case> = {
  insert: { statement: "insert into hostile_rows values (9, 'x')", codes: bad, kind: 'INSERT' },
  update: { statement: "update hostile_rows set body = 'x'", codes: bad, kind: 'UPDATE' },
  truncate: { statement: 'truncate hostile_rows', codes: bad, kind: 'TRUNCATE' },
  'commit; drop table': { statement: 'commit; drop table hostile_rows', codes: bad },
  'two statements': { statement: 'select 1; select 2', codes: bad },
  'set role': { statement: 'set role postgres', codes: bad, kind: 'SET' },
  'set read only off': { statement: 'set default_transaction_read_only = off', codes: bad, kind: 'SET' },
  reset: { statement: 'reset all', codes: bad, kind: 'RESET' },
  begin: { statement: 'begin', codes: bad, kind: 'BEGIN' },
  commit: { statement: 'commit', codes: bad, kind: 'COMMIT' },
  rollback: { statement: 'rollback', codes: bad, kind: 'ROLLBACK' },
  listen: { statement: 'listen x', codes: bad, kind: 'LISTEN' },
  notify: { statement: 'notify x', codes: bad, kind: 'NOTIFY' },
  'copy out': { statement: 'copy hostile_rows to stdout', codes: bad, kind: 'COPY' },
  'copy in': { statement: 'copy hostile_rows from stdin', codes: bad, kind: 'COPY' },
  'copy program': { statement: "copy hostile_rows to program 'cat'", codes: bad, kind: 'COPY' },
  do: { statement: "do $$ begin execute 'drop table hostile_rows'; end $$", codes: bad, kind: 'DO' },
  prepare: { statement: 'prepare p as select 1', codes: bad, kind: 'PREPARE' },
  'declare with hold': {
    statement: 'declare h cursor with hold for select 1',
    codes: bad,
    kind: 'DECLARE CURSOR',
  },
  'discard all': { statement: 'discard all', codes: bad, kind: 'DISCARD' },
  'lock table': { statement: 'lock table hostile_rows', codes: bad, kind: 'LOCK' },
  'select into': { statement: 'select 1 as a into left_behind', codes: bad, kind: 'SELECT INTO' },
  'create temp': { statement: 'create temp table t (a int)', codes: bad, kind: 'CREATE TABLE' },
  'modifying with': {
    statement: 'with d as (delete from hostile_rows returning *) select * from d',
    codes: bad,
    kind: 'WITH … DELETE',
  },
  'explain analyze delete': {
    statement: 'explain analyze delete from hostile_rows',
    codes: bad,
    kind: 'EXPLAIN ANALYZE',
  },
  'for update': { statement: 'select * from hostile_rows for update', codes: bad, kind: 'SELECT FOR UPDATE' },
  'for update inside': { statement: 'select * from (select * from hostile_rows for update) x', codes: bad },
  empty: { statement: '', codes: bad },
  'white space': { statement: ' \n\t ', codes: bad },
  'only a comment': { statement: '-- nothing /* here */', codes: bad },
  'only semicolons': { statement: ';;;', codes: bad },
  'a NUL byte': { statement: "select 'a\0b'", codes: ['BAD_USER_INPUT'] },
  'half a surrogate pair': { statement: "select '\ud800'", codes: ['BAD_USER_INPUT'] },
  'broken out of the cursor': { statement: 'select 1) ; commit; drop table hostile_rows --', codes: bad },
  'a syntax error': { statement: 'selec 1', codes: bad },
  'open quote': { statement: "select 'x", codes: bad },
  'open comment': { statement: 'select 1 /* x', codes: bad },
  'set_config of a role': {
    statement: "select set_config('role', 'postgres', false)",
    codes: ['BAD_SQL', 'FORBIDDEN'],
  },
  'set_config of a setting': {
    statement: "select set_config('bunbun.left', 'x', false)",
    codes: [undefined],
  },
  'set_config of read only': {
    statement: "select set_config('default_transaction_read_only', 'off', false)",
    codes: [undefined],
  },
  'set_config of the transaction': {
    statement: "select set_config('transaction_read_only', 'off', true)",
    codes: bad,
  },
  'write by query_to_xml': {
    statement: "select query_to_xml('insert into hostile_rows values (8, ''x'')', true, true, '')",
    codes: ['BAD_SQL', 'FORBIDDEN'],
  },
  'session lock': { statement: 'select pg_advisory_lock(4711)', codes: [undefined] },
  'session lock and an error': { statement: 'select pg_advisory_lock(4712), 1 / 0', codes: bad },
  notification: { statement: "select pg_notify('x', 'y')", codes: [undefined] },
  nextval: { statement: "select nextval('hostile_rows_id_seq')", codes: ['BAD_SQL', 'FORBIDDEN'] },
  'a function that prepares': { statement: 'select public.hostile_prepare()', codes: [undefined] },
  'a function that listens': { statement: 'select public.hostile_listen()', codes: [undefined] },
  'a function that makes a temporary table': { statement: 'select public.hostile_temp()', codes: bad },
  'a function that holds a cursor': {
    statement: 'select public.hostile_cursor()',
    codes: [undefined, 'BAD_SQL'],
  },
  'a function that sets': { statement: 'select public.hostile_set()', codes: [undefined] },
  'terminating a backend': {
    statement: 'select pg_terminate_backend(pg_backend_pid())',
    codes: ['FORBIDDEN'],
  },
  'cancelling a backend': { statement: 'select pg_cancel_backend(pg_backend_pid())', codes: ['FORBIDDEN'] },
  'a replication slot': {
    statement: "select pg_create_physical_replication_slot('s', true)",
    codes: ['FORBIDDEN'],
  },
  'reloading the configuration': { statement: 'select pg_reload_conf()', codes: ['FORBIDDEN'] },
  'switching the log': { statement: 'select pg_switch_wal()', codes: ['FORBIDDEN'] },
  'reading a file': { statement: "select pg_read_file('/etc/passwd')", codes: ['FORBIDDEN'] },
  'a large object': { statement: 'select lo_create(0)', codes: ['FORBIDDEN', 'BAD_SQL'] },
  'deep nesting': { statement: `select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`, codes: bad },
  'a parser overflow': { statement: `select ${'1+'.repeat(30_000)}1`, codes: ['BAD_SQL', undefined] },
  '2 MB of text': { statement: `select 1 /* ${'x'.repeat(2_000_000)} */`, codes: [undefined] },
  '2 MB of insert': {
    statement: `insert into hostile_rows values ${Array.from({ length: 100_000 }, (_, i) => `(${i + 100}, 'x')`).join(',')}`,
    codes: bad,
    kind: 'INSERT',
  },
  'a parameter that does not fit': { statement: 'select $1::int', params: ['x'], codes: bad },
  'too few parameters': { statement: 'select $1::int', params: [], codes: ['BAD_USER_INPUT'] },
  'too many parameters': { statement: 'select 1', params: [1], codes: ['BAD_SQL', 'BAD_USER_INPUT'] },
};

let postgres: TestPostgres;
let database: ReturnType<typeof connectDatabase>;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = connectDatabase({ url: postgres.databaseUrl, readUrl: postgres.readUrl });
  for (const statement of [
    'create table hostile_rows (id serial primary key, body text)',
    "insert into hostile_rows (body) values ('one'), ('two')",
    functionThat('hostile_prepare', "execute 'prepare hostile as select 1';"),
    functionThat('hostile_listen', "execute 'listen hostile';"),
    functionThat('hostile_temp', "execute 'create temp table hostile_temporary (a int)';"),
    functionThat('hostile_cursor', "execute 'declare hostile_held cursor with hold for select 1';"),
    functionThat('hostile_set', "execute 'set work_mem = ''123MB''';"),
  ]) {
    await database.client.execute({ statement }, testCall());
  }
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await postgres.stop();
});

function functionThat(name: string, body: string): string {
  return `create function public.${name}() returns int language plpgsql volatile as $$ begin ${body} return 1; end $$`;
}

async function takeFingerprint(): Promise<unknown> {
  const { rows } = await database.client.query({ statement: fingerprint }, testCall());
  return rows[0];
}

async function countSleeping(): Promise<number> {
  const sleeping = "select 1 from pg_stat_activity where wait_event = 'PgSleep'";
  return await onGeneralPool(database.pools, sleeping, (rows) => rows.length);
}

describe('sql and hostile statements, on one connection for all callers', () => {
  for (const [name, { statement, codes, kind, params }] of Object.entries(cases)) {
    it(`leaves nothing behind after ${name}`, async () => {
      const before = await takeFingerprint();
      const outcome = await database.client
        .query({ statement, params: params && [...params] }, testCall())
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      const failure = outcome === undefined ? undefined : await failureOf(Promise.reject(outcome));
      expect(codes).toContain(failure?.code);
      if (kind !== undefined) {
        expect(failure?.details['kind']).toBe(kind);
        expect(failure?.message).toContain('executeSql');
      }
      expect(await takeFingerprint()).toEqual(before);
    });
  }

  it('really cancels a sleeping statement in Postgres at the time limit', async () => {
    const before = await takeFingerprint();
    const failure = await failureOf(
      database.client.query({ statement: 'select pg_sleep(60)', timeout: 100 }, testCall()),
    );
    expect(failure.code).toBe('TIMEOUT');
    expect(await countSleeping()).toBe(0);
    expect(await takeFingerprint()).toEqual(before);
  });

  it('keeps its own time limit when the statement switches off that of Postgres', async () => {
    const failure = await failureOf(
      database.client.query(
        { statement: "select set_config('statement_timeout', '0', false), pg_sleep(60)", timeout: 100 },
        testCall(),
      ),
    );
    expect(failure.code).toBe('TIMEOUT');
    await takeFingerprint();
  });

  it('cancels the statement in Postgres when the caller leaves', async () => {
    const caller = new AbortController();
    const running = failureOf(
      database.client.query({ statement: 'select pg_sleep(50)' }, testCall({ signal: caller.signal })),
    );
    await eventually(async () => (await countSleeping()) === 1, 'the statement runs');
    caller.abort();
    expect((await running).code).toBe('TIMEOUT');
    expect(await countSleeping()).toBe(0);
    await takeFingerprint();
  });

  it('destroys a connection whose statement cannot be cancelled, and serves the next caller', async () => {
    // A function that swallows the cancellation, again and again.
    await database.client.execute(
      {
        statement: `create function public.hostile_deaf() returns int language plpgsql as $$
          begin
            loop
              begin
                perform pg_sleep(60);
              exception when query_canceled then
                perform 1;
              end;
            end loop;
          end $$`,
      },
      testCall(),
    );
    const failure = await failureOf(
      database.client.query({ statement: 'select public.hostile_deaf()', timeout: 100 }, testCall()),
    );
    expect(failure.code).toBe('TIMEOUT');
    await takeFingerprint();
    await onGeneralPool(
      database.pools,
      "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'",
      (rows) => rows,
    );
  });
});
