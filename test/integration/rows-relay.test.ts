import {
  type ConcreteRequest,
  ConnectionHandler,
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getRequest,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
  type Variables,
} from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, getDataID, withoutErrors } from '../support/caches/relay.ts';
import { serviceToken } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { compiledByRelay, relayCompilerMissing } from '../support/relay-compiler.ts';
import {
  type AnyData,
  type ClientUser,
  type RowsClients,
  startRowsClients,
} from '../support/rows-clients.ts';

const todos = 'db { todos(orderBy: [{ id: ASC }]) { id title done team { id name } } }';
const operations = {
  appTodosQuery: `query appTodosQuery { ${todos} }`,
  appTodosSubscription: `subscription appTodosSubscription { ${todos} }`,
  appTeamsQuery:
    'query appTeamsQuery { db { teams(orderBy: [{ id: ASC }]) { id name todos { id title done } } } }',
  appMembersQuery: 'query appMembersQuery { db { members { teamId userId note } } }',
  appPageQuery: `query appPageQuery($after: String) { db {
    todosConnection(first: 1, after: $after, orderBy: [{ id: ASC }]) @connection(key: "app_todosConnection") {
      __id edges { node { id title } } } } }`,
  appAddMutation: `mutation appAddMutation($object: TodosInsert!, $connections: [ID!]!) { db {
    insertTodosOne(object: $object) @appendNode(connections: $connections, edgeTypeName: "TodosEdge") { id title } } }`,
  appFinishMutation:
    'mutation appFinishMutation($id: BigInt!) { db { updateTodosByPk(id: $id, set: { done: true }) { id done } } }',
  appRemoveMutation: 'mutation appRemoveMutation($id: BigInt!) { db { deleteTodosByPk(id: $id) { id } } }',
  appRenoteMutation: `mutation appRenoteMutation { db {
    updateMembers(where: {}, all: true, set: { note: "new" }) { returning { teamId userId note } } } }`,
  appFailingQuery: 'query appFailingQuery { db { refuse } }',
};

/** The compiler stands in its package as a program for each of a few platforms. */
const missing = await relayCompilerMissing();
if (missing !== undefined) process.stderr.write(`Skipped the tests with Relay: ${missing}\n`);

