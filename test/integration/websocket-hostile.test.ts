import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRealtime, startFakeRealtime } from '../support/fake-realtime.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { hmacToken, keyClaims, testSecret, userClaims } from '../support/tokens.ts';
import { acceptedClient, type RawClient, waitFor } from '../support/websocket-gateway.ts';

let fake: FakeRealtime;
let gateway: TestGateway;
beforeEach(async () => {
  fake = await startFakeRealtime();
  gateway = await startTestGateway({
    REALTIME_URL: fake.url,
    JWT_SECRET: testSecret,
    SUPABASE_ANON_KEY: hmacToken(keyClaims('anon')),
    WS_MAX_OPERATIONS: '1000',
    REALTIME_MAX_SOCKETS: '3',
  });
});
afterEach(async () => {
  await gateway.close();
  await fake.close();
});

const asAnn = { authorization: `Bearer ${hmacToken(userClaims({ sub: 'ann' }))}` };
const start = (client: RawClient, id: string, query: string) =>
  client.send({ id, type: 'subscribe', payload: { query } });
const results = (client: RawClient, id: string) =>
  client.messages.filter((message) => message.id === id && message.type === 'next');

/** What the gateway's WebSockets hold just now. */
async function held(what: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(new RegExp(`^bunbun_websocket\\{what="${what}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** That many subscriptions run, and their channel is joined. */
async function joined(subscriptions: number): Promise<void> {
  await expect.poll(() => held('operations'), { timeout: 10_000 }).toBe(subscriptions);
  await fake.until(() => fake.joins().length === 1);
}

/** JSON arrays inside each other, too many for a recursive function. */
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

test('gives a RESYNC for a message nested too deeply, and goes on for everybody', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  start(client, 'room', gql(`subscription { broadcasts(channel: "room") { type payload } }`));
  await fake.until(() => fake.joins().length === 1);
  const toRoom = (payload: string) => {
    for (const connection of fake.connections) {
      connection.raw(
        `[null,null,"realtime:room","broadcast",{"type":"broadcast","event":"e","payload":${payload}}]`,
      );
    }
  };
  toRoom(`{"x":${deep}}`);
  toRoom('{"x":1}');
  await waitFor(() => results(client, 'room').length === 2);
  expect(JSON.stringify(results(client, 'room')[0])).toContain('RESYNC');
  expect(JSON.stringify(results(client, 'room')[1])).toContain('{"x":1}');
  client.socket.close();
});

test('leaves out a presence entry nested too deeply, and keeps the socket', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  start(client, 'room', gql(`subscription { presence(channel: "room") { type state { key metas } } }`));
  await waitFor(() => results(client, 'room').length === 1);
  for (const connection of fake.connections) {
    const bob = (name: string) => `{"joins":{"bob":{"metas":[{"phx_ref":"1","name":${name}}]}},"leaves":{}}`;
    connection.raw(`[null,null,"realtime:room","presence_diff",${bob(deep)}]`);
    connection.raw(`[null,null,"realtime:room","presence_diff",${bob('"Bob"')}]`);
  }
  await waitFor(() => results(client, 'room').length >= 2);
  expect(JSON.stringify(results(client, 'room').at(-1))).toContain('Bob');
  client.socket.close();
});

test('refuses variables nested too deeply, and keeps the socket', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  const payload = `{"query":"subscription { broadcasts(channel: \\"room\\") { type } }","variables":{"junk":${deep}}}`;
  client.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
  const refusal = await client.message(({ id, type }) => id === '1' && type === 'error');
  expect(JSON.stringify(refusal)).toContain('BAD_USER_INPUT');
  expect(JSON.stringify(refusal)).toContain('"issues":[{"path":["variables"],');
  client.send({ type: 'ping' });
  await client.message(({ type }) => type === 'pong');
  client.socket.close();
});

test('closes 4400 with the reason for a ping nested too deeply', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  client.send(`{"type":"ping","payload":{"x":${deep}}}`);
  expect(await client.closed).toEqual({
    code: 4400,
    reason: 'JSON must not be nested deeper than 256 levels',
  });
});

const roomQuery = gql(`subscription { broadcasts(channel: "room") { type event } }`);

test('sends nothing of a subscription that was left to the next one of the same id', async () => {
  const slow = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  const fast = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  for (const client of [slow, fast]) start(client, '1', roomQuery.replace('event', 'event payload'));
  await joined(2);
  const publish = (event: string, payload: unknown) =>
    fake.toAll('realtime:room', 'broadcast', { type: 'broadcast', event, payload });
  publish('first', {});
  await waitFor(() => results(slow, '1').length === 1 && results(fast, '1').length === 1);
  slow.socket.pause();
  let count = 1;
  for (let round = 0; round < 10; round += 1) {
    for (let at = 0; at < 20; at += 1) publish('old', { body: 'x'.repeat(50_000) });
    count += 20;
    await waitFor(() => results(fast, '1').length === count);
  }
  slow.send({ id: '1', type: 'complete' });
  start(slow, '1', gql(`{ viewer { role } }`));
  slow.send({ type: 'ping' });
  slow.socket.resume();
  await slow.message(({ id, type }) => id === '1' && type === 'complete');
  const afterwards = results(slow, '1').length;
  publish('new', {});
  await waitFor(() => results(fast, '1').length === count + 1);
  expect(afterwards).toBeLessThan(150);
  const roles = results(slow, '1').findIndex((message) => JSON.stringify(message).includes('viewer'));
  expect(roles).toBe(afterwards - 1);
});

test('adds no listener for each operation of a client that does not read', async () => {
  const warnings: string[] = [];
  const warned = (warning: Error) => warnings.push(warning.name);
  process.on('warning', warned);
  const slow = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  const fast = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  for (let at = 0; at < 40; at += 1) start(slow, `${at}`, roomQuery.replace('event', 'event payload'));
  start(fast, '1', roomQuery.replace('event', 'event payload'));
  await joined(41);
  const publish = () =>
    fake.toAll('realtime:room', 'broadcast', {
      type: 'broadcast',
      event: 'e',
      payload: { body: 'x'.repeat(50_000) },
    });
  publish();
  await waitFor(() => results(slow, '39').length === 1 && results(fast, '1').length === 1);
  slow.socket.pause();
  for (let at = 0; at < 30; at += 1) publish();
  await waitFor(() => results(fast, '1').length === 31);
  process.off('warning', warned);
  expect(warnings).toEqual([]);
  slow.socket.terminate();
});

test.each([
  ['shared', roomQuery.replace('event', 'event payload')],
  // A fragment at the root is run for each subscriber alone.
  [
    'run alone',
    gql(
      `subscription { ...Talk } fragment Talk on Subscription { broadcasts(channel: "room") { type event payload } }`,
    ),
  ],
])(
  'holds no more for a slow socket than its bound, however many subscriptions it has, when %s',
  async (_how, query) => {
    const slow = await acceptedClient(gateway.graphqlWsUrl, asAnn);
    const fast = await acceptedClient(gateway.graphqlWsUrl, asAnn);
    const ids = Array.from({ length: 40 }, (_, at) => `${at}`);
    for (const id of ids) start(slow, id, query);
    start(fast, '1', query);
    await joined(41);
    const publish = (event: string, length: number) =>
      fake.toAll('realtime:room', 'broadcast', {
        type: 'broadcast',
        event,
        payload: { body: 'x'.repeat(length) },
      });
    publish('first', 1);
    await waitFor(() => ids.every((id) => results(slow, id).length === 1) && results(fast, '1').length === 1);
    const waiting = () => held('waitingBytes');
    slow.socket.pause();
    for (let at = 0; at < 30; at += 1) publish('large', 50_000);
    await waitFor(() => results(fast, '1').length === 31);
    const most = 16 * 1024 * 1024 + 40 * 1_000;
    expect(await waiting()).toBeGreaterThan(1_000_000);
    expect(await waiting()).toBeLessThan(most);
    slow.socket.resume();
    await expect.poll(waiting).toBe(0);
    publish('last', 1);
    const endsWith = (id: string) => JSON.stringify(results(slow, id).at(-1)).includes('"event":"last"');
    await waitFor(() => ids.every(endsWith));
    const resynced = ids.filter((id) => JSON.stringify(results(slow, id)).includes('RESYNC'));
    expect(resynced.length).toBeGreaterThan(0);
    // Each has every event, or was told that it has not.
    for (const id of ids.filter((each) => !resynced.includes(each))) {
      expect(results(slow, id).length).toBe(32);
    }
    slow.socket.close();
    fast.socket.close();
  },
);

test('opens as many connections to Realtime as it may, of which a caller has a half, and says so beyond', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn);
  const other = await acceptedClient(gateway.graphqlWsUrl, {
    authorization: `Bearer ${hmacToken(userClaims({ sub: 'bob' }))}`,
  });
  const present = gql(`subscription { presence(channel: "room", track: { at: 1 }) { type } }`);
  const refusal = async (of: RawClient, id: string) => {
    start(of, id, present);
    await of.message((message) => message.id === id && message.type === 'complete');
    return JSON.stringify(results(of, id));
  };
  for (const id of ['1', '2']) start(client, id, present);
  await waitFor(() => ['1', '2'].every((id) => results(client, id).length > 0));
  expect(await refusal(client, '3')).toContain('RATE_LIMITED');
  start(other, '1', present);
  await waitFor(() => results(other, '1').length > 0);
  expect(await refusal(other, '2')).toContain('UPSTREAM_UNAVAILABLE');
  client.send({ id: '2', type: 'complete' });
  await fake.until(() => fake.connections.size === 2);
  start(client, '5', present);
  await waitFor(() => results(client, '5').length > 0);
  expect(JSON.stringify(results(client, '5'))).toContain('SYNC');
  client.socket.close();
  other.socket.close();
});
