import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alice, bob, type RefusingRows, startRefusingRows } from '../support/refusing-rows.ts';

let gateway: RefusingRows;
beforeAll(async () => {
  gateway = await startRefusingRows();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.restore());

describe('a mutation', () => {
  it.each([
    [
      'a key that is there',
      'insertUsersOne(object: { id: 1, name: "x" }) { id }',
      'CONFLICT',
      { table: 'users', columns: ['id'] },
    ],
    [
      'a unique value that is there',
      'insertUsersOne(object: { id: 9, name: "ada" }) { id }',
      'CONFLICT',
      { columns: ['name'] },
    ],
    [
      'a reference to nothing',
      'insertTodosOne(object: { id: 9, title: "x", userId: 99 }) { id }',
      'CONFLICT',
      { columns: ['userId'] },
    ],
    ['a row that others refer to', 'deleteUsersByPk(id: 1) { id }', 'CONFLICT', { table: 'todos' }],
    [
      'a null that may not be',
      'updateTodosByPk(id: 1, set: { title: null }) { id }',
      'BAD_USER_INPUT',
      { columns: ['title'] },
    ],
    [
      'what its check refuses',
      'updateTodosByPk(id: 1, set: { title: "" }) { id }',
      'BAD_USER_INPUT',
      { table: 'todos' },
    ],
    [
      'a row that excludes another',
      'updateTodosByPk(id: 2, set: { during: "[2,3)" }) { id }',
      'CONFLICT',
      { table: 'todos' },
    ],
    [
      'a number beyond its column',
      'updateTodosByPk(id: 1, set: { points: 70000 }) { id }',
      'BAD_USER_INPUT',
      {},
    ],
    [
      'the same row twice',
      'insertUsers(objects: [{ id: 1, name: "x" }, { id: 1, name: "y" }], onConflict: { constraint: users_pkey, update: [name] }) { affectedCount }',
      'BAD_USER_INPUT',
      {},
    ],
    [
      'a new row of somebody else',
      `insertTodosOne(object: { id: 9, title: "x", owner: "${bob}" }) { id }`,
      'FORBIDDEN',
      { reason: 'row_level_security' },
    ],
    [
      'a row given to somebody else',
      `updateTodosByPk(id: 1, set: { owner: "${bob}" }) { id }`,
      'FORBIDDEN',
      { reason: 'row_level_security' },
    ],
    [
      'an upsert of somebody else’s row',
      'insertTodosOne(object: { id: 3, title: "mine" }, onConflict: { constraint: todos_pkey, update: [title] }) { id }',
      'FORBIDDEN',
      { reason: 'row_level_security' },
    ],
  ])('with %s is refused, and nothing of it is done', async (_what, field, code, details) => {
    const before = await gateway.contents();
    const { data, errors } = await gateway.asAlice(`mutation { db {
      insertKeyless(objects: [{ word: "done before" }]) { affectedCount }
      refused: ${field}
    } }`);
    expect(data).toEqual({ db: null });
    expect(errors).toMatchObject([{ path: ['db', 'refused'], extensions: { code, ...details } }]);
    // Not even the values of the row that Postgres shows in its details.
    expect(JSON.stringify(errors)).not.toMatch(/Failing row|already exists\./);
    expect(await gateway.contents()).toEqual(before);
  });

  it('reaches no row of somebody else', async () => {
    const before = await gateway.contents();
    const { data, errors } = await gateway.asAlice(`mutation { db {
      one: updateTodosByPk(id: 3, set: { title: "mine" }) { id }
      all: updateTodos(where: { id: { eq: 3 } }, set: { title: "mine" }) { affectedCount returning { id } }
      gone: deleteTodosByPk(id: 3) { id }
      allGone: deleteTodos(where: { id: { eq: 3 } }) { affectedCount }
    } }`);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      db: { one: null, all: { affectedCount: 0, returning: [] }, gone: null, allGone: { affectedCount: 0 } },
    });
    expect(await gateway.contents()).toEqual(before);
    expect((await gateway.asAlice('{ db { todosByPk(id: 3) { title } } }')).data).toEqual({
      db: { todosByPk: null },
    });
  });

  it('of 10,000 objects is refused where it begins to be too much', async () => {
    const objects = Array.from({ length: 10_000 }, (_, index) => ({ word: String(index) }));
    const { errors } = await gateway.asAlice(
      'mutation ($objects: [KeylessInsert!]!) { db { insertKeyless(objects: $objects) { affectedCount } } }',
      { objects },
    );
    expect(errors).toMatchObject([
      {
        path: ['db', 'insertKeyless'],
        extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['objects', '1000'] }] },
      },
    ]);
  });

  it('has a default for what is absent, and null for what is null', async () => {
    const { data, errors } = await gateway.asAlice(
      `mutation ($points: Int) { db { insertTodos(objects: [
        { id: 10, title: "absent", points: $points }, { id: 11, title: "null", points: null, userId: null }
      ]) { returning { id owner points userId one } } } }`,
    );
    expect(errors).toEqual([]);
    const row = { owner: alice, points: null, userId: null, one: 1 };
    expect(data).toEqual({
      db: {
        insertTodos: {
          returning: [
            { id: 10, ...row },
            { id: 11, ...row },
          ],
        },
      },
    });
  });

  it('of a generated column is none that there is', async () => {
    const { errors } = await gateway.asAlice(
      'mutation { db { updateTodosByPk(id: 1, set: { one: 2 }) { id } } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});

it('a function that writes, though it says that it does not, is told that only reading is possible', async () => {
  const before = await gateway.contents();
  expect(await gateway.asAlice('{ db { stableWrite } }')).toMatchObject({
    data: { db: null },
    errors: [{ path: ['db', 'stableWrite'], extensions: { code: 'BAD_USER_INPUT', reason: 'read_only' } }],
  });
  expect(await gateway.contents()).toEqual(before);
});

it('a mutation that takes longer than its role may is undone', async () => {
  const before = await gateway.contents();
  expect(
    await gateway.asHurried('mutation { db { deleteUsersByPk(id: 3) { id } slowChange } }'),
  ).toMatchObject({
    data: { db: null },
    errors: [{ path: ['db', 'slowChange'], extensions: { code: 'TIMEOUT' } }],
  });
  expect(await gateway.contents()).toEqual(before);
});
