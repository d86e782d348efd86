import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Condition, Operator, State } from '../../src/upstream/postgres/rows/compile/query.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { columnOf, functionOf } from '../support/rows-model.ts';
import {
  argumentsOf,
  by,
  columns,
  compare,
  is,
  many,
  one,
  related,
  rowsQuery,
} from '../support/rows-queries.ts';

let database: RowsDatabase;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create extension citext schema extensions;
    create extension hstore schema extensions;
    create type mood as enum ('sad', 'so so', 'happy');
    create type place as (x int, y text);
    create domain short as text check (length(value) < 9);
    create table things (
      id int primary key, i int, l bigint, f float8, n numeric, m money, b bool, t text, v varchar(20), c char(4), d short,
      ci extensions.citext, u uuid, ts timestamptz, lt timestamp, day date, tm time, iv interval, by bytea, mood mood,
      j json, jb jsonb, ia int[], ta text[], moods mood[], r int4range, tr tstzrange, mr int4multirange, p place,
      pt point, x xml, ip inet, tsv tsvector, h extensions.hstore
    );
    insert into things select n, n, n * 10000000000, n / 4.0, n / 8.0, n::numeric::money, n % 2 = 0, 'Text ' || n, 'v' || n, 'c' || n,
      'd' || n, 'CI' || n, ('00000000-0000-0000-0000-00000000000' || n)::uuid, '2026-01-01Z'::timestamptz + n * interval '1 day',
      '2026-01-01'::timestamp + n * interval '1 hour', '2026-01-01'::date + n, '00:00'::time + n * interval '1 minute',
      n * interval '1 day', decode('0' || n, 'hex'), (enum_range(null::mood))[n % 3 + 1],
      json_build_object('a', n, 'b', json_build_array('x' || n, n % 2 = 0, null)), json_build_object('a', n, 'b', json_build_array('x' || n, n % 2 = 0, null), 'k' || n, n),
      array[n, n + 1], array['a' || n, 'b'], array[(enum_range(null::mood))[n % 3 + 1]], int4range(n, n + 3),
      tstzrange('2026-01-01Z'::timestamptz + n * interval '1 day', null), int4multirange(int4range(n, n + 2)), row(n, 'y' || n)::place,
      point(n, n), ('<n>' || n || '</n>')::xml, ('10.0.0.' || n)::inet, to_tsvector('english', 'running ' || n || ' dogs'),
      extensions.hstore('k' || n, 'v')
      from generate_series(1, 6) n;
    insert into things (id) values (7);
    create table parents (id int primary key, thing_id int references things);
    insert into parents select n, n from generate_series(1, 7) n;
    create function label(things) returns text stable language sql as $$ select 'label ' || $1.id $$;
  `);
});
afterAll(() => database[Symbol.asyncDispose]());

const things = () => database.table('things');

async function idsOf(where: Condition): Promise<number[]> {
  const answer = (await database.answer(
    rowsQuery(things(), columns(things(), 'id'), { where, orderBy: [by(things(), 'id')] }),
  )) as { id: number }[];
  return answer.map(({ id }) => id);
}

async function plain(condition: string): Promise<number[]> {
  const rows = await database.run(`select id from things where ${condition} order by id`);
  return rows.map(({ id }) => Number(id));
}

const cases: readonly (readonly [column: string, operator: Operator, value: unknown, sql: string])[] = [
  ...(['eq', 'neq', 'gt', 'gte', 'lt', 'lte'] as const).flatMap((operator) => {
    const symbol = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' }[operator];
    const values: [string, unknown, string][] = [
      ['i', 3, '3'],
      ['l', '30000000000', '30000000000'],
      ['f', 0.75, '0.75'],
      ['n', '0.375', '0.375'],
      ['m', '3', "'3'::money"],
      ['t', 'Text 3', "'Text 3'"],
      ['v', 'v3', "'v3'"],
      ['c', 'c3', "'c3'"],
      ['d', 'd3', "'d3'"],
      ['ci', 'ci3', "'ci3'::extensions.citext"],
      ['u', '00000000-0000-0000-0000-000000000003', "'00000000-0000-0000-0000-000000000003'"],
      ['ts', '2026-01-04T02:00:00+02:00', "'2026-01-04Z'"],
      ['lt', '2026-01-01T03:00:00', "'2026-01-01 03:00'"],
      ['day', '2026-01-04', "'2026-01-04'"],
      ['tm', '00:03', "'00:03'"],
      ['iv', 'P3D', "'3 days'"],
      ['by', 'Aw==', "'\\x03'"],
      ['mood', 'so_so', "'so so'"],
      ['ia', [3, 4], "'{3,4}'"],
      ['r', '[3,6)', "'[3,6)'"],
      ['p', { x: 3, y: 'y3' }, "row(3, 'y3')::place"],
    ];
    return values.map(
      ([column, value, sql]) => [column, operator, value, `${column} ${symbol} ${sql}`] as const,
    );
  }),
  ['b', 'eq', false, 'b = false'],
  ['j', 'eq', { b: ['x1', false, null], a: 1 }, 'id = 1'],
  ['jb', 'neq', { a: 1 }, 'jb is not null'],
  ['pt', 'eq', '(2,2)', 'id = 2'],
  ['x', 'eq', '<n>2</n>', 'id = 2'],
  ['ip', 'eq', '10.0.0.2', 'id = 2'],
  ['i', 'in', [1, 2, 99], 'i in (1, 2, 99)'],
  ['i', 'notIn', [1, 2], 'i not in (1, 2)'],
  ['i', 'notIn', [], 'true'],
  ['t', 'in', ['Text 1', 'a,b"\\'], "t = 'Text 1'"],
  ['m', 'in', ['1', '2.00'], 'id in (1, 2)'],
  ['m', 'notIn', ['1'], 'id between 2 and 6'],
  ['ia', 'in', [[1, 2], [9]], 'id = 1'],
  ['mood', 'in', ['happy', 'so_so'], "mood in ('happy', 'so so')"],
  ['ci', 'in', ['ci1', 'Ci2'], 'id in (1, 2)'],
  ['p', 'in', [{ x: 1, y: 'y1' }], 'id = 1'],
  ['jb', 'in', [{ a: 1, k1: 1, b: ['x1', false, null] }], 'id = 1'],
  ['t', 'like', 'Te__ 1', 'id = 1'],
  ['t', 'ilike', 'te%', 't is not null'],
  ['c', 'like', 'c1%', 'id = 1'],
  ['ci', 'like', 'ci1', 'id = 1'],
  ['d', 'like', 'a pattern longer than the domain%', 'false'],
  ['ip', 'like', '%.3%', 'id = 3'],
  ['t', 'match', '^T.* [12]$', 'id in (1, 2)'],
  ['t', 'imatch', '^t.* [12]$', 'id in (1, 2)'],
  ['jb', 'contains', { b: ['x1'] }, 'id = 1'],
  ['jb', 'containedBy', { a: 1, b: ['x1', false, null], k1: 1, z: 2 }, 'id = 1'],
  ['j', 'contains', { a: 2 }, 'id = 2'],
  ['jb', 'hasKey', 'k3', 'id = 3'],
  ['j', 'hasKey', 'a', 'j is not null'],
  ['h', 'hasKey', 'k3', 'id = 3'],
  ['ia', 'contains', [2], '2 = any (ia)'],
  ['ia', 'containedBy', [1, 2, 3], 'id in (1, 2)'],
  ['ia', 'overlaps', [2], '2 = any (ia)'],
  ['ta', 'contains', ['b'], 'ta is not null'],
  ['moods', 'overlaps', ['so_so'], "mood = 'so so'"],
  ['r', 'contains', '[2,4)', 'id in (1, 2)'],
  ['r', 'contains', '3', 'r @> 3'],
  ['r', 'contains', 'empty', 'r is not null'],
  ['r', 'containedBy', '[1,7)', "r <@ '[1,7)'::int4range"],
  ['r', 'overlaps', '[8,10)', "r && '[8,10)'::int4range"],
  ['r', 'rangeGt', '[0,3)', "r >> '[0,3)'::int4range"],
  ['r', 'rangeGte', '[3,9)', "r &> '[3,9)'::int4range"],
  ['r', 'rangeLt', '[6,9)', "r << '[6,9)'::int4range"],
  ['r', 'rangeLte', '[1,5)', "r &< '[1,5)'::int4range"],
  ['r', 'rangeAdjacent', '[6,7)', "r -|- '[6,7)'::int4range"],
  ['tr', 'contains', '2026-01-03T00:00:00Z', 'id in (1, 2)'],
  ['mr', 'contains', '{[3,4)}', 'id in (2, 3)'],
  ['mr', 'overlaps', '{[3,4)}', 'id in (2, 3)'],
];

describe('a comparison', () => {
  it.each(cases)('of %s by %s with %j finds what SQL finds', async (column, operator, value, sql) => {
    const where = compare(things(), column, operator, value);
    expect(await idsOf(where)).toEqual(await plain(sql));
    // As in SQL what is not known is neither.
    const negated = await plain(sql === 'true' ? 'false' : `not (${sql}) and ${column} is not null`);
    expect(await idsOf({ kind: 'not', of: where })).toEqual(negated);
  });

  const inJson: readonly (readonly [path: string[], operator: Operator, value: unknown, sql: string])[] = [
    [['a'], 'eq', 3, 'id = 3'],
    [['a'], 'gt', 3, 'id between 4 and 6'],
    [['a'], 'in', [1, 2, '3'], 'id in (1, 2)'],
    [['b', '0'], 'eq', 'x2', 'id = 2'],
    [['b', '0'], 'like', 'x%', 'jb is not null'],
    [['b', '-2'], 'eq', true, 'id in (2, 4, 6)'],
    [['b'], 'contains', ['x1'], 'id = 1'],
    [['it"s', '\\'], 'eq', 1, 'false'],
  ];
  it.each(inJson)('at %j by %s with %j looks into json', async (path, operator, value, sql) => {
    for (const column of ['jb', 'j']) {
      expect(await idsOf(compare(things(), column, operator, value, path))).toEqual(await plain(sql));
    }
  });

  const states: readonly (readonly [string, State, string, string[] | undefined])[] = [
    ['t', 'NULL', 't is null', undefined],
    ['t', 'NOT_NULL', 't is not null', undefined],
    ['p', 'NOT_NULL', 'id < 7', undefined],
    ['b', 'TRUE', 'b', undefined],
    ['b', 'FALSE', 'not b', undefined],
    ['b', 'UNKNOWN', 'b is null', undefined],
    ['jb', 'NULL', 'jb is null', undefined],
    ['jb', 'NULL', 'true', ['b', '2']],
    ['jb', 'NOT_NULL', 'jb is not null', ['a']],
    ['jb', 'TRUE', 'b', ['b', '1']],
    ['j', 'FALSE', 'not b', ['b', '1']],
    ['j', 'UNKNOWN', 'true', ['b', '2']],
  ];
  it.each(states)('finds %s that is %s', async (column, state, sql, path) => {
    expect(await idsOf(is(things(), column, state, path))).toEqual(await plain(sql));
  });

  it.each([
    ['tsv', 'PLAIN', 'run dog', 'tsv is not null'],
    ['tsv', 'PLAIN', 'cat', 'false'],
    ['t', 'PLAIN', 'texts 3', 'id = 3'],
    ['t', 'PHRASE', 'text 3', 'id = 3'],
    ['t', 'PHRASE', '3 text', 'false'],
    ['t', 'WEB', 'text -3', 't is not null and id <> 3'],
    ['ci', 'PLAIN', 'ci3', 'id = 3'],
    ['jb', 'PLAIN', 'x3', 'id = 3'],
  ] as const)('searches %s for %s words: %s', async (column, type, query, sql) => {
    const operand = { kind: 'column', column: columnOf(things(), column), path: undefined } as const;
    for (const config of ['english', undefined]) {
      const found = await idsOf({ kind: 'textSearch', operand, query, config, type });
      if (config !== undefined || query !== 'texts 3') expect(found).toEqual(await plain(sql));
    }
  });

  it.each([null, undefined])('with %s is refused, in lists as well', async (value) => {
    for (const [where, path] of [
      [compare(things(), 'i', 'eq', value), ['where', 'i', 'eq']],
      [compare(things(), 'i', 'in', [1, value]), ['where', 'i', 'in', '1']],
    ] as const) {
      await expect(idsOf(where)).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { issues: [{ path }] },
      });
    }
  });

  it('takes nothing of a caller into the text', async () => {
    const hostile = `'; drop table things; -- $1 "`;
    for (const operator of ['eq', 'like', 'match', 'in'] as const) {
      const value = operator === 'in' ? [hostile] : operator === 'match' ? `${hostile}{9}` : hostile;
      expect(await idsOf(compare(things(), 't', operator, value))).toEqual([]);
    }
    expect(await idsOf(compare(things(), 'jb', 'eq', hostile, [hostile]))).toEqual([]);
    expect(await idsOf(compare(things(), 'jb', 'hasKey', hostile))).toEqual([]);
  });
});

