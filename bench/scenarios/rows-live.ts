import { randomUUID } from 'node:crypto';
import postgres, { type Sql } from 'postgres';
import { type ChildServer, cpuSeconds, startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { median } from '../support/measure.ts';
import { backendsCpuSeconds } from '../support/postgres-cpu.ts';
import { type Row, writeResults } from '../support/results.ts';
import { openSubscribers } from '../support/subscribers.ts';
import { userToken } from '../support/user-token.ts';

const count = 1_000;
const rounds = 9;
const patienceMs = 30_000;
const viewers = Array.from({ length: count }, () => randomUUID());

const schema = `
  create table shared_notes (id int primary key, body text not null);
  alter table shared_notes enable row level security;
  create policy everybody on shared_notes for select to authenticated using (true);
  insert into shared_notes select n, 'note ' || n from generate_series(1, 20) n;
  create table own_notes (
    id int generated always as identity primary key, owner uuid not null, body text not null);
  create index on own_notes (owner);
  alter table own_notes enable row level security;
  create policy own on own_notes for select to authenticated using (owner = (select auth.uid()));
  insert into own_notes (owner, body)
    select owner, 'note ' || n from unnest(array['${viewers.join("', '")}']::uuid[]) owner, generate_series(1, 5) n;
  analyze;`;
const shared = 'subscription { db { sharedNotes { id body } } }';
const own = 'subscription { db { ownNotes { id body } } }';

interface Refresh {
  /** From the change on, in seconds. */
  readonly wall: number;
  readonly nodeCpu: number;
  readonly postgresCpu: number;
}

/** What it takes to bring one change to a thousand viewers of live rows. */
export async function run(): Promise<void> {
  const { stack, env, stop } = await startBenchStack(schema);
  const admin = postgres(stack.postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
  const tokens = await Promise.all(viewers.map((viewer) => userToken(env, viewer)));
  const gateway = await startGateway({ ...env, WS_MAX_SOCKETS_PER_CLIENT: '10000' });
  try {
    const statements = await statementsOfOneChange(gateway, admin, tokens[0] ?? '');
    const refreshes = await refreshesOfAll(gateway, admin, tokens, stack.postgres.pid);
    writeResults(
      'rows-live',
      `${count} sockets. Medians of ${rounds} changes. A change is answered after 250 ms, with those that follow it.`,
      [statements, ...refreshes],
    );
  } finally {
    await gateway.stop();
    await admin.end();
    await stop();
  }
}

async function openViewers(gateway: ChildServer, query: string, token: (n: number) => string) {
  const url = `${gateway.url.replace('http', 'ws')}/graphql`;
  const subscribers = await openSubscribers({ url, count, query: () => query, token });
  const answered = (times: number) => inTime(subscribers.until(times * count));
  await answered(1);
  return { subscribers, answered };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('not all viewers were answered')), patienceMs).unref();
    }),
  ]);
}

async function statementsOfOneChange(gateway: ChildServer, admin: Sql, token: string): Promise<Row> {
  const { subscribers, answered } = await openViewers(gateway, shared, () => token);
  const statements: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await admin`select extensions.pg_stat_statements_reset()`;
    const all = answered(round + 2);
    await admin`update shared_notes set body = ${`changed ${round}`} where id = 1`;
    await all;
    const [ran] = await admin<[{ calls: number }]>`
      select coalesce(sum(calls), 0)::int as calls from extensions.pg_stat_statements
      where userid = 'authenticated'::regrole and query like '%shared_notes%'`;
    statements.push(ran.calls);
  }
  await subscribers.close();
  return {
    measure: `${count} live viewers of one identity, one change: statements run, beside the settings before each`,
    against: '-',
    goal: '1',
    result: String(median(statements)),
  };
}

async function refreshesOfAll(
  gateway: ChildServer,
  admin: Sql,
  tokens: readonly string[],
  postmaster: number,
): Promise<readonly Row[]> {
  const { subscribers, answered } = await openViewers(gateway, own, (n) => tokens[n] ?? '');
  const samples: Refresh[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const all = answered(round + 2);
    await admin`update own_notes set body = ${`changed ${round}`}`;
    const began = performance.now();
    const [node, database] = [cpuSeconds(gateway.pid), backendsCpuSeconds(postmaster)];
    const { last } = await all;
    samples.push({
      wall: (last - began) / 1_000,
      nodeCpu: cpuSeconds(gateway.pid) - node,
      postgresCpu: backendsCpuSeconds(postmaster) - database,
    });
  }
  await subscribers.close();
  const milliseconds = (value: (sample: Refresh) => number): string =>
    ((median(samples.map(value)) * 1_000) / count).toFixed(2);
  return [
    {
      measure: `${count} live viewers with rows of their own, one refresh of all: from the change to the last answer`,
      against: '-',
      goal: '<= 1.5 s',
      result: `${median(samples.map(({ wall }) => wall)).toFixed(2)} s`,
    },
    {
      measure: 'the same: CPU per viewer',
      against: '-',
      goal: '<= 1 ms',
      result: `${milliseconds(({ nodeCpu, postgresCpu }) => nodeCpu + postgresCpu)} ms, ${milliseconds(({ nodeCpu }) => nodeCpu)} of it in node`,
    },
  ];
}
