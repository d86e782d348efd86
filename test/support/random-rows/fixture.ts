import { serviceToken } from '../database-gateway.ts';
import { type RowsGateway, startRowsGateway } from '../rows-gateway.ts';
import { hmacToken, keyClaims, userClaims } from '../tokens.ts';

export const personId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const person = (n: string): string => `('00000000-0000-4000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;

/** The rows that mutations begin with. */
export const firstItems = `insert into items select n, ${person('1 + n % 5')}, 'item ' || n % 4, nullif(n % 5, 2), nullif(n, 3) * 0.25,
    (array['{"a": {"b": [1]}, "tag": "t1"}', '[1, "a"]', null])[1 + n % 3]::jsonb,
    (array['{a,b}', '{}', null])[1 + n % 3]::text[], nullif(n / 3, 0)
    from generate_series(1, 12) n;`;

/** Every kind of relation, columns of many types with nulls and ties, and each form of policy. */
const schema = `
  create type mood as enum ('low', 'so-so', 'high');
  create table people (
    id uuid primary key, name text not null, age int, score numeric(8, 2), weight float8, mood mood, born date,
    boss_id uuid references people, secret text);
  create table profiles (person_id uuid primary key references people, bio text, links text[]);
  create table teams (id int primary key, name text not null unique, lead uuid references people);
  create table members (
    team_id int references teams, person_id uuid references people, primary key (team_id, person_id));
  create table todos (
    id bigint primary key, team_id int references teams,
    author_id uuid references people, editor_id uuid references people,
    title text not null, done boolean, priority int, price numeric, meta jsonb, tags text[], made timestamptz,
    span int4range);
  create table notes (id int primary key, todo_id bigint not null references todos, body text, stars int not null);
  create table slots (team int, no int, label text, length interval, primary key (team, no));
  create table bookings (
    id int primary key, slot_team int, slot_no int, foreign key (slot_team, slot_no) references slots);
  create table items (
    id int primary key, owner uuid default auth.uid(), title text not null default 'new' check (title <> 'rest'),
    points int check (points < 12), price numeric unique, meta jsonb, tags text[], parent_id int references items);

  insert into people
    select ${person('n')}, (array['Ann', 'bob', 'Zoë', 'o''Neil', '100%', 'a_b', ''])[1 + n % 7] || ' ' || n % 3,
      nullif(n % 5, 0), nullif(n % 4, 1) * 1.25, nullif(n % 3, 2) * 0.5,
      (array['low', 'so-so', 'high', null])[1 + n % 4]::mood, date '2000-01-01' + nullif(n % 6, 3) * 40,
      case when n % 3 > 0 then ${person('n / 3 + 1')} end, 'secret'
    from generate_series(1, 14) n;
  insert into profiles select ${person('n * 2')}, nullif('bio of ' || n, 'bio of 3'),
    (array['{}', '{a,b}', null, '{b,NULL}'])[1 + n % 4]::text[] from generate_series(1, 6) n;
  insert into teams select n, 'team ' || n, ${person('nullif(n * 3, 9)')} from generate_series(1, 4) n;
  insert into members select 1 + n % 4, ${person('1 + n * 5 % 14')} from generate_series(1, 20) n on conflict do nothing;
  insert into todos
    select n, nullif(1 + n % 5, 5), ${person('nullif(1 + n * 3 % 14, 7)')}, ${person('nullif(1 + n * 5 % 9, 4)')},
      (array['buy milk', 'Milk the cow', 'rest', '100% sure', 'a_b'])[1 + n % 5],
      (array[true, false, null])[1 + n % 3], nullif(n % 4, 2), nullif(n % 6, 5) * 0.10,
      (array['{"a": {"b": [1, "x"]}, "tag": "t1"}', '{"a": {"b": [2]}, "n": 2.5}', '[1, 2]', '"text"', 'null', null, 'true',
        '{"tag": null}', '{"a": {"b": [10, "y"]}, "tag": "T2"}'])[1 + n % 9]::jsonb,
      (array['{a,b}', '{}', null, '{b,c,NULL}'])[1 + n % 4]::text[],
      timestamptz '2026-01-01 12:00:00.5+02' + nullif(n % 7, 3) * interval '1 day',
      (array['[1,4)', 'empty', null, '(,3]', '[2,)'])[1 + n % 5]::int4range
    from generate_series(1, 28) n;
  insert into notes select n, 1 + n * 11 % 25, nullif('note ' || n % 6, 'note 2'), n % 7 from generate_series(1, 40) n;
  insert into slots select 1 + n % 3, n, nullif('slot ' || n % 4, 'slot 1'), nullif(n % 4, 3) * interval '90 minutes'
    from generate_series(1, 9) n;
  insert into bookings select n, case when n % 5 > 0 then 1 + n % 9 % 3 end, nullif(n % 9, 0) from generate_series(1, 16) n
    where n % 9 > 0 or n % 5 = 0;

  ${firstItems}

  create function my_teams() returns setof int language sql stable security definer set search_path = ''
    as $$ select team_id from public.members where person_id = (select auth.uid()) $$;
  create function is_mine(owner uuid) returns boolean language plpgsql stable as $$ begin return owner = auth.uid(); end $$;
  alter table people enable row level security;
  alter table profiles enable row level security;
  alter table members enable row level security;
  alter table todos enable row level security;
  alter table notes enable row level security;
  alter table items enable row level security;
  alter table bookings enable row level security;
  create role editor;
  create role hurried;
  create policy cheerful on people for select to anon using (mood = 'high');
  create policy known on people for select to authenticated using (age is not null or id = auth.uid());
  create policy everybody on people for select to editor using (true);
  create policy own on profiles for select to authenticated, editor using (is_mine(person_id) or bio is null);
  create policy same on members for select to authenticated, editor
    using (team_id in (select my_teams()) or person_id = (select auth.uid()));
  create policy member on todos for select to authenticated using (team_id in (select my_teams()) or author_id = auth.uid());
  create policy shown on todos for select to anon using (done);
  create policy edited on todos for select to editor using (editor_id is not null);
  create policy seen on notes for select to anon, authenticated, editor
    using (exists (select from todos where todos.id = todo_id));
  create policy few on notes as restrictive for select to editor using (stars < (auth.jwt() ->> 'stars')::int);
  create policy shown on items for select to authenticated using (points is not null or owner = auth.uid());
  create policy own on items to authenticated using (owner = auth.uid() or owner is null)
    with check (owner = auth.uid() and title <> 'a_b');
  create policy pointed on items to editor using (points is not null) with check (points > 0);
  create policy odd on bookings for select to authenticated, editor using (id % 2 = 1 or auth.uid() is null);

  revoke all on all tables in schema public from anon, authenticated;
  grant select (id, name, mood, boss_id) on people to anon;
  grant select (id, title, done, priority, meta, author_id) on todos to anon;
  grant select on teams, notes, slots, bookings to anon;
  grant select (id, name, age, score, weight, mood, born, boss_id) on people to authenticated, editor;
  grant select on profiles, teams, members, todos, notes, slots, bookings to authenticated, editor;
  grant select, delete, insert, update (title, points, price, meta, tags, parent_id) on items to authenticated;
  grant select, insert, update on items to editor;
  grant all on all tables in schema public to service_role;
  grant usage on schema public to editor, hurried;
  grant editor, hurried to bunbun_rows;

  alter role hurried set statement_timeout = '50ms';
  create function slow() returns text language sql stable as $$ select 'slept' from pg_sleep(20) $$;
  create function fails() returns int language sql stable as $$ select 1 / (random() * 0)::int $$;
