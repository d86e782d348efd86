import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStatementParser } from '../../src/upstream/postgres/sql/statement-parser.ts';
import { connectDatabase, eventually, failureOf } from '../support/database-client.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { proxyPostgres } from '../support/postgres-proxy.ts';
import { testCall } from '../support/test-call.ts';

let postgres: TestPostgres;
let database: ReturnType<typeof connectDatabase>;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = connectDatabase({ url: postgres.databaseUrl, readUrl: postgres.readUrl });
  await run('create table parents (id int primary key)');
  await run('create table items (id int primary key, parent int references parents deferrable, note text)');
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await postgres.stop();
});
beforeEach(async () => {
  await run('truncate items, parents');
});

const run = async (statement: string, params?: unknown[], maxRows = 1000) =>
  await database.client.execute({ statement, params, maxRows }, testCall());
const transact = async (
  statements: (string | { statement: string; params: unknown[] })[],
  isolation: 'READ_COMMITTED' | 'REPEATABLE_READ' | 'SERIALIZABLE' = 'READ_COMMITTED',
) =>
  await database.client.executeTransaction(
    {
      statements: statements.map((each) => (typeof each === 'string' ? { statement: each } : each)),
      isolation,
    },
    testCall(),
  );
const ids = async () => (await run('select id from items order by id')).rows.map((row) => row['id']);

