import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(
    `create table users (id int primary key);
     create table todos (id int primary key, user_id int not null references users, done boolean default false);
     create index on todos (user_id);
     create function all_todos() returns setof todos language sql stable as 'select * from todos';
     insert into users values (1), (2);
     insert into todos select n, 1 from generate_series(1, 1000) n;
     insert into todos select n, 2 from generate_series(1001, 1020) n;
     grant all on users, todos to authenticated;`,
    { ROWS_TIMEOUT: '20s' },
  );
});
afterAll(() => gateway.close());

const ask = async (text: string) => await gateway.graphqlText(text, { token: hmacToken(userClaims()) });

/** 1,000 of 1,000 of 1,000 rows. */
const within = 'user { todos { user { todos { id } } } }';

describe('lists within lists', () => {
  it.each([
    `{ db { todos { ${within} } } }`,
    `{ db { allTodos { ${within} } } }`,
    `{ db { allTodos(limit: 1000) { ${within} } } }`,
    `{ db { todosConnection(first: 1000) { nodes { ${within} } } } }`,
    `{ db { todosConnection(first: 1000) { edges { node { ${within} } } } } }`,
    `mutation { db { updateTodos(where: { userId: { eq: 1 } }, set: { done: true }) { returning { ${within} } } } }`,
    `mutation { db { deleteTodos(where: { userId: { eq: 1 } }) { returning { ${within} } } } }`,
  ])('that together are more than an answer may be end as soon as that is seen: %s', async (operation) => {
    const { data, errors } = await ask(operation);
    expect(data).toEqual({ db: null });
    expect(errors).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });

  it('that could be and are not are answered whole, in their order, and say where they were cut', async () => {
    const { data, errors } = await ask(`{ db {
      users(orderBy: [{ id: DESC }], where: { id: { eq: 2 } }) {
        todos(orderBy: [{ id: DESC }]) { id user { todos(orderBy: [{ id: ASC }]) { id } } }
        todosConnection(first: 3, orderBy: [{ id: ASC }]) { nodes { id user { todos { id } } } }
      }
    } }`);
    expect(errors).toEqual([]);
    const [user] = data.db.users;
    const ids = Array.from({ length: 20 }, (_, index) => ({ id: 1001 + index }));
    expect(user.todos).toEqual(ids.toReversed().map(({ id }) => ({ id, user: { todos: ids } })));
    expect(user.todosConnection.nodes).toHaveLength(3);
    const none = await ask('{ db { users(where: { id: { eq: 9 } }) { todos { user { todos { id } } } } } }');
    expect(none.data).toEqual({ db: { users: [] } });
  });
});
