import { afterEach, beforeEach, expect, test } from 'vitest';
import { confirm, type FakeRealtime, startFakeRealtime } from '../support/fake-realtime.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql, type OperationText } from '../support/gql.ts';
import { hmacToken, keyClaims, nowSeconds, testSecret, userClaims } from '../support/tokens.ts';
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
  });
});
afterEach(async () => {
  await gateway.close();
  await fake.close();
});

const query = gql(
  `subscription Todos { postgresChanges(table: "todos", resyncOnStart: true) { type record } }`,
);
const start = (client: RawClient, id: string, text: OperationText = query) =>
  client.send({ id, type: 'subscribe', payload: { query: text } });

/** What the gateway holds just now, as its metrics tell. */
async function held(): Promise<Record<string, number>> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const lines = text.matchAll(
    /^bunbun_(?:active_)?(websocket|realtime|subscriptions)(?:\{what="(\w+)"\})? (\d+)$/gm,
  );
  return Object.fromEntries(
    [...lines].map(([, part, what = '', count]) => [`${part} ${what}`, Number(count)]),
  );
}

/** Types and ids of the changes an operation has brought. */
const seen = (client: RawClient, id: string) =>
  client.messages.flatMap((message) => {
    if (message.id !== id || message.type !== 'next') return [];
    const [change] = JSON.stringify(message.payload).match(/"type":"\w+"|"id":"\w+"/g) ?? [];
    const [, row] = JSON.stringify(message.payload).match(/"record":\{"id":"(\w+)"/) ?? [];
    return [row ?? change?.slice(8, -1)];
  });

function publish(id: number, body = '') {
  const data = {
    type: 'INSERT',
    schema: 'public',
    table: 'todos',
    commit_timestamp: null,
    columns: [
      { name: 'id', type: 'int8' },
      { name: 'body', type: 'text' },
    ],
    record: { id, body },
    errors: null,
  };
  for (const topic of new Set(fake.joins().map((join) => join.topic))) {
    fake.toAll(topic, 'postgres_changes', { ids: [1], data });
  }
}

const asAnn = (overrides = {}) => ({
  authorization: `Bearer ${hmacToken(userClaims({ sub: 'ann', ...overrides }))}`,
});

test('goes on for the others when the first one leaves, and greets those who come late', async () => {
  const first = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  const second = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  start(first, 'a');
  await waitFor(() => seen(first, 'a').length === 1);
  start(second, 'b');
  await waitFor(() => seen(second, 'b').length === 1);
  first.socket.terminate();
  publish(1);
  await waitFor(() => seen(second, 'b').length === 2);
  const late = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  start(late, 'c');
  await waitFor(() => seen(late, 'c').length === 1);
  publish(2);
  await waitFor(() => seen(late, 'c').length === 2);
  expect(seen(second, 'b')).toEqual(['RESYNC', '1', '2']);
  expect(seen(late, 'c')).toEqual(['RESYNC', '2']);
  expect(fake.joins()).toHaveLength(1);
});

test('serves several operations of one socket, each by its own id, and ends them one by one', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  for (const id of ['1', 'two', 'ü"3']) start(client, id);
  await waitFor(() => ['1', 'two', 'ü"3'].every((id) => seen(client, id).length === 1));
  client.send({ id: 'two', type: 'complete' });
  client.send({ type: 'ping' });
  await client.message(({ type }) => type === 'pong');
  publish(1);
  await waitFor(() => seen(client, '1').length === 2 && seen(client, 'ü"3').length === 2);
  expect(seen(client, 'two')).toEqual(['RESYNC']);
});

test('shares nothing between callers whose claims differ', async () => {
  const ann = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  const other = await acceptedClient(gateway.graphqlWsUrl, asAnn({ aal: 'aal2' }));
  start(ann, '1');
  start(other, '1');
  await waitFor(() => seen(ann, '1').length === 1 && seen(other, '1').length === 1);
  expect(fake.joins()).toHaveLength(2);
});

test('ends those whose token is refused and goes on for those with a good one', async () => {
  const bad = asAnn({ exp: nowSeconds() + 7_200 });
  const good = asAnn({ exp: nowSeconds() + 3_600 });
  fake.fault = ({ connection, joinRef, ref, topic, event, payload }) => {
    if (event !== 'phx_join' || `Bearer ${String(payload['access_token'])}` !== bad.authorization)
      return false;
    const response = { reason: 'JwtSignatureError: Failed to validate JWT signature' };
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'error', response });
    return true;
  };
  const [first, second] = [
    await acceptedClient(gateway.graphqlWsUrl, bad),
    await acceptedClient(gateway.graphqlWsUrl, good),
  ];
  start(first, '1');
  start(second, '1');
  await first.message(({ id, type }) => id === '1' && type === 'complete');
  expect(JSON.stringify(first.messages)).toContain('UNAUTHENTICATED');
  await waitFor(() => seen(second, '1').length > 0);
  publish(1);
  await waitFor(() => seen(second, '1').includes('1'));
});

