import { type Client, createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type Network, startNetwork } from '../support/network.ts';
import { startTestRealtime, type TestRealtime } from '../support/realtime.ts';

const alice = '11111111-1111-4111-8111-111111111111';

let world: TestRealtime;
let network: Network;
let gateway: TestGateway;
let client: Client | undefined;
let rows = 0;
beforeAll(async () => {
  world = await startTestRealtime();
  await world.sql.unsafe(`
    create table notes (id int primary key);
    grant select on notes to anon, authenticated;
    alter publication supabase_realtime add table notes;
  `);
});
afterAll(() => world.stop());
beforeEach(async () => {
  network = await startNetwork();
  await startGateway();
});
afterEach(async () => {
  await client?.dispose();
  await network[Symbol.asyncDispose]();
  await gateway.close();
});

async function startGateway(): Promise<void> {
  gateway = await startTestGateway({
    REALTIME_URL: world.server.url,
    JWT_SECRET: world.postgres.keys.jwtSecret,
    SUPABASE_ANON_KEY: world.postgres.keys.anonKey,
  });
  network.leadTo(Number(new URL(gateway.url).port));
}

/** Adds a row. */
async function insert(): Promise<void> {
  rows += 1;
  await world.sql`insert into notes values (${rows})`;
}

/** What is in the table. */
async function stored(): Promise<number[]> {
  return (await world.sql<{ id: number }[]>`select id from notes order by id`).map(({ id }) => id);
}

interface Notes {
  /** The table as somebody sees it who does what the guide says. */
  readonly known: Set<number>;
  /** Close codes of the sockets so far. */
  readonly closes: number[];
  readonly connected: { times: number };
  /** How the subscription has ended. */
  readonly ends: unknown[];
}

interface Change {
  postgresChanges: { type: string; record: { id: number } | null };
}

/** Follows the table as docs/guides/realtime.md says. While the client is away, a row is added each time. */
function follow(token: () => Promise<string>, options: { shouldRetry?: () => boolean } = {}): Notes {
  const notes: Notes = { known: new Set(), closes: [], connected: { times: 0 }, ends: [] };
  client = createClient({
    url: `ws://127.0.0.1:${network.port}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: insert,
    ...options,
    on: {
      closed: (event) => notes.closes.push(codeOf(event)),
      connected: () => {
        notes.connected.times += 1;
      },
    },
  });
  client.subscribe<Change>(
    { query: gql(`subscription { postgresChanges(table: "notes", resyncOnStart: true) { type record } }`) },
    {
      next({ data, errors }) {
        if (errors) notes.ends.push(errors);
        const record = data?.postgresChanges.record;
        if (record) notes.known.add(record.id);
        else stored().then((ids) => ids.forEach((id) => void notes.known.add(id)), notes.ends.push);
      },
      error: (error) => notes.ends.push(error),
      complete: () => notes.ends.push('complete'),
    },
  );
  return notes;
}

function codeOf(event: unknown): number {
  return typeof event === 'object' && event !== null && 'code' in event ? Number(event.code) : 0;
}

/** Rows come over the `times`-th connection, and none is unknown. */
async function followsAgain(notes: Notes, times: number): Promise<void> {
  await expect
    .poll(() => notes.ends.length > 0 || notes.connected.times >= times, { timeout: 20_000 })
    .toBe(true);
  expect(notes.ends).toEqual([]);
  await insert();
  await expect
    .poll(() => [...notes.known].toSorted((a, b) => a - b), { timeout: 10_000 })
    .toEqual(await stored());
}

test('misses nothing without a RESYNC when the token of the official client expires', async () => {
  let asked = 0;
  const notes = follow(async () => {
    asked += 1;
    return world.tokenFor(alice, asked === 1 ? 2 : 3_600);
  });
  await followsAgain(notes, 1);
  await followsAgain(notes, 2);
  expect(notes.closes).toEqual([4403]);
});

test('misses nothing without a RESYNC when the network of the official client is lost', async () => {
  const notes = follow(() => world.tokenFor(alice));
  await followsAgain(notes, 1);
  network.cut();
  await followsAgain(notes, 2);
  expect(notes.closes).toEqual([1006]);
});

test('misses nothing without a RESYNC when the gateway of the official client goes and comes back', async () => {
  const notes = follow(() => world.tokenFor(alice), { shouldRetry: () => true });
  await followsAgain(notes, 1);
  network.leadTo(undefined);
  await gateway.close();
  await expect.poll(() => notes.closes.length).toBeGreaterThan(3);
  await startGateway();
  await followsAgain(notes, 2);
  expect(notes.closes.slice(0, 2)).toEqual([1001, 1006]);
});
