import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type ChildServer, cpuSeconds, startChild, startGateway } from '../support/child-server.ts';
import { statementsOfGateway } from '../support/gateway-statements.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { median } from '../support/measure.ts';
import { backendsCpuSeconds } from '../support/postgres-cpu.ts';
import { type Row, writeResults } from '../support/results.ts';
import { rowsQueries, rowsSchema } from '../support/rows-data.ts';
import { sendMany } from '../support/send-many.ts';
import { userToken } from '../support/user-token.ts';

const rounds = 5;
const connections = 20;
const peers = new URL('../peers/', import.meta.url).pathname;
/** One user alone has half of the gateway's connections. */
const viewers = Array.from({ length: 4 }, () => randomUUID());

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

interface Load {
  readonly body: (n: number) => string;
  readonly requests: number;
  readonly tokens: readonly string[];
  readonly postmaster: number;
}

/**
 * Rows by key, flat, nested and deep, beside PostGraphile and beside the least that could answer the first of them. All
 * three run under the same Node.
 */
export async function run(): Promise<void> {
  execFileSync('npm', ['ci', '--silent', '--no-progress'], { cwd: peers });
  const node = `${peers}node_modules/node/bin/node`;
  const bench = await startBenchStack(rowsSchema(viewers));
  const { env } = bench;
  const tokens = await Promise.all(viewers.map((viewer) => userToken(env, viewer)));
  const statements = await statementsOfFloor(env, tokens[0] ?? '');
  const gateway = await startGateway(env, '.', node);
  const postgraphile = await startChild(['postgraphile.mjs'], env, { node, folder: peers });
  const floor = await startChild(
    ['rows-floor.mjs'],
    { ...env, STATEMENTS: statements },
    { node, folder: peers },
  );
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
          const sample = await measure(contender, { body, requests: query.requests, tokens, postmaster });
          // The first one warms up.
          if (round >= 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
        }
      }
      for (const peer of [...contenders.keys()].filter((name) => name !== 'ours')) {
        rows.push(compared(query.name, query.what, peer, samples));
        console.log(rows.at(-1));
      }
    }
    const notes = `Medians of ${rounds} rounds in turns, ${connections} connections, verified tokens of ${viewers.length} users; CPU of node and Postgres together, ms a request.`;
    writeResults('rows', notes, rows);
  } finally {
    await Promise.all([gateway.stop(), postgraphile.stop(), floor.stop()]);
    await bench.stop();
  }
}

function at(server: ChildServer, path: string): Contender {
  return { server, url: `${server.url}${path}` };
}

/** What the gateway sends for the first query, and which of the parameters say who asks. */
async function statementsOfFloor(env: Readonly<Record<string, string>>, token: string): Promise<string> {
  const bodies = rowsQueries.filter(({ name }) => name === 'q1').map(({ ours }) => ours(0));
  const [exchange] = await statementsOfGateway(env, token, bodies);
  if (exchange === undefined) throw new Error('the gateway sent nothing');
  const { settings, statement } = exchange;
  return JSON.stringify({
    settings,
    row: statement,
    role: settings.params.indexOf('authenticated'),
    claims: settings.params.findIndex((value) => value?.includes('"sub"')),
  });
}

async function measure(
  { server, url }: Contender,
  { body, requests, tokens, postmaster }: Load,
): Promise<Sample> {
  const [node, database] = [cpuSeconds(server.pid), backendsCpuSeconds(postmaster)];
  const token = (n: number): string => tokens[n % tokens.length] ?? '';
  const { seconds, p99 } = await sendMany({ url, body, requests, connections, token });
  return {
    nodeCpu: ((cpuSeconds(server.pid) - node) * 1_000) / requests,
    postgresCpu: ((backendsCpuSeconds(postmaster) - database) * 1_000) / requests,
    requestsPerSecond: requests / seconds,
    p99,
  };
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
  const parts = (all: readonly Sample[]) =>
    `${of(all, total).toFixed(2)} ms, ${of(all, (s) => s.nodeCpu).toFixed(2)} of it in node`;
  const rate = [of(ours, (s) => s.requestsPerSecond), of(theirs, (s) => s.requestsPerSecond)] as const;
  const p99 = [of(ours, (s) => s.p99), of(theirs, (s) => s.p99)] as const;
  return {
    measure: `${name}: ${what}`,
    against: peer === 'floor' ? 'bare node:http, the same statements, one Sync' : 'PostGraphile 5.1.5',
    goal: peer === 'floor' ? '>= 0.5' : '>= 2, p99 not worse',
    result:
      `CPU ${(of(theirs, total) / of(ours, total)).toFixed(2)}x (${parts(ours)}, against ${parts(theirs)}); ` +
      `${(rate[0] / rate[1]).toFixed(2)}x (${Math.round(rate[0])} against ${Math.round(rate[1])} req/s); ` +
      `p99 ${p99[0].toFixed(1)} against ${p99[1].toFixed(1)} ms`,
  };
}
