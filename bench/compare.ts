import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import postgres, { type Sql } from 'postgres';
import { gql } from '../test/support/gql.ts';
import {
  type ChildServer,
  cpuSeconds,
  residentMegabytes,
  startChild,
  startGateway,
} from './support/child-server.ts';
import { median } from './support/measure.ts';
import { type Row, writeResults } from './support/results.ts';
import { openSubscribers, type Subscribers, settled } from './support/subscribers.ts';

// npm run bench:compare -- <folder> <name>: this checkout against the one in <folder>, both built, one round of the one
// after one of the other, in turns. Writes bench/results/<name>.md.
const [folder, name] = process.argv.slice(2);
if (folder === undefined || name === undefined) {
  throw new Error(
    'Usage: npm run bench:compare -- <folder of the other checkout, built> <name of the result>',
  );
}

const rounds = 9;
const starts = 21;
const requests = 15_000;
const sharers = 1_000;
const loners = 200;
const idlers = 5_000;
const eventsPerLot = 100;
const lots = 5;

interface Side {
  readonly folder: string;
  /** Row changes of its own, so that the other side has nothing to do meanwhile. */
  readonly table: string;
}

/** What is measured, with its unit, by name. */
type Sample = Readonly<Record<string, number>>;

const before: Side = { folder: resolve(folder), table: 'bench_before' };
const now: Side = { folder: process.cwd(), table: 'bench_now' };
const rows: Row[] = [];

/** Measures both sides in turns, each going first in every second round, and adds a row for each figure. */
async function compare(what: string, times: number, measure: (side: Side) => Promise<Sample>): Promise<void> {
  const samples = new Map<Side, Sample[]>([
    [before, []],
    [now, []],
  ]);
  for (let round = 0; round < times; round += 1) {
    for (const side of round % 2 === 0 ? [before, now] : [now, before]) {
      samples.get(side)?.push(await measure(side));
    }
  }
  const ours = samples.get(now) ?? [];
  const theirs = samples.get(before) ?? [];
  for (const figure of Object.keys(ours[0] ?? {})) {
    const value = (sample: Sample | undefined) => sample?.[figure] ?? Number.NaN;
    const ratio = median(ours.map((sample, round) => value(sample) / value(theirs[round])));
    const more = figure.includes('/s');
    rows.push({
      measure: `${what}: ${figure}`,
      against: 'the same before',
      goal: more ? '>= 0.95' : '<= 1.05',
      result: `${ratio.toFixed(3)} (${rounded(median(ours.map(value)))} against ${rounded(median(theirs.map(value)))})`,
    });
    console.log(rows.at(-1));
  }
}

function rounded(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}

async function start(side: Side, env: Record<string, string>): Promise<Sample> {
  const began = performance.now();
  const server = await startGateway(env, side.folder);
  const took = performance.now() - began;
  const cpu = cpuSeconds(server.pid) * 1000;
  await server.stop();
  return { 'CPU, ms': cpu, 'time, ms': took };
}

