/** Teams with projects, tasks and comments, of which each of `viewers` sees those of his teams. */
export function rowsSchema(viewers: readonly string[]): string {
  const ids = viewers.map((id) => `'${id}'::uuid`).join(', ');
  return `
    create table teams (id int primary key, name text not null);
    create table members (team_id int not null references teams, user_id uuid not null, primary key (user_id, team_id));
    create table projects (id int primary key, team_id int not null references teams, name text not null);
    create table tasks (
      id int primary key, project_id int not null references projects, title text not null,
      done boolean not null, price numeric not null, created_at timestamptz not null);
    create table comments (
      id int primary key, task_id int not null references tasks, body text not null, likes int not null);
    create index on projects (team_id);
    create index on tasks (project_id);
    create index on comments (task_id);
    insert into teams select i, 'team ' || i from generate_series(1, 20) i;
    insert into members select i, viewer from generate_series(1, 10) i, unnest(array[${ids}]) viewer;
    insert into projects select i, 1 + i % 20, 'project ' || i from generate_series(1, 400) i;
    insert into tasks select i, 1 + i % 400, 'task ' || i, i % 3 = 0, i, '2026-01-01'::timestamptz + i * interval '1 minute'
      from generate_series(1, 12000) i;
    insert into comments select i, 1 + i % 12000, 'comment ' || i, i % 7 from generate_series(1, 60000) i;
    alter table members enable row level security;
    alter table projects enable row level security;
    alter table tasks enable row level security;
    create policy own on members for select to authenticated using (user_id = (select auth.uid()));
    create policy own on projects for select to authenticated using (
      team_id in (select team_id from members where user_id = (select auth.uid())));
    create policy own on tasks for select to authenticated using (
      project_id in (select id from projects));
    revoke insert, update, delete on teams, members, projects, tasks, comments from anon, authenticated;
    analyze;`;
}

export interface RowsQuery {
  readonly name: string;
  readonly what: string;
  readonly requests: number;
  readonly ours: (n: number) => string;
  readonly postgraphile: (n: number) => string;
}

const body = (query: string, variables: object = {}): string => JSON.stringify({ query, variables });

/** A task that the viewer sees: of a project of one of the first ten teams. */
const taskOf = (n: number): number => 400 * (n % 29) + (n % 9);

/** The same questions in the words of both. */
export const rowsQueries: readonly RowsQuery[] = [
  {
    name: 'q1',
    what: 'one row by key',
    requests: 6_000,
    ours: (n) =>
      body('query ($id: Int!) { db { tasksByPk(id: $id) { id title done } } }', { id: 1 + taskOf(n) }),
    postgraphile: (n) =>
      body('query ($id: Int!) { taskByRowId(rowId: $id) { rowId title done } }', { id: 1 + taskOf(n) }),
  },
  {
    name: 'q2',
    what: '20 flat rows',
    requests: 3_000,
    ours: () => body('{ db { tasks(orderBy: [{ id: ASC }], limit: 20) { id title done price createdAt } } }'),
    postgraphile: () =>
      body('{ allTasks(orderBy: ROW_ID_ASC, first: 20) { nodes { rowId title done price createdAt } } }'),
  },
  {
    name: 'q3',
    what: 'three levels',
    requests: 1_000,
    ours: () =>
      body(
        '{ db { projects(orderBy: [{ id: ASC }], limit: 10) { id name tasks(orderBy: [{ id: ASC }], limit: 5) { id title comments(orderBy: [{ id: ASC }], limit: 2) { id body } } } } }',
      ),
    postgraphile: () =>
      body(
        '{ allProjects(orderBy: ROW_ID_ASC, first: 10) { nodes { rowId name tasksByProjectId(orderBy: ROW_ID_ASC, first: 5) { nodes { rowId title commentsByTaskId(orderBy: ROW_ID_ASC, first: 2) { nodes { rowId body } } } } } } }',
      ),
  },
  {
    name: 'q4',
    what: 'deep, with filters and counts',
    requests: 500,
    ours: () =>
      body(
        '{ db { projects(orderBy: [{ id: ASC }], limit: 10) { id team { id name } tasksAggregate { count } tasks(where: { done: { eq: true } }, orderBy: [{ id: ASC }], limit: 5) { id title project { name } commentsAggregate { count } comments(where: { likes: { eq: 3 } }, orderBy: [{ id: ASC }], limit: 2) { id body task { title } } } } } }',
      ),
    postgraphile: () =>
      body(
        '{ allProjects(orderBy: ROW_ID_ASC, first: 10) { nodes { rowId teamByTeamId { rowId name } all: tasksByProjectId { totalCount } tasksByProjectId(condition: { done: true }, orderBy: ROW_ID_ASC, first: 5) { nodes { rowId title projectByProjectId { name } all: commentsByTaskId { totalCount } commentsByTaskId(condition: { likes: 3 }, orderBy: ROW_ID_ASC, first: 2) { nodes { rowId body taskByTaskId { title } } } } } } } }',
      ),
  },
];
