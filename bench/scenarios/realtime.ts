import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import { WebSocket } from 'ws';
import { gql } from '../../test/support/gql.ts';
import {
  type ChildServer,
  cpuSeconds,
  residentMegabytes,
  startChild,
  startGateway,
} from '../support/child-server.ts';
import { inTurns, median } from '../support/measure.ts';
import { type Row, writeResults } from '../support/results.ts';
import { openSubscribers, settled } from '../support/subscribers.ts';

const sockets = 1000;
const events = 100;
const rounds = 3;
const idleSubscribers = 10_000;
const query = gql(`subscription { postgresChanges(table: "bench") { type record } }`);
const record = {
  id: 1,
  title: 'a title of ordinary length',
  done: false,
  owner: '11111111-1111-1111-1111-111111111111',
};

interface Contender {
  readonly server: ChildServer;
  readonly path: string;
  /** Causes events; they reach every subscriber. */
  trigger(times: number): Promise<void>;
}

const cpu = new Map<Contender, number[]>();

/** Deliveries per second to `sockets` subscribers of the same operation. */
async function deliveriesPerSecond(contender: Contender): Promise<number> {
  const url = `${contender.server.url.replace('http', 'ws')}${contender.path}`;
  const subscribers = await openSubscribers({ url, count: sockets, query: () => query });
  try {
    // Until the events of one trigger have reached all: subscriptions are running, code is warm.
    while (subscribers.received < 20 * sockets) {
      const before = subscribers.received;
      await contender.trigger(20);
      await settled(() => subscribers.received, before);
    }
    const start = subscribers.received;
    const before = cpuSeconds(contender.server.pid);
    const finished = subscribers.until(start + events * sockets);
    await contender.trigger(events);
    const { first, last } = await finished;
    const used = cpuSeconds(contender.server.pid) - before;
    cpu.set(contender, [...(cpu.get(contender) ?? []), (used / (events * sockets)) * 1e6]);
    return ((events * sockets) / (last - first)) * 1000;
  } finally {
    await subscribers.close();
  }
}

