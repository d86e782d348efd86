import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, type ObservableQuery } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typePolicies } from '../support/caches/apollo.ts';
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

function clientOf({ fetch, socket }: ClientUser): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: clients.gateway.graphqlUrl, fetch }),
    ),
    cache: new InMemoryCache({ typePolicies }),
  });
}

/** What a query shows on the screen, now and later. */
interface Shown {
  readonly data: AnyData;
  readonly query: ObservableQuery<AnyData>;
}

function show(client: ApolloClient, text: string): Shown {
  const query = client.watchQuery<AnyData>({ query: parse(text) });
  query.subscribe(() => undefined);
  return {
    query,
    get data() {
      return query.getCurrentResult().data;
    },
  };
}
const titles = ({ data }: Shown) => data?.db.todos.map(({ title }: { title: string }) => title);

const todosText = 'query Todos { db { todos(orderBy: [{ id: ASC }]) { id title done team { id name } } } }';
const teamsText = 'query Teams { db { teams(orderBy: [{ id: ASC }]) { id name todos { id title done } } } }';
const add = parse(
  'mutation Add($object: TodosInsert!) { db { insertTodosOne(object: $object) { id title done } } }',
);
const finish = parse(
  'mutation Finish($id: BigInt!) { db { updateTodosByPk(id: $id, set: { done: true }) { id done } } }',
);
const remove = parse('mutation Remove($id: BigInt!) { db { deleteTodosByPk(id: $id) { id } } }');

describe("Apollo's cache", () => {
  async function start() {
    const user = await clients.user();
    const client = clientOf(user);
    const todos = show(client, todosText);
    const teams = show(client, teamsText);
    await expect.poll(() => titles(todos)).toEqual(['one', 'two']);
    await expect.poll(() => teams.data?.db.teams).toHaveLength(2);
    return { user, client, todos, teams };
  }

  it('keeps rows of two tables apart whose ids are equal, and two queries of db beside each other', async () => {
    const { client, todos, teams, user } = await start();
    expect(todos.data.db.todos).toMatchObject([
      { id: `${user.before + 1}`, team: { id: user.before + 1, name: 'red' } },
      { id: `${user.before + 2}`, team: { id: user.before + 2, name: 'blue' } },
    ]);
    expect(teams.data.db.teams).toMatchObject([
      { id: user.before + 1, name: 'red', todos: [{ id: `${user.before + 1}`, title: 'one' }] },
      { id: user.before + 2, name: 'blue', todos: [{ id: `${user.before + 2}`, title: 'two' }] },
    ]);
    await client.query({ query: parse(todosText) });
    await client.query({ query: parse(teamsText) });
    expect(user.sent).toEqual(['Todos', 'Teams']);
  });

  it('keeps rows by a key of several columns', async () => {
    const { client, user } = await start();
    const members = show(client, 'query Members { db { members { teamId userId note } } }');
    await expect.poll(() => members.data?.db.members).toHaveLength(2);
    const mutation = parse(
      'mutation Renote { db { updateMembers(where: {}, all: true, set: { note: "new" }) { returning { teamId userId note } } } }',
    );
    await client.mutate({ mutation });
    await expect.poll(() => members.data.db.members).toMatchObject([{ note: 'new' }, { note: 'new' }]);
    expect(user.sent).toEqual(['Todos', 'Teams', 'Members', 'Renote']);
  });

  it('has an updated row in all lists, and asks for nothing', async () => {
    const { client, todos, teams, user } = await start();
    await client.mutate({ mutation: finish, variables: { id: `${user.before + 1}` } });
    await expect.poll(() => todos.data.db.todos[0]).toMatchObject({ title: 'one', done: true });
    await expect.poll(() => teams.data.db.teams[0].todos).toMatchObject([{ title: 'one', done: true }]);
    expect(user.sent).toEqual(['Todos', 'Teams', 'Finish']);
  });

  it('asks again for lists after an insert and a delete', async () => {
    const { client, todos, teams, user } = await start();
    const object = { teamId: user.before + 1, title: 'three' };
    const askAgain = { refetchQueries: 'active' } as const;
    const { data } = await client.mutate<AnyData>({ mutation: add, variables: { object }, ...askAgain });
    await expect.poll(() => titles(todos)).toEqual(['one', 'two', 'three']);
    await expect.poll(() => teams.data.db.teams[0].todos).toHaveLength(2);
    await client.mutate({
      mutation: remove,
      variables: { id: data.db.insertTodosOne.id },
      update: (cache) => cache.evict({ id: 'ROOT_QUERY', fieldName: 'db' }),
    });
    await expect.poll(() => titles(todos)).toEqual(['one', 'two']);
    await expect.poll(() => teams.data.db.teams[0].todos).toHaveLength(1);
  });

  it('shows the pages of a connection as one list', async () => {
    const { client } = await start();
    const pages = show(
      client,
      'query Page($after: String) { db { todosConnection(first: 1, after: $after, orderBy: [{ id: ASC }]) { edges { node { id title } } pageInfo { endCursor hasNextPage } } } }',
    );
    await expect.poll(() => pages.data?.db.todosConnection.edges).toMatchObject([{ node: { title: 'one' } }]);
    await pages.query.fetchMore({ variables: { after: pages.data.db.todosConnection.pageInfo.endCursor } });
    await expect
      .poll(() => pages.data?.db.todosConnection.edges)
      .toMatchObject([{ node: { title: 'one' } }, { node: { title: 'two' } }]);
  });

  it('shows in a query what a live one is told', async () => {
    const { todos, teams, user } = await start();
    const leave = todos.query.subscribeToMore({
      document: parse(todosText.replace('query', 'subscription')),
      updateQuery: (_before, { subscriptionData: { data } }) => ({
        db: { ...data.db, __typename: 'DbQuery' },
      }),
    });
    await clients.gateway.admin`update todos set title = 'new' where id = ${user.before + 2}`;
    await expect.poll(() => titles(todos)).toEqual(['one', 'new']);
    expect(teams.data.db.teams[1].todos).toMatchObject([{ title: 'new' }]);
    await clients.gateway.admin`delete from todos where id = ${user.before + 1}`;
    await expect.poll(() => titles(todos)).toEqual(['new']);
    expect(user.sent).toEqual(['Todos', 'Teams']);
    leave();
  });

  it('shows the error of a query that fails, and keeps what the others show', async () => {
    const { client, todos, user } = await start();
    const failing = client.query({ query: parse('query Failing { db { refuse } }') });
    await expect(failing).rejects.toMatchObject({ errors: [{ message: 'refused', path: ['db', 'refuse'] }] });
    expect(titles(todos)).toEqual(['one', 'two']);
    await client.query({ query: parse(todosText) });
    expect(user.sent).toEqual(['Todos', 'Teams', 'Failing']);
  });
});
