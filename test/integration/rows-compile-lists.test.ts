import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileRead } from '../../src/upstream/postgres/rows/compile/compile-read.ts';
import type { Page, ReadQuery, Selected } from '../../src/upstream/postgres/rows/compile/query.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { columnOf } from '../support/rows-model.ts';
import {
  by,
  columns,
  compare,
  is,
  many,
  one,
  orderTerm,
  related,
  relationOf,
  rowsQuery,
} from '../support/rows-queries.ts';

const longName = `${'é'.repeat(31)}x`;

let database: RowsDatabase;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create table users (id int primary key, name text not null, boss_id int references users);
    create table "to""dos" (id bigint primary key, title text not null, author_id int references users, done boolean);
    create table comments (id int primary key, todo_id bigint not null references "to""dos", "bo""dy" text not null);
    create table tags (id int primary key, label text not null);
    create table todo_tags (todo_id bigint references "to""dos", tag_id int references tags, primary key (todo_id, tag_id));
    create table wide (id int primary key, "${longName}" int, ${Array.from({ length: 60 }, (_, n) => `c${n} int default ${n}`).join(', ')});
    create view done_todos as select * from "to""dos" where done;
    comment on view done_todos is '@graphql({"primaryKey": ["id"]})';
    insert into users values (1, 'Ada', null), (2, 'Bob', 1), (3, 'Cid', 1);
    insert into "to""dos" select n, 'todo ' || n, nullif(n % 3, 0), nullif(n % 4, 0) = 2 from generate_series(1, 9) n;
    insert into comments select n, 1 + n % 4, 'comment ' || n from generate_series(1, 20) n;
    insert into tags values (1, 'red'), (2, 'blue');
    insert into todo_tags values (1, 1), (1, 2), (2, 2);
    insert into wide values (1, 7);
  `);
});
afterAll(() => database[Symbol.asyncDispose]());

const todos = () => database.table('to"dos');
const idOnly = () => columns(todos(), 'id');
const list = (select: readonly Selected[], part: Partial<Page> = {}) => rowsQuery(todos(), select, part);
const ids = async (part: Partial<Page>): Promise<unknown> => {
  const answer = await database.answer(list(idOnly(), { orderBy: [by(todos(), 'id')], ...part }));
  return Array.isArray(answer) ? answer.map(({ id }) => Number(id)) : answer;
};

describe('a list', () => {
  it('with a limit is planned once, not at each call', async () => {
    const { text, params } = compileRead(list(idOnly(), { orderBy: [by(todos(), 'id')], limit: 2 }), {
      maxRows: 1_000,
      maxBytes: 16 * 1024 * 1024,
    });
    expect(params).toEqual([]);
    await database.run(`prepare page as ${text}`);
    await database.run('execute page;'.repeat(7));
    const [plans] = await database.run(
      `select generic_plans::int, custom_plans::int from pg_prepared_statements where name = 'page'`,
    );
    expect(plans).toEqual({ generic_plans: 7, custom_plans: 0 });
  });

  it('has its keys in the order of the selection, and numbers beyond 2^53 as strings', async () => {
    const { text } = await database.read(
      list(columns(todos(), 'title', 'id', 'done'), { orderBy: [by(todos(), 'id')], limit: 2 }),
    );
    expect(text).toBe(
      '[{"title":"todo 1","id":"1","done":false}, \n {"title":"todo 2","id":"2","done":true}]',
    );
  });

  it('is cut at the most rows that there may be, and says so', async () => {
    const all = list(idOnly(), { orderBy: [by(todos(), 'id')] });
    expect(await database.read(all, 4)).toMatchObject({
      answer: ['1', '2', '3', '4'].map((id) => ({ id })),
      cut: [[]],
    });
    expect(await database.read(all, 9)).toMatchObject({ cut: [] });
    expect(await database.read(list(idOnly(), { offset: 5 }), 4)).toMatchObject({ cut: [] });
    expect(await database.read(list(idOnly(), { offset: 5 }), 3)).toMatchObject({ cut: [[]] });
  });

  it('with a limit of its own is cut without a word', async () => {
    const { answer, cut } = await database.read(
      list(idOnly(), { orderBy: [by(todos(), 'id')], limit: 2, offset: 3 }),
      4,
    );
    expect({ answer, cut }).toEqual({ answer: [{ id: '4' }, { id: '5' }], cut: [] });
  });

  it.each([-1, 5, 1.5, Number.NaN])('refuses the limit %s', async (limit) => {
    await expect(database.read(list(idOnly(), { limit }), 4)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('of nothing is empty', async () => {
    expect(await ids({ where: { kind: 'or', of: [] } })).toEqual([]);
    expect(await ids({ where: { kind: 'or', of: [] }, limit: 1 })).toEqual([]);
    expect(await ids({ limit: 0 })).toEqual([]);
  });

  it('has an empty object for a row of which nothing is selected', async () => {
    expect(await database.answer(list([], { limit: 2 }))).toEqual([{}, {}]);
    const type: Selected = { key: 'type', kind: 'typename', name: 'TodosRow' };
    expect(await database.answer(list([type], { limit: 1 }))).toEqual([{ type: 'TodosRow' }]);
  });

  it.each([40, 60])('keeps %s response keys that Postgres would cut and confuse', async (count) => {
    const wide = database.table('wide');
    const keys = Array.from({ length: count }, (_, n) => `${'k'.repeat(64)}${n}`);
    const select = keys.map(
      (key, n): Selected => ({
        key,
        kind: 'column',
        column: columnOf(wide, `c${n}`),
        path: undefined,
        select: undefined,
      }),
    );
    const expected = Object.fromEntries(keys.map((key, n) => [key, n]));
    expect(await database.answer(rowsQuery(wide, select, { limit: 1 }))).toEqual([expected]);
    expect(await database.answer(rowsQuery(wide, select))).toEqual([expected]);
  });

  it('reads columns whose names are as long as names can be', async () => {
    const wide = database.table('wide');
    expect(await database.answer(rowsQuery(wide, columns(wide, longName), { limit: 1 }))).toEqual([
      { [longName]: 7 },
    ]);
  });

  it('has the first of the rows that are equal in some columns', async () => {
    const distinctOn = [columnOf(todos(), 'author_id')];
    // Authors 1, 2 and none have the todos 7, 8 and 9 as their last ones.
    expect(await ids({ distinctOn, orderBy: [by(todos(), 'id', 'DESC')] })).toEqual([9, 8, 7]);
    expect(await ids({ distinctOn, orderBy: [by(todos(), 'id', 'DESC')], limit: 1, offset: 1 })).toEqual([8]);
    const grouped = [by(todos(), 'author_id', 'DESC'), by(todos(), 'id')];
    expect(await ids({ distinctOn, orderBy: grouped })).toEqual([3, 2, 1]);
    expect(await database.read(list(idOnly(), { distinctOn }), 2)).toMatchObject({ cut: [[]] });
    expect(await database.read(list(idOnly(), { distinctOn }), 3)).toMatchObject({ cut: [] });
  });
});

describe('the order of a list', () => {
  it('puts nulls where it says', async () => {
    const order = (direction: Parameters<typeof by>[2]) =>
      ids({ orderBy: [by(todos(), 'author_id', direction), by(todos(), 'id')] });
    expect(await order('ASC')).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9]);
    expect(await order('ASC NULLS FIRST')).toEqual([3, 6, 9, 1, 4, 7, 2, 5, 8]);
    expect(await order('DESC')).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(await order('DESC NULLS LAST')).toEqual([2, 5, 8, 1, 4, 7, 3, 6, 9]);
  });

  it('by a count over what is related to a row that is not there takes it for null, not for 0', async () => {
    const users = database.table('users');
    const count = { kind: 'count', relation: relationOf(users, 'users') } as const;
    const order = (direction: Parameters<typeof by>[2]) =>
      ids({ orderBy: [orderTerm(count, direction, [relationOf(todos(), 'author')]), by(todos(), 'id')] });
    expect(await order('ASC NULLS FIRST')).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(await order('DESC NULLS LAST')).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9]);
  });

  it('goes through rows of other tables, and by numbers over them', async () => {
    const users = database.table('users');
    const author = relationOf(todos(), 'author');
    const name = orderTerm(
      { kind: 'column', column: columnOf(users, 'name'), path: undefined },
      'DESC NULLS LAST',
      [author],
    );
    const boss = orderTerm(
      { kind: 'column', column: columnOf(users, 'name'), path: undefined },
      'ASC NULLS FIRST',
      [author, relationOf(users, 'boss')],
    );
    expect(await ids({ orderBy: [name, by(todos(), 'id')] })).toEqual([2, 5, 8, 1, 4, 7, 3, 6, 9]);
    expect(await ids({ orderBy: [boss, name, by(todos(), 'id')], limit: 4 })).toEqual([1, 4, 7, 3]);
    const comments = relationOf(todos(), 'comments');
    const count = orderTerm({ kind: 'count', relation: comments }, 'DESC');
    expect(await ids({ orderBy: [count, by(todos(), 'id')], limit: 3 })).toEqual([1, 2, 3]);
    const last = orderTerm(
      { kind: 'max', relation: comments, column: columnOf(database.table('comments'), 'id') },
      'DESC NULLS LAST',
    );
    expect(await ids({ orderBy: [last, by(todos(), 'id')] })).toEqual([1, 4, 3, 2, 5, 6, 7, 8, 9]);
  });
});

describe('related rows', () => {
  const select = (): Selected[] => {
    const comments = database.table('comments');
    const body = columns(comments, 'bo"dy').map((column) => ({ ...column, key: 'body' }));
    return [
      ...idOnly(),
      one(todos(), 'author', columns(database.table('users'), 'name')),
      many(todos(), 'comments', body, { limit: 2, orderBy: [by(comments, 'id', 'DESC')] }),
    ];
  };
  const firstThree = [
    { id: '1', author: { name: 'Ada' }, comments: [{ body: 'comment 20' }, { body: 'comment 16' }] },
    { id: '2', author: { name: 'Bob' }, comments: [{ body: 'comment 17' }, { body: 'comment 13' }] },
    { id: '3', author: null, comments: [{ body: 'comment 18' }, { body: 'comment 14' }] },
  ];

  it('come with each row, in both directions, on every kind of page', async () => {
    const orderBy = [by(todos(), 'id')];
    expect(await database.answer(list(select(), { orderBy, limit: 3 }))).toEqual(firstThree);
    expect(await database.answer(list(select(), { orderBy, limit: 2, offset: 1 }))).toEqual(
      firstThree.slice(1),
    );
    const where = compare(todos(), 'id', 'lte', '3');
    expect(await database.answer(list(select(), { orderBy, where }))).toEqual(firstThree);
  });

  it('come through a junction', async () => {
    const tags = columns(database.table('tags'), 'label');
    const tagged = many(todos(), 'tagsViaTodoTags', tags, { orderBy: [by(database.table('tags'), 'id')] });
    expect(
      await database.answer(list([...idOnly(), tagged], { orderBy: [by(todos(), 'id')], limit: 3 })),
    ).toEqual([
      { id: '1', tagsViaTodoTags: [{ label: 'red' }, { label: 'blue' }] },
      { id: '2', tagsViaTodoTags: [{ label: 'blue' }] },
      { id: '3', tagsViaTodoTags: [] },
    ]);
  });

  it('say where a list within was cut', async () => {
    const users = database.table('users');
    const inner = many(todos(), 'comments', columns(database.table('comments'), 'id'));
    const their = many(users, 'toDos', [...idOnly(), inner]);
    const nested = [...columns(users, 'name'), one(users, 'boss', [their]), their];
    const query = (limit: number): ReadQuery =>
      rowsQuery(users, nested, { limit, orderBy: [by(users, 'id')] });
    expect(await database.read(query(1), 5)).toMatchObject({ cut: [] });
    expect(await database.read(query(1), 4)).toMatchObject({ cut: [['toDos', 'comments']] });
    expect(await database.read(query(2), 2)).toMatchObject({
      cut: [['boss', 'toDos'], ['boss', 'toDos', 'comments'], ['toDos'], ['toDos', 'comments']],
    });
    expect(await database.answer(query(3))).toMatchObject([
      { name: 'Ada', boss: null, toDos: [{ id: '1' }, { id: '4' }, { id: '7' }] },
      { name: 'Bob', boss: { toDos: [{ id: '1' }, { id: '4' }, { id: '7' }] } },
      { name: 'Cid', toDos: [] },
    ]);
  });

  it('choose rows at any depth', async () => {
    const users = database.table('users');
    const comments = database.table('comments');
    const late = compare(comments, 'id', 'gte', 18);
    expect(await ids({ where: related(todos(), 'comments', 'some', late) })).toEqual([1, 3, 4]);
    expect(await ids({ where: related(todos(), 'comments', 'none') })).toEqual([5, 6, 7, 8, 9]);
    const even = compare(comments, 'bo"dy', 'match', '[02468]$');
    expect(await ids({ where: related(todos(), 'comments', 'every', even) })).toEqual([1, 3, 5, 6, 7, 8, 9]);
    expect(await ids({ where: related(todos(), 'author', 'one') })).toEqual([1, 2, 4, 5, 7, 8]);
    const underAda = related(users, 'boss', 'one', compare(users, 'name', 'eq', 'Ada'));
    expect(await ids({ where: related(todos(), 'author', 'one', underAda) })).toEqual([2, 5, 8]);
    const blue = compare(database.table('tags'), 'label', 'eq', 'blue');
    expect(await ids({ where: related(todos(), 'tagsViaTodoTags', 'some', blue) })).toEqual([1, 2]);
    expect(
      await ids({
        where: { kind: 'not', of: related(todos(), 'author', 'one', is(users, 'boss_id', 'NULL')) },
      }),
    ).toEqual([2, 3, 5, 6, 8, 9]);
  });

  it('of which one is missing in every does not count as met', async () => {
    // A comparison with null is neither true nor false.
    const users = database.table('users');
    const unsure = compare(todos(), 'done', 'eq', true);
    const answer = await database.answer(
      rowsQuery(users, columns(users, 'id'), { where: related(users, 'toDos', 'every', unsure), limit: 9 }),
    );
    expect(answer).toEqual([{ id: 3 }]);
  });
});

describe('what a role may not see', () => {
  it('is neither asked for nor missed', async () => {
    await database.run(`
      create role reader;
      grant reader to current_user;
      grant select (id, title, author_id) on "to""dos" to reader;
      grant select (id, name) on users to reader;
      alter table users enable row level security;
      create policy own on users to reader using (name = 'Ada');
    `);
    const names = columns(database.table('users'), 'name');
    const select = [...columns(todos(), 'id', 'title'), one(todos(), 'author', names)];
    const orderBy = [by(todos(), 'id')];
    await database.run('set role reader');
    try {
      for (const part of [{ orderBy }, { orderBy, limit: 2 }, { orderBy, limit: 2, offset: 0 }]) {
        const { answer } = await database.read(list(select, part));
        expect(answer).toEqual(
          expect.arrayContaining([
            { id: '1', title: 'todo 1', author: { name: 'Ada' } },
            { id: '2', title: 'todo 2', author: null },
          ]),
        );
      }
      await expect(database.read(list(columns(todos(), 'done')))).rejects.toMatchObject({ code: '42501' });
    } finally {
      await database.run('reset role; alter table users disable row level security');
    }
  });
});

describe('a row by its key', () => {
  const byKey = (name: string, id: string): ReadQuery => {
    const table = database.table(name);
    if (table.primaryKey === undefined) throw new Error(`${name} has no key`);
    return { kind: 'row', table, key: table.primaryKey, values: [id], select: columns(table, 'id', 'title') };
  };

  it('is that row, or null', async () => {
    expect(await database.answer(byKey('to"dos', '2'))).toEqual({ id: '2', title: 'todo 2' });
    expect(await database.answer(byKey('to"dos', '99'))).toBeNull();
    expect(await database.answer(byKey('done_todos', '2'))).toEqual({ id: '2', title: 'todo 2' });
  });

  it('refuses what is no value of its column', async () => {
    await expect(database.read(byKey('to"dos', "1' or true --"))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { issues: [{ path: ['id'] }] },
    });
  });
});
