import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  AggregateFunction,
  AggregateQuery,
  AggregateSelected,
  GroupsQuery,
} from '../../src/upstream/postgres/rows/compile/query.ts';
import type { Table } from '../../src/upstream/postgres/rows/model/model.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { columnOf } from '../support/rows-model.ts';
import { by, columns, compare, orderTerm, relationOf, rowsQuery } from '../support/rows-queries.ts';

let database: RowsDatabase;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create table shops (id int primary key, name text not null);
    create table sales (
      id int primary key, shop_id int references shops, done bool, small smallint, price int, big bigint, rate float8,
      cost numeric(8, 2), paid money, took interval, at timestamptz, note json
    );
    insert into shops values (1, 'a'), (2, 'b'), (3, 'c');
    insert into sales select n, 1 + n % 2, nullif(n % 3, 0) = 1, n, 2147483647, 9223372036854775807, n / 2.0, n / 4.0,
      n::numeric::money, n * interval '1 hour', '2026-01-01Z'::timestamptz + n * interval '1 day',
      json_build_object('n', n % 2) from generate_series(1, 9) n;
  `);
});
afterAll(() => database[Symbol.asyncDispose]());

const sales = () => database.table('sales');

function numbers(kind: AggregateFunction, table: Table, ...names: readonly string[]): AggregateSelected {
  const select = names.map((name) => ({ key: name, kind: 'column' as const, column: columnOf(table, name) }));
  return { key: kind, kind, select };
}

const count: AggregateSelected = { key: 'count', kind: 'count', distinct: [] };

function aggregate(select: readonly AggregateSelected[], part: Partial<AggregateQuery> = {}): AggregateQuery {
  return { kind: 'aggregate', from: { table: sales(), call: undefined }, where: undefined, select, ...part };
}

describe('numbers over rows', () => {
  it('are of types that hold them', async () => {
    const answer = await database.answer(
      aggregate([
        count,
        numbers('sum', sales(), 'small', 'price', 'big', 'rate', 'cost', 'paid', 'took'),
        numbers('avg', sales(), 'small', 'price', 'rate', 'cost', 'paid', 'took'),
        numbers('min', sales(), 'small', 'big', 'rate', 'cost', 'paid', 'at'),
        numbers('max', sales(), 'id', 'big', 'rate', 'cost', 'paid', 'at'),
      ]),
    );
    expect(answer).toEqual({
      count: 9,
      sum: {
        small: '45',
        price: '19327352823',
        big: '83010348331692982263',
        rate: 22.5,
        cost: '11.25',
        paid: '45.00',
        took: 'PT45H',
      },
      avg: {
        small: '5.0000000000000000',
        price: '2147483647.00000000',
        rate: 2.5,
        cost: '1.2500000000000000',
        paid: '5.0000000000000000',
        took: 'PT5H',
      },
      min: {
        small: 1,
        big: '9223372036854775807',
        rate: 0.5,
        cost: '0.25',
        paid: '1.00',
        at: '2026-01-02T00:00:00+00:00',
      },
      max: {
        id: 9,
        big: '9223372036854775807',
        rate: 4.5,
        cost: '2.25',
        paid: '9.00',
        at: '2026-01-10T00:00:00+00:00',
      },
    });
  });

  it('count what differs, in one column or in several together', async () => {
    const distinct = (key: string, ...names: readonly string[]): AggregateSelected => ({
      key,
      kind: 'count',
      distinct: names.map((name) => columnOf(sales(), name)),
    });
    const select = [distinct('done', 'done'), distinct('both', 'done', 'shop_id'), distinct('note', 'note')];
    expect(await database.answer(aggregate(select))).toEqual({ done: 2, both: 6, note: 2 });
  });

  it('are of the rows that are meant, also of none', async () => {
    const where = compare(sales(), 'id', 'gt', 7);
    const select = [
      count,
      numbers('sum', sales(), 'small'),
      { key: 't', kind: 'typename', name: 'SalesAggregate' },
    ] as const;
    expect(await database.answer(aggregate(select, { where }))).toEqual({
      count: 2,
      sum: { small: '17' },
      t: 'SalesAggregate',
    });
    const none = compare(sales(), 'id', 'gt', 99);
    expect(await database.answer(aggregate(select, { where: none }))).toMatchObject({
      count: 0,
      sum: { small: null },
    });
    expect(await database.answer(aggregate(select.slice(2), { where }))).toEqual({ t: 'SalesAggregate' });
  });

  it('come with each row that others point to', async () => {
    const shops = database.table('shops');
    const relation = relationOf(shops, 'sales');
    const where = compare(sales(), 'id', 'lte', 4);
    const select = [count, numbers('max', sales(), 'id')];
    const answer = await database.answer(
      rowsQuery(
        shops,
        [...columns(shops, 'name'), { key: 'all', kind: 'manyAggregate', relation, where, select }],
        { orderBy: [by(shops, 'id')] },
      ),
    );
    expect(answer).toEqual([
      { name: 'a', all: { count: 2, max: { id: 4 } } },
      { name: 'b', all: { count: 2, max: { id: 3 } } },
      { name: 'c', all: { count: 0, max: { id: null } } },
    ]);
  });
});

describe('groups', () => {
  const key = (...names: readonly string[]): GroupsQuery['select'][number] => ({
    key: 'key',
    kind: 'key',
    select: names.map((name) => ({ key: name, kind: 'column', column: columnOf(sales(), name) })),
  });
  const groups = (names: readonly string[], part: Partial<GroupsQuery> = {}): GroupsQuery => ({
    kind: 'groups',
    from: { table: sales(), call: undefined },
    by: names.map((name) => columnOf(sales(), name)),
    where: undefined,
    having: undefined,
    orderBy: names.map((name) => by(sales(), name, 'ASC NULLS FIRST')),
    limit: undefined,
    offset: undefined,
    select: [key(...names), count],
    ...part,
  });

  it('have their key and numbers', async () => {
    const select = [key('done'), count, numbers('sum', sales(), 'cost'), numbers('avg', sales(), 'rate')];
    expect(await database.answer(groups(['done'], { select }))).toEqual([
      { key: { done: null }, count: 3, sum: { cost: '4.50' }, avg: { rate: 3 } },
      { key: { done: false }, count: 3, sum: { cost: '3.75' }, avg: { rate: 2.5 } },
      { key: { done: true }, count: 3, sum: { cost: '3.00' }, avg: { rate: 2 } },
    ]);
  });

  it('are of several columns, and of json', async () => {
    expect(await database.answer(groups(['shop_id', 'done']))).toHaveLength(6);
    const unordered = await database.answer(
      groups(['note'], { orderBy: [orderTerm({ kind: 'count', relation: undefined })] }),
    );
    expect(unordered).toEqual([
      { key: { note: { n: 0 } }, count: 4 },
      { key: { note: { n: 1 } }, count: 5 },
    ]);
  });

  it('of no column are one group, if there are rows', async () => {
    expect(await database.answer(groups([], { select: [count] }))).toEqual([{ count: 9 }]);
  });

  it('are those that have what is asked for, in an order by numbers', async () => {
    const cost = columnOf(sales(), 'cost');
    const operand = { kind: 'sum', column: cost } as const;
    const having = { kind: 'compare', operand, operator: 'gt', value: '3' } as const;
    const orderBy = [
      orderTerm({ kind: 'max', relation: undefined, column: columnOf(sales(), 'id') }, 'DESC'),
    ];
    expect(await database.answer(groups(['done'], { having, orderBy, limit: 5 }))).toEqual([
      { key: { done: null }, count: 3 },
      { key: { done: false }, count: 3 },
    ]);
    expect(await database.answer(groups(['done'], { having, orderBy, limit: 1, offset: 1 }))).toEqual([
      { key: { done: false }, count: 3 },
    ]);
    const many = {
      kind: 'compare',
      operand: { kind: 'count', distinct: [] },
      operator: 'gte',
      value: '4',
    } as const;
    expect(
      await database.answer(groups(['shop_id'], { having: many, where: compare(sales(), 'id', 'lt', 9) })),
    ).toHaveLength(2);
  });

  it('are cut at the most rows that there may be, and say so', async () => {
    expect(await database.read(groups(['id']), 4)).toMatchObject({
      answer: [1, 2, 3, 4].map((id) => ({ key: { id }, count: 1 })),
      cut: [[]],
    });
    expect(await database.read(groups(['id']), 9)).toMatchObject({ cut: [] });
  });

  it('cannot be in the order of a column that they mix', async () => {
    await expect(database.read(groups(['done'], { orderBy: [by(sales(), 'id')] }))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { issues: [{ path: ['orderBy', '0', 'key', 'id'] }] },
    });
  });
});