describe('conditions together', () => {
  const one3 = (): Condition => compare(things(), 'i', 'lte', 3);
  const two = (): Condition => compare(things(), 'i', 'gte', 2);
  it('are all, any or none of them', async () => {
    expect(await idsOf({ kind: 'and', of: [one3(), two()] })).toEqual([2, 3]);
    expect(
      await idsOf({ kind: 'or', of: [compare(things(), 'i', 'eq', 1), compare(things(), 'i', 'eq', 5)] }),
    ).toEqual([1, 5]);
    expect(await idsOf({ kind: 'not', of: { kind: 'and', of: [one3(), two()] } })).toEqual([1, 4, 5, 6]);
    expect(await idsOf({ kind: 'and', of: [] })).toHaveLength(7);
    expect(await idsOf({ kind: 'or', of: [] })).toEqual([]);
    expect(await idsOf({ kind: 'not', of: { kind: 'or', of: [] } })).toHaveLength(7);
  });

  it('may be 500, nested 12 deep', async () => {
    const leaves = Array.from({ length: 488 }, (_, n) => compare(things(), 'i', 'neq', 100 + n));
    const nested = Array.from({ length: 12 }).reduce<Condition>((of) => ({ kind: 'and', of: [of] }), {
      kind: 'and',
      of: leaves,
    });
    expect(await idsOf(nested)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a search path that leads elsewhere', () => {
  it('and what earlier callers left behind change nothing', async () => {
    const query = () =>
      rowsQuery(
        things(),
        [
          ...columns(things(), 'id', 'l', 'f', 'by', 'mood', 'jb', 'ia'),
          many(things(), 'parents', columns(database.table('parents'), 'id'), { limit: 3 }),
          {
            key: 'label',
            kind: 'computed',
            fn: functionOf(things().computed, 'label'),
            args: argumentsOf(functionOf(things().computed, 'label'), {}),
            select: undefined,
            page: undefined,
          },
        ],
        {
          where: {
            kind: 'and',
            of: [
              compare(things(), 'i', 'in', [1, 2, 3]),
              compare(things(), 't', 'like', 'Text%'),
              compare(things(), 'l', 'lt', '30000000000'),
              related(things(), 'parents', 'some'),
              compare(things(), 'ci', 'eq', 'CI2'),
            ],
          },
          orderBy: [by(things(), 'id')],
        },
      );
    const before = await database.answer(query());
    expect(before).toMatchObject([{ id: 2, parents: [{ id: 2 }], label: 'label 2' }]);
    await database.run(`
      create schema evil;
      create function evil.no(anyelement, anyelement) returns bool language sql as 'select false';
      create function evil.row_to_json(record) returns json language plpgsql as 'begin return null; end';
      create function evil.encode(bytea, text) returns text language sql as $$ select 'evil' $$;
      create function evil.translate(text, text, text) returns text language sql as $$ select 'evil' $$;
      create function evil.label(public.things) returns text language sql as $$ select 'evil' $$;
      create operator evil.= (function = evil.no, leftarg = anyelement, rightarg = anyelement);
      create operator evil.< (function = evil.no, leftarg = anyelement, rightarg = anyelement);
      create domain evil.text as pg_catalog.text check (false);
      create domain evil.int8 as pg_catalog.int8 check (false);
      create temp table things as select * from public.things limit 0;
      create temp table parents as select * from public.parents limit 0;
      create domain pg_temp.text as pg_catalog.text check (false);
      set search_path to pg_temp, evil, pg_catalog;
    `);
    try {
      expect(await database.answer(query())).toEqual(before);
    } finally {
      await database.run(
        'set search_path to public; drop schema evil cascade; drop table pg_temp.things, pg_temp.parents',
      );
    }
  });

  it('is not needed by any name of a type', async () => {
    const where = compare(things(), 'mood', 'eq', 'so_so');
    const selected = [...columns(things(), 'id', 'mood', 'h'), one(database.table('parents'), 'thing', [])];
    await database.run('set search_path to pg_temp');
    expect(await database.answer(rowsQuery(things(), selected.slice(0, 3), { where }))).toHaveLength(2);
    await database.run('set search_path to public');
  });
});