describe.skipIf(missing !== undefined)("Relay's compiler and store", () => {
  let clients: RowsClients;
  let compiled: (name: keyof typeof operations) => ConcreteRequest;
  beforeAll(async () => {
    clients = await startRowsClients();
    const query = gql(`query ($role: String!) { schemaText(role: $role) }`);
    const { data } = await clients.gateway.graphql(query, {
      token: serviceToken,
      variables: { role: 'authenticated' },
    });
    compiled = await compiledByRelay(data.schemaText, operations);
  });
  afterAll(() => clients?.close());

  function environmentOf({ fetch, socket }: ClientUser): Environment {
    const network = Network.create(
      async ({ text }, variables) => {
        const body = JSON.stringify({ query: text, variables });
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(clients.gateway.graphqlUrl, { method: 'POST', headers, body });
        return withoutErrors(await response.json());
      },
      ({ text }, variables) =>
        Observable.create<Answer>((sink) =>
          socket.subscribe<Record<string, unknown>>(
            { query: text ?? '', variables },
            {
              next: (answer) => sink.next(answer),
              error: (error) => sink.error(new Error('The subscription failed.', { cause: error })),
              complete: () => sink.complete(),
            },
          ),
        ).map(withoutErrors),
    );
    return new Environment({ network, store: new Store(new RecordSource()), getDataID });
  }

  async function start() {
    const user = await clients.user();
    const environment = environmentOf(user);

    /** What a query shows on the screen, now and later. */
    async function show(name: keyof typeof operations, variables: Variables = {}) {
      const operation = createOperationDescriptor(getRequest(compiled(name)), variables);
      environment.retain(operation);
      await fetchQuery(environment, compiled(name), variables).toPromise();
      return (): AnyData => environment.lookup(operation.fragment).data;
    }

    const mutate = async (
      name: keyof typeof operations,
      variables: Variables = {},
      updater?: Parameters<typeof commitMutation>[1]['updater'],
    ) =>
      await new Promise<AnyData>((onCompleted, onError) => {
        commitMutation(environment, { mutation: compiled(name), variables, onCompleted, onError, updater });
      });

    return { user, environment, show, mutate };
  }

  it('keeps rows of two tables apart whose ids are equal', async () => {
    const { user, show } = await start();
    const [shownTodos, shownTeams] = [await show('appTodosQuery'), await show('appTeamsQuery')];
    expect(shownTodos().db.todos).toMatchObject([
      { id: `${user.before + 1}`, title: 'one', team: { id: user.before + 1, name: 'red' } },
      { id: `${user.before + 2}`, title: 'two', team: { id: user.before + 2, name: 'blue' } },
    ]);
    expect(shownTeams().db.teams).toMatchObject([
      { id: user.before + 1, name: 'red', todos: [{ id: `${user.before + 1}`, title: 'one' }] },
      { id: user.before + 2, name: 'blue', todos: [{ id: `${user.before + 2}`, title: 'two' }] },
    ]);
  });

  it('has an updated row in all lists, also by a key of several columns', async () => {
    const { user, show, mutate } = await start();
    const shownTodos = await show('appTodosQuery');
    const shownTeams = await show('appTeamsQuery');
    const members = await show('appMembersQuery');
    await mutate('appFinishMutation', { id: `${user.before + 1}` });
    await mutate('appRenoteMutation');
    expect(shownTodos().db.todos[0]).toMatchObject({ title: 'one', done: true });
    expect(shownTeams().db.teams[0].todos).toMatchObject([{ title: 'one', done: true }]);
    expect(members().db.members).toMatchObject([{ note: 'new' }, { note: 'new' }]);
    expect(user.sent.filter((name) => name.endsWith('Query'))).toHaveLength(3);
  });

  it('shows the pages of a connection as one list, with what is added and without what is deleted', async () => {
    const { user, show, mutate } = await start();
    const page = await show('appPageQuery', { after: null });
    const titles = () => page().db.todosConnection.edges.map(({ node }: AnyData) => node.title);
    expect(titles()).toEqual(['one']);
    await show('appPageQuery', { after: page().db.todosConnection.pageInfo.endCursor });
    expect(titles()).toEqual(['one', 'two']);
    const connections = [page().db.todosConnection.__id];
    const { db } = await mutate('appAddMutation', {
      object: { teamId: user.before + 1, title: 'three' },
      connections,
    });
    expect(titles()).toEqual(['one', 'two', 'three']);
    const { id } = db.insertTodosOne;
    await mutate('appRemoveMutation', { id }, (store) => {
      const connection = store.get(connections[0]);
      if (connection) ConnectionHandler.deleteNode(connection, `TodosRow:${id}`);
    });
    expect(titles()).toEqual(['one', 'two']);
  });

  it('shows in a query what a live one with the same arguments is told', async () => {
    const { user, environment, show } = await start();
    const shown = await show('appTodosQuery');
    const leave = requestSubscription(environment, {
      subscription: compiled('appTodosSubscription'),
      variables: {},
    });
    await clients.gateway.admin`delete from todos where id = ${user.before + 1}`;
    await expect.poll(() => shown().db.todos).toMatchObject([{ title: 'two' }]);
    expect(user.sent).toEqual(['appTodosQuery']);
    leave.dispose();
  });

  it('throws the error of a query that fails, and keeps what the others show', async () => {
    const { show } = await start();
    const shown = await show('appTodosQuery');
    await expect(show('appFailingQuery')).rejects.toMatchObject({
      message: 'refused',
      cause: { path: ['db', 'refuse'] },
    });
    expect(shown().db.todos).toHaveLength(2);
  });
});
