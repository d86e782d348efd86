import { afterAll, beforeAll, expect, test } from 'vitest';
import { gql } from '../support/gql.ts';
import { type RealtimeGateway, startRealtimeGateway } from '../support/realtime-gateway.ts';

const alice = '11111111-1111-4111-8111-111111111111';

let gateway: RealtimeGateway;
beforeAll(async () => {
  gateway = await startRealtimeGateway({
    limits: { eventsPerSecond: 100_000 },
    env: { WS_MAX_SOCKETS: '2' },
  });
  await gateway.world.sql.unsafe(`
    create table notes (id bigint primary key, body text);
    alter publication supabase_realtime add table notes;
  `);
});
afterAll(() => gateway.close());

const query = gql(`subscription { postgresChanges(table: "notes", resyncOnStart: true) { type record } }`);

/** Opens an event stream. */
async function open(token?: string) {
  const controller = new AbortController();
  const response = await fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
    signal: controller.signal,
  });
  if (response.body === null) throw new Error('no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    leave: () => controller.abort(),
    /** Reads on until all that came fits, and gives that. */
    async until(pattern: RegExp): Promise<string> {
      let done = false;
      while (!done && !pattern.test(text)) {
        const chunk = await reader.read();
        done = chunk.done;
        text += chunk.value ?? '';
      }
      expect(text).toMatch(pattern);
      return text;
    },
    /** Reads on to the end and counts what it meets. */
    async count(what: string, until: string): Promise<number> {
      let count = 0;
      let rest = '';
      for (;;) {
        const { value, done } = await reader.read();
        const seen = rest + (value ?? '');
        count += seen.split(what).length - 1;
        if (done || seen.includes(until)) return count;
        rest = seen.slice(-(Math.max(what.length, until.length) - 1));
      }
    },
  };
}

test('streams changes as server-sent events, with comments that keep the connection alive', async () => {
  const stream = await open();
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
  await stream.until(/^:\n\n/m);
  await stream.until(/"type":"RESYNC"/);
  await gateway.world.sql`insert into notes values (1, 'hello')`;
  expect(await stream.until(/hello/)).toContain('{"type":"INSERT","record":{"id":"1","body":"hello"}}');
  stream.leave();
});

test('leaves the channel when the reader goes', async () => {
  const stream = await open();
  await stream.until(/RESYNC/);
  expect(gateway.world.server.counts().channels).toBeGreaterThan(0);
  stream.leave();
  await expect.poll(() => gateway.world.server.counts().channels, { timeout: 15_000 }).toBe(0);
});

test('ends with UNAUTHENTICATED, told as an event, when the token expires', async () => {
  const stream = await open(await gateway.world.tokenFor(alice, 2));
  await stream.until(/RESYNC/);
  const text = await stream.until(/event: complete/);
  expect(text).toContain('"code":"UNAUTHENTICATED"');
  expect(text).toContain('"reason":"token_expired"');
});

test('refuses a stream over the limit of the process, and takes one again when another has ended', async () => {
  const first = await open();
  await first.until(/RESYNC/);
  const second = await open();
  await second.until(/RESYNC/);
  const refused = await open();
  expect(await refused.until(/RATE_LIMITED/)).toContain('"limit":2');
  // Queries hold no place.
  expect((await gateway.graphql(gql(`{ viewer { role } }`))).errors).toEqual([]);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain('bunbun_client_connections{what="eventStream"} 2');
  first.leave();
  second.leave();
  await expect
    .poll(async () => (await fetch(`${gateway.url}/metrics`)).text())
    .toContain('bunbun_client_connections{what="eventStream"} 0');
});

test('tells RESYNC to a reader that was too slow, and delays no other', async () => {
  const slow = await open();
  const fast = await open();
  await Promise.all([slow.until(/RESYNC/), fast.until(/RESYNC/)]);
  const counted = fast.count('"type":"INSERT"', 'the last one');
  // More than the sockets' buffers and the queue hold together.
  for (let round = 0; round < 30; round += 1) {
    await gateway.world.sql`
      insert into notes select ${1_000 + round * 100} + n, repeat('x', 10000) from generate_series(1, 100) n`;
  }
  await gateway.world.sql`insert into notes values (100, 'the last one')`;
  expect(await counted).toBe(3_001);
  expect(await slow.count('"type":"RESYNC"', '"type":"RESYNC"')).toBe(1);
  slow.leave();
  fast.leave();
});
