import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, failureOf } from '../support/database-client.ts';
import { databaseEnv, serviceToken } from '../support/database-gateway.ts';
import { startTestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { testCall } from '../support/test-call.ts';

let postgres: TestPostgres;
let database: ReturnType<typeof connectDatabase>;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = connectDatabase({ url: postgres.databaseUrl, readUrl: postgres.readUrl });
  await run("create type mood as enum ('sad', 'so, so', 'happy')");
  await run('create domain positive as int check (value > 0)');
  await run('create table typed (id bigint primary key, mood mood, moods mood[], level positive)');
  await run(`insert into typed values (1, 'happy', '{sad,"so, so"}', 3)`);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await postgres.stop();
});

const run = async (statement: string) => await database.client.execute({ statement }, testCall());
const query = async (statement: string, params?: unknown[], maxRows = 1000) =>
  await database.client.query({ statement, params, maxRows }, testCall());
const valueFor = async (expression: string, params?: unknown[]) =>
  (await query(`select ${expression} as value`, params)).values[0]?.[0];

/** An expression for JSON text. */
const nested = (levels: number) => `repeat('[', ${levels}) || repeat(']', ${levels})`;

describe('values of sql', () => {
  it.each([
    ['9223372036854775807::int8', '9223372036854775807'],
    ['32767::int2', 32767],
    ['-2147483648', -2147483648],
    ['1.10::numeric', '1.10'],
    ["'NaN'::numeric", 'NaN'],
    ['0.1::float8 + 0.2::float8', 0.30000000000000004],
    ["'NaN'::float8", 'NaN'],
    ["'-Infinity'::float4", '-Infinity'],
    ['true', true],
    ['null::bool', null],
    ["'\\x00ff'::bytea", 'AP8='],
    ["'2026-01-31 12:00:00.123456+05:30'::timestamptz", '2026-01-31T06:30:00.123456Z'],
    ["'2026-01-31 12:00:00+00'::timestamptz", '2026-01-31T12:00:00Z'],
    ["'infinity'::timestamptz", 'infinity'],
    ["'0044-03-15 12:00:00+00 BC'::timestamptz", '0044-03-15 12:00:00+00 BC'],
    ["'2026-01-31 12:00:00.5'::timestamp", '2026-01-31T12:00:00.5'],
    ["'2026-01-31'::date", '2026-01-31'],
    ["'12:00:00.000001'::time", '12:00:00.000001'],
    ["'1 day 2 hours'::interval", '1 day 02:00:00'],
    [
      `'{"n":12345678901234567890,"m":1.5,"k":0.1234567890123456789}'::jsonb`,
      { n: '12345678901234567890', m: 1.5, k: '0.1234567890123456789' },
    ],
    ["'[1,2]'::json", [1, 2]],
    ["'null'::jsonb", null],
    [`(${nested(256)})::json`, JSON.parse('['.repeat(256) + ']'.repeat(256))],
    [`(${nested(257)})::json`, '['.repeat(257) + ']'.repeat(257)],
    [`(${nested(5000)})::jsonb`, '['.repeat(5000) + ']'.repeat(5000)],
    [`array[(${nested(5000)})::json]`, ['['.repeat(5000) + ']'.repeat(5000)]],
    ['array[1,2,null]', [1, 2, null]],
    [
      'array[[1,2],[3,4]]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["'[0:1]={1,2}'::int[]", [1, 2]],
    ["'{}'::text[]", []],
    [`array['a,b', 'c"d', 'e\\f', '', 'NULL', null, '{}']`, ['a,b', 'c"d', 'e\\f', '', 'NULL', null, '{}']],
    ['array[9223372036854775807]', ['9223372036854775807']],
    [`array['{"a":[1]}'::jsonb]`, [{ a: [1] }]],
    ["array['2026-01-31 12:00:00+00'::timestamptz]", ['2026-01-31T12:00:00Z']],
    ["array['\\x00'::bytea]", ['AA==']],
    ["array['(1,2),(3,4)'::box, '(5,6),(7,8)'::box]", ['(3,4),(1,2)', '(7,8),(5,6)']],
    ['\'a\'::"char"', 'a'],
    ['int4range(1, 5)', '[1,5)'],
    ["'6b1f6e5c-3d0f-4a53-9f0b-000000000000'::uuid", '6b1f6e5c-3d0f-4a53-9f0b-000000000000'],
    ["row(1, 'x')", '(1,x)'],
    ["''", ''],
  ])('reads %s', async (expression, expected) => {
    expect(await valueFor(expression)).toEqual(expected);
  });

  it('answers over HTTP however deep JSON is nested', async () => {
    await using gateway = await startTestGateway(databaseEnv(postgres.databaseUrl));
    const statement = `select (${nested(6000)})::json as deep, 1 as x`;
    const answer = await gateway.graphql(gql(`query ($s: String!) { sql(statement: $s) { values rows } }`), {
      token: serviceToken,
      variables: { s: statement },
    });
    const deep = '['.repeat(6000) + ']'.repeat(6000);
    expect(answer.data).toEqual({ sql: { values: [[deep, 1]], rows: [{ deep, x: 1 }] } });
  });

  it('says when a plan is nested too deep', async () => {
    let statement = 'select 1 as x';
    // Each level is an object and a list in the plan.
    for (let level = 0; level < 140; level += 1)
      statement = `select x from (${statement} offset 0) s limit 5`;
    const failure = await failureOf(database.client.explain({ statement, analyze: false }, testCall()));
    expect(failure.code).toBe('PAYLOAD_TOO_LARGE');
    expect((await query(`explain ${statement}`)).rowCount).toBeGreaterThan(100);
  });

  it('keeps moments in UTC when the statement itself changes the time zone', async () => {
    const { values } = await query(
      "select set_config('TimeZone', 'Asia/Kolkata', true), '2026-01-31 23:30:00.123456+00'::timestamptz",
    );
    expect(values[0]?.[1]).toBe('2026-01-31T23:30:00.123456Z');
  });

  it('keeps repeated column names in values, and __proto__ as a column like any other', async () => {
    const result = await query('select 1 as a, 2 as a, 3 as "__proto__", 4 as "constructor"');
    expect(result.values).toEqual([[1, 2, 3, 4]]);
    const [row] = result.rows;
    expect(JSON.stringify(row)).toBe('{"a":2,"__proto__":3,"constructor":4}');
    expect(Object.getPrototypeOf(row)).toBeNull();
  });

  it('names types and tables of columns, also of types that the database made itself', async () => {
    const { columns, rows } = await query(
      "select id, mood, moods, level, 1 + id as sum, 'x'::varchar(3) as v from typed",
    );
    expect(columns.map(({ name, type, tableOid }) => [name, type, tableOid !== null])).toEqual([
      ['id', 'bigint', true],
      ['mood', 'mood', true],
      ['moods', 'mood[]', true],
      ['level', 'integer', true],
      ['sum', 'bigint', false],
      ['v', 'character varying', false],
    ]);
    expect(rows).toEqual([{ id: '1', mood: 'happy', moods: ['sad', 'so, so'], level: 3, sum: '2', v: 'x' }]);
  });

  it('sees a type under its new name after it was renamed here', async () => {
    await run("create type before as enum ('x')");
    expect((await query("select 'x'::before as value")).columns[0]?.type).toBe('before');
    await run('alter type before rename to after');
    expect((await query("select 'x'::after as value")).columns[0]?.type).toBe('after');
  });

  it('answers a result without columns and one without rows', async () => {
    expect(await query('select from typed')).toMatchObject({ rows: [{}], columns: [], rowCount: 1 });
    expect(await query('select 1 as a where false')).toMatchObject({
      rows: [],
      rowCount: 0,
      truncated: false,
    });
  });

  it.each([
    ['select 1 as a', 'SELECT'],
    ['values (1), (2)', 'SELECT'],
    ['table typed', 'SELECT'],
    ['with x as (select 1 as a) select * from x;', 'SELECT'],
    ['(select 1) union (select 2) order by 1 -- and a comment', 'SELECT'],
    ['show server_version', 'SHOW'],
    ['explain select 1', 'EXPLAIN'],
    ['explain analyze select 1', 'EXPLAIN'],
    ['explain (costs off) table typed', 'EXPLAIN'],
    ['/* first */ select /* second /* nested */ */ 1 as ü', 'SELECT'],
  ])('runs %s', async (statement, command) => {
    expect((await query(statement)).command).toBe(command);
  });
});

describe('parameters of sql', () => {
  it.each([
    ['$1::text', ['it\'s "quoted" \\ ü \u{1f600}'], 'it\'s "quoted" \\ ü \u{1f600}'],
    ['$1::int + 1', [41], 42],
    ['$1::bool', [false], false],
    ['$1::int is null', [null], true],
    ['$1::numeric', [0.1], '0.1'],
    ['$1::int8', ['9223372036854775807'], '9223372036854775807'],
    ['$1::jsonb', [{ a: [1, { b: null }] }], { a: [1, { b: null }] }],
    ['$1::jsonb', [[1, 'x', [true]]], [1, 'x', [true]]],
    ['$1::int[]', [[1, null, 3]], [1, null, 3]],
    [
      '$1::int[]',
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['$1::text[]', [['a,b', '"', '\\', 'NULL', '']], ['a,b', '"', '\\', 'NULL', '']],
    ['$1::text[]', [[]], []],
    ['$1::jsonb[]', [['x', { a: 1 }]], ['x', { a: 1 }]],
    ['$2::int - $1::int', [1, 3], 2],
    ['1 = any ($1::int[]) and $2::text = $3', [[1, 2], 'a', 'a'], true],
  ])('binds %s with %j', async (expression, params, expected) => {
    expect(await valueFor(expression, params)).toEqual(expected);
  });

  it.each([
    ['a number beyond 2^53', [2 ** 53]],
    ['such a number deep inside', [{ a: [1, { b: -(2 ** 60) }] }]],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['NUL in a string', ['a\0b']],
    ['NUL in JSON', [{ a: 'x\0' }]],
    ['too deep JSON', [JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`)]],
  ])('refuses %s and names the parameter', async (_name, params) => {
    const failure = await failureOf(query('select $1::jsonb', params));
    expect(failure.code).toBe('BAD_USER_INPUT');
    expect(failure.message).toMatch(/\$1/);
    expect(failure.details['parameter']).toBe(1);
  });

  it('names the parameter that does not fit its type', async () => {
    const failure = await failureOf(query('select $1::text, $2::int', ['x', 'not a number']));
    expect(failure).toMatchObject({
      code: 'BAD_SQL',
      details: { parameter: 2 },
      privileged: { sqlState: '22P02' },
    });
  });

  it('says that the number of parameters is wrong', async () => {
    expect((await failureOf(query('select $1::int'))).code).toBe('BAD_USER_INPUT');
    expect((await failureOf(query('select $1::int', [1, 2]))).code).toMatch(/BAD_USER_INPUT|BAD_SQL/);
    expect(await valueFor('1')).toBe(1);
  });

  it.each([
    { maxRows: 0 },
    { maxRows: -1 },
    { maxRows: 1.5 },
    { maxRows: 10 ** 9 },
    { timeout: 0 },
    { timeout: 10 ** 9 },
  ])('refuses the limits %j', async (limits) => {
    const failure = await failureOf(database.client.query({ statement: 'select 1', ...limits }, testCall()));
    expect(failure.code).toBe('BAD_USER_INPUT');
  });
});

describe('errors of sql', () => {
  it.each([
    ['select nope from typed', '42703', 'nope'],
    ['select *\nfrom typed\nwhere id = = 1', '42601', '= 1'],
    ["select 'ü', \u{1f600} nope from typed", undefined, undefined],
    ['select * from missing', '42P01', 'missing'],
    ['select missing()', '42883', 'missing'],
    ["explain select 'x', nope from typed", '42703', 'nope'],
  ])('places the error of %j where the caller wrote it', async (statement, sqlState, at) => {
    const { code, privileged } = await failureOf(query(statement));
    expect(code).toBe('BAD_SQL');
    if (sqlState === undefined || at === undefined) return;
    expect(privileged['sqlState']).toBe(sqlState);
    expect([...statement].slice(Number(privileged['position']) - 1).join('')).toMatch(new RegExp(`^${at}`));
  });

  it('hands on hints, and never puts SQL into the message', async () => {
    const failure = await failureOf(query('select iid from typed'));
    expect(failure.privileged['hint']).toContain('typed.id');
    expect(failure.message).not.toContain('iid');
  });

  it('reports an error that only shows when rows are read', async () => {
    const failure = await failureOf(query('select 1 / (3 - g) from generate_series(1, 5) g'));
    expect(failure.privileged['sqlState']).toBe('22012');
  });
});

describe('limits of sql', () => {
  it('truncates ten million rows with flat memory', async () => {
    const before = process.memoryUsage().rss;
    const result = await query('select g, g::text from generate_series(1, 10000000) g', undefined, 500);
    expect(result).toMatchObject({ rowCount: 500, truncated: true });
    expect(result.rows).toHaveLength(500);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('is not truncated at exactly maxRows', async () => {
    expect(await query('select generate_series(1, 5)', undefined, 5)).toMatchObject({
      rowCount: 5,
      truncated: false,
    });
  });

  it('cuts SHOW off at maxRows as well', async () => {
    expect(await query('show all', undefined, 3)).toMatchObject({ rowCount: 3, truncated: true });
  });

  it('cuts a result off that is too large in bytes, and the connection goes on', async () => {
    const limits = { maxResultBytes: 1_000_000 };
    await using small = connectDatabase({ url: postgres.databaseUrl, readUrl: postgres.readUrl }, { limits });
    const statement = "select repeat('x', 100000) as text from generate_series(1, 900)";
    const result = await small.client.query({ statement }, testCall());
    expect(result.truncated).toBe(true);
    expect(result.columns[0]?.name).toBe('text');
    expect(result.rowCount).toBeGreaterThan(0);
    expect(result.rowCount).toBeLessThan(100);
    expect((await small.client.query({ statement: 'select 1 as x' }, testCall())).rows).toEqual([{ x: 1 }]);
  });

  it('refuses a single row over the limit without holding it in memory', async () => {
    const limits = { maxResultBytes: 1_000_000 };
    await using small = connectDatabase({ url: postgres.databaseUrl, readUrl: postgres.readUrl }, { limits });
    const statement = "select repeat('x', 100000000)";
    expect((await failureOf(small.client.query({ statement }, testCall()))).code).toBe('PAYLOAD_TOO_LARGE');
    expect((await small.client.query({ statement: 'select 1 as x' }, testCall())).rows).toEqual([{ x: 1 }]);
  });
});
