import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  Condition,
  Operator,
  Page,
  ReadQuery,
  Selected,
} from '../../src/upstream/postgres/rows/compile/query.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { columnOf, makeRelation, makeTable, selectColumns, types } from '../support/rows-hand-model.ts';

const users = makeTable('users', { id: types.int4, name: types.text });
const todos = makeTable('to"dos', {
  id: types.int8,
  title: types.text,
  'author_id?': types.int4,
  done: types.bool,
});
const comments = makeTable('comments', { id: types.int4, todo_id: types.int8, 'bo"dy': types.text });
const author = makeRelation('author', 'one', [todos, 'author_id'], [users, 'id']);
const todoComments = makeRelation('comments', 'many', [todos, 'id'], [comments, 'todo_id']);
const authored = makeRelation('todos', 'many', [users, 'id'], [todos, 'author_id']);

let database: RowsDatabase;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create table users (id int primary key, name text not null);
    create table "to""dos" (id bigint primary key, title text not null, author_id int references users, done boolean not null);
    create table comments (id int primary key, todo_id bigint not null references "to""dos", "bo""dy" text not null);
    insert into users values (1, 'Ada'), (2, 'Bob'), (3, 'Cid');
    insert into "to""dos" select n, 'todo ' || n, nullif(n % 3, 0), n % 2 = 0 from generate_series(1, 9) n;
    insert into comments select n, 1 + n % 4, 'comment ' || n from generate_series(1, 20) n;
  `);
});
afterAll(() => database[Symbol.asyncDispose]());

const page: Page = { where: undefined, orderBy: [], distinctOn: [], limit: undefined, offset: undefined };
const byId: Page['orderBy'] = [
  {
    through: [],
    by: { kind: 'column', column: columnOf(todos, 'id'), path: undefined },
    direction: 'ASC',
    nulls: undefined,
  },
];

function list(select: readonly Selected[], part: Partial<Page> = {}): ReadQuery {
  return { kind: 'rows', from: { table: todos, call: undefined }, select, page: { ...page, ...part } };
}

function compare(name: string, operator: Operator, value: unknown): Condition {
  return {
    kind: 'compare',
    operand: { kind: 'column', column: columnOf(todos, name), path: undefined },
    operator,
    value,
  };
}

const idOnly = selectColumns(todos, 'id');

describe('a list', () => {
  it('has its keys in the order of the selection, and numbers beyond 2^53 as strings', async () => {
    const { text } = await database.read(
      list(selectColumns(todos, 'title', 'id', 'done'), { orderBy: byId, limit: 2 }),
    );
    expect(text).toBe(
      '[{"title":"todo 1","id":"1","done":false}, \n {"title":"todo 2","id":"2","done":true}]',
    );
  });

  it('is cut at the most rows that there may be, and says so', async () => {
    expect(await database.read(list(idOnly, { orderBy: byId }), 4)).toMatchObject({
      answer: ['1', '2', '3', '4'].map((id) => ({ id })),
      cut: [[]],
    });
    expect(await database.read(list(idOnly, { orderBy: byId }), 9)).toMatchObject({ cut: [] });
  });

  it('with a limit of its own is cut without a word', async () => {
    const { answer, cut } = await database.read(list(idOnly, { orderBy: byId, limit: 2, offset: 3 }), 4);
    expect({ answer, cut }).toEqual({ answer: [{ id: '4' }, { id: '5' }], cut: [] });
  });

  it.each([-1, 5, 1.5, Number.NaN])('refuses the limit %s', async (limit) => {
    await expect(database.read(list(idOnly, { limit }), 4)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('of nothing is empty', async () => {
    const where: Condition = { kind: 'or', of: [] };
    expect(await database.answer(list(idOnly, { where }))).toEqual([]);
    expect(await database.answer(list(idOnly, { where, limit: 1 }))).toEqual([]);
  });

  it('has an empty object for a row of which nothing is selected', async () => {
    expect(await database.answer(list([], { limit: 2 }))).toEqual([{}, {}]);
    expect(
      await database.answer(list([{ key: 'type', kind: 'typename', name: 'TodosRow' }], { limit: 1 })),
    ).toEqual([{ type: 'TodosRow' }]);
  });
});

describe('the rows that a list has', () => {
  const cases: [Operator, string, unknown, number[]][] = [
    ['eq', 'id', '3', [3]],
    ['neq', 'id', '3', [1, 2, 4, 5, 6, 7, 8, 9]],
    ['gt', 'id', '7', [8, 9]],
    ['gte', 'id', '7', [7, 8, 9]],
    ['lt', 'id', '3', [1, 2]],
    ['lte', 'id', '3', [1, 2, 3]],
    ['in', 'id', ['3', '5', '99'], [3, 5]],
    ['in', 'id', [], []],
    ['notIn', 'id', ['1', '2', '3', '4', '5', '6'], [7, 8, 9]],
    ['like', 'title', '%o 4', [4]],
    ['ilike', 'title', 'TODO 5', [5]],
    ['match', 'title', '[67]$', [6, 7]],
    ['imatch', 'title', '^TODO [12]$', [1, 2]],
    ['eq', 'title', "'; drop table users; --", []],
    ['eq', 'done', true, [2, 4, 6, 8]],
  ];
  it.each(cases)('are told by %s of %s and %j', async (operator, name, value, expected) => {
    const where = compare(name, operator, value);
    expect(await database.answer(list(idOnly, { where, orderBy: byId }))).toEqual(
      expected.map((id) => ({ id: String(id) })),
    );
  });

  it('are never told by null', async () => {
    for (const value of [null, undefined]) {
      await expect(database.read(list(idOnly, { where: compare('id', 'eq', value) }))).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        details: { issues: [{ path: ['where', 'id', 'eq'] }] },
      });
    }
    await expect(
      database.read(list(idOnly, { where: compare('id', 'in', ['1', null]) })),
    ).rejects.toMatchObject({
      details: { issues: [{ path: ['where', 'id', 'in', '1'] }] },
    });
  });
});

describe('related rows', () => {
  const select: Selected[] = [
    ...idOnly,
    { key: 'author', kind: 'one', relation: author, select: selectColumns(users, 'name') },
    {
      key: 'comments',
      kind: 'many',
      relation: todoComments,
      select: selectColumns(comments, 'bo"dy').map((column) => ({ ...column, key: 'body' })),
      page: {
        ...page,
        limit: 2,
        orderBy: [
          {
            through: [],
            by: { kind: 'column', column: columnOf(comments, 'id'), path: undefined },
            direction: 'DESC',
            nulls: undefined,
          },
        ],
      },
    },
  ];

  it('come with each row, in both directions', async () => {
    expect(await database.answer(list(select, { orderBy: byId, limit: 3 }))).toEqual([
      { id: '1', author: { name: 'Ada' }, comments: [{ body: 'comment 20' }, { body: 'comment 16' }] },
      { id: '2', author: { name: 'Bob' }, comments: [{ body: 'comment 17' }, { body: 'comment 13' }] },
      { id: '3', author: null, comments: [{ body: 'comment 18' }, { body: 'comment 14' }] },
    ]);
  });

  it('say where a list within was cut', async () => {
    const nested: Selected[] = [
      ...selectColumns(users, 'name'),
      {
        key: 'their',
        kind: 'many',
        relation: authored,
        page,
        select: [
          ...idOnly,
          { key: 'c', kind: 'many', relation: todoComments, page, select: selectColumns(comments, 'id') },
        ],
      },
    ];
    const query: ReadQuery = {
      kind: 'rows',
      from: { table: users, call: undefined },
      select: nested,
      page: { ...page, limit: 3 },
    };
    expect(await database.read(query, 5)).toMatchObject({ cut: [] });
    expect(await database.read(query, 4)).toMatchObject({ cut: [['their', 'c']] });
    expect(await database.read({ ...query, page: { ...page, limit: 2 } }, 2)).toMatchObject({
      cut: [['their'], ['their', 'c']],
    });
  });
});

describe('a row by its key', () => {
  const byKey = (id: string): ReadQuery => ({
    kind: 'row',
    table: todos,
    key: todos.keys[0] ?? { apiName: 'ByPk', name: '', primary: true, isConstraint: true, columns: [] },
    values: [id],
    select: [
      ...idOnly,
      { key: 'author', kind: 'one', relation: author, select: selectColumns(users, 'name') },
    ],
  });

  it('is that row, or null', async () => {
    expect(await database.answer(byKey('2'))).toEqual({ id: '2', author: { name: 'Bob' } });
    expect(await database.answer(byKey('99'))).toBeNull();
  });
});