`;

/** Somebody who asks, and as whom the reference is asked. */
export interface Viewer {
  readonly role: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly token: string;
}

function viewer(role: string, claims: Readonly<Record<string, unknown>>): Viewer {
  return { role, claims, token: hmacToken(claims) };
}

export const viewers: readonly Viewer[] = [
  viewer('anon', keyClaims('anon')),
  ...[1, 2, 5, 99].map((n) => viewer('authenticated', userClaims({ sub: personId(n) }))),
  ...[1, 4, 9].map((stars) => viewer('editor', userClaims({ sub: personId(stars), role: 'editor', stars }))),
  { role: 'service_role', claims: keyClaims('service_role'), token: serviceToken },
];

/** Queries that end in an error, by those who ask them; no answer of anybody else may suffer from it. */
export const disturbances: readonly {
  readonly token: string;
  readonly text: string;
  readonly code: string | undefined;
}[] = [
  {
    token: viewer('authenticated', userClaims()).token,
    text: '{ db { people { id } fails } }',
    code: 'BAD_USER_INPUT',
  },
  {
    token: viewer('hurried', userClaims({ role: 'hurried' })).token,
    text: '{ db { slow } }',
    code: 'TIMEOUT',
  },
  // Its caller leaves.
  {
    token: viewer('authenticated', userClaims({ sub: personId(3) })).token,
    text: '{ db { slow } }',
    code: undefined,
  },
];

const roomy = '100000';

/** A gateway before the tables above, with limits that no random document reaches. */
export async function startRandomRows(): Promise<RowsGateway> {
  const gateway = await startRowsGateway(schema, {
    EXTRA_AUTHENTICATED_ROLES: 'editor,hurried',
    ROWS_POOL_SIZE: '3',
    MAX_COST: '100000000',
    MAX_DEPTH: '100',
    MAX_TOKENS: roomy,
    MAX_ALIASES: '10000',
    MAX_DIRECTIVES: '10000',
    MAX_ROOT_FIELDS: '10000',
  });
  await gateway.admin`grant usage on schema auth to editor`;
  return gateway;
}
