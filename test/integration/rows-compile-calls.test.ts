import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallQuery, Page, Selected } from '../../src/upstream/postgres/rows/compile/query.ts';
import type { Attribute, RowsFunction } from '../../src/upstream/postgres/rows/model/model.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { functionOf } from '../support/rows-model.ts';
import { argumentsOf, by, columns, compare, orderTerm, pageOf, rowsQuery } from '../support/rows-queries.ts';

let database: RowsDatabase;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create type pair as (x int, y bigint);
    create type odd as enum ('a b', 'c');
    create table people (id int primary key, first text not null, last text);
    insert into people values (1, 'Ada', 'L'), (2, 'Bob', null), (3, 'Cid', 'K');
    create table calls (id int generated always as identity, what text);
    create function plus(a int, b int default 10, c int default 100) returns int immutable language sql as 'select a + b + c';
    create function unnamed(int, int default 5) returns int immutable language sql as 'select $1 * $2';
    create function total(variadic numbers bigint[]) returns bigint stable language sql as 'select coalesce(sum(n), 0)::bigint from unnest(numbers) n';
    create function nothing(what text) returns void volatile language sql as 'insert into calls (what) values (what)';
    create function noted(what text) returns float8 volatile language plpgsql as 'begin insert into calls (what) values (what); return ''NaN''; end';
    create function noted_rows(what text) returns setof people volatile language plpgsql as 'begin insert into calls (what) values (what); return query table people; end';
    create function a_pair(no bool) returns pair stable language sql as 'select row(1, 9007199254740993)::pair where not no';
    create function pairs() returns setof pair stable language sql as 'values (1, 2::bigint), (3, null)';
    create function odds() returns setof odd stable language sql as $$ values ('a b'::odd), (null), ('c') $$;
    create function bounds(out low int, out high bigint) stable language sql as 'select 1, 2::bigint';
    create function lines(n int) returns table (no int, "te""xt" text) stable language sql as $$ select g, 'line ' || g from generate_series(1, n) g $$;
    create function some_records(n int) returns setof record stable language sql as $$ select g, array['x'] from generate_series(1, n) g $$;
    comment on function some_records(int) is '@graphql({"columns": {"no": "int", "te\\"xt": "text[]"}})';
    create function a_record() returns record stable language plpgsql as $$ declare r record; begin select 7, 'ok'::text into r; return r; end $$;
    comment on function a_record() is '@graphql({"columns": {"no": "int", "said": "text"}})';
    create function first_person(after int) returns people stable language sql as 'select * from people where id > after order by id limit 1';
    create function people_after(beyond int) returns setof people stable language sql as 'select * from people where id > beyond';
    create function full_name(people, glue text default ' ') returns text stable language sql as 'select $1.first || glue || $1.last';
    create function odd_of(people) returns odd stable language sql as $$ select 'a b'::odd $$;
    create function pair_of(people) returns pair stable language sql as 'select row($1.id, 2)::pair';
    create function others(people) returns setof people stable language sql as 'select * from people p where p.id <> $1.id';
    create function next_person(people) returns people stable language sql as 'select * from people p where p.id > $1.id order by id limit 1';
    create function letters(people) returns setof text stable language sql as $$ select regexp_split_to_table($1.first, '') $$;
  `);
});
afterAll(() => database[Symbol.asyncDispose]());

const fn = (name: string): RowsFunction => functionOf(database.model.functions, name);
const people = () => database.table('people');
const computed = (name: string): RowsFunction => functionOf(people().computed, name);

function call(
  name: string,
  values: Readonly<Record<string, unknown>> = {},
  part: Partial<CallQuery> = {},
): CallQuery {
  const args = argumentsOf(fn(name), values);
  return { kind: 'call', fn: fn(name), args, select: [], limit: undefined, offset: undefined, ...part };
}

function attributes(own: readonly Attribute[]): Selected[] {
  return own.map((attribute) => ({
    key: attribute.apiName,
    kind: 'column',
    column: attribute,
    path: undefined,
    select: undefined,
  }));
}

const typeAttributes = (name: string): Selected[] => {
  const { returns } = fn(name);
  if (returns.kind === 'record') return attributes(returns.attributes);
  if (returns.kind === 'value' && returns.type.kind === 'composite')
    return attributes(returns.type.attributes);
  throw new Error(`${name} gives neither`);
};

describe('a function', () => {
  it('takes arguments by name, and has its own defaults for the rest', async () => {
    expect(await database.answer(call('plus', { a: 1 }))).toBe(111);
    expect(await database.answer(call('plus', { a: 1, c: 0 }))).toBe(11);
    expect(await database.answer(call('plus', { a: 1, b: null }))).toBeNull();
    await expect(database.read(call('plus'))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { issues: [{ path: ['a'] }] },
    });
  });

  it('takes arguments by their place where they have no name', async () => {
    const [first, second] = fn('unnamed').parameters.map(({ apiName }) => apiName);
    expect(await database.answer(call('unnamed', { [first ?? '']: 2 }))).toBe(10);
    expect(await database.answer(call('unnamed', { [first ?? '']: 2, [second ?? '']: 3 }))).toBe(6);
  });

  it('takes a list for the rest of its arguments', async () => {
    expect(await database.answer(call('total', { numbers: ['1', '9007199254740993'] }))).toBe(
      '9007199254740994',
    );
    expect(await database.answer(call('total'))).toBe('0');
  });

  it('is called once, also where nothing comes of it or its value is looked at twice', async () => {
    expect(await database.answer(call('nothing', { what: 'a' }))).toBe(true);
    expect(await database.answer(call('noted', { what: 'b' }))).toBeNull();
    const args = argumentsOf(fn('noted_rows'), { what: 'c' });
    const from = { table: people(), call: { fn: fn('noted_rows'), args } };
    const query = {
      ...rowsQuery(people(), columns(people(), 'id'), { orderBy: [by(people(), 'id')] }),
      from,
    };
    expect(await database.read(query, 3)).toMatchObject({
      answer: [{ id: 1 }, { id: 2 }, { id: 3 }],
      cut: [],
    });
    expect(await database.read(query, 2)).toMatchObject({ answer: [{ id: 1 }, { id: 2 }], cut: [[]] });
    const counted = await database.run('select what, count(*)::int as n from calls group by 1 order by 1');
    expect(counted).toEqual([
      { what: 'a', n: 1 },
      { what: 'b', n: 1 },
      { what: 'c', n: 2 },
    ]);
  });

  it('gives composites, records and lists of either', async () => {
    const pair = { select: typeAttributes('a_pair') };
    expect(await database.answer(call('a_pair', { no: false }, pair))).toEqual({
      x: 1,
      y: '9007199254740993',
    });
    expect(await database.answer(call('a_pair', { no: true }, pair))).toBeNull();
    expect(await database.answer(call('pairs', {}, pair))).toEqual([
      { x: 1, y: '2' },
      { x: 3, y: null },
    ]);
    expect(await database.answer(call('odds'))).toEqual(['a_b', null, 'c']);
    expect(await database.answer(call('bounds', {}, { select: typeAttributes('bounds') }))).toEqual({
      low: 1,
      high: '2',
    });
    const lines = call('lines', { n: 3 }, { select: typeAttributes('lines') });
    const answer = await database.answer(lines);
    expect(answer).toHaveLength(3);
    expect(answer).toMatchObject([{ no: 1 }, { no: 2 }, { no: 3 }]);
  });

  it('that returns records gives them by the columns of its comment', async () => {
    const records = call('some_records', { n: 3 }, { select: typeAttributes('some_records'), limit: 2 });
    expect(await database.answer(records)).toEqual([
      { no: 1, teXt: ['x'] },
      { no: 2, teXt: ['x'] },
    ]);
    const record = call('a_record', {}, { select: typeAttributes('a_record').slice(1) });
    expect(await database.answer(record)).toEqual({ said: 'ok' });
  });

  it('gives as many as are asked for, and at most as many as a list may have', async () => {
    const lines = (n: number, part: Partial<CallQuery> = {}) =>
      call('lines', { n }, { select: typeAttributes('lines').slice(0, 1), ...part });
    expect(await database.answer(lines(9, { limit: 1, offset: 2 }))).toEqual([{ no: 3 }]);
    expect(await database.read(lines(3), 2)).toMatchObject({ answer: [{ no: 1 }, { no: 2 }], cut: [[]] });
    expect(await database.read(lines(2), 2)).toMatchObject({ cut: [] });
    expect(await database.answer(lines(0))).toEqual([]);
  });

  it('gives one row of a table, or rows that are chosen from like those of a table', async () => {
    const select = columns(people(), 'first');
    expect(await database.answer(call('first_person', { after: 1 }, { select }))).toEqual({ first: 'Bob' });
    expect(await database.answer(call('first_person', { after: 9 }, { select }))).toBeNull();
    const args = argumentsOf(fn('people_after'), { beyond: 1 });
    const rows = (part: Partial<Page>) => ({
      ...rowsQuery(people(), select, part),
      from: { table: people(), call: { fn: fn('people_after'), args } },
    });
    expect(await database.answer(rows({ orderBy: [by(people(), 'id', 'DESC')] }))).toEqual([
      { first: 'Cid' },
      { first: 'Bob' },
    ]);
    const where = compare(people(), 'first', 'like', 'B%');
    expect(await database.answer(rows({ where, limit: 2 }))).toEqual([{ first: 'Bob' }]);
  });
});

describe('a computed field', () => {
  const field = (name: string, part: Partial<Extract<Selected, { kind: 'computed' }>> = {}): Selected => ({
    key: name,
    kind: 'computed',
    fn: computed(name),
    args: new Map(),
    select: undefined,
    page: undefined,
    ...part,
  });
  const pair = (): Selected[] => {
    const { returns } = computed('pair_of');
    return returns.kind === 'value' && returns.type.kind === 'composite'
      ? attributes(returns.type.attributes)
      : [];
  };
  const select = (): Selected[] => [
    field('full_name'),
    field('full_name', { key: 'glued', args: argumentsOf(computed('full_name'), { glue: '-' }) }),
    field('odd_of'),
    field('pair_of', { select: pair() }),
    field('next_person', { select: [...columns(people(), 'id'), field('full_name')] }),
    field('others', {
      select: columns(people(), 'id'),
      page: pageOf({ limit: 1, orderBy: [by(people(), 'id')] }),
    }),
    field('letters'),
  ];
  const ada = {
    full_name: 'Ada L',
    glued: 'Ada-L',
    odd_of: 'a_b',
    pair_of: { x: 1, y: '2' },
    next_person: { id: 2, full_name: null },
    others: [{ id: 2 }],
    letters: ['A', 'd', 'a'],
  };

  it('is a function over the row, whatever it gives', async () => {
    const page = { limit: 1, orderBy: [by(people(), 'id')] };
    expect(await database.answer(rowsQuery(people(), select(), page))).toEqual([ada]);
    expect(await database.read(rowsQuery(people(), select(), { orderBy: page.orderBy }), 3)).toMatchObject({
      answer: [ada, { next_person: { id: 3 } }, { next_person: null, others: [{ id: 1 }] }],
      cut: [],
    });
  });

  it('says where its list was cut', async () => {
    const others = field('others', { select: columns(people(), 'id'), page: pageOf() });
    const query = rowsQuery(people(), [others, field('letters')], {
      limit: 1,
      orderBy: [by(people(), 'id')],
    });
    expect(await database.read(query, 1)).toMatchObject({ cut: [['others'], ['letters']] });
    expect(await database.read(query, 2)).toMatchObject({ cut: [['letters']] });
  });

  it('orders rows', async () => {
    const orderBy = [orderTerm({ kind: 'computed', fn: computed('full_name') }, 'DESC NULLS LAST')];
    expect(await database.answer(rowsQuery(people(), columns(people(), 'id'), { orderBy }))).toEqual([
      { id: 3 },
      { id: 1 },
      { id: 2 },
    ]);
  });
});
