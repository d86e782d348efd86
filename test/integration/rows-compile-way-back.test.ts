import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileRead } from '../../src/upstream/postgres/rows/compile/compile-read.ts';
import type { ReadQuery, Selected } from '../../src/upstream/postgres/rows/compile/query.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { functionOf } from '../support/rows-model.ts';
import {
  argumentsOf,
  by,
  columns,
  many,
  one,
  pageOf,
  relationOf,
  rowsQuery,
} from '../support/rows-queries.ts';

let database: RowsDatabase;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create table users (id int primary key, name text not null, boss_id int references users);
    create table badges (id int primary key, user_id int not null unique references users);
    create table books (id int primary key, author_id int references users, editor_id int references users);
    insert into users values (1, 'Ada', null), (2, 'Bob', 1);
    insert into badges values (1, 2);
    insert into books values (1, 1, 2), (2, 1, 1), (3, 2, null), (4, 2, 1), (5, null, 1);
    create function all_users() returns setof users language sql stable security definer as 'select * from public.users';
    create function user_of(b badges) returns setof users language sql stable security definer
      as 'select * from public.users where id = b.user_id';
    create role reader;
    grant reader to current_user;
    grant select on users, badges, books to reader;
    alter table users enable row level security;
    create policy own on users to reader using (name = 'Ada');
  `);
});
afterAll(() => database[Symbol.asyncDispose]());

const users = () => database.table('users');
const books = () => database.table('books');
const badges = () => database.table('badges');
const name = () => columns(users(), 'name');
const id = () => columns(books(), 'id');
const orderBy = () => [by(books(), 'id')];
const byId = () => [by(users(), 'id')];

/** How often a statement names the users anew. */
function timesRead(query: ReadQuery): number {
  const { text } = compileRead(query, { maxRows: 1_000, maxBytes: 1024 * 1024 });
  return new Set(text.match(/"public"\."users" t\d+/g)).size;
}

describe('the way back to the row that others were reached from', () => {
  const written = (select: readonly Selected[] = [one(books(), 'author', name())]) =>
    many(users(), 'booksByAuthorId', [...id(), ...select], { orderBy: orderBy(), limit: 2 });
  const ofAda = [
    { id: 1, author: { name: 'Ada' } },
    { id: 2, author: { name: 'Ada' } },
  ];
  const ofBob = [
    { id: 3, author: { name: 'Bob' } },
    { id: 4, author: { name: 'Bob' } },
  ];

  it('reads it no second time, on every kind of page', async () => {
    const all = [{ booksByAuthorId: ofAda }, { booksByAuthorId: ofBob }];
    for (const part of [{}, { limit: 9 }, { offset: 0, limit: 2 }]) {
      const query = rowsQuery(users(), [written()], { orderBy: byId(), ...part });
      expect(await database.answer(query)).toEqual(all);
      expect(timesRead(query)).toBe(1);
    }
  });

  it('reads it no second time in connections', async () => {
    const slice = { size: 5, direction: 'forward', after: undefined, before: undefined } as const;
    const connection: Selected = {
      key: 'books',
      kind: 'manyConnection',
      relation: relationOf(users(), 'booksByAuthorId'),
      connection: {
        where: undefined,
        orderBy: orderBy(),
        slice,
        select: [{ key: 'nodes', kind: 'nodes', select: [...id(), one(books(), 'author', name())] }],
      },
    };
    const query = rowsQuery(users(), [connection], { orderBy: byId() });
    expect(await database.answer(query)).toEqual([{ books: { nodes: ofAda } }, { books: { nodes: ofBob } }]);
    expect(timesRead(query)).toBe(1);
  });

  it('goes on from there', async () => {
    const boss = one(users(), 'boss', name());
    const there = [boss, one(users(), 'badges', [one(badges(), 'user', name())]), written()];
    const query = rowsQuery(users(), [written([one(books(), 'author', there)])], {
      orderBy: byId(),
      offset: 1,
    });
    const author = { boss: { name: 'Ada' }, badges: { user: { name: 'Bob' } }, booksByAuthorId: ofBob };
    expect(await database.answer(query)).toEqual([
      {
        booksByAuthorId: [
          { id: 3, author },
          { id: 4, author },
        ],
      },
    ]);
    expect(timesRead(query)).toBe(2);
  });

  it('says where a list was cut there', async () => {
    const again = many(users(), 'booksByEditorId', id());
    const query = rowsQuery(users(), [written([one(books(), 'author', [again])])], {
      orderBy: byId(),
      limit: 1,
    });
    expect(await database.read(query, 2)).toMatchObject({
      cut: [['booksByAuthorId', 'author', 'booksByEditorId']],
    });
  });

  it('is that of the same key alone', async () => {
    const query = rowsQuery(users(), [written([one(books(), 'editor', name())])], { orderBy: byId() });
    expect(await database.answer(query)).toEqual([
      {
        booksByAuthorId: [
          { id: 1, editor: { name: 'Bob' } },
          { id: 2, editor: { name: 'Ada' } },
        ],
      },
      {
        booksByAuthorId: [
          { id: 3, editor: null },
          { id: 4, editor: { name: 'Ada' } },
        ],
      },
    ]);
  });

  it('does not show the hidden row that a function gave', async () => {
    const given: ReadQuery = {
      kind: 'rows',
      from: {
        table: users(),
        call: { fn: functionOf(database.model.functions, 'all_users'), args: new Map() },
      },
      select: [...name(), written()],
      page: pageOf({ orderBy: byId() }),
    };
    const fn = functionOf(badges().computed, 'user_of');
    const computed: Selected = {
      key: 'holder',
      kind: 'computed',
      fn,
      args: argumentsOf(fn, {}),
      select: [
        one(users(), 'badges', [...columns(badges(), 'id'), one(badges(), 'user', name())]),
        written(),
      ],
      page: pageOf(),
    };
    await database.run('set role reader');
    try {
      expect(await database.answer(given)).toEqual([
        { name: 'Ada', booksByAuthorId: ofAda },
        {
          name: 'Bob',
          booksByAuthorId: [
            { id: 3, author: null },
            { id: 4, author: null },
          ],
        },
      ]);
      expect(await database.answer(rowsQuery(badges(), [computed]))).toEqual([
        {
          holder: [
            {
              badges: { id: 1, user: null },
              booksByAuthorId: [
                { id: 3, author: null },
                { id: 4, author: null },
              ],
            },
          ],
        },
      ]);
    } finally {
      await database.run('reset role');
    }
  });
});
