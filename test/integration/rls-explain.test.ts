import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../src/observability/logger.ts';
import { runCommand } from '../support/command-line.ts';
import { serviceToken } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { silentLog } from '../support/test-call.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const alice = '11111111-1111-4111-8111-111111111111';

const schema = `
  create table notes (id int primary key, owner uuid, body text);
  alter table notes enable row level security;
  create policy own on notes for select to authenticated using (owner = (select auth.uid()));
  insert into notes values (1, '${alice}', 'a'), (2, '${alice}', 'b'), (3, null, 'c');

  create table docs (id int primary key, org text not null, draft boolean not null);
  alter table docs enable row level security;
  create policy of_org on docs to authenticated
    using (org = (auth.jwt() -> 'app_metadata' ->> 'org') or org = 'all');
  create policy no_drafts on docs as restrictive for select to authenticated using (not draft);
  insert into docs values (1, 'red', false), (2, 'red', true), (3, 'all', false), (4, 'blue', false);

  create table empty_handed (id int primary key);
  alter table empty_handed enable row level security;
  insert into empty_handed values (1);

  create table open (id int primary key);
  insert into open select generate_series(1, 10001);

  create table members (team_id int, user_id uuid);
  alter table members enable row level security;
  create table tasks (id int primary key, team_id int);
  alter table tasks enable row level security;
  create policy of_team on tasks for select to authenticated
    using (team_id in (select m.team_id from members m where m.user_id = (select auth.uid())));
  insert into members values (1, '${alice}');
  insert into tasks values (1, 1), (2, 2);
  grant select on all tables in schema public to anon, authenticated, service_role;
`;

const explanation = gql(`query ($operation: String!, $variables: JSONObject, $as: RlsExplainAs!) {
  rlsExplain(operation: $operation, variables: $variables, as: $as) {
    tables { table rows visible atLeast policies { name command permissive passed missingClaims } }
    answer
  }
}`);

/** What the log of the gateway got at info. */
const told: object[] = [];
const log: Logger = {
  ...silentLog,
  info: (fields, message) => void told.push({ ...fields, message }),
  child: () => log,
};

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(schema, {}, { log });
});
afterAll(() => gateway.close());

async function explain(operation: string, as: object, variables?: object) {
  return await gateway.graphqlText(explanation, {
    token: serviceToken,
    variables: { operation, as, variables },
  });
}

const asAlice = { role: 'authenticated', claims: { sub: alice } };