async function answer(server: ChildServer, query: string, key: string): Promise<Sample> {
  const began = cpuSeconds(server.pid);
  const result = await autocannon({
    url: `${server.url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
    connections: 20,
    amount: requests,
  });
  const used = cpuSeconds(server.pid) - began;
  if (result['2xx'] !== requests) throw new Error(`${result['2xx']} of ${requests} answers were 2xx`);
  return { 'CPU, us per request': (used / requests) * 1e6, 'requests/s': requests / result.duration };
}

function subscribe(server: ChildServer, side: Side, count: number, alone: boolean): Promise<Subscribers> {
  return openSubscribers({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    count,
    query: (n) =>
      `subscription { ${alone ? `n${n}: ` : ''}postgresChanges(table: "${side.table}") { type record } }`,
  });
}

async function insert(sql: Sql, side: Side): Promise<void> {
  await sql`
    insert into ${sql(side.table)} (title, done, owner)
    select 'a title of ordinary length', false, '11111111-1111-1111-1111-111111111111'
    from generate_series(1, ${eventsPerLot}::int)`;
}

/** Until the rows of one statement have reached all: subscriptions are running, code is warm. */
async function warmUp(subscribers: Subscribers, count: number, sql: Sql, side: Side): Promise<void> {
  for (let received = 0; received < eventsPerLot * count; ) {
    const already = subscribers.received;
    await insert(sql, side);
    await settled(() => subscribers.received, already);
    received = subscribers.received - already;
  }
}

async function deliver(
  server: ChildServer,
  subscribers: Subscribers,
  count: number,
  sql: Sql,
  side: Side,
): Promise<Sample> {
  const deliveries = eventsPerLot * count;
  const began = cpuSeconds(server.pid);
  let milliseconds = 0;
  for (let lot = 0; lot < lots; lot += 1) {
    const finished = subscribers.until(subscribers.received + deliveries);
    await insert(sql, side);
    const { first, last } = await finished;
    milliseconds += last - first;
  }
  const used = cpuSeconds(server.pid) - began;
  return {
    'CPU, us per delivery': (used / (lots * deliveries)) * 1e6,
    'deliveries/s': ((lots * deliveries) / milliseconds) * 1000,
  };
}

async function idle(side: Side, env: Record<string, string>): Promise<Sample> {
  const server = await startGateway(env, side.folder);
  // The first subscription loads code that the others share.
  const one = await subscribe(server, side, 1, false);
  const megabytes = residentMegabytes(server.pid);
  const subscribers = await subscribe(server, side, idlers, false);
  await delay(3_000);
  const grown = residentMegabytes(server.pid) - megabytes;
  await Promise.all([one.close(), subscribers.close()]);
  await server.stop();
  return { 'KB of resident memory': (grown * 1024) / idlers };
}

/** Both gateways at once, for what does not begin with a fresh one. */
async function withGateways(
  env: Record<string, string>,
  work: (serverOf: (side: Side) => ChildServer) => Promise<void>,
): Promise<void> {
  const theirs = await startGateway(env, before.folder);
  const ours = await startGateway(env, now.folder);
  try {
    await work((side) => (side === now ? ours : theirs));
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}

async function compareDeliveries(
  what: string,
  env: Record<string, string>,
  sql: Sql,
  count: number,
  alone: boolean,
): Promise<void> {
  await withGateways(env, async (serverOf) => {
    const opened = new Map<Side, Subscribers>();
    for (const side of [before, now]) {
      const subscribers = await subscribe(serverOf(side), side, count, alone);
      opened.set(side, subscribers);
      await warmUp(subscribers, count, sql, side);
    }
    await compare(what, rounds, async (side) => {
      const subscribers = opened.get(side);
      if (subscribers === undefined) throw new Error('there are no subscribers');
      return deliver(serverOf(side), subscribers, count, sql, side);
    });
    for (const subscribers of opened.values()) await subscribers.close();
  });
}

const envFolder = mkdtempSync(join(tmpdir(), 'bunbun-bench-env-'));
const envFile = join(envFolder, 'env.json');
const stack = await startChild(['--import', 'tsx', 'bench/servers/realtime-stack.ts'], { ENV_FILE: envFile });
const upstreams: Record<string, string> = JSON.parse(readFileSync(envFile, 'utf8'));
const env = {
  ...upstreams,
  HOST: '127.0.0.1',
  PUBLIC_URL: 'http://localhost:4000',
  WS_MAX_SOCKETS: '20000',
  WS_MAX_SOCKETS_PER_CLIENT: '20000',
  WS_MAX_OPERATIONS_PER_CLIENT: '20000',
};
const key = upstreams['SUPABASE_SERVICE_KEY'] ?? '';
const sql = postgres(upstreams['DATABASE_URL'] ?? '', { onnotice: () => undefined });
try {
  for (const { table } of [before, now]) {
    await sql`create table ${sql(table)} (id int generated always as identity, title text, done bool, owner uuid)`;
    await sql`grant select on ${sql(table)} to anon`;
    await sql`alter publication supabase_realtime add table ${sql(table)}`;
  }
  await compare('from the start to `/ready`', starts, (side) => start(side, env));
  await withGateways(env, async (serverOf) => {
    for (const query of [gql(`{ health { status } }`), gql(`{ sql(statement: "select 1 as x") { rows } }`)]) {
      for (const side of [before, now]) await answer(serverOf(side), query, key);
      await compare(`\`${query}\``, rounds, (side) => answer(serverOf(side), query, key));
    }
  });
  await compareDeliveries(`row changes to ${sharers} subscribers of one operation`, env, sql, sharers, false);
  await compareDeliveries(
    `row changes to ${loners} subscribers of as many operations`,
    env,
    sql,
    loners,
    true,
  );
  await compare(`each of ${idlers} idle subscribers`, rounds, (side) => idle(side, env));
  const commit = execFileSync('git', ['-C', before.folder, 'rev-parse', '--short', 'HEAD'], {
    encoding: 'utf8',
  });
  writeResults(
    name,
    `This commit against ${commit.trim()}, before it: medians of the ratios of ${rounds} rounds in turns (${starts} for the start), and of the figures. ${requests} requests over 20 connections and ${lots * eventsPerLot} row changes a round.`,
    rows,
  );
} finally {
  await sql.end({ timeout: 1 });
  await stack.stop();
  rmSync(envFolder, { recursive: true, force: true });
}