describe('executeSql', () => {
  it('changes data and returns rows, counts and the command', async () => {
    expect(await run('insert into items values ($1, null, $2) returning id, note', [1, 'x'])).toMatchObject({
      rows: [{ id: 1, note: 'x' }],
      rowCount: 1,
      command: 'INSERT',
      truncated: false,
    });
    expect(await run('update items set note = null')).toMatchObject({
      rows: [],
      rowCount: 1,
      command: 'UPDATE',
    });
    expect(await run('create table made (a int)')).toMatchObject({ command: 'CREATE TABLE', columns: [] });
    expect(await run('drop table made')).toMatchObject({ command: 'DROP TABLE' });
  });

  it('runs a statement to its end however few rows are asked for', async () => {
    const result = await run(
      'insert into items select g from generate_series(1, 5000) g returning id',
      [],
      10,
    );
    expect(result).toMatchObject({ rowCount: 5000, truncated: true });
    expect(result.rows).toHaveLength(10);
    expect((await run('select count(*)::int as n from items')).rows).toEqual([{ n: 5000 }]);
  });

  it.each([
    ['a row', "insert into items values (1, null, 'a') returning id, repeat('x', 100000000) as note"],
    ['many rows', "insert into items select g from generate_series(1, 60) g returning repeat('x', 2000000)"],
  ])(
    'tells what it did when %s of its answer is too large, and leaves that out',
    async (_name, statement) => {
      await using small = connectDatabase(
        { url: postgres.databaseUrl },
        { limits: { maxResultBytes: 1_000_000 } },
      );
      const result = await small.client.execute({ statement }, testCall());
      expect(result).toMatchObject({ rows: [], command: 'INSERT', truncated: true });
      expect(await ids()).toHaveLength(result.rowCount);
      const all = await small.client.executeTransaction(
        { statements: [{ statement: 'delete from items' }, { statement }], isolation: 'READ_COMMITTED' },
        testCall(),
      );
      expect(all[1]).toMatchObject({ rows: [], command: 'INSERT', truncated: true });
      expect(await ids()).toHaveLength(result.rowCount);
    },
  );

  it('keeps the rows that fit when one between them does not', async () => {
    await using small = connectDatabase(
      { url: postgres.databaseUrl },
      { limits: { maxResultBytes: 1_000_000 } },
    );
    const statement =
      "insert into items select g from generate_series(1, 3) g returning id, repeat('x', case id when 2 then 5000000 else 1 end) as x";
    expect(await small.client.execute({ statement }, testCall())).toMatchObject({
      rows: [
        { id: 1, x: 'x' },
        { id: 3, x: 'x' },
      ],
      rowCount: 3,
      truncated: true,
    });
  });

  it('tells of what a block committed whatever it says afterwards, however much that is', async () => {
    await using small = connectDatabase(
      { url: postgres.databaseUrl },
      { limits: { maxResultBytes: 1_000_000 } },
    );
    const block = (id: number, more: string) => ({
      statement: `do $$ begin insert into items values (${id}); commit; for i in 1..5 loop
        raise notice '%', repeat('x', 20000000); end loop; ${more} end $$`,
    });
    const backend = async () =>
      (await small.client.execute({ statement: 'select pg_backend_pid()' }, testCall())).values;
    const before = await backend();
    expect(await small.client.execute(block(1, ''), testCall())).toMatchObject({ command: 'DO', rows: [] });
    const raising = block(2, "raise exception '%', repeat('é', 20000000) using hint = 'h';");
    const failure = await failureOf(small.client.execute(raising, testCall()));
    expect(failure).toMatchObject({ code: 'BAD_SQL', privileged: { sqlState: 'P0001' } });
    expect(String(failure.privileged['databaseMessage'])).toMatch(/^é{30000}/);
    expect(await ids()).toEqual([1, 2]);
    expect(await backend()).toEqual(before);
  });

  it('tells of what was committed when the name of a type cannot be asked for any more', async () => {
    await run("create type mood as enum ('fine')");
    await run('create table moods (id int, mood mood)');
    await using proxy = await proxyPostgres(postgres.port, () => 'pass', {
      sent: (bytes) => {
        // The question about the type's name.
        if (bytes.includes('format_type')) proxy.cut();
        return bytes;
      },
    });
    const url = postgres.databaseUrl.replace(/@127\.0\.0\.1:\d+/, `@127.0.0.1:${proxy.port}`);
    await using second = connectDatabase({ url });
    const statement = "insert into moods values (1, 'fine') returning id, mood";
    expect(await second.client.execute({ statement }, testCall())).toMatchObject({
      rows: [{ id: 1, mood: 'fine' }],
      columns: [{ type: 'integer' }, { type: 'unknown' }],
    });
    expect((await run('select id from moods')).rows).toEqual([{ id: 1 }]);
  });

  it('reads vectors of the catalogues, which are written unlike other arrays', async () => {
    const { rows } = await run("select '1 2'::int2vector as a, '{1,2}'::int2[] as b, '3 4'::oidvector as c");
    expect(rows).toEqual([{ a: '1 2', b: [1, 2], c: '3 4' }]);
  });

  it('runs what must not be in a transaction', async () => {
    expect((await run('vacuum items')).command).toBe('VACUUM');
    expect((await run('create index concurrently items_note on items (note)')).command).toBe('CREATE INDEX');
    expect((await run('drop index concurrently items_note')).command).toBe('DROP INDEX');
  });

  it.each([
    ['begin', /executeTransaction/],
    ['commit', /executeTransaction/],
    ['savepoint a', /executeTransaction/],
    ['insert into items values (1); insert into items values (2)', /executeTransaction/],
    ['copy items from stdin', /COPY/],
    ['copy items to stdout', /COPY/],
    ['listen x', /LISTEN/],
    ['', /no statement/],
    ['-- nothing', /no statement/],
  ])('refuses %j', async (statement, message) => {
    const failure = await failureOf(run(statement));
    expect(failure.code).toBe('BAD_SQL');
    expect(failure.message).toMatch(message);
    expect(await ids()).toEqual([]);
  });

  it('survives COPY in a text that the parser gives up on', async () => {
    const statement = `/* ${'x'.repeat(10)} */ copy items from stdin where ${'('.repeat(20_000)}true${')'.repeat(20_000)}`;
    expect((await failureOf(run(statement))).code).toBe('BAD_SQL');
    expect(await ids()).toEqual([]);
  });

  it.each([
    ['set work_mem = 1234', "current_setting('work_mem') = '1234kB'"],
    ["set timezone = 'Asia/Tokyo'", "current_setting('timezone') = 'Asia/Tokyo'"],
    ['set role anon', "current_user = 'anon'"],
    ['prepare p as select 1', 'exists (select from pg_prepared_statements)'],
    ['select pg_advisory_lock(1)', "exists (select from pg_locks where locktype = 'advisory')"],
    ['create temp table temporary_thing (a int)', "to_regclass('temporary_thing') is not null"],
    ['declare c cursor with hold for select 1', "exists (select from pg_cursors where name = 'c')"],
    ["select set_config('statement_timeout', '1', false)", "current_setting('statement_timeout') = '1ms'"],
  ])('leaves nothing of %j on the connection', async (statement, leak) => {
    const backend = async () => (await run('select pg_backend_pid() as pid')).rows[0]?.['pid'];
    const before = await backend();
    await run(statement);
    expect((await run(`select ${leak} as leaked`)).rows).toEqual([{ leaked: false }]);
    expect(await backend()).toBe(before);
  });

  it('maps what Postgres refuses to codes', async () => {
    await run('insert into parents values (1)');
    const codeOf = async (statement: string) => (await failureOf(run(statement))).code;
    expect(await codeOf('insert into parents values (1)')).toBe('CONFLICT');
    expect(await codeOf('insert into items values (1, 99)')).toBe('CONFLICT');
    expect(await codeOf('insert into items values (null)')).toBe('BAD_SQL');
    expect(await codeOf('select pg_switch_wal()')).toBe('FORBIDDEN');
    expect(await codeOf('drop table missing')).toBe('BAD_SQL');
    const duplicate = await failureOf(run('insert into parents values (1)'));
    expect(duplicate.privileged).toMatchObject({
      sqlState: '23505',
      table: 'parents',
      constraint: 'parents_pkey',
    });
  });

  it('cancels at the time limit, and nothing is changed', async () => {
    const failure = await failureOf(
      database.client.execute(
        { statement: 'insert into items select 1 from pg_sleep(60)', timeout: 100 },
        testCall(),
      ),
    );
    expect(failure.code).toBe('TIMEOUT');
    expect(await ids()).toEqual([]);
  });

  it('says that the outcome is unknown when the connection is lost under a write', async () => {
    await using second = connectDatabase({ url: postgres.databaseUrl });
    // Destroying the client's side: Postgres never gets to say what became of it.
    const lost = failureOf(
      second.pools.general.withSession(
        { signal: new AbortController().signal, timeoutMs: 5_000, writes: true },
        async (session) => {
          const running = session.sql.run('insert into items select 1 from pg_sleep(1)');
          setImmediate(() => session.destroy());
          await running;
        },
      ),
    );
    expect((await lost).code).toBe('OUTCOME_UNKNOWN');
  });

  it.each([
    'insert into items select 1 from pg_sleep(60)',
    // It could call a function that writes.
    'select pg_sleep(60)',
  ])('leaves open what a terminated backend may have done: %s', async (statement) => {
    const running = failureOf(run(statement));
    await using second = connectDatabase({ url: postgres.databaseUrl });
    const terminate = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'";
    await eventually(
      async () => (await second.client.execute({ statement: terminate }, testCall())).rowCount === 1,
      'the statement runs',
    );
    expect((await running).code).toBe('OUTCOME_UNKNOWN');
    expect(await ids()).toEqual([]);
  });
});

