import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { SignJWT } from 'jose';
import postgres from 'postgres';
import { type ChildServer, cpuSeconds, startChild, startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { median } from '../support/measure.ts';
import { type Row, writeResults } from '../support/results.ts';
import { rowsQueries, rowsSchema } from '../support/rows-data.ts';
import { sendMany } from '../support/send-many.ts';

const rounds = 5;
const connections = 20;
const peers = new URL('../peers/', import.meta.url).pathname;

interface Contender {
  readonly server: ChildServer;
  readonly url: string;
}

interface Sample {
  /** Milliseconds a request. */
  readonly nodeCpu: number;
  readonly postgresCpu: number;
  readonly requestsPerSecond: number;
  readonly p99: number;
}

/**
 * Rows by key, flat, nested and deep, beside PostGraphile and beside the least that could answer the first of them. All
 * three run under the same Node.
 */
export async function run(): Promise<void> {
  execFileSync('npm', ['ci', '--silent', '--no-progress'], { cwd: peers });
  const node = `${peers}node_modules/node/bin/node`;
  const bench = await startBenchStack();
  const env: Record<string, string> = bench.env;
  const sql = postgres(env['DATABASE_URL'] ?? '', { onnotice: () => undefined });
  const viewer = randomUUID();
  await sql.unsafe(rowsSchema(viewer));
  const token = await tokenOf(env['JWT_SECRET'] ?? '', viewer);
  const gateway = await startGateway(env, '.', node);
  const postgraphile = await startChild(['postgraphile.mjs'], env, { node, folder: peers });
  const floor = await startChild(['rows-floor.mjs'], { ...env, ...floorStatements }, { node, folder: peers });
  const postmaster = bench.stack.postgres.pid;
  const rows: Row[] = [];
  try {
    for (const query of rowsQueries) {
      const contenders = new Map<string, { contender: Contender; body: (n: number) => string }>([
        ['ours', { contender: at(gateway, '/graphql'), body: query.ours }],
        ['postgraphile', { contender: at(postgraphile, '/graphql'), body: query.postgraphile }],
        ...(query.name === 'q1' ? [['floor', { contender: at(floor, '/'), body: query.ours }] as const] : []),
      ]);
      const samples = new Map<string, Sample[]>();
      for (let round = -1; round < rounds; round += 1) {
        for (const [name, { contender, body }] of contenders) {
          const sample = await measure(contender, body, query.requests, token, postmaster);
          // The first one warms up.
          if (round >= 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
        }
      }
      for (const peer of [...contenders.keys()].filter((name) => name !== 'ours')) {
        rows.push(compared(query.name, query.what, peer, samples));
        console.log(rows.at(-1));
      }
    }
    const notes = `Medians of ${rounds} rounds in turns, ${connections} connections, a verified token; CPU of node and Postgres together, ms a request.`;
    writeResults('rows', notes, rows);
  } finally {
    await Promise.all([gateway.stop(), postgraphile.stop(), floor.stop()]);
    await sql.end();
    await bench.stop();
  }
}

function at(server: ChildServer, path: string): Contender {
  return { server, url: `${server.url}${path}` };
}

async function tokenOf(secret: string, sub: string): Promise<string> {
  return await new SignJWT({ sub, role: 'authenticated', aud: 'authenticated' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(secret));
}

async function measure(
  { server, url }: Contender,
  body: (n: number) => string,
  requests: number,
  token: string,
  postmaster: number,
): Promise<Sample> {
  const [node, database] = [cpuSeconds(server.pid), backendsCpuSeconds(postmaster)];
  const { seconds, p99 } = await sendMany({ url, body, requests, connections, token });
  return {
    nodeCpu: ((cpuSeconds(server.pid) - node) * 1_000) / requests,
    postgresCpu: ((backendsCpuSeconds(postmaster) - database) * 1_000) / requests,
    requestsPerSecond: requests / seconds,
    p99,
  };
}

/** Seconds of CPU of all processes of a Postgres that live. */
function backendsCpuSeconds(postmaster: number): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
        return Number(fields[1]) === postmaster ? cpuSeconds(Number(name)) : 0;
      } catch {
        return 0;
      }
    })
    .reduce((sum, seconds) => sum + seconds, 0);
}

function compared(
  name: string,
  what: string,
  peer: string,
  samples: ReadonlyMap<string, readonly Sample[]>,
): Row {
  const ours = samples.get('ours') ?? [];
  const theirs = samples.get(peer) ?? [];
  const of = (all: readonly Sample[], value: (sample: Sample) => number) => median(all.map(value));
  const total = ({ nodeCpu, postgresCpu }: Sample) => nodeCpu + postgresCpu;
  const cpu = [of(ours, total), of(theirs, total)] as const;
  const rate = [of(ours, (s) => s.requestsPerSecond), of(theirs, (s) => s.requestsPerSecond)] as const;
  const p99 = [of(ours, (s) => s.p99), of(theirs, (s) => s.p99)] as const;
  const goal = peer === 'floor' ? '>= 0.5' : '>= 2, p99 not worse';
  return {
    measure: `${name}: ${what}`,
    against: peer === 'floor' ? 'bare node:http, the same statements, one Sync' : 'PostGraphile 5.1.5',
    goal,
    result:
      `CPU ${(cpu[1] / cpu[0]).toFixed(2)}x (${cpu[0].toFixed(2)} against ${cpu[1].toFixed(2)} ms); ` +
      `${(rate[0] / rate[1]).toFixed(2)}x (${Math.round(rate[0])} against ${Math.round(rate[1])} req/s); ` +
      `p99 ${p99[0].toFixed(1)} against ${p99[1].toFixed(1)} ms`,
  };
}

/** What the gateway sends for q1. */
const floorStatements = {
  SETTINGS: `select pg_catalog.set_config('role', $1, true), pg_catalog.set_config('request.jwt.claims', $2, true), pg_catalog.set_config('statement_timeout', '10000', true), pg_catalog.set_config('search_path', 'public, pg_temp', true), pg_catalog.set_config('request.headers', '{}', true), pg_catalog.set_config('request.method', 'POST', true), pg_catalog.set_config('request.path', '/graphql', true), pg_catalog.set_config('TimeZone', 'UTC', true), pg_catalog.set_config('DateStyle', 'ISO, MDY', true), pg_catalog.set_config('IntervalStyle', 'iso_8601', true), pg_catalog.set_config('bytea_output', 'hex', true), pg_catalog.set_config('extra_float_digits', '1', true), pg_catalog.set_config('transaction_read_only', 'on', true)`,
  STATEMENT: `select (select pg_catalog.row_to_json(o)::text from (select t.id, t.title, t.done from public.tasks t where t.id = $1::int) o)`,
};
