import { randomInt, randomUUID } from 'node:crypto';
import postgresJs from 'postgres';
import type { RowsCaller } from '../../src/upstream/postgres/rows/run/rows-caller.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';
import { rowsCall, rowsRunner, sql, type TestRunner } from './rows-runner.ts';

/** Tables whose policies are written in each of the ways that there are. */
export interface PolicyForms extends AsyncDisposable {
  readonly postgres: TestPostgres;
  /** As a superuser, who becomes whoever he asks as. */
  readonly admin: postgresJs.Sql;
}

const users = Array.from({ length: 40 }, () => randomUUID());
const tables = ['by_uid', 'by_selected_uid', 'by_function', 'by_join'];

export async function startPolicyForms(): Promise<PolicyForms> {
  const postgres = await startTestPostgres();
  const admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 2, onnotice: () => undefined });
  await admin.unsafe(`
    create role editor nologin;
    grant editor to bunbun_rows;
    create table public.teams (id int, member uuid);
    insert into public.teams
      select n % 7, ('{${users.join(',')}}'::uuid[])[n % ${users.length} + 1] from generate_series(1, 120) n;
    create function public.owns(who uuid) returns boolean language plpgsql stable as
      $$ begin return who = auth.uid(); end $$;
    ${tables
      .map(
        (table) => `
    create table public.${table} (id int, owner uuid, team int);
    insert into public.${table}
      select n, ('{${users.join(',')}}'::uuid[])[n % ${users.length} + 1], n % 7 from generate_series(1, 400) n;
    alter table public.${table} enable row level security;
    create policy nobody on public.${table} to anon using (id % 50 = 0);`,
      )
      .join('')}
    create policy own on public.by_uid to authenticated, editor using (auth.uid() = owner);
    create policy own on public.by_selected_uid to authenticated, editor using ((select auth.uid()) = owner);
    create policy own on public.by_function to authenticated, editor using (public.owns(owner));
    create policy own on public.by_join to authenticated, editor
      using (team in (select id from public.teams where member = (select auth.uid())));
    create policy editors on public.by_uid to editor using (id % 3 = 0 and auth.jwt() ->> 'level' = 'high');
    grant select on all tables in schema public to anon, authenticated, editor;
    grant usage on schema public, auth to editor;
  `);
  return {
    postgres,
    admin,
    async [Symbol.asyncDispose]() {
      await admin.end();
      await postgres.stop();
    },
  };
}

const listOf = (table: string) => sql(`select coalesce(json_agg(id order by id), '[]') from public.${table}`);

function randomCaller(): RowsCaller {
  const role = ['anon', 'authenticated', 'editor'][randomInt(3)] ?? 'anon';
  const sub = users[randomInt(users.length)];
  const level = ['high', 'low'][randomInt(2)];
  return { role, claims: role === 'anon' ? { role } : { role, sub, level } };
}

/** What plain SQL gives under the same role and claims, on a connection of its own kind. */
async function expected(
  admin: postgresJs.Sql,
  { role, claims }: RowsCaller,
  table: string,
): Promise<unknown> {
  return await admin.begin(async (sql) => {
    await sql`select set_config('role', ${role}, true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    const rows = await sql.unsafe(`select id from public.${table} order by id`);
    return rows.map((row) => row['id']);
  });
}

/** Calls that leave a connection in the middle of something; none of them succeeds. */
const disturbances: readonly ((runner: TestRunner, caller: RowsCaller) => Promise<unknown>)[] = [
  (runner, caller) => runner.texts(caller, [sql('select 1 / 0')], rowsCall()),
  (runner, caller) => runner.texts(caller, [listOf('by_uid'), sql('nonsense')], rowsCall()),
  (runner, caller) => runner.texts(caller, [sql('select pg_sleep(9)::text')], rowsCall({ timeoutMs: 60 })),
  (runner, caller) => {
    const signal = AbortSignal.timeout(40);
    return runner.texts(caller, [sql('select pg_sleep(9)::text')], rowsCall({ signal }));
  },
  (runner, caller) =>
    runner.texts(caller, [sql("select repeat('x', 100000)")], rowsCall({ maxBytes: 1_000 })),
  (runner) => runner.texts({ role: 'service_role', claims: {} }, [listOf('by_uid')], rowsCall()),
];

/** What callers got of other than their own. */
interface Leaks {
  readonly differences: readonly unknown[];
  /** How many answers were looked at. */
  readonly compared: number;
}

/**
 * Lets `calls` random callers read at once on four connections, a fourth of whom fail, take too long or leave, and
 * compares each list of rows with what plain SQL gives under the same role and claims.
 */
export async function findLeaks(
  { postgres, admin }: PolicyForms,
  pooler: 'session' | 'transaction',
  calls: number,
): Promise<Leaks> {
  await using runner = rowsRunner(postgres, { max: 4, pooler, serviceUrl: postgres.rowsUrl });
  const differences: unknown[] = [];
  let compared = 0;
  const one = async (): Promise<void> => {
    const caller = randomCaller();
    if (randomInt(4) === 0) {
      const disturb = disturbances[randomInt(disturbances.length)];
      const outcome = await disturb?.(runner, caller).then(
        () => 'succeeded',
        () => 'failed',
      );
      if (outcome !== 'failed') differences.push({ caller, outcome });
      return;
    }
    const asked = tables.filter(() => randomInt(2) === 0);
    const answers = await runner.texts(caller, asked.map(listOf), rowsCall());
    for (const [index, table] of asked.entries()) {
      compared += 1;
      const wanted = await expected(admin, caller, table);
      const given: unknown = JSON.parse(answers[index] ?? 'null');
      if (JSON.stringify(given) !== JSON.stringify(wanted))
        differences.push({ caller, table, given, wanted });
    }
  };
  await Promise.all(Array.from({ length: calls }, one));
  return { differences, compared };
}
