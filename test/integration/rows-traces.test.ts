import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const alice = '11111111-1111-4111-8111-111111111111';
const bob = '22222222-2222-4222-8222-222222222222';

/** What one caller finds on the connection of another: the policy of `seen` lets rows through by it. */
const schema = `
  create schema private;
  grant usage on schema private to authenticated;
  create function private.leave() returns boolean language plpgsql stable as $$ begin
    perform set_config('app.tenant', 'of ' || auth.uid(), false);
    perform pg_advisory_lock_shared(7);
    return true;
  end $$;
  create function private.leave_by_trigger() returns trigger language plpgsql as $$ begin
    set app.tenant = 'of a trigger';
    create temporary table if not exists left_over (id int);
    return new;
  end $$;
  create function private.leave_in_pg_temp() returns trigger language plpgsql as $$ begin
    create table if not exists pg_temp.left_over (id int);
    return new;
  end $$;

  create function private.leave_at_length() returns boolean language plpgsql stable as $$ begin
    -- ${'a long explanation '.repeat(4_000)}
    perform set_config('app.tenant', 'of a long text', false);
    return true;
  end $$;

  create table by_long_function (id int primary key);
  create table by_function (id int primary key);
  create table by_expression (id int primary key);
  create table beneath (id int primary key);
  create table by_relation (id int primary key, by_function_id int references by_function);
  create table by_trigger (id int primary key);
  create table by_pg_temp (id int primary key);
  create table by_default (id int primary key, tenant text default set_config('app.tenant', 'of a default', false));
  create table parents (id int primary key);
  create table children (id int primary key, parent_id int references parents on delete cascade);
  insert into by_long_function values (1);
  insert into by_function values (1); insert into by_expression values (1); insert into beneath values (1);
  insert into by_relation values (1, 1); insert into parents values (1); insert into children values (1, 1);
  alter table by_function enable row level security;
  create policy leaving on by_function using (private.leave());
  alter table by_long_function enable row level security;
  create policy leaving on by_long_function using (private.leave_at_length());
  alter table by_expression enable row level security;
  create policy leaving on by_expression using (set_config('app.tenant', 'of an expression', false) is not null);
  create view by_view with (security_invoker = true) as select id from beneath where private.leave();
  create trigger leaving before insert on by_trigger for each row execute function private.leave_by_trigger();
  create trigger leaving before insert on by_pg_temp for each row execute function private.leave_in_pg_temp();
  create trigger leaving after delete on children for each row execute function private.leave_by_trigger();

  create table seen (id int primary key, plain boolean not null default true);
  insert into seen values (1);
  alter table seen enable row level security;
  create policy tenant on seen to authenticated using (coalesce(current_setting('app.tenant', true), '') <> '');
  create view left_behind with (security_invoker = true) as
    select (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
      (select count(*)::int from pg_class where relpersistence = 't' and pg_table_is_visible(oid)) as tables;
  create function temporary_tables() returns int language sql volatile as
    $$ select count(*)::int from pg_class where relpersistence = 't' and pg_table_is_visible(oid) $$;
  grant all on all tables in schema public to authenticated;
`;

let gateway: RowsGateway;
beforeAll(async () => {
  // One connection to read and one to write: whoever comes next has that of the one before.
  gateway = await startRowsGateway(schema, { ROWS_POOL_SIZE: '1' });
});
afterAll(() => gateway.close());

const ask = async (sub: string, text: string) => {
  const { data, errors } = await gateway.graphqlText(text, { token: hmacToken(userClaims({ sub })) });
  expect(errors).toEqual([]);
  return data;
};

const nothing = { seen: [], leftBehind: [{ locks: 0, tables: 0 }] };
const look = 'seen { id } leftBehind { locks tables }';

describe('what runs by itself leaves nothing to the next caller', () => {
  it.each([
    'byFunction { id }',
    'byLongFunction { id }',
    'byExpression { id }',
    'byView { id }',
    'byRelation { byFunction { id } }',
    'byRelation(where: { byFunction: { id: { eq: 1 } } }) { id }',
  ])('where { db { %s } } is read', async (field) => {
    await ask(alice, `{ db { ${field} } }`);
    expect(await ask(bob, `{ db { ${look} } }`)).toEqual({ db: nothing });
  });

  it.each([
    'insertByTriggerOne(object: { id: 1 }) { id }',
    'insertByDefaultOne(object: { id: 1 }) { id }',
    'deleteParentsByPk(id: 1) { id }',
    'updateByFunction(where: { id: { eq: 1 } }, set: { id: 1 }) { affectedCount }',
  ])('where mutation { db { %s } } writes', async (field) => {
    await ask(alice, `mutation { db { ${field} } }`);
    expect(
      await ask(
        bob,
        'mutation { db { updateSeen(where: { id: { eq: 1 } }, set: { plain: false }) { affectedCount } } }',
      ),
    ).toEqual({ db: { updateSeen: { affectedCount: 0 } } });
  });

  it('where a trigger makes a table in pg_temp', async () => {
    await ask(alice, 'mutation { db { insertByPgTempOne(object: { id: 1 }) { id } } }');
    expect(await ask(bob, 'mutation { db { temporaryTables } }')).toEqual({ db: { temporaryTables: 0 } });
  });

  it('where a policy becomes one that leaves something', async () => {
    await ask(alice, '{ db { beneath { id } } }');
    await gateway.admin.unsafe(`
      alter table beneath enable row level security;
      create policy leaving on beneath using (private.leave());`);
    await expect
      .poll(
        async () => {
          await ask(alice, '{ db { beneath { id } } }');
          return await ask(bob, `{ db { ${look} } }`);
        },
        { timeout: 10_000 },
      )
      .toEqual({ db: nothing });
  });
});