describe('executeTransaction', () => {
  it('runs all statements, each with its own parameters and result', async () => {
    const results = await transact([
      { statement: 'insert into items values ($1), ($2)', params: [1, 2] },
      'savepoint a',
      'delete from items',
      'rollback to a',
      'select id from items order by id',
    ]);
    expect(results.map(({ command, rowCount }) => [command, rowCount])).toEqual([
      ['INSERT', 2],
      ['SAVEPOINT', 0],
      ['DELETE', 2],
      ['ROLLBACK', 0],
      ['SELECT', 2],
    ]);
    expect(await ids()).toEqual([1, 2]);
  });

  it('does nothing when one fails, and names it by its index', async () => {
    const failure = await failureOf(
      transact(['insert into items values (1)', 'insert into items values (1)', 'select 1']),
    );
    expect(failure).toMatchObject({
      code: 'CONFLICT',
      details: { index: 1 },
      privileged: { sqlState: '23505' },
    });
    expect(await ids()).toEqual([]);
  });

  it('names the index of a bad parameter too', async () => {
    const failure = await failureOf(
      transact(['insert into items values (1)', { statement: 'select $1::text', params: ['a\0'] }]),
    );
    expect(failure).toMatchObject({ code: 'BAD_USER_INPUT', details: { index: 1, parameter: 1 } });
    expect(await ids()).toEqual([]);
  });

  it.each([
    'commit',
    'rollback',
    'begin',
    'end',
    'abort',
    'start transaction',
    "prepare transaction 'x'",
    'commit and chain',
    'select 1; commit',
    'copy items from stdin',
    'listen x',
    '',
  ])('refuses %j before anything runs', async (statement) => {
    const failure = await failureOf(transact(['insert into items values (1)', statement]));
    expect(failure).toMatchObject({ code: 'BAD_SQL', details: { index: 1 } });
    expect(await ids()).toEqual([]);
  });

  it('refuses to end the transaction also in a text that the parser gives up on', async () => {
    const parser = createStatementParser({ inlineLength: 100, workerTimeoutMs: 1 });
    await using busy = connectDatabase({ url: postgres.databaseUrl, readUrl: postgres.readUrl }, { parser });
    const comment = `/* ${'x'.repeat(200)} /* nested */ */ -- ;\n`;
    for (const statement of [
      'commit',
      'ROLLBACK',
      'end',
      'abort',
      "prepare /* */ transaction 'x'",
      'begin',
    ]) {
      const statements = ['insert into items values (1)', comment + statement, 'select 1 / 0'];
      const failure = await failureOf(
        busy.client.executeTransaction(
          { statements: statements.map((each) => ({ statement: each })), isolation: 'READ_COMMITTED' },
          testCall(),
        ),
      );
      expect([statement, failure.code, failure.details]).toEqual([statement, 'BAD_SQL', { index: 1 }]);
      expect(await ids()).toEqual([]);
    }
    const statements = [{ statement: `${comment} insert into items values (1)` }];
    await busy.client.executeTransaction({ statements, isolation: 'READ_COMMITTED' }, testCall());
    expect(await ids()).toEqual([1]);
  });

  it('does not let a procedure commit in the middle', async () => {
    await run(
      'create or replace procedure commits() language plpgsql as $$ begin insert into items values (7); commit; end $$',
    );
    const failure = await failureOf(transact(['insert into items values (1)', 'call commits()']));
    expect(failure).toMatchObject({ code: 'BAD_SQL', details: { index: 1 } });
    expect(await ids()).toEqual([]);
  });

  it('reports a deferred constraint that fails at the end', async () => {
    const failure = await failureOf(
      transact(['set constraints all deferred', 'insert into items values (1, 99)']),
    );
    expect(failure).toMatchObject({ code: 'CONFLICT', privileged: { sqlState: '23503' } });
    expect(await ids()).toEqual([]);
  });

  it('runs at the isolation level that was asked for, and leaves none behind', async () => {
    const level = async (isolation: 'READ_COMMITTED' | 'REPEATABLE_READ' | 'SERIALIZABLE') =>
      (await transact(['show transaction_isolation'], isolation))[0]?.values[0]?.[0];
    expect(await level('READ_COMMITTED')).toBe('read committed');
    expect(await level('REPEATABLE_READ')).toBe('repeatable read');
    expect(await level('SERIALIZABLE')).toBe('serializable');
    expect((await run('show transaction_isolation')).values).toEqual([['read committed']]);
  });

  it('calls serialization failures and deadlocks conflicts that may be tried again', async () => {
    await run("insert into items values (1, null, 'a'), (2, null, 'b')");
    await using pair = connectDatabase({ url: postgres.databaseUrl }, { max: 2 });
    const crossed = (first: number, second: number) =>
      pair.client
        .executeTransaction(
          {
            isolation: 'SERIALIZABLE',
            statements: [
              { statement: `update items set note = 'x' where id = ${first}` },
              // Both wait here until both hold their first row.
              { statement: `select pg_advisory_xact_lock_shared(${first})` },
              { statement: 'select pg_sleep(0.2)' },
              { statement: `update items set note = 'y' where id = ${second}` },
            ],
          },
          testCall(),
        )
        .then(
          () => undefined,
          (error: unknown) => error,
        );
    const outcomes = await Promise.all([crossed(1, 2), crossed(2, 1)]);
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: 'CONFLICT', details: { retryable: true, index: 3 } });
    }
  });

  it('rolls all back at the time limit', async () => {
    const failure = await failureOf(
      database.client.executeTransaction(
        {
          statements: [{ statement: 'insert into items values (1)' }, { statement: 'select pg_sleep(60)' }],
          isolation: 'READ_COMMITTED',
          timeout: 200,
        },
        testCall(),
      ),
    );
    expect(failure.code).toBe('TIMEOUT');
    expect(await ids()).toEqual([]);
  });

  it('leaves no session state behind', async () => {
    await transact([
      'set session work_mem = 1234',
      'select pg_advisory_lock(5)',
      'create temp table t (a int)',
    ]);
    const { rows } = await run(
      "select current_setting('work_mem') as work_mem, to_regclass('t') as t, (select count(*)::int from pg_locks where locktype = 'advisory') as locks",
    );
    expect(rows).toEqual([{ work_mem: '4MB', t: null, locks: 0 }]);
  });
});

