import postgresJs from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { anon, rowsCall, rowsRunner, sql, user } from '../support/rows-runner.ts';

let postgres: TestPostgres;
let admin: postgresJs.Sql;

beforeAll(async () => {
  postgres = await startTestPostgres();
  admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
  await admin.unsafe(`
    create table public.secrets (owner uuid, text text);
    insert into public.secrets values ('00000000-0000-0000-0000-000000000001', 'of one');
    alter table public.secrets enable row level security;
    create policy own on public.secrets to authenticated using (owner = auth.uid());
    grant select, insert on public.secrets to anon, authenticated;
    create function public.exec(command text) returns text language plpgsql as
      $$ begin execute command; return 'done'; end $$;
    create function public.stable_write() returns text language plpgsql stable as
      $$ begin insert into public.secrets values (null, 'x'); return 'done'; end $$;
  `);
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

const exec = (command: string) => sql('select public.exec($1)', [command], true);

/** Everything that one caller could leave to another. */
const look = sql(`select json_build_object(
    'backend', pg_backend_pid(), 'role', current_user, 'claims', current_setting('request.jwt.claims', true),
    'uid', auth.uid(), 'secrets', (select count(*) from public.secrets),
    'tenant', nullif(current_setting('app.tenant', true), ''), 'work_mem', current_setting('work_mem'),
    'readOnly', current_setting('transaction_read_only'), 'isolation', current_setting('transaction_isolation'),
    'defaults', current_setting('default_transaction_read_only') || ' ' || current_setting('default_transaction_isolation'),
    'temporary', (select count(*) from pg_class where relpersistence = 't' and pg_table_is_visible(oid)),
    'locks', (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
    'cursors', (select count(*) from pg_cursors where is_holdable), 'channels', (select count(*) from pg_listening_channels()),
    'prepared', (select count(*) from pg_prepared_statements where from_sql))`);

const victim = '00000000-0000-0000-0000-000000000001';

const attempts: readonly (readonly [string, string])[] = [
  ['the role', `select set_config('role', 'authenticated', false)`],
  ['the role by a statement', 'set role authenticated'],
  ['the claims', `select set_config('request.jwt.claims', '{"sub": "${victim}"}', false)`],
  ['the claims of the transaction', `select set_config('request.jwt.claims', '{"sub": "${victim}"}', true)`],
  ['an older name of a claim', `select set_config('request.jwt.claim.sub', '${victim}', true)`],
  [
    'an older name of a claim for the session',
    `select set_config('request.jwt.claim.sub', '${victim}', false)`,
  ],
  ['a setting of the operator', `select set_config('app.tenant', 'other', false)`],
  ['a setting of the operator for the transaction', `select set_config('app.tenant', 'other', true)`],
  ['a setting of Postgres', `set work_mem = '7MB'`],
  ['the default of transactions', `set default_transaction_read_only = off`],
  ['the default isolation', `set default_transaction_isolation = 'read committed'`],
  ['a table', 'create temporary table secrets (owner uuid, text text)'],
  ['a lock', 'select pg_advisory_lock(7)'],
  ['a cursor', 'declare kept cursor with hold for select 1'],
  ['a channel', 'listen gossip'],
  ['a statement', `prepare rows_1 as select 'mine'`],
];

describe.each(['session', 'transaction'] as const)(
  'with a pooler in %s mode, a function that leaves',
  (pooler) => {
    it.each(attempts)('%s changes nothing for the next statement or caller', async (_what, command) => {
      await using runner = rowsRunner(postgres, { pooler });
      const state = async () => JSON.parse((await runner.texts(anon, [look], rowsCall()))[0] ?? '');
      const { backend: _, ...before } = await state();
      expect(before).toMatchObject({ role: 'anon', uid: null, secrets: 0, readOnly: 'on' });
      const both = runner.texts(anon, [exec(command), look], rowsCall());
      // Some are refused where nothing can be written.
      const second = (await both.catch(() => undefined))?.[1];
      if (typeof second === 'string') {
        const { role, claims, uid, secrets, tenant, readOnly, isolation } = JSON.parse(second);
        expect({ role, claims, uid, secrets, tenant, readOnly, isolation }).toMatchObject({
          role: 'anon',
          claims: '{"role":"anon"}',
          uid: null,
          secrets: 0,
          tenant: null,
          readOnly: 'on',
          isolation: 'repeatable read',
        });
      }
      const { backend: __, ...after } = await state();
      expect(after).toEqual(before);
    });
  },
);

it.each(attempts)('a function in a write that leaves %s changes nothing either', async (_what, command) => {
  await using runner = rowsRunner(postgres);
  const state = async () =>
    JSON.parse((await runner.write(anon, rowsCall(), ({ run }) => run(look))).text ?? '');
  const { backend: _, ...before } = await state();
  const second = await runner
    .write(anon, rowsCall(), async ({ run }) => {
      await run(exec(command));
      return (await run(look)).text;
    })
    .catch(() => undefined);
  if (typeof second === 'string') {
    const { role, claims, uid, tenant, secrets } = JSON.parse(second);
    expect({ role, claims, uid, tenant, secrets }).toEqual({
      role: 'anon',
      claims: '{"role":"anon"}',
      uid: null,
      tenant: null,
      secrets: 0,
    });
  }
  const { backend: __, ...after } = await state();
  expect(after).toEqual(before);
});

describe('a function that executes text', () => {
  it.each([
    'set role service_role',
    'set role postgres',
    'set role supabase_admin',
    'set session authorization postgres',
    'reset role; set role service_role',
    `select set_config('role', 'service_role', true)`,
    'set transaction read write',
    'set transaction isolation level read committed',
    `select set_config('transaction_read_only', 'off', true)`,
    'commit',
    `insert into public.secrets values (null, 'written')`,
    `set transaction_read_only = off; insert into public.secrets values (null, 'written')`,
  ])('cannot %s', async (command) => {
    await using runner = rowsRunner(postgres);
    const outcome = runner.texts(user(victim), [exec(command)], rowsCall());
    await expect(outcome).rejects.toMatchObject({ statement: 0 });
    const [count] = await admin`select count(*)::int from public.secrets where text = 'written'`;
    expect(count).toEqual({ count: 0 });
  });

  it('that writes is told that only reading is possible, and costs no connection', async () => {
    await using runner = rowsRunner(postgres);
    const [before] = await runner.texts(anon, [sql('select pg_backend_pid()')], rowsCall());
    const refusal = { code: 'BAD_USER_INPUT', details: { reason: 'read_only' } };
    for (const text of [
      `select public.exec('insert into public.secrets values (null, ''x'')')`,
      'select public.stable_write()',
    ])
      await expect(runner.texts(anon, [sql(text, [], true)], rowsCall())).rejects.toMatchObject(refusal);
    const [after] = await runner.texts(anon, [sql('select pg_backend_pid()')], rowsCall());
    expect(after).toBe(before);
  });

  it('cannot have another one take its place for what was prepared', async () => {
    await using runner = rowsRunner(postgres);
    const prepared = sql(`select 'the real one'`);
    for (let use = 0; use < 3; use += 1) await runner.texts(anon, [prepared], rowsCall());
    const swap = `do $$ declare n text; begin
      for n in select name from pg_prepared_statements where statement like '%the real one%' loop
        execute format('deallocate %I', n);
        execute format('prepare %I as select ''another one''', n);
      end loop; end $$`;
    await runner.texts(anon, [exec(swap)], rowsCall());
    expect(await runner.texts(anon, [prepared], rowsCall())).toEqual(['the real one']);
  });

  it('can deallocate everything, and nobody notices', async () => {
    await using runner = rowsRunner(postgres);
    const prepared = sql(`select 'still here'`);
    for (let use = 0; use < 3; use += 1) await runner.texts(anon, [prepared], rowsCall());
    await runner.texts(anon, [exec('deallocate all')], rowsCall());
    expect(await runner.texts(anon, [prepared], rowsCall())).toEqual(['still here']);
  });
});

describe('the login', () => {
  const refused = async (attributes: string, memberships: readonly string[] = []) => {
    await admin.unsafe(
      `drop role if exists strong; create role strong login password 'secret' ${attributes}`,
    );
    for (const role of memberships) await admin.unsafe(`grant ${role} to strong`);
    const url = postgres.rowsUrl.replace(/\/\/[^@]+@/, '//strong:secret@');
    return rowsRunner(postgres, { url });
  };

  it.each([
    ['superuser', [], /is a superuser/],
    ['bypassrls', [], /has BYPASSRLS/],
    ['noinherit', ['supabase_admin'], /may become the superuser supabase_admin/],
  ])('is refused when it is %s and a member of %j', async (attributes, memberships, message) => {
    await using runner = await refused(attributes, memberships);
    const failing = runner.texts(anon, [look], rowsCall());
    await expect(failing).rejects.toMatchObject({
      code: 'NOT_CONFIGURED',
      message: expect.stringMatching(message),
    });
    await expect(runner.write(anon, rowsCall(), ({ run }) => run(look))).rejects.toMatchObject({
      code: 'NOT_CONFIGURED',
    });
    await expect(runner.check([], 5_000)).rejects.toMatchObject({
      code: 'NOT_CONFIGURED',
    });
  });

  it('that may become the service role is served, and its start can say so', async () => {
    await using runner = rowsRunner(postgres, { url: postgres.urlFor('authenticator') });
    expect((await runner.check([], 5_000)).bypassing).toEqual(['service_role']);
    expect(await runner.texts(anon, [sql('select 1::text')], rowsCall())).toEqual(['1']);
  });

  it('of the local stack may become nobody past row level security', async () => {
    await using runner = rowsRunner(postgres);
    expect((await runner.check([], 5_000)).bypassing).toEqual([]);
  });

  it('of the service role is another one, and without it that role is refused', async () => {
    const service = { role: 'service_role', claims: {} };
    await using runner = rowsRunner(postgres);
    const [answer] = await runner.texts(service, [look], rowsCall());
    expect(JSON.parse(answer ?? '')).toMatchObject({ role: 'service_role', secrets: 1 });
    await using without = rowsRunner(postgres, { serviceUrl: undefined });
    await expect(without.read(service, [look], rowsCall())).rejects.toMatchObject({ code: 'NOT_CONFIGURED' });
  });
});
