import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceToken } from '../support/database-gateway.ts';
import { askForEvents } from '../support/event-stream.ts';
import { gql } from '../support/gql.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, keyClaims, userClaims } from '../support/tokens.ts';

const alice = '11111111-1111-4111-8111-111111111111';
const bob = '22222222-2222-4222-8222-222222222222';

const schema = `
  create table teams (id int generated always as identity primary key, name text not null unique);
  create table members (
    team_id int not null references teams, user_id uuid not null, primary key (team_id, user_id));
  create table todos (
    id bigint generated always as identity primary key,
    team_id int not null references teams,
    title text not null,
    done boolean not null default false,
    meta jsonb not null default '{}',
    price numeric,
    created_at timestamptz not null default '2026-01-01');
  alter table todos enable row level security;
  alter table members enable row level security;
  grant select on teams, members to authenticated, anon;
  grant select, insert, update, delete on todos to authenticated;
  revoke all on todos from anon;
  grant all on all tables in schema public to service_role;
  create policy own on members for select to authenticated using (user_id = (select auth.uid()));
  create policy own on todos to authenticated using (
    team_id in (select team_id from members where user_id = (select auth.uid())));
  insert into teams (name) values ('red'), ('blue');
  insert into members values (1, '${alice}'), (2, '${bob}');
  insert into todos (team_id, title, price, meta)
    values (1, 'one', 1.50, '{"a": {"b": [1, 2]}}'), (1, 'two', 2, '{}'), (2, 'three', null, '{}');
`;

const tokenOf = (sub: string) => hmacToken(userClaims({ sub }));

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(schema);
});
afterAll(() => gateway.close());

const as = (sub: string) => async (text: string, variables?: Record<string, unknown>) =>
  await gateway.graphqlText(text, { token: tokenOf(sub), ...(variables ? { variables } : {}) });
const asAlice = as(alice);
const asBob = as(bob);

describe('rows under row level security', () => {
  it('gives each viewer his own, with relations', async () => {
    const query = '{ db { todos(orderBy: [{ id: ASC }]) { id title team { name todos { title } } } } }';
    expect((await asAlice(query)).data).toEqual({
      db: {
        todos: [
          { id: '1', title: 'one', team: { name: 'red', todos: [{ title: 'one' }, { title: 'two' }] } },
          { id: '2', title: 'two', team: { name: 'red', todos: [{ title: 'one' }, { title: 'two' }] } },
        ],
      },
    });
    expect((await asBob(query)).data).toEqual({
      db: { todos: [{ id: '3', title: 'three', team: { name: 'blue', todos: [{ title: 'three' }] } }] },
    });
  });

  it('shows anon no name that it may not use', async () => {
    const anon = hmacToken(keyClaims('anon'));
    const { errors } = await gateway.graphqlText('{ db { todos { id } } }', { token: anon });
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const { data } = await gateway.graphqlText(
      gql(`{ __type(name: "TodosRow") { name } __schema { types { name } } }`),
      { token: anon },
    );
    expect(JSON.stringify(data)).not.toContain('Todos');
    expect((await gateway.graphqlText('{ db { teams { name } } }', { token: anon })).data).toEqual({
      db: { teams: [{ name: 'red' }, { name: 'blue' }] },
    });
  });

  it('takes variables, conditions, pages, aggregates and groups', async () => {
    const { data, errors } = await gateway.graphqlText(
      `query ($title: String!) { db {
        todos(where: { title: { eq: $title } }) { t: title __typename meta(path: "a.b[1]") }
        todosByPk(id: 2) { title }
        teamsByName(name: "blue") { id }
        todosConnection(first: 2, orderBy: [{ title: DESC }]) { nodes { title } pageInfo { hasNextPage } totalCount }
        todosAggregate { count sum { price } }
        todosGroups(by: [teamId], orderBy: [{ key: { teamId: ASC } }]) { key { teamId } count }
        __typename
      } }`,
      { token: serviceToken, variables: { title: 'one' } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      db: {
        todos: [{ t: 'one', __typename: 'TodosRow', meta: 2 }],
        todosByPk: { title: 'two' },
        teamsByName: { id: 2 },
        todosConnection: {
          nodes: [{ title: 'two' }, { title: 'three' }],
          pageInfo: { hasNextPage: true },
          totalCount: 3,
        },
        todosAggregate: { count: 3, sum: { price: '3.50' } },
        todosGroups: [
          { key: { teamId: 1 }, count: 2 },
          { key: { teamId: 2 }, count: 1 },
        ],
        __typename: 'DbQuery',
      },
    });
  });

  it('says down to the field what is wrong, and gives nothing else', async () => {
    const { data, errors } = await asAlice('{ db { a: teams { id } b: todos(limit: -1) { id } } }');
    expect(data).toEqual({ db: null });
    expect(errors).toMatchObject([
      { path: ['db', 'b'], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['limit'] }] } },
    ]);
  });

  it('is whole in each line of an event stream', async () => {
    const response = await askForEvents(gateway.graphqlUrl, serviceToken, {
      query: '{ db { todos(orderBy: [{ id: ASC }]) { id } } }',
    });
    const [line = ''] = (await response.text())
      .split(/\r\n|[\r\n]/)
      .filter((each) => each.startsWith('data: {'));
    expect(JSON.parse(line.slice('data: '.length))).toEqual({
      data: { db: { todos: [{ id: '1' }, { id: '2' }, { id: '3' }] } },
    });
  });
});
