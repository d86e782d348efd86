import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { cpuSeconds, startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { median } from '../support/measure.ts';
import { backendsCpuSeconds } from '../support/postgres-cpu.ts';
import { writeResults } from '../support/results.ts';
import { sendMany } from '../support/send-many.ts';
import { userToken } from '../support/user-token.ts';

const rounds = 7;
/** Inserts a round, of so many rows each. */
const inserts = 60;
const rowsEach = 1_000;
const viewer = randomUUID();

const schema = `
  create table notes (
    id int generated always as identity primary key, owner uuid not null, title text not null, done boolean not null,
    price numeric not null, created_at timestamptz not null);
  alter table notes enable row level security;
  create policy own on notes to authenticated using (owner = (select auth.uid()));
  analyze;`;
const mutation =
  'mutation ($objects: [NotesInsert!]!) { db { insertNotes(objects: $objects) { affectedCount } } }';
const notes = Array.from({ length: rowsEach }, (_, n) => ({
  owner: viewer,
  title: `note ${n} of an ordinary length`,
  done: n % 3 === 0,
  price: `${n}.50`,
  created_at: '2026-01-01T00:00:00Z',
}));

const objects = notes.map(({ created_at: createdAt, ...rest }) => ({ ...rest, createdAt }));

interface Sample {
  readonly rowsPerSecond: number;
  /** Microseconds a row. */
  readonly clientCpu: number;
  readonly postgresCpu: number;
}

/** A thousand rows in one mutation, beside as many in one statement of postgres.js, as the same user. */
export async function run(): Promise<void> {
  const { stack, env, stop } = await startBenchStack(schema);
  const admin = postgres(stack.postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
  const direct = postgres(stack.postgres.rowsUrl, { max: 1, fetch_types: false });
  const token = await userToken(env, viewer);
  const gateway = await startGateway(env);
  const contenders = {
    ours: { pid: gateway.pid, insertAll: () => throughGateway(`${gateway.url}/graphql`, token) },
    direct: { pid: process.pid, insertAll: () => withPostgresJs(direct) },
  };
  const samples = { ours: [] as Sample[], direct: [] as Sample[] };
  try {
    for (let round = -1; round < rounds; round += 1) {
      for (const name of ['ours', 'direct'] as const) {
        await admin`truncate notes`;
        const sample = await measure(contenders[name], stack.postgres.pid);
        const [{ rows }] = await admin<[{ rows: number }]>`select count(*)::int as rows from notes`;
        if (rows !== inserts * rowsEach) throw new Error(`${name}: ${rows} rows`);
        // The first one warms up.
        if (round >= 0) samples[name].push(sample);
      }
    }
  } finally {
    await Promise.all([gateway.stop(), direct.end(), admin.end()]);
    await stop();
  }
  const of = (all: readonly Sample[], value: (sample: Sample) => number) => median(all.map(value));
  const rate = (all: readonly Sample[]) => of(all, (sample) => sample.rowsPerSecond);
  const cpu = (all: readonly Sample[]) =>
    `${of(all, (sample) => sample.clientCpu + sample.postgresCpu).toFixed(1)}, ${of(all, (sample) => sample.postgresCpu).toFixed(1)} of it in Postgres`;
  writeResults(
    'rows-insert',
    `${rowsEach} rows of five columns at a time, one statement after the other, under row level security with the role and claims of the same user: by HTTP with a verified token and JSON, and from a process that is connected to Postgres. Medians of ${rounds} rounds of ${inserts} in turns. CPU of ours is the gateway's, that of postgres.js is its process'.`,
    [
      {
        measure: `insert of ${rowsEach} rows in one mutation, rows/s`,
        against: `${rowsEach} rows in one INSERT of postgres.js`,
        goal: '>= 0.7',
        result: `${(rate(samples.ours) / rate(samples.direct)).toFixed(2)} (${Math.round(rate(samples.ours))} against ${Math.round(rate(samples.direct))})`,
      },
      {
        measure: 'the same: CPU, us a row',
        against: 'the same',
        goal: '-',
        result: `${cpu(samples.ours)}, against ${cpu(samples.direct)}`,
      },
    ],
  );
}

async function measure(
  { pid, insertAll }: { readonly pid: number; readonly insertAll: () => Promise<void> },
  postmaster: number,
): Promise<Sample> {
  const [client, database] = [cpuSeconds(pid), backendsCpuSeconds(postmaster)];
  const began = performance.now();
  await insertAll();
  const seconds = (performance.now() - began) / 1_000;
  const rows = inserts * rowsEach;
  return {
    rowsPerSecond: rows / seconds,
    clientCpu: ((cpuSeconds(pid) - client) / rows) * 1e6,
    postgresCpu: ((backendsCpuSeconds(postmaster) - database) / rows) * 1e6,
  };
}

async function throughGateway(url: string, token: string): Promise<void> {
  const body = () => JSON.stringify({ query: mutation, variables: { objects } });
  await sendMany({ url, body, requests: inserts, connections: 1, token });
}

async function withPostgresJs(sql: postgres.Sql): Promise<void> {
  const claims = JSON.stringify({ sub: viewer, role: 'authenticated' });
  for (let n = 0; n < inserts; n += 1) {
    await sql.begin(async (transaction) => {
      await transaction`
        select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`;
      await transaction`
        insert into notes ${transaction(notes, 'owner', 'title', 'done', 'price', 'created_at')}`;
    });
  }
}