test.each([
  ['shared', query],
  // A fragment at the root is run for each subscriber alone.
  [
    'run alone',
    gql(
      `subscription { ...Todos } fragment Todos on Subscription { postgresChanges(table: "todos", resyncOnStart: true) { type record } }`,
    ),
  ],
])(
  'closes 4403 and tells a subscription nothing when Realtime finds its token expired first, when %s',
  async (_how, text) => {
    const ending = asAnn({ exp: nowSeconds() + 3_600 });
    const [first, second] = [
      await acceptedClient(gateway.graphqlWsUrl, ending),
      await acceptedClient(gateway.graphqlWsUrl, asAnn({ sub: 'bob' })),
    ];
    start(first, '1', text);
    start(second, '1', text);
    await waitFor(() => seen(first, '1').length === 1 && seen(second, '1').length === 1);
    const join = fake
      .joins()
      .find(({ payload }) => `Bearer ${String(payload['access_token'])}` === ending.authorization);
    join?.connection.send(join.joinRef, null, join.topic, 'system', {
      extension: 'system',
      status: 'error',
      message: 'Token has expired 0 seconds ago',
    });
    expect(await first.closed).toEqual({ code: 4403, reason: 'token_expired' });
    expect(first.messages.filter(({ id }) => id === '1')).toHaveLength(1);
    publish(1);
    await waitFor(() => seen(second, '1').includes('1'));
  },
);

test('moves a caller whose claims change to a channel of its own, with a RESYNC', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  const staying = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  start(client, '1');
  start(staying, '1');
  await waitFor(() => seen(client, '1').length === 1 && seen(staying, '1').length === 1);
  client.send({ type: 'ping', payload: asAnn({ aal: 'aal2' }) });
  await waitFor(() => fake.joins().length === 2 && seen(client, '1').length > 1);
  publish(5);
  await waitFor(() => seen(client, '1').includes('5') && seen(staying, '1').includes('5'));
  expect(seen(staying, '1')).toEqual(['RESYNC', '5']);
  expect(seen(client, '1').filter((change) => change === '5')).toEqual(['5']);
});

test('tells a caller whose claims change of the gap when changes flow again, and not before', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  start(client, '1', gql(`subscription { postgresChanges(table: "todos") { type record } }`));
  await waitFor(() => fake.joins().length === 1);
  await waitFor(() => {
    publish(1);
    return seen(client, '1').length > 0;
  });
  const resyncs = () => seen(client, '1').filter((change) => change === 'RESYNC');
  fake.fault = ({ event }) => event === 'phx_join';
  client.send({ type: 'ping', payload: asAnn({ aal: 'aal2' }) });
  await waitFor(() => fake.joins().length === 2);
  client.send({ type: 'ping' });
  await client.message(({ type }) => type === 'pong');
  // Whoever fetches anew now misses what is changed until the channel is joined.
  expect(resyncs()).toEqual([]);
  const [, join] = fake.joins();
  join?.connection.send(join.joinRef, join.ref, join.topic, 'phx_reply', { status: 'ok', response: {} });
  if (join !== undefined) confirm(join.connection, join.joinRef, join.topic);
  await waitFor(() => resyncs().length === 1);
});

test('gives a client that reads too slowly a RESYNC, and the others everything', async () => {
  const slow = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  const fast = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  start(slow, '1');
  start(fast, '1');
  await waitFor(() => seen(slow, '1').length === 1 && seen(fast, '1').length === 1);
  slow.socket.pause();
  let count = 0;
  fast.socket.on('message', () => {
    count += 1;
  });
  const body = 'x'.repeat(50_000);
  for (let round = 1; round <= 20; round += 1) {
    for (let id = 0; id < 20; id += 1) publish(round * 100 + id, body);
    await waitFor(() => count === round * 20);
  }
  slow.socket.resume();
  await waitFor(() => seen(slow, '1').filter((change) => change === 'RESYNC').length === 2);
  expect(seen(slow, '1').length).toBeLessThan(402);
  publish(9_999);
  await waitFor(() => seen(slow, '1').includes('9999'));
});

test('answers what the operation is refused with to each of them', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  for (const id of ['1', '2'])
    start(client, id, gql(`subscription { postgresChanges(table: "a", filter: "x") { type } }`));
  for (const id of ['1', '2']) {
    await client.message((message) => message.id === id && message.type === 'complete');
    expect(JSON.stringify(client.messages.find((message) => message.id === id))).toContain('BAD_USER_INPUT');
  }
});

test('leaves nothing after ten thousand subscriptions that come and go', async () => {
  const warnings: string[] = [];
  const warned = (warning: Error) => warnings.push(warning.message);
  process.on('warning', warned);
  const client = await acceptedClient(gateway.graphqlWsUrl, asAnn());
  for (let round = 0; round < 100; round += 1) {
    for (let at = 0; at < 100; at += 1) start(client, `${round}-${at}`);
    for (let at = 0; at < 100; at += 1) client.send({ id: `${round}-${at}`, type: 'complete' });
    client.send({ type: 'ping' });
    await waitFor(() => client.messages.filter(({ type }) => type === 'pong').length === round + 1);
  }
  expect(await held()).toMatchObject({ 'websocket sockets': 1, 'websocket operations': 0 });
  client.socket.close();
  const isEmpty = async () => Object.values(await held()).every((count) => count === 0);
  // The channel lingers for ten seconds.
  await expect.poll(isEmpty, { timeout: 20_000 }).toBe(true);
  expect(Object.keys(await held()).toSorted()).toEqual(
    [
      'realtime channels',
      'realtime feeds',
      'realtime sockets',
      'realtime subscribers',
      'realtime tables',
      'realtime timers',
      'realtime waitingJoins',
      'subscriptions ',
      'websocket operations',
      'websocket shared',
      'websocket sockets',
      'websocket timers',
      'websocket waitingBytes',
    ].toSorted(),
  );
  expect(fake.connections.size).toBe(0);
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});
