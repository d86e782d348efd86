import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RefusingRows, startRefusingRows } from '../support/refusing-rows.ts';

let gateway: RefusingRows;
beforeAll(async () => {
  gateway = await startRefusingRows();
});
afterAll(() => gateway.close());

describe('a query', () => {
  const cyclic = (depth: number): string =>
    depth === 0 ? 'id' : `id user { id todos(limit: 1) { ${cyclic(depth - 1)} } }`;
  const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: todos { id }`).join(' ');

  it.each([
    ['an unknown column', '{ todos { nothing } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown table', '{ nothing { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a value of another type', '{ todos(where: { id: { eq: "x" } }) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a relation that goes round', `{ todos { ${cyclic(8)} } }`, 'OPERATION_TOO_COMPLEX'],
    ['an alias bomb', `{ ${aliases} }`, 'OPERATION_TOO_COMPLEX'],
    [
      'lists in lists in lists',
      '{ users { todos(limit: 1000) { user { todos(limit: 1000) { user { todos(limit: 1000) { id } } } } } } }',
      'OPERATION_TOO_COMPLEX',
    ],
  ])('with %s is refused before it is run', async (_what, selection, code) => {
    const { data, errors } = await gateway.asAlice(`{ db ${selection} }`);
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });

  it.each([
    ['a limit that is too high', 'todos(limit: 1001) { id }', ['limit']],
    ['a negative limit', 'todos(limit: -1) { id }', ['limit']],
    ['a negative offset', 'todos(offset: -1) { id }', ['offset']],
    ['a page that is too large', 'todosConnection(first: 1001) { nodes { id } }', ['first']],
    ['a page in two directions', 'todosConnection(first: 1, last: 1) { nodes { id } }', ['last']],
    ['a cursor of nobody', 'todosConnection(after: "x") { nodes { id } }', ['after']],
    ['null to compare with', 'todos(where: { id: { eq: null } }) { id }', ['where', 'id', 'eq']],
    [
      'null in a list',
      'todos(where: { and: [{ id: { neq: null } }] }) { id }',
      ['where', 'and', '0', 'id', 'neq'],
    ],
    [
      'a path that is none',
      'groups: todosGroups(by: [id], orderBy: [{ key: { title: ASC } }]) { count }',
      ['orderBy', '0', 'key', 'title'],
    ],
  ])('with %s is told which argument it is', async (_what, field, path) => {
    const { data, errors } = await gateway.asAlice(`{ db { users { id } ${field} } }`);
    expect(data).toEqual({ db: null });
    const key = /^\w+/.exec(field)?.[0];
    expect(errors).toMatchObject([
      { path: ['db', key], extensions: { code: 'BAD_USER_INPUT', issues: [{ path }] } },
    ]);
  });

  it.each([
    ['a number beyond its column', 'todos(where: { points: { eq: 70000 } }) { id }'],
    ['no range', 'todos(where: { during: { eq: "[3,1)" } }) { id }'],
    ['no regular expression', 'todos(where: { title: { match: "(" } }) { id }'],
  ])('with %s that Postgres cannot read is told so', async (_what, field) => {
    const { data, errors } = await gateway.asAlice(`{ db { ${field} } }`);
    expect(data).toEqual({ db: null });
    expect(errors).toMatchObject([{ path: ['db', 'todos'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('with a cursor of another order is told so', async () => {
    const ask = (order: string, after: string | null) =>
      gateway.asAlice(
        `query ($after: String) { db { todosConnection(orderBy: [{ ${order} }], first: 1, after: $after) { pageInfo { endCursor } } } }`,
        { after },
      );
    const { data } = await ask('title: ASC', null);
    const { endCursor } = data.db.todosConnection.pageInfo;
    expect((await ask('title: ASC', endCursor)).errors).toEqual([]);
    expect((await ask('points: ASC', endCursor)).errors).toMatchObject([
      {
        path: ['db', 'todosConnection'],
        extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['after'] }] },
      },
    ]);
  });

  it('of nothing but its type has that', async () => {
    expect((await gateway.asAlice('{ db { __typename } }')).data).toEqual({ db: { __typename: 'DbQuery' } });
  });

  it('has response keys longer than names of Postgres are', async () => {
    const long = 'k'.repeat(64);
    const { data } = await gateway.asAlice(
      `{ db { ${long}a: todos(orderBy: [{ id: ASC }]) { ${long}a: id ${long}b: title } } }`,
    );
    expect(data).toEqual({
      db: {
        [`${long}a`]: [
          { [`${long}a`]: 1, [`${long}b`]: 'a' },
          { [`${long}a`]: 2, [`${long}b`]: 'b' },
        ],
      },
    });
  });

  it('of a table without a key has lists and numbers, but nothing that a key is needed for', async () => {
    const { data } = await gateway.asAlice(
      '{ db { keyless(orderBy: [{ word: ASC }]) { word } keylessAggregate { count } } }',
    );
    expect(data).toEqual({ db: { keyless: [{ word: 'x' }, { word: 'y' }], keylessAggregate: { count: 2 } } });
    for (const field of [
      'keylessByPk(word: "x") { word }',
      'keylessConnection { nodes { word } }',
      'users { keylessConnection { nodes { word } } }',
    ]) {
      expect((await gateway.asAlice(`{ db { ${field} } }`)).errors).toMatchObject([
        { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      ]);
    }
  });

  it('of somebody who may not read its key has no pages, whose cursors would hold it', async () => {
    expect((await gateway.asHurried('{ db { todos { title } } }')).data).toEqual({ db: { todos: [] } });
    expect((await gateway.asHurried('{ db { todosConnection { nodes { title } } } }')).errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('reaches names with quotes in them', async () => {
    const { data, errors } = await gateway.asAlice(
      `mutation { db { insertOddNameOne(object: { theKey: 1, aB: "it's" }) { theKey aB } } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ db: { insertOddNameOne: { theKey: 1, aB: "it's" } } });
  });
});

it('a table without a column is nowhere', async () => {
  expect((await gateway.asAlice('{ db { empty { __typename } } }')).errors).toMatchObject([
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
});

it('a query that takes longer than its role may is ended', async () => {
  expect(await gateway.asHurried('{ db { users { id } slow } }')).toMatchObject({
    data: { db: null },
    errors: [{ path: ['db', 'slow'], extensions: { code: 'TIMEOUT' } }],
  });
});
