import {
  type AnyVariables,
  Client,
  cacheExchange as documentCache,
  type Exchange,
  fetchExchange,
  type OperationResult,
  subscriptionExchange,
} from '@urql/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failedDb, rowsCache } from '../support/caches/urql.ts';
import {
  type AnyData,
  type ClientUser,
  type RowsClients,
  startRowsClients,
} from '../support/rows-clients.ts';

let clients: RowsClients;
beforeAll(async () => {
  clients = await startRowsClients();
});
afterAll(() => clients.close());

function clientOf({ fetch, socket }: ClientUser, cache: readonly Exchange[]): Client {
  const live = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe<Record<string, unknown>>(
          { query, variables: { ...variables } },
          {
            next: ({ data = null, errors }) =>
              sink.next({ data, ...(errors ? { errors: [...errors] } : {}) }),
            error: (error) => sink.error(error),
            complete: () => sink.complete(),
          },
        ),
      }),
    }),
  });
  const url = clients.gateway.graphqlUrl;
  return new Client({ url, fetch, preferGetMethod: false, exchanges: [...cache, fetchExchange, live] });
}

/** What a query shows on the screen, now and later. */
interface Shown {
  latest: OperationResult<AnyData> | undefined;
}

function show(client: Client, query: string, variables: AnyVariables = {}, context = {}): Shown {
  const shown: Shown = { latest: undefined };
  client.query(query, variables, context).subscribe((result) => {
    shown.latest = result;
  });
  return shown;
}
const titles = ({ latest }: Shown) => latest?.data?.db.todos.map(({ title }: { title: string }) => title);

const todos = 'query Todos { db { todos(orderBy: [{ id: ASC }]) { id title done team { id name } } } }';
const teams = 'query Teams { db { teams(orderBy: [{ id: ASC }]) { id name todos { id title done } } } }';
const add =
  'mutation Add($object: TodosInsert!) { db { insertTodosOne(object: $object) { id title done } } }';
const finish =
  'mutation Finish($id: BigInt!) { db { updateTodosByPk(id: $id, set: { done: true }) { id done } } }';
const remove = 'mutation Remove($id: BigInt!) { db { deleteTodosByPk(id: $id) { id } } }';

describe("urql's graphcache", () => {
  async function start() {
    const user = await clients.user();
    const client = clientOf(user, [rowsCache, failedDb]);
    const shown = { todos: show(client, todos), teams: show(client, teams) };
    await expect.poll(() => titles(shown.todos)).toEqual(['one', 'two']);
    await expect.poll(() => shown.teams.latest?.data?.db.teams).toHaveLength(2);
    return { user, client, shown };
  }
  const done = { title: 'one', done: true };

  it('keeps rows of two tables apart whose ids are equal', async () => {
    const { shown, user } = await start();
    expect(shown.todos.latest?.data.db.todos).toMatchObject([
      { id: `${user.before + 1}`, team: { id: user.before + 1, name: 'red' } },
      { id: `${user.before + 2}`, team: { id: user.before + 2, name: 'blue' } },
    ]);
    expect(shown.teams.latest?.data.db.teams).toMatchObject([
      { id: user.before + 1, name: 'red', todos: [{ id: `${user.before + 1}`, title: 'one' }] },
      { id: user.before + 2, name: 'blue', todos: [{ id: `${user.before + 2}`, title: 'two' }] },
    ]);
  });

  it('keeps rows by a key of several columns', async () => {
    const { client, user } = await start();
    const shown = show(client, 'query Members { db { members { teamId userId note } } }');
    await expect.poll(() => shown.latest?.data?.db.members).toHaveLength(2);
    const renote =
      'mutation Renote { db { updateMembers(where: {}, all: true, set: { note: "new" }) { returning { teamId userId note } } } }';
    await client.mutation(renote, {});
    expect(shown.latest?.data.db.members).toMatchObject([{ note: 'new' }, { note: 'new' }]);
    expect(user.sent).toEqual(['Todos', 'Teams', 'Members', 'Renote']);
  });

  it('has an updated row in all lists, and asks for nothing', async () => {
    const { client, shown, user } = await start();
    await client.mutation(finish, { id: `${user.before + 1}` });
    expect(shown.todos.latest?.data.db.todos[0]).toMatchObject(done);
    expect(shown.teams.latest?.data.db.teams[0].todos).toMatchObject([done]);
    expect(user.sent).toEqual(['Todos', 'Teams', 'Finish']);
  });

  it('asks again for lists after an insert and a delete', async () => {
    const { client, shown, user } = await start();
    const { data } = await client.mutation(add, { object: { teamId: user.before + 1, title: 'three' } });
    await expect.poll(() => titles(shown.todos)).toEqual(['one', 'two', 'three']);
    await expect.poll(() => shown.teams.latest?.data.db.teams[0].todos).toHaveLength(2);
    await client.mutation(remove, { id: data.db.insertTodosOne.id });
    await expect.poll(() => titles(shown.todos)).toEqual(['one', 'two']);
    await expect.poll(() => shown.teams.latest?.data.db.teams[0].todos).toHaveLength(1);
  });

  it('shows the pages of a connection as one list', async () => {
    const { client } = await start();
    const page =
      'query Page($after: String) { db { todosConnection(first: 1, after: $after, orderBy: [{ id: ASC }]) { edges { node { id title } } pageInfo { endCursor hasNextPage } } } }';
    const first = await client.query(page, {});
    const { endCursor } = first.data.db.todosConnection.pageInfo;
    const { data } = await client.query(page, { after: endCursor });
    expect(data.db.todosConnection).toMatchObject({
      edges: [{ node: { title: 'one' } }, { node: { title: 'two' } }],
      pageInfo: { hasNextPage: false },
    });
  });

  it('shows in a query what a live one with the same arguments is told', async () => {
    const { client, shown, user } = await start();
    const live: AnyData[] = [];
    const { unsubscribe } = client
      .subscription(todos.replace('query', 'subscription'), {})
      .subscribe(({ data }) => live.push(data));
    await clients.gateway.admin`delete from todos where id = ${user.before + 1}`;
    await expect.poll(() => titles(shown.todos)).toEqual(['two']);
    expect(live.at(-1)).toMatchObject({ db: { todos: [{ title: 'two' }] } });
    expect(user.sent).toEqual(['Todos', 'Teams']);
    unsubscribe();
  });

  it('shows the error of a query that fails, and keeps what the others show', async () => {
    const { client, shown } = await start();
    const failing = show(client, 'query Failing { db { refuse } }');
    await expect
      .poll(() => failing.latest?.error?.graphQLErrors)
      .toMatchObject([{ message: 'refused', path: ['db', 'refuse'] }]);
    expect(titles(shown.todos)).toEqual(['one', 'two']);
    expect((await client.query(todos, {}, { requestPolicy: 'cache-only' })).data).toEqual(
      shown.todos.latest?.data,
    );
  });
});

it("urql's document cache asks again for an empty list by its additional type names", async () => {
  const user = await clients.user();
  const client = clientOf(user, [documentCache]);
  const red = 'query Red { db { todos(where: { done: { eq: true } }) { id title } } }';
  const shown = show(client, red, {}, { additionalTypenames: ['TodosRow'] });
  await expect.poll(() => titles(shown)).toEqual([]);
  await client.mutation(add, { object: { teamId: user.before + 1, title: 'three', done: true } });
  await expect.poll(() => titles(shown)).toEqual(['three']);
});