describe('explain', () => {
  const explain = async (statement: string, options: { analyze?: boolean; params?: unknown[] } = {}) =>
    await database.client.explain({ statement, analyze: false, ...options }, testCall());

  it('gives the plan as JSON and as text without running the statement', async () => {
    const { plan, text } = await explain('delete from items where id = $1', { params: [1] });
    expect(plan).toMatchObject([{ Plan: { 'Node Type': 'ModifyTable', Operation: 'Delete' } }]);
    expect(text).toMatch(/^Delete ModifyTable on items .*cost=/);
    expect(text).toMatch(/->\s+Index Scan using items_pkey on items/);
  });

  it('runs a reading statement with analyze', async () => {
    const { plan, text } = await explain('select * from items order by note', { analyze: true });
    expect(plan).toMatchObject([{ Plan: { 'Node Type': 'Sort', 'Actual Rows': 0 } }]);
    expect(text).toMatch(/actual time=/);
    expect(text).toMatch(/Execution Time: [\d.]+ ms/);
  });

  it.each([
    'delete from items',
    'with d as (delete from items returning *) select * from d',
    'create table x as select 1',
    'select 1; select 2',
    'explain select 1',
    'vacuum',
    '',
  ])('refuses to analyze %j', async (statement) => {
    await run('insert into items values (1)');
    expect((await failureOf(explain(statement, { analyze: true }))).code).toBe('BAD_SQL');
    expect(await ids()).toEqual([1]);
  });

  it('places an error where the caller wrote it', async () => {
    const failure = await failureOf(explain('select nope from items'));
    expect(failure.privileged).toMatchObject({ sqlState: '42703', position: 8 });
  });

  it('does not keep what an analyzed function did', async () => {
    await run(
      'create or replace function adds() returns int language sql as $$ insert into items values (9) returning id $$',
    );
    expect((await failureOf(explain('select adds()', { analyze: true }))).code).toMatch(/BAD_SQL|FORBIDDEN/);
    expect(await ids()).toEqual([]);
  });
});
