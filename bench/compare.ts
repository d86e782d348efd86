import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import postgres from 'postgres';
import { gql } from '../test/support/gql.ts';
import { type ChildServer, cpuSeconds, startChild, startGateway } from './support/child-server.ts';
import { startMeteredGateway } from './support/collected-memory.ts';
import { median } from './support/measure.ts';
import { type Row, writeResults } from './support/results.ts';
import {
  followRows,
  openRowFollowers,
  type RowFollowers,
  rowsPerStatement,
} from './support/row-followers.ts';

// npm run bench:compare -- <folder> <name>: this checkout against the one in <folder>, both built, in turns. Writes
// bench/results/<name>.md.
const [folder, name] = process.argv.slice(2);
if (folder === undefined || name === undefined) {
  throw new Error('Usage: npm run bench:compare -- <folder of the other checkout> <name of the result>');
}

const rounds = 7;
const starts = 15;
const requests = 15_000;
/** So many statements that the process's clock, which ticks each 10 ms, sees enough of them. */
const crowds = [
  { who: '1,000 subscribers of one operation', count: 1_000, alone: false, statements: 20 },
  { who: '200 subscribers of an operation each', count: 200, alone: true, statements: 5 },
];
const idlers = 5_000;

interface Side {
  readonly folder: string;
  /** Of its own, so that the other side has nothing to do meanwhile. */
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
    rows.push({
      measure: `${what}: ${figure}`,
      against: 'the same before',
      goal: figure.endsWith('/s') ? '>= 0.95' : '<= 1.05',
      result: `${ratio.toFixed(3)} (${rounded(median(ours.map(value)))} against ${rounded(median(theirs.map(value)))})`,
    });
    console.log(`${rows.at(-1)?.measure}: ${rows.at(-1)?.result}`);
  }
}

function rounded(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}

async function start(side: Side): Promise<Sample> {
  const began = performance.now();
  const server = await startGateway(env, side.folder);
  const took = performance.now() - began;
  const cpu = cpuSeconds(server.pid) * 1000;
  await server.stop();
  return { 'CPU, ms': cpu, 'time, ms': took };
}

async function answer(server: ChildServer, query: string): Promise<Sample> {
  const began = cpuSeconds(server.pid);
  const result = await autocannon({
    url: `${server.url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${env.SUPABASE_SERVICE_KEY}` },
    body: JSON.stringify({ query }),
    connections: 20,
    amount: requests,
  });
  const used = cpuSeconds(server.pid) - began;
  if (result['2xx'] !== requests) throw new Error(`${result['2xx']} of ${requests} answers were 2xx`);
  return { 'CPU, us per request': (used / requests) * 1e6, 'requests/s': requests / result.duration };
}

async function idle({ folder, table }: Side): Promise<Sample> {
  const server = await startMeteredGateway(env, folder);
  // The first subscription loads code that the others share.
  const one = await followRows({ server, table, count: 1, alone: false });
  const megabytes = await server.collectedMegabytes();
  const followers = await followRows({ server, table, count: idlers, alone: false });
  await delay(3_000);
  const grown = (await server.collectedMegabytes()) - megabytes;
  await Promise.all([one.close(), followers.close()]);
  await server.stop();
  return { 'KB of resident memory': (grown * 1024) / idlers };
}

/** Both gateways at once, for what does not begin with a fresh one. */
async function withGateways(work: (serverOf: (side: Side) => ChildServer) => Promise<void>): Promise<void> {
  const theirs = await startGateway(env, before.folder);
  const ours = await startGateway(env, now.folder);
  try {
    await work((side) => (side === now ? ours : theirs));
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}

async function compareAnswers(query: string): Promise<void> {
  await withGateways(async (serverOf) => {
    for (const side of [before, now]) await answer(serverOf(side), query);
    await compare(`\`${query}\``, rounds, (side) => answer(serverOf(side), query));
  });
}

async function compareDeliveries({ who, count, alone, statements }: (typeof crowds)[number]): Promise<void> {
  await withGateways(async (serverOf) => {
    const open = (side: Side) =>
      openRowFollowers({ server: serverOf(side), table: side.table, count, alone }, sql);
    const theirs = await open(before);
    const ours = await open(now);
    const deliveries = statements * rowsPerStatement * count;
    const deliver = async (followers: RowFollowers): Promise<Sample> => {
      const { cpu, seconds } = await followers.deliver(statements);
      return { 'CPU, us per delivery': (cpu / deliveries) * 1e6, 'deliveries/s': deliveries / seconds };
    };
    await compare(`row changes to ${who}`, rounds, (side) => deliver(side === now ? ours : theirs));
    await Promise.all([ours.close(), theirs.close()]);
  });
}

const envFolder = mkdtempSync(join(tmpdir(), 'bunbun-bench-env-'));
const envFile = join(envFolder, 'env.json');
const stack = await startChild(['--import', 'tsx', 'bench/servers/realtime-stack.ts'], { ENV_FILE: envFile });
const upstreams: { DATABASE_URL: string; SUPABASE_SERVICE_KEY: string } = JSON.parse(
  readFileSync(envFile, 'utf8'),
);
const env = {
  ...upstreams,
  HOST: '127.0.0.1',
  PUBLIC_URL: 'http://localhost:4000',
  DRAIN_DELAY: '0s',
  WS_MAX_SOCKETS: '20000',
  WS_MAX_SOCKETS_PER_CLIENT: '20000',
  WS_MAX_OPERATIONS_PER_CLIENT: '20000',
};
const sql = postgres(env.DATABASE_URL, { onnotice: () => undefined });
try {
  for (const { table } of [before, now]) {
    await sql`create table ${sql(table)} (id int generated always as identity, title text, done bool, owner uuid)`;
    await sql`grant select on ${sql(table)} to anon`;
    await sql`alter publication supabase_realtime add table ${sql(table)}`;
  }
  await compare('from the start to `/ready`', starts, start);
  await compareAnswers(gql(`{ health { status } }`));
  await compareAnswers(gql(`{ sql(statement: "select 1 as x") { rows } }`));
  for (const crowd of crowds) await compareDeliveries(crowd);
  await compare(`each of ${idlers} idle subscribers of one operation`, rounds, idle);
  const commit = execFileSync('git', ['-C', before.folder, 'rev-parse', '--short', 'HEAD'], {
    encoding: 'utf8',
  });
  writeResults(
    name,
    `Before: commit ${commit.trim()}. Medians over ${rounds} rounds in turns (${starts} for the start) of the ratio of a round, and of both figures. ${requests} requests a round over 20 connections; rows in statements of ${rowsPerStatement}. Memory after a forced collection.`,
    rows,
  );
} finally {
  await sql.end({ timeout: 1 });
  await stack.stop();
  rmSync(envFolder, { recursive: true, force: true });
}
