import { type RowsGateway, startRowsGateway } from './rows-gateway.ts';
import { hmacToken, userClaims } from './tokens.ts';

// Tables that refuse much of what is asked of them.

export const alice = '11111111-1111-4111-8111-111111111111';
export const bob = '22222222-2222-4222-8222-222222222222';

const schema = `
  create table users (id int primary key, name text not null unique);
  create table todos (
    id int primary key, owner uuid not null default auth.uid(), user_id int references users,
    title text not null check (title <> ''), points smallint, during int4range, one int generated always as (1) stored,
    exclude using gist (during with &&));
  create table keyless (word text, user_id int references users);
  create table "odd ""name; --" ("the ""key" int primary key, "a'b" text);
  alter table todos enable row level security;
  create policy own on todos to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
  create function slow() returns int language sql stable as $$ select 1 from pg_sleep(60) $$;
  create function slow_change() returns int language sql volatile as $$ select 1 from pg_sleep(60) $$;
  create function stable_write() returns int language plpgsql stable as $$
    begin insert into public.keyless values ('written'); return 1; end $$;
  create table empty ();
  create role hurried;
  alter role hurried set statement_timeout = '100ms';
  grant usage on schema public to hurried;
  grant select, insert, delete on users to hurried;
  grant select (title) on todos to hurried;
  grant select (title) on todos to hurried;
  grant hurried to bunbun_rows;
  grant all on all tables in schema public to authenticated, service_role;
`;

const rows = `
  truncate public.users, public.todos, public.keyless;
  insert into public.users values (1, 'ada'), (2, 'bob'), (3, 'cy');
  insert into public.todos (id, owner, user_id, title, during) values
    (1, '${alice}', 1, 'a', '[1,5)'), (2, '${alice}', 1, 'b', null), (3, '${bob}', 2, 'c', '[5,9)');
  insert into public.keyless values ('x', 1), ('y', 2);`;

export interface RefusingRows extends RowsGateway {
  asAlice(text: string, variables?: Record<string, unknown>): ReturnType<RowsGateway['graphqlText']>;
  /** As a role of whom no statement may take longer than a tenth of a second. */
  asHurried(text: string): ReturnType<RowsGateway['graphqlText']>;
  /** The rows as they were at first. */
  restore(): Promise<unknown>;
  /** Everything that somebody could have changed. */
  contents(): Promise<unknown>;
}

export async function startRefusingRows(): Promise<RefusingRows> {
  const gateway = await startRowsGateway(schema, { EXTRA_AUTHENTICATED_ROLES: 'hurried' });
  const restore = () => gateway.admin.unsafe(rows);
  await restore();
  return {
    ...gateway,
    restore,
    asAlice: (text, variables) =>
      gateway.graphqlText(text, {
        token: hmacToken(userClaims({ sub: alice })),
        ...(variables ? { variables } : {}),
      }),
    asHurried: (text) => gateway.graphqlText(text, { token: hmacToken(userClaims({ role: 'hurried' })) }),
    contents: async () =>
      (
        await gateway.admin`select (select json_agg(u order by id) from public.users u) users,
          (select json_agg(t order by id) from public.todos t) todos, (select json_agg(k) from public.keyless k) keyless`
      )[0],
  };
}
