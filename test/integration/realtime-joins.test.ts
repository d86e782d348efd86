import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRealtime, startFakeRealtime } from '../support/fake-realtime.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { hmacToken, keyClaims, testSecret, userClaims } from '../support/tokens.ts';
import { type RawClient, rawClient, waitFor } from '../support/websocket-gateway.ts';

let fake: FakeRealtime;
let gateway: TestGateway;
const env = () => ({
  REALTIME_URL: fake.url,
  JWT_SECRET: testSecret,
  SUPABASE_ANON_KEY: hmacToken(keyClaims('anon')),
  WS_MAX_OPERATIONS: '1000',
  TRUSTED_PROXIES: '1',
});
beforeEach(async () => {
  fake = await startFakeRealtime();
  gateway = await startTestGateway(env());
});
afterEach(async () => {
  await gateway.close();
  await fake.close();
});

/** An accepted client at an address. */
async function clientFrom(address: string, claims?: object): Promise<RawClient> {
  const client = await rawClient(gateway.graphqlWsUrl, { headers: { 'x-forwarded-for': address } });
  const payload = claims === undefined ? {} : { authorization: `Bearer ${hmacToken(claims)}` };
  client.send({ type: 'connection_init', payload });
  await client.message(({ type }) => type === 'connection_ack');
  return client;
}

const listen = (client: RawClient, room: string) =>
  client.send({
    id: room,
    type: 'subscribe',
    payload: { query: `subscription { broadcasts(channel: "${room}") { type } }` },
  });
const joined = (room: string) => fake.joins(`realtime:${room}`).length > 0;
const refused = (client: RawClient, code: string) =>
  client.messages.filter((message) => JSON.stringify(message).includes(`"code":"${code}"`)).length;
/** Fewer than those that were there before, so that some of them still wait. */
const notAll = 110;

test('lets a signed-in caller join before all who have not signed in', async () => {
  const anonymous = await clientFrom('192.0.2.1');
  for (let at = 0; at < 1_000; at += 1) listen(anonymous, `anon-${at}`);
  await fake.until(() => fake.joins().length >= 20);
  const user = await clientFrom('192.0.2.1', userClaims({ sub: 'ann' }));
  listen(user, 'of-ann');
  await fake.until(() => joined('of-ann'));
  expect(fake.joins().length).toBeLessThan(notAll);
});

test('bounds what waits for one caller, and says so', async () => {
  const anonymous = await clientFrom('192.0.2.1');
  for (let at = 0; at < 1_000; at += 1) listen(anonymous, `anon-${at}`);
  await waitFor(() => refused(anonymous, 'RATE_LIMITED') > 0);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  const waiting = Number(/^bunbun_realtime\{what="waitingJoins"\} (\d+)$/m.exec(metrics)?.[1]);
  expect(waiting).toBeGreaterThan(0);
  expect(waiting).toBeLessThanOrEqual(100);
  expect(JSON.stringify(anonymous.messages)).toContain('"limit":100,"retryAfter":5');
  anonymous.socket.terminate();
});

test.each([
  ['addresses', undefined, undefined],
  ['users', userClaims({ sub: 'ann' }), userClaims({ sub: 'bob' })],
  [
    'addresses of those who are signed in anonymously',
    userClaims({ sub: 'ann', is_anonymous: true }),
    userClaims({ sub: 'bob', is_anonymous: true }),
  ],
])('lets callers join in turns: %s', async (_how, hostile, other) => {
  const first = await clientFrom('192.0.2.1', hostile);
  for (let at = 0; at < 110; at += 1) listen(first, `first-${at}`);
  await fake.until(() => fake.joins().length >= 20);
  const second = await clientFrom('192.0.2.2', other);
  listen(second, 'of-the-second');
  await fake.until(() => joined('of-the-second'));
  expect(fake.joins().length).toBeLessThan(notAll);
});

test.each([
  ['all channels', '1', (at: number) => `broadcasts(channel: "room-${at}") { type }`, 80],
  ['a room', '4', (at: number) => `presence(channel: "room", key: "${at}", track: {}) { type }`, 4],
])('leaves others the half of %s', async (_what, sockets, field, most) => {
  await gateway.close();
  gateway = await startTestGateway({ ...env(), REALTIME_MAX_SOCKETS: sockets });
  const subscribe = (client: RawClient, at: number) =>
    client.send({ id: `${at}`, type: 'subscribe', payload: { query: `subscription { ${field(at)} }` } });
  const first = await clientFrom('192.0.2.1');
  for (let at = 1; at <= most; at += 1) subscribe(first, at);
  const half = most / 2;
  await waitFor(() => refused(first, 'RATE_LIMITED') === half);
  await fake.until(() => fake.joins().length === half);

  const second = await clientFrom('192.0.2.2');
  subscribe(second, 0);
  await fake.until(() => fake.joins().length === half + 1);
  expect(refused(second, 'UPSTREAM_UNAVAILABLE')).toBe(0);

  // What is left is free again.
  first.socket.close();
  await first.closed;
  const again = await clientFrom('192.0.2.1');
  for (let at = 101; at < 101 + half; at += 1) subscribe(again, at);
  await fake.until(() => fake.joins().length === 2 * half + 1);
  expect(refused(again, 'RATE_LIMITED')).toBe(0);
});

test('counts the sessions of anonymous sign-ins at one address together', async () => {
  const clients = await Promise.all(
    ['1', '2', '3'].map((sub) => clientFrom('192.0.2.1', userClaims({ sub, is_anonymous: true }))),
  );
  for (const client of clients) for (let at = 0; at < 100; at += 1) listen(client, `room-${at}`);
  await waitFor(() => clients.some((client) => refused(client, 'RATE_LIMITED') > 0));
});