/** Milliseconds that the gateway adds to the way of a change, at 100 changes per second. */
async function addedLatency(gateway: ChildServer, realtimeUrl: string, key: string, sql: Sql) {
  const direct = new Map<number, number>();
  const through = new Map<number, number>();
  const idOf = (text: string): number =>
    Number(/"id":\s*"?(\d+)/.exec(text.slice(text.indexOf('"record"')))?.[1]);
  const phoenix = new WebSocket(
    `${realtimeUrl.replace('http', 'ws')}/socket/websocket?vsn=2.0.0&apikey=${key}`,
  );
  await new Promise((resolve) => phoenix.once('open', resolve));
  const config = { postgres_changes: [{ event: '*', schema: 'public', table: 'bench' }] };
  phoenix.send(JSON.stringify(['1', '1', 'realtime:bench', 'phx_join', { config }]));
  phoenix.on('message', (data) => direct.set(idOf(String(data)), performance.now()));
  const ws = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => ws.once('open', resolve));
  ws.send('{"type":"connection_init"}');
  await new Promise((resolve) => ws.once('message', resolve));
  ws.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  ws.on('message', (data) => through.set(idOf(String(data)), performance.now()));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const base = 1_000_000;
  for (let n = 0; n < 1000; n += 1) {
    void sql`insert into bench values (${base + n}, ${record.title}, ${record.done}, ${record.owner})`.execute();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await settled(() => through.size, 0);
  phoenix.terminate();
  ws.terminate();
  const added: number[] = [];
  for (const [id, at] of through) {
    const before = direct.get(id);
    if (id >= base && before !== undefined) added.push(Math.max(0, at - before));
  }
  added.sort((a, b) => a - b);
  return {
    count: added.length,
    p50: median(added),
    p99: added[Math.floor(added.length * 0.99)] ?? Number.NaN,
  };
}

/** Kilobytes of resident memory per idle subscriber. */
async function idleKilobytes(contender: Contender): Promise<number> {
  const url = `${contender.server.url.replace('http', 'ws')}${contender.path}`;
  const before = residentMegabytes(contender.server.pid);
  const subscribers = await openSubscribers({ url, count: idleSubscribers, query: () => query });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const after = residentMegabytes(contender.server.pid);
  await subscribers.close();
  return ((after - before) * 1024) / idleSubscribers;
}

/** Row changes to many subscribers of the same operation. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bunbun-bench-env-'));
  const envFile = join(folder, 'env.json');
  const tsx = ['--import', 'tsx'];
  const stack = await startChild([...tsx, 'bench/servers/realtime-stack.ts'], { ENV_FILE: envFile });
  const env: Record<string, string> = JSON.parse(readFileSync(envFile, 'utf8'));
  const serve = {
    ...env,
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://localhost:4000',
    WS_MAX_SOCKETS: '20000',
    WS_MAX_SOCKETS_PER_CLIENT: '20000',
    WS_MAX_OPERATIONS_PER_CLIENT: '20000',
  };
  const newGateway = () => startGateway(serve);
  const sql = postgres(env['DATABASE_URL'] ?? '', { onnotice: () => undefined });
  await sql`create table bench (id int primary key, title text, done bool, owner uuid)`;
  await sql`grant select on bench to anon`;
  await sql`alter publication supabase_realtime add table bench`;
  let nextId = 1;
  const insert = async (times: number) => {
    const first = nextId;
    nextId += times;
    await sql`
      insert into bench select n, ${record.title}, ${record.done}, ${record.owner}
      from generate_series(${first}::int, ${first + times - 1}::int) n`;
  };
  const post = (server: ChildServer, body: string) => async (times: number) => {
    await fetch(`${server.url}/?times=${times}`, { method: 'POST', body });
  };
  const gatewayServer = await newGateway();
  const plainServer = await startChild([...tsx, 'bench/servers/plain-ws.ts'], {});
  const yogaServer = await startChild([...tsx, 'bench/servers/yoga-pubsub.ts'], {});
  const change = JSON.stringify({ type: 'INSERT', record });
  const message = JSON.stringify({
    id: '1',
    type: 'next',
    payload: { data: { postgresChanges: { type: 'INSERT', record } } },
  });
  const gateway: Contender = { server: gatewayServer, path: '/graphql', trigger: insert };
  const plain: Contender = { server: plainServer, path: '/', trigger: post(plainServer, message) };
  const yoga: Contender = { server: yogaServer, path: '/graphql', trigger: post(yogaServer, change) };
  const rows: Row[] = [];
  try {
    const rate = await inTurns(
      {
        plain: () => deliveriesPerSecond(plain),
        yoga: () => deliveriesPerSecond(yoga),
        gateway: () => deliveriesPerSecond(gateway),
      },
      rounds,
    );
    const cost = (contender: Contender) => median(cpu.get(contender) ?? []);
    const ratio = (against: Contender, theirs: number) =>
      `${(rate.gateway / theirs).toFixed(2)} (${Math.round(rate.gateway)}/s against ${Math.round(theirs)}/s); ` +
      `CPU ${(cost(gateway) / cost(against)).toFixed(2)} (${cost(gateway).toFixed(1)} us against ${cost(against).toFixed(1)} us)`;
    const measure = `changes -> ${sockets} subscribers of one operation: deliveries per second, server CPU per delivery`;
    rows.push(
      {
        measure,
        against: 'plain ws, the same bytes',
        goal: '>= 0.8, CPU <= 1.25',
        result: ratio(plain, rate.plain),
      },
      {
        measure,
        against: 'graphql-yoga, createPubSub, graphql-ws',
        goal: '>= 2.5',
        result: ratio(yoga, rate.yoga),
      },
    );
    const latency = await addedLatency(
      gatewayServer,
      env['REALTIME_URL'] ?? '',
      env['SUPABASE_ANON_KEY'] ?? '',
      sql,
    );
    rows.push({
      measure: 'latency that the gateway adds at 100 changes/s',
      against: 'a subscriber of the realtime server itself',
      goal: 'p50 <= 3 ms, p99 <= 15 ms',
      result: `p50 ${latency.p50.toFixed(2)} ms, p99 ${latency.p99.toFixed(2)} ms (${latency.count} changes)`,
    });
    const freshGateway = await newGateway();
    const ours = await idleKilobytes({ ...gateway, server: freshGateway });
    await freshGateway.stop();
    const freshYoga = await startChild([...tsx, 'bench/servers/yoga-pubsub.ts'], {});
    const theirs = await idleKilobytes({ ...yoga, server: freshYoga });
    await freshYoga.stop();
    rows.push({
      measure: `resident memory per idle subscriber, ${idleSubscribers} on one table`,
      against: 'graphql-yoga, createPubSub, graphql-ws',
      goal: '<= 20 KB',
      result: `${ours.toFixed(1)} KB against ${theirs.toFixed(1)} KB`,
    });
    writeResults(
      'realtime',
      `Medians of ${rounds} rounds in turns; ${events} changes in one transaction to ${sockets} sockets each.`,
      rows,
    );
  } finally {
    await sql.end({ timeout: 1 });
    await Promise.all([gatewayServer.stop(), plainServer.stop(), yogaServer.stop()]);
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
