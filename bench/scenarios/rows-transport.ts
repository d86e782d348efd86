import postgres from 'postgres';
import { createRowsRunner } from '../../src/upstream/postgres/rows/run/rows-runner.ts';
import { noNames } from '../../test/support/rows-runner.ts';
import { silentLog } from '../../test/support/test-call.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { inTurns, median } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';

const rounds = 7;
const calls = 4_000;
const connections = 10;
const sub = '00000000-0000-4000-8000-000000000001';
const claims = { role: 'authenticated', sub, aud: 'authenticated', session_id: sub };

const settings = `select pg_catalog.set_config('statement_timeout', $1, true),
  pg_catalog.set_config('search_path', $2, true), pg_catalog.set_config('request.jwt.claims', $3, true),
  pg_catalog.set_config('request.headers', $4, true), pg_catalog.set_config('role', $5, true),
  pg_catalog.set_config('request.method', 'POST', true), pg_catalog.set_config('request.path', '/graphql', true),
  pg_catalog.set_config('TimeZone', 'UTC', true), pg_catalog.set_config('DateStyle', 'ISO, MDY', true),
  pg_catalog.set_config('IntervalStyle', 'iso_8601', true), pg_catalog.set_config('bytea_output', 'hex', true),
  pg_catalog.set_config('extra_float_digits', '1', true)`;
const given = ['12000', '"public", pg_temp', JSON.stringify(claims), '{}', 'authenticated'];
const statement = `select row_to_json(o)::text from (select id, title, done from public.todos where id = $1::int) o`;

/** What it costs to read one row by its key, as a user, under row level security. */
export async function run(): Promise<void> {
  const { stack, stop } = await startBenchStack();
  const admin = postgres(stack.postgres.databaseUrl, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`
    create table public.todos (id int primary key, owner uuid, title text, done boolean);
    insert into public.todos select n, '${sub}', 'todo ' || n, false from generate_series(1, 10000) n;
    alter table public.todos enable row level security;
    create policy own on public.todos to authenticated using (owner = (select auth.uid()));
    grant select on public.todos to authenticated;
    analyze public.todos`);
  await admin.end();

  const runner = createRowsRunner({
    url: stack.postgres.rowsUrl,
    serviceUrl: undefined,
    pooler: 'session',
    sslMode: undefined,
    ca: undefined,
    max: connections,
    acquireTimeoutMs: 10_000,
    log: silentLog,
    environment: () => ({ searchPath: ['public'], roleSettings: new Map(), preRequest: undefined }),
  });
  const call = {
    signal: new AbortController().signal,
    timeoutMs: 10_000,
    maxBytes: 1024 * 1024,
    names: noNames,
  };
  const clients = Array.from({ length: connections }, () =>
    postgres(stack.postgres.rowsUrl, { max: 1, fetch_types: false, onnotice: () => undefined }),
  );

  const rates = new Map<string, number[]>();
  /** Microseconds of this process' CPU a call. */
  const measured = (
    name: string,
    one: (worker: number, id: string) => Promise<string | null | undefined>,
  ) => {
    return async () => {
      const [cpu, started] = [process.cpuUsage(), performance.now()];
      let next = 0;
      await Promise.all(
        Array.from({ length: connections }, async (_, worker) => {
          while (next < calls) {
            next += 1;
            const id = String(next);
            const answer = await one(worker, id);
            if (!answer?.includes(`"id":${id},`)) throw new Error(`${name}: ${answer}`);
          }
        }),
      );
      const seconds = (performance.now() - started) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      rates.set(name, [...(rates.get(name) ?? []), calls / seconds]);
      return (user + system) / calls;
    };
  };
  const clientOf = (worker: number): postgres.Sql => {
    const client = clients[worker];
    if (client === undefined) throw new Error('no such connection');
    return client;
  };
  const send = (sql: postgres.Sql, text: string, params: string[]) =>
    sql.unsafe<{ row_to_json: string }[]>(text, params, { prepare: true });

  const names = {
    product: 'the rows runner: pg, one Sync',
    pipelined: 'postgres.js, begin to commit in one write',
    begin: 'postgres.js, sql.begin',
  } as const;
  const caller = { role: 'authenticated', claims };
  const medians = await inTurns(
    {
      [names.product]: measured(names.product, async (_, id) => {
        const [answer] = await runner.read(
          caller,
          [{ text: statement, params: [id], lists: [], leavesTraces: false }],
          call,
        );
        return answer?.text;
      }),
      [names.pipelined]: measured(names.pipelined, async (worker, id) => {
        const sql = clientOf(worker);
        const steps = [
          sql.unsafe('begin isolation level repeatable read read only'),
          send(sql, settings, given),
          send(sql, statement, [id]),
          sql.unsafe('commit'),
        ] as const;
        const [, , rows] = await Promise.all(steps);
        return rows[0]?.row_to_json;
      }),
      [names.begin]: measured(names.begin, async (worker, id) =>
        clientOf(worker).begin('isolation level repeatable read read only', async (sql) => {
          await sql.unsafe(settings, given, { prepare: true });
          const [row] = await sql.unsafe<{ row_to_json: string }[]>(statement, [id], { prepare: true });
          return row?.row_to_json;
        }),
      ),
    },
    rounds,
  );
  await runner.close(1_000);
  await Promise.all(clients.map((client) => client.end()));
  await stop();

  const rateOf = (name: string) => median(rates.get(name) ?? []);
  writeResults(
    'rows-transport',
    `One row by its key under row level security, ${connections} connections, each answer checked; medians of ${rounds} runs of ${calls} calls in turns.`,
    Object.entries(medians).map(([name, cpu]) => ({
      measure: name,
      against: name === names.product ? names.pipelined : '-',
      goal: name === names.product ? '< 1' : '-',
      result: `${cpu.toFixed(0)} us of CPU in this process, ${rateOf(name).toFixed(0)} calls/s${
        name === names.product ? ` (${(cpu / medians[names.pipelined]).toFixed(2)} of its CPU)` : ''
      }`,
    })),
  );
}
