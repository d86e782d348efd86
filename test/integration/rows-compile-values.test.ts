import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Selected } from '../../src/upstream/postgres/rows/compile/query.ts';
import type { Column } from '../../src/upstream/postgres/rows/model/model.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { columns, compare, rowsQuery } from '../support/rows-queries.ts';

/** Type, a value in SQL, and what callers see of it. */
const golden: readonly (readonly [type: string, value: string, answer: unknown])[] = [
  ['boolean', 'true', true],
  ['smallint', '-7', -7],
  ['integer', '2147483647', 2147483647],
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['oid', '4294967295', '4294967295'],
  ['real', '1.1', 1.1],
  ['double precision', '0.1::float8 + 0.2::float8', 0.30000000000000004],
  ['numeric', '12345678901234567890.0100', '12345678901234567890.0100'],
  ['numeric(6, 2)', "'NaN'", 'NaN'],
  ['money', "'12.5'::numeric::money", '12.50'],
  ['text', `E'a"\\\\\\n\\u00e9'`, 'a"\\\né'],
  ['varchar(5)', "'abc'", 'abc'],
  ['char(3)', "'a'", 'a  '],
  ['"char"', "'x'", 'x'],
  ['name', "'n'", 'n'],
  ['uuid', "'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['bytea', `decode(repeat('00ff', 40), 'hex')`, Buffer.from('00ff'.repeat(40), 'hex').toString('base64')],
  ['date', "'2026-01-31'", '2026-01-31'],
  ['time', "'12:34:56.5'", '12:34:56.5'],
  ['timetz', "'12:34:56+02'", '12:34:56+02'],
  ['timestamp', "'2026-01-31 12:00:00.123456'", '2026-01-31T12:00:00.123456'],
  ['timestamptz', "'2026-01-31 12:00:00.123456+02'", '2026-01-31T10:00:00.123456+00:00'],
  ['interval', "'1 year 2 days 03:00'", 'P1Y2DT3H'],
  ['json', `'{"b":1, "a": [1.50]}'`, { b: 1, a: [1.5] }],
  ['jsonb', `'"x"'`, 'x'],
  ['xml', "'<a>1</a>'", '<a>1</a>'],
  ['inet', "'10.0.0.1'", '10.0.0.1'],
  ['cidr', "'10.0.0.0/8'", '10.0.0.0/8'],
  ['macaddr', "'08:00:2b:01:02:03'", '08:00:2b:01:02:03'],
  ['bit(3)', "B'101'", '101'],
  ['tsvector', "'a:1 b:2'", "'a':1 'b':2"],
  ['point', "'(1,2)'", '(1,2)'],
  ['int4range', "'[1,5)'", '[1,5)'],
  ['tstzrange', "'[2026-01-01 02:00+02,)'", '["2026-01-01 00:00:00+00",)'],
  ['int4multirange', "'{[1,2),[4,5)}'", '{[1,2),[4,5)}'],
  ['mood', "'ok'", 'ok'],
  ['odd_mood', "'so so'", 'so_so'],
  ['positive', '5', 5],
  ['big_positive', '5', '5'],
  [
    'address',
    `row('Main "St"', 9007199254740993, 'so so')`,
    { street: 'Main "St"', number: '9007199254740993', mood: 'so_so' },
  ],
  ['address', 'row(null, null, null)', { street: null, number: null, mood: null }],
  ['boolean[]', "'{t,null}'", [true, null]],
  [
    'integer[]',
    "'{{1,2},{3,null}}'",
    [
      [1, 2],
      [3, null],
    ],
  ],
  ['bigint[]', "'{9007199254740993,null}'", ['9007199254740993', null]],
  ['numeric[]', "'{1.10}'", ['1.10']],
  ['money[]', 'array[1::numeric::money, null]', ['1.00', null]],
  ['float8[]', "'{1.5,NaN,-Infinity,null}'", [1.5, null, null, null]],
  ['text[]', `'{"a,b",null,"\\"q\\""}'`, ['a,b', null, '"q"']],
  ['bytea[]', `array['\\x00ff'::bytea, null]`, ['AP8=', null]],
  ['timestamptz[]', "'{2026-01-31 00:00:00+02}'", ['2026-01-30T22:00:00+00:00']],
  ['jsonb[]', `array['{"a":1}'::jsonb, null]`, [{ a: 1 }, null]],
  ['mood[]', "'{ok,sad}'", ['ok', 'sad']],
  ['odd_mood[]', "'{so so,null,fine}'", ['so_so', null, 'fine']],
  ['int4range[]', `'{"[1,3)"}'`, ['[1,3)']],
  ['inet[]', "'{10.0.0.1}'", ['10.0.0.1']],
  ['address[]', `array[row('a', 1, null)::address, null]`, [{ street: 'a', number: '1', mood: null }, null]],
  ['tags', "'{a,b}'", ['a', 'b']],
];

/** What nobody may send back: not a number, or null in place of it. */
const unfinished = new Set(['numeric(6, 2)', 'float8[]', 'integer[]']);

let database: RowsDatabase;
beforeAll(async () => {
  const fields = golden.map(([type], index) => `v${index} ${type}`);
  database = await startRowsDatabase(`
    create type mood as enum ('sad', 'ok');
    create type odd_mood as enum ('so so', 'fine', 'it''s \\');
    create domain positive as int check (value > 0);
    create domain big_positive as bigint check (value > 0);
    create domain tags as text[];
    create type address as (street text, number bigint, mood odd_mood);
    create table golden (id int primary key, ${fields.join(', ')}, f real, g double precision);
    insert into golden values (1, ${golden.map(([, value]) => value).join(', ')}, 'NaN', '-Infinity');
    insert into golden (id) values (2);
    set timezone to 'Asia/Tokyo';
    set datestyle to 'German, DMY';
    set intervalstyle to 'sql_standard';
    set bytea_output to 'escape';
    set extra_float_digits to -3;
    set lc_monetary to 'C';
    set xmlbinary to 'hex';
    set standard_conforming_strings to off;
  `);
});
afterAll(() => database[Symbol.asyncDispose]());

/** All of it, composites whole. */
function whole({ name, type }: Pick<Column, 'name' | 'type'>): Selected {
  const composite = type.kind === 'array' ? type.item : type;
  const select =
    composite.kind === 'composite'
      ? composite.attributes.map((attribute) => ({ ...whole(attribute), key: attribute.apiName }))
      : undefined;
  return { key: name, kind: 'column', column: { name, type }, path: undefined, select };
}

describe('a value', () => {
  const cases = golden.map(([type, , answer], index) => ({ type, answer, name: `v${index}` }));

  it.each(cases)(
    'of type $type looks as it is said to, alone, in a list and where there is none',
    async (each) => {
      const table = database.table('golden');
      const column = table.columns.find(({ name }) => name === each.name);
      if (column === undefined) throw new Error(`${each.name} is not in the model`);
      const answer = await database.answer(rowsQuery(table, [whole(column)], { limit: 9 }));
      expect(answer).toEqual([{ [each.name]: each.answer }, { [each.name]: null }]);
    },
  );

  it.each(cases.filter(({ type }) => !unfinished.has(type)))(
    'of type $type that was read finds its row again',
    async ({ name, type, answer }) => {
      const table = database.table('golden');
      const where = compare(table, name, 'eq', type === 'char(3)' ? 'a' : answer);
      expect(await database.answer(rowsQuery(table, columns(table, 'id'), { where }))).toEqual([{ id: 1 }]);
      const among = compare(table, name, 'in', [answer]);
      expect(await database.answer(rowsQuery(table, columns(table, 'id'), { where: among }))).toEqual([
        { id: 1 },
      ]);
    },
  );

  it('that JSON has no number for is null', async () => {
    const table = database.table('golden');
    const answer = await database.answer(rowsQuery(table, columns(table, 'f', 'g'), { limit: 1 }));
    expect(answer).toEqual([{ f: null, g: null }]);
  });
});

describe('what cannot be a value', () => {
  const bad: readonly (readonly [type: string, value: unknown])[] = [
    ['boolean', 'true'],
    ['integer', '1'],
    ['integer', 1.5],
    ['bigint', '1; select 1'],
    ['bigint', 2 ** 60],
    ['double precision', Number.POSITIVE_INFINITY],
    ['numeric', '1e'],
    ['numeric', {}],
    ['text', 5],
    ['text', 'a\0b'],
    ['bytea', 'not base64!'],
    ['uuid', 7],
    ['mood', 'happy'],
    ['odd_mood', 'so so'],
    ['address', 'Main'],
    ['address', { street: 'a', zip: 'b' }],
    ['address', { number: 'x' }],
    ['boolean[]', [true, 'x']],
    ['bigint', '9'.repeat(1e6)],
    ['jsonb', () => 1],
  ];
  it.each(bad)('of type %s is refused', async (type, value) => {
    const table = database.table('golden');
    const name = `v${golden.findIndex(([each]) => each === type)}`;
    const where = compare(table, name, 'eq', value);
    const issue = { path: expect.arrayContaining(['where', name, 'eq']) };
    await expect(database.read(rowsQuery(table, columns(table, 'id'), { where }))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { issues: [issue] },
    });
  });
});