describe('rlsExplain', () => {
  it('says how many rows each policy lets through', async () => {
    const { data, errors } = await explain('{ db { notes { id } } }', asAlice);
    expect(errors).toEqual([]);
    expect(data.rlsExplain).toEqual({
      tables: [
        {
          table: 'public.notes',
          rows: 3,
          visible: 2,
          atLeast: false,
          policies: [{ name: 'own', command: 'SELECT', permissive: true, passed: 2, missingClaims: [] }],
        },
      ],
      answer: { db: { notes: [{ id: 1 }, { id: 2 }] } },
    });
  });

  it('names a claim that is missing', async () => {
    const { data } = await explain('{ db { notes { id } } }', { role: 'authenticated' });
    expect(data.rlsExplain).toMatchObject({
      tables: [{ rows: 3, visible: 0, policies: [{ name: 'own', passed: 0, missingClaims: ['sub'] }] }],
      answer: { db: { notes: [] } },
    });
    const { data: nested } = await explain('{ db { docs { id } } }', asAlice);
    expect(nested.rlsExplain.tables[0].policies).toMatchObject([
      { name: 'no_drafts', missingClaims: [] },
      { name: 'of_org', missingClaims: ['app_metadata.org'] },
    ]);
  });

  it('shows policies for another role, which let nothing through', async () => {
    const { data } = await explain('{ db { notes { id } } }', { role: 'anon' });
    expect(data.rlsExplain.tables).toMatchObject([
      { rows: 3, visible: 0, policies: [{ name: 'own', passed: null }] },
    ]);
  });

  it('counts for restrictive policies by themselves', async () => {
    const claims = { sub: alice, app_metadata: { org: 'red' } };
    const { data } = await explain('{ db { docs { id } } }', { role: 'authenticated', claims });
    expect(data.rlsExplain).toMatchObject({
      tables: [
        {
          rows: 4,
          visible: 2,
          policies: [
            { name: 'no_drafts', command: 'SELECT', permissive: false, passed: 3, missingClaims: [] },
            { name: 'of_org', command: 'ALL', permissive: true, passed: 3, missingClaims: [] },
          ],
        },
      ],
      answer: { db: { docs: [{ id: 1 }, { id: 3 }] } },
    });
  });

  it('tells a table without a policy from one without row level security, and stops counting', async () => {
    const { data } = await explain('{ db { emptyHanded { id } open(limit: 1) { id } } }', asAlice);
    expect(data.rlsExplain.tables).toEqual([
      { table: 'public.empty_handed', rows: 1, visible: 0, atLeast: false, policies: [] },
      { table: 'public.open', rows: 10_000, visible: 10_000, atLeast: true, policies: [] },
    ]);
  });

  it('shows the table that a policy looks into, whose own policies hide its rows', async () => {
    const { data } = await explain('query ($id: Int!) { db { tasksByPk(id: $id) { id } } }', asAlice, {
      id: 1,
    });
    expect(data.rlsExplain).toMatchObject({
      tables: [
        { table: 'public.tasks', rows: 2, visible: 0, policies: [{ name: 'of_team', passed: 0 }] },
        { table: 'public.members', rows: 1, visible: 0, policies: [] },
      ],
      answer: { db: { tasksByPk: null } },
    });
  });

  it.each([
    ['a role that callers do not have', '{ db { notes { id } } }', { role: 'service_role' }, ['as', 'role']],
    ['a mutation', 'mutation { signOut }', asAlice, ['operation']],
    ['another field', '{ db { notes { id } } me { id } }', asAlice, ['operation']],
    [
      'another field in a fragment',
      '{ db { notes { id } } ...F } fragment F on Query { schemaText(role: "anon") }',
      asAlice,
      ['operation'],
    ],
    ['a name that the role does not have', '{ db { secrets { id } } }', asAlice, ['operation']],
    ['no GraphQL', '{', asAlice, ['operation']],
    [
      'a variable that is missing',
      'query ($id: Int!) { db { tasksByPk(id: $id) { id } } }',
      asAlice,
      ['variables'],
    ],
  ])('refuses %s', async (_what, operation, as, path) => {
    const { data, errors } = await explain(operation, as);
    expect(data).toEqual({ rlsExplain: null });
    expect(errors).toMatchObject([
      { path: ['rlsExplain'], extensions: { code: 'BAD_USER_INPUT', issues: [{ path }] } },
    ]);
  });

  it('holds the limits of any operation', async () => {
    const aliases = Array.from({ length: 1_000 }, (_, index) => `a${index}: notes { id }`).join(' ');
    const { errors } = await explain(`{ db { ${aliases} } }`, asAlice);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
    const { errors: ofRows } = await explain('{ db { notes(limit: 100000) { id } } }', asAlice);
    expect(ofRows).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', operationPath: ['db', 'notes'] } },
    ]);
  });

  it('is for SERVICE_ROLE alone', async () => {
    const { errors } = await gateway.graphqlText(explanation, {
      token: hmacToken(userClaims({ sub: alice })),
      variables: { operation: '{ db { notes { id } } }', as: asAlice },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('an empty list in development', () => {
  it('is explained in the log, once, and not in the answer', async () => {
    const token = hmacToken({ ...userClaims({ sub: alice }), app_metadata: null });
    const ask = () => gateway.graphqlText('{ db { docs(where: { org: { eq: "red" } }) { id } } }', { token });
    const hints = () => told.filter((line) => 'tables' in line);
    expect(await ask()).toMatchObject({ data: { db: { docs: [] } }, errors: [] });
    await expect.poll(hints).toMatchObject([
      {
        message: expect.stringContaining('a list under db is empty'),
        as: { role: 'authenticated', sub: alice },
        tables: [
          {
            table: 'public.docs',
            rows: 4,
            visible: 1,
            policies: [{ name: 'no_drafts' }, { name: 'of_org', missingClaims: ['app_metadata.org'] }],
          },
        ],
      },
    ]);
    await ask();
    await gateway.graphqlText('{ db { docs(limit: 0) { id } } }', { token: serviceToken });
    expect(hints()).toHaveLength(1);
  });
});

describe('runAs', () => {
  const runAs = gql(
    `query ($operation: String!, $as: RlsExplainAs!) { runAs(operation: $operation, as: $as) }`,
  );

  it('gives what somebody else gets', async () => {
    const { data, errors } = await gateway.graphqlText(runAs, {
      token: serviceToken,
      variables: { operation: '{ a: db { notes { body } } __typename }', as: asAlice },
    });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      runAs: { a: { notes: [{ body: 'a' }, { body: 'b' }] }, __typename: 'Query' },
    });
  });
});

describe('schemaText', () => {
  const text = gql(`query ($role: String!) { schemaText(role: $role) }`);

  it('gives the schema that a role has', async () => {
    const of = async (role: string) =>
      (await gateway.graphqlText(text, { token: serviceToken, variables: { role } })).data.schemaText;
    expect(await of('authenticated')).toContain('type NotesRow');
    await gateway.admin.unsafe('revoke select on public.notes from anon');
    await expect.poll(() => of('anon')).not.toContain('NotesRow');
    expect(await of('anon')).toContain('type TasksRow');
    expect(await of('service_role')).toContain('type NotesRow');
  });

  it('is printed by the command line', async () => {
    const print = (...args: string[]) => runCommand(['schema', 'print', ...args], {});
    const command = print('--role', 'authenticated', '--url', gateway.url, '--key', serviceToken);
    expect(await command.ended).toBe(0);
    expect(command.output()).toContain('type NotesRow');
    const refused = print('--role', 'authenticated', '--url', gateway.url, '--key', 'wrong');
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain('gave no schema');
    const half = print('--role', 'authenticated');
    expect(await half.ended).toBe(1);
    expect(half.output()).toContain('--role, --url and --key together');
  });

  it('refuses other roles', async () => {
    const { errors } = await gateway.graphqlText(text, {
      token: serviceToken,
      variables: { role: 'postgres' },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['role'] }] } }]);
  });
});
