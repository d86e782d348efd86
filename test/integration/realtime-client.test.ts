import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RealtimeClient } from '../../src/modules/realtime/client/client.ts';
import { createRenewableViewer } from '../../src/viewer/viewer-renewal.ts';
import {
  confirm,
  type FakeConnection,
  type FakeRealtime,
  type Received,
  startFakeRealtime,
} from '../support/fake-realtime.ts';
import { callOf, nextOf, realtimeClient, viewerOf } from '../support/realtime-client.ts';

let fake: FakeRealtime;
beforeEach(async () => {
  fake = await startFakeRealtime();
});
afterEach(() => fake.close());

const todos = { schema: 'public', table: 'todos', resyncOnStart: false };
const nothing = { sockets: 0, channels: 0, feeds: 0, subscribers: 0, tables: 0, timers: 0, waitingJoins: 0 };

function change(id: number | string, overrides: object = {}) {
  const data = {
    type: 'INSERT',
    schema: 'public',
    table: 'todos',
    commit_timestamp: '2026-01-02T03:04:05.678Z',
    columns: [{ name: 'id', type: 'int8' }],
    record: { id },
    errors: null,
    ...overrides,
  };
  return { ids: [1], data };
}

/** Sends a change to every channel of row changes. */
function publish(payload: object) {
  for (const topic of new Set(fake.joins().map((join) => join.topic))) {
    fake.toAll(topic, 'postgres_changes', payload);
  }
}

const allGone = (client: RealtimeClient) =>
  fake.until(() => JSON.stringify(client.stats()) === JSON.stringify(nothing));

test('joins with the caller token, and the socket with the anon key alone', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  await client.changes(todos, call);
  const [join] = fake.joins();
  expect(join?.payload['access_token']).toBe('token-of-ann');
  expect(join?.connection.path).toBe('/socket/websocket?apikey=anon-jwt&vsn=2.0.0');
  expect(join?.connection.host).toBe('realtime-dev');
  expect(join?.payload['config']).toMatchObject({
    postgres_changes: [{ event: '*', schema: 'public', table: 'todos' }],
  });
  call.leave();
  await allGone(client);
});

test('reaches Realtime behind a gateway under its path, with the gateway as host', async () => {
  const client = realtimeClient(`${fake.url}/realtime/v1`);
  const call = callOf('ann');
  await client.changes(todos, call);
  const [join] = fake.joins();
  expect(join?.connection.path).toBe('/realtime/v1/websocket?apikey=anon-jwt&vsn=2.0.0');
  expect(join?.connection.host).toBe(new URL(fake.url).host);
  call.leave();
  await allGone(client);
});

test('delivers changes with their digits kept', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  const columns = [
    { name: 'id', type: 'int8' },
    { name: 'price', type: 'numeric' },
    { name: 'blob', type: 'bytea' },
    { name: 'doc', type: 'jsonb' },
    { name: 'tags', type: '_int8' },
  ];
  const text = JSON.stringify(change(0, { columns })).replace(
    '{"id":0}',
    '{"id":9007199254740993,"price":1.50,"blob":"00ff","doc":{"n":12345678901234567890,"f":1.50},"tags":[1,9007199254740993]}',
  );
  const topic = fake.joins()[0]?.topic ?? '';
  for (const connection of fake.connections) {
    connection.raw(`[null,null,${JSON.stringify(topic)},"postgres_changes",${text}]`);
  }
  const { record } = await nextOf(events);
  expect({ ...record }).toEqual({
    id: '9007199254740993',
    price: '1.50',
    blob: 'AP8=',
    doc: { n: '12345678901234567890', f: 1.5 },
    tags: ['1', '9007199254740993'],
  });
  call.leave();
  await allGone(client);
});

test('shares one channel among subscribers of one identity and spec, and none beyond', async () => {
  const client = realtimeClient(fake.url);
  const calls = Array.from({ length: 50 }, () => callOf('ann'));
  const all = await Promise.all(calls.map((call) => client.changes(todos, call)));
  const bob = callOf('bob');
  await client.changes(todos, bob);
  const other = callOf('ann');
  await client.changes({ ...todos, event: 'INSERT' }, other);
  expect(client.stats()).toMatchObject({ sockets: 1, channels: 3, subscribers: 52 });
  publish(change(1));
  for (const events of all) expect((await nextOf(events)).record).toEqual({ id: '1' });
  for (const call of [...calls, bob, other]) call.leave();
  await allGone(client);
});

test('opens another socket when one is full, and for the same room of another caller', async () => {
  const client = realtimeClient(fake.url, { channelsPerSocket: 3 });
  const calls = Array.from({ length: 7 }, (_, index) => callOf(`user-${index}`));
  await Promise.all(calls.map((call) => client.changes(todos, call)));
  expect(client.stats()).toMatchObject({ sockets: 3, channels: 7 });
  const rooms = [callOf('ann'), callOf('bob')];
  await Promise.all(rooms.map((call) => client.broadcasts({ channel: 'room', private: false }, call)));
  const joins = fake.joins('realtime:room');
  expect(joins).toHaveLength(2);
  expect(new Set(joins.map((join) => join.connection)).size).toBe(2);
  for (const call of [...calls, ...rooms]) call.leave();
  await allGone(client);
});

test('drops rows of tables whose name only looks alike', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes({ ...todos, table: 'user_data' }, call);
  publish(change(1, { table: 'userXdata' }));
  publish(change(2, { table: 'user_data' }));
  expect((await nextOf(events)).record).toEqual({ id: '2' });
  call.leave();
  await allGone(client);
});

test('withholds deletions from lower roles when they are for service_role', async () => {
  const client = realtimeClient(fake.url, {}, { deletes: 'service_role' });
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  publish(change(1, { type: 'DELETE', old_record: { id: 1 } }));
  publish(change(2));
  expect(await nextOf(events)).toMatchObject({ type: 'INSERT' });
  await expect(client.changes({ ...todos, event: 'DELETE' }, call)).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  call.leave();
  await allGone(client);
});

const eachConnection = (act: (connection: FakeConnection) => void) => {
  for (const connection of [...fake.connections]) act(connection);
};
const eachJoin = (act: (join: Received) => void) => {
  for (const join of fake.joins()) act(join);
};

test.each([
  ['the socket is dropped', () => eachConnection(({ socket }) => socket.terminate())],
  ['the node is drained', () => eachConnection(({ socket }) => socket.close(1012))],
  ['a frame is too large', () => eachConnection(({ raw }) => raw(`"${'x'.repeat(70_000)}"`))],
  [
    'the channel crashes',
    () => eachJoin((join) => join.connection.send(join.joinRef, join.joinRef, join.topic, 'phx_error', {})),
  ],
  [
    'the channel is closed',
    () => eachJoin((join) => join.connection.send(join.joinRef, join.joinRef, join.topic, 'phx_close', {})),
  ],
  [
    'the server has forgotten the channel',
    () =>
      eachJoin((join) =>
        join.connection.send(null, '999', join.topic, 'phx_reply', {
          status: 'error',
          response: { reason: 'unmatched topic' },
        }),
      ),
  ],
])('tells RESYNC and goes on when %s', async (_name, breakIt) => {
  const client = realtimeClient(fake.url, { maxFrameBytes: 65_536 });
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  breakIt();
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC', table: 'todos' });
  publish(change(7));
  expect((await nextOf(events)).record).toEqual({ id: '7' });
  call.leave();
  await allGone(client);
});

test('tells RESYNC when Realtime subscribes anew by itself', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  const [join] = fake.joins();
  if (join === undefined) throw new Error('no join');
  confirm(join.connection, join.joinRef, join.topic);
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  call.leave();
  await allGone(client);
});

test('tells RESYNC after a system error that Realtime recovers from', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  const [join] = fake.joins();
  if (join === undefined) throw new Error('no join');
  join.connection.send(join.joinRef, null, join.topic, 'system', {
    extension: 'postgres_changes',
    status: 'error',
    message: 'Too many database timeouts',
  });
  confirm(join.connection, join.joinRef, join.topic);
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  call.leave();
  await allGone(client);
});

test('survives malformed frames, unknown kinds, unknown events and doubled answers', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  const [join] = fake.joins();
  if (join === undefined) throw new Error('no join');
  const { connection, topic, joinRef, ref } = join;
  for (const raw of ['{', '[]', '[1,2,3,4,5]', 'null', Buffer.from([9, 9, 9]), Buffer.alloc(0)])
    connection.raw(raw);
  connection.send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} });
  connection.send(joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason: 'late' } });
  connection.send(null, null, topic, 'something_new', { a: 1 });
  connection.send(null, null, topic, 'postgres_changes', { data: { type: 'TRUNCATE' } });
  connection.send('77', null, topic, 'postgres_changes', change(1));
  publish(change(2));
  // One for all that is no frame, one for the change that is none.
  for (let at = 0; at < 2; at += 1) expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  expect((await nextOf(events)).record).toEqual({ id: '2' });
  call.leave();
  await allGone(client);
});

test('survives invalid UTF-8 with a RESYNC', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  for (const { socket } of fake.connections) socket.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false });
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  call.leave();
  await allGone(client);
});

test.each([
  ['Unauthorized: You do not have permissions to read from this Channel topic: x', 'FORBIDDEN'],
  ['InvalidJWTToken: Token has expired 5 seconds ago', 'UNAUTHENTICATED'],
  ['ConnectionRateLimitReached: Too many connected users', 'RATE_LIMITED'],
  ['ChannelRateLimitReached: Too many channels', 'RATE_LIMITED'],
  ['ClientJoinRateLimitReached: Too many joins per second', 'RATE_LIMITED'],
  ['UnableToConnectToProject: no', 'UPSTREAM_UNAVAILABLE'],
  ['Realtime was unable to connect to the project database', 'UPSTREAM_UNAVAILABLE'],
  ['RealtimeDisabledForTenant: off', 'NOT_CONFIGURED'],
])('answers a join refused with "%s" with %s, and keeps nothing', async (reason, code) => {
  const client = realtimeClient(fake.url);
  fake.fault = ({ connection, joinRef, ref, topic, event }) => {
    if (event !== 'phx_join') return false;
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason } });
    return true;
  };
  const error = await client.changes(todos, callOf('ann')).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code });
  expect(String(error)).not.toContain(reason);
  await allGone(client);
});

test('answers a table outside the publication with BAD_USER_INPUT', async () => {
  const client = realtimeClient(fake.url);
  fake.fault = ({ connection, joinRef, ref, topic, event }) => {
    if (event !== 'phx_join') return false;
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: [] } });
    connection.send(joinRef, null, topic, 'system', {
      extension: 'postgres_changes',
      status: 'error',
      message: 'Unable to subscribe to changes with given parameters. Please check Realtime is enabled',
    });
    return true;
  };
  await expect(client.changes(todos, callOf('ann'))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  await allGone(client);
});

test('gives up on a join that is never answered, in bounded time', async () => {
  const client = realtimeClient(fake.url, { joinMs: 50 });
  fake.fault = ({ event }) => event === 'phx_join';
  await expect(client.changes(todos, callOf('ann'))).rejects.toMatchObject({ code: 'TIMEOUT' });
  await allGone(client);
});

test('gives up on a confirmation that never comes, in bounded time', async () => {
  const client = realtimeClient(fake.url, { confirmMs: 50 });
  fake.fault = ({ connection, joinRef, ref, topic, event }) => {
    if (event !== 'phx_join') return false;
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: [] } });
    return true;
  };
  await expect(client.changes(todos, callOf('ann'))).rejects.toMatchObject({ code: 'TIMEOUT' });
  await allGone(client);
});

test('notices a dead link by its heartbeat', async () => {
  const client = realtimeClient(fake.url, { heartbeatMs: 20, heartbeatAnswerMs: 50 });
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  fake.fault = ({ event }) => event === 'heartbeat';
  await fake.until(() => fake.connections.size === 0);
  fake.fault = undefined;
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  call.leave();
  await allGone(client);
});

test('keeps a subscription through an upstream that refuses for a while', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  let refused = 0;
  fake.refuse = () => {
    refused += 1;
    return refused % 2 === 0 ? 'destroy' : 503;
  };
  for (const { socket } of fake.connections) socket.terminate();
  await fake.until(() => refused >= 4);
  fake.refuse = undefined;
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  call.leave();
  await allGone(client);
});

test.each([
  ['destroy' as const, 'UPSTREAM_UNAVAILABLE'],
  ['ignore' as const, 'UPSTREAM_UNAVAILABLE'],
  [401, 'UPSTREAM_ERROR'],
  [429, 'RATE_LIMITED'],
  [500, 'UPSTREAM_UNAVAILABLE'],
])(
  'answers a new subscriber with a typed error when the socket is refused with %s',
  async (refusal, code) => {
    const client = realtimeClient(fake.url, { connectMs: 200 });
    fake.refuse = () => refusal;
    await expect(client.changes(todos, callOf('ann'))).rejects.toMatchObject({ code });
    await allGone(client);
  },
);

test('ends the subscription with UNAUTHENTICATED when its token expires', async () => {
  const client = realtimeClient(fake.url);
  const short = callOf('ann', { expiresAt: Date.now() / 1_000 + 2 });
  const long = callOf('ann');
  const [ending, staying] = await Promise.all([client.changes(todos, short), client.changes(todos, long)]);
  await expect(ending.next()).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    details: { reason: 'token_expired' },
  });
  publish(change(1));
  expect((await nextOf(staying)).record).toEqual({ id: '1' });
  long.leave();
  await allGone(client);
});

test('joins a shared channel with the token that lives longest, and tries the next when that is refused', async () => {
  const client = realtimeClient(fake.url);
  const soon = Date.now() / 1_000;
  const good = callOf('ann', { token: 'good', expiresAt: soon + 100 });
  const bad = callOf('ann', { token: 'bad', expiresAt: soon + 1_000 });
  fake.fault = ({ connection, joinRef, ref, topic, event, payload }) => {
    if (event !== 'phx_join' || payload['access_token'] !== 'bad') return false;
    const response = { reason: 'JwtSignatureError: Failed to validate JWT signature' };
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'error', response });
    return true;
  };
  const [first, second] = await Promise.allSettled([client.changes(todos, good), client.changes(todos, bad)]);
  expect(fake.joins().map((join) => join.payload['access_token'])).toEqual(['bad', 'good']);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'UNAUTHENTICATED' } });
  good.leave();
  await allGone(client);
});

test('pushes a refreshed token to the channel, and takes the repeated confirmation for its own doing', async () => {
  const client = realtimeClient(fake.url);
  const renewal = createRenewableViewer(viewerOf('ann', { expiresAt: Date.now() / 1_000 + 30 }));
  const call = { ...callOf('ann'), renewal };
  const events = await client.changes(todos, call);
  renewal.renew(viewerOf('ann', { token: 'fresh', expiresAt: Date.now() / 1_000 + 3_600 }));
  await fake.until(() => fake.received.some(({ event }) => event === 'access_token'));
  const pushed = fake.received.find(({ event }) => event === 'access_token');
  expect(pushed?.payload).toEqual({ access_token: 'fresh' });
  const [join] = fake.joins();
  if (join === undefined) throw new Error('no join');
  confirm(join.connection, join.joinRef, join.topic);
  publish(change(3));
  expect((await nextOf(events)).record).toEqual({ id: '3' });
  call.leave();
  await allGone(client);
});

test('pushes a refreshed token long before the first one ends, but not one for each subscriber', async () => {
  const client = realtimeClient(fake.url);
  const soon = Date.now() / 1_000;
  const renewals = Array.from({ length: 20 }, () =>
    createRenewableViewer(viewerOf('ann', { expiresAt: soon + 3_600 })),
  );
  const calls = renewals.map((renewal) => ({ ...callOf('ann'), renewal }));
  const all = await Promise.all(calls.map((call) => client.changes(todos, call)));
  renewals.forEach((renewal, at) => {
    renewal.renew(viewerOf('ann', { token: `fresh-${at}`, expiresAt: soon + 7_200 + at }));
  });
  publish(change(1));
  for (const events of all) expect((await nextOf(events)).record).toEqual({ id: '1' });
  for (const call of calls) call.leave();
  await allGone(client);
  await fake.until(() => fake.received.some(({ event }) => event === 'phx_leave'));
  const pushed = fake.received.filter(({ event }) => event === 'access_token');
  expect(pushed.map(({ payload }) => payload)).toEqual([{ access_token: 'fresh-0' }]);
});

test('moves a subscriber whose claims have changed to a channel of its own, with a RESYNC', async () => {
  const client = realtimeClient(fake.url);
  const renewal = createRenewableViewer(viewerOf('ann'));
  const moving = { ...callOf('ann'), renewal };
  const staying = callOf('ann');
  const [moved, stayed] = await Promise.all([client.changes(todos, moving), client.changes(todos, staying)]);
  renewal.renew(viewerOf('ann', { identity: 'ann with another level', token: 'other' }));
  expect(await nextOf(moved)).toMatchObject({ type: 'RESYNC' });
  expect(fake.joins().map((join) => join.payload['access_token'])).toEqual(['token-of-ann', 'other']);
  publish(change(4));
  expect((await nextOf(stayed)).record).toEqual({ id: '4' });
  moving.leave();
  staying.leave();
  await allGone(client);
});

test('empties the queue of a reader that is too slow and tells it once, without delaying others', async () => {
  const client = realtimeClient(fake.url, { queue: { events: 10, bytes: 1_000_000 } });
  const slow = callOf('ann');
  const fast = callOf('ann');
  const [slowEvents, fastEvents] = await Promise.all([
    client.changes(todos, slow),
    client.changes(todos, fast),
  ]);
  for (let id = 1; id <= 15; id += 1) {
    publish(change(id));
    expect((await nextOf(fastEvents)).record).toEqual({ id: String(id) });
  }
  expect(await nextOf(slowEvents)).toMatchObject({ type: 'RESYNC' });
  expect((await nextOf(slowEvents)).record).toEqual({ id: '12' });
  slow.leave();
  fast.leave();
  await allGone(client);
});

test('never joins without a token of the caller', async () => {
  const client = realtimeClient(fake.url);
  await expect(client.changes(todos, callOf('ann', { token: undefined }))).rejects.toMatchObject({
    code: 'NOT_CONFIGURED',
  });
  expect(fake.connections.size).toBe(0);
  await allGone(client);
});

test('leaves nothing behind after ten thousand subscriptions', async () => {
  const client = realtimeClient(fake.url, { lingerMs: 0 });
  for (let round = 0; round < 100; round += 1) {
    const calls = Array.from({ length: 100 }, () => callOf(`user-${round % 5}`));
    await Promise.all(calls.map((call) => client.changes(todos, call)));
    for (const call of calls) call.leave();
  }
  await allGone(client);
  await fake.until(() => fake.connections.size === 0);
});

test('keeps the channel for a while after its last subscriber', async () => {
  const client = realtimeClient(fake.url, { lingerMs: 60_000 });
  const first = callOf('ann');
  await client.changes(todos, first);
  first.leave();
  const second = callOf('ann');
  await client.changes(todos, second);
  expect(fake.joins()).toHaveLength(1);
  second.leave();
});

test('takes broadcasts as text and as binary frames, of the wanted event alone', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.broadcasts({ channel: 'room', private: false, event: 'cursor' }, call);
  const payload = { x: 1 };
  fake.toAll('realtime:room', 'broadcast', { type: 'broadcast', event: 'other', payload });
  fake.toAll('realtime:room', 'broadcast', { type: 'broadcast', event: 'cursor', payload });
  for (const { raw } of fake.connections) {
    raw(Buffer.concat([Buffer.from([4, 13, 6, 0, 1]), Buffer.from('realtime:roomcursor{"x":2}')]));
  }
  expect(await nextOf(events)).toEqual({ type: 'MESSAGE', channel: 'room', event: 'cursor', payload });
  expect(await nextOf(events)).toEqual({
    type: 'MESSAGE',
    channel: 'room',
    event: 'cursor',
    payload: { x: 2 },
  });
  for (const { socket } of fake.connections) socket.terminate();
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  call.leave();
  await allGone(client);
});

test('keeps track of who is present, and tells late comers the state', async () => {
  const client = realtimeClient(fake.url);
  const room = { channel: 'room', private: false };
  const call = callOf('ann');
  const events = await client.presence(room, call);
  expect(await nextOf(events)).toMatchObject({ type: 'SYNC', state: [] });
  const bob = { bob: { metas: [{ phx_ref: 'b1', name: 'Bob' }] } };
  fake.toAll('realtime:room', 'presence_diff', { joins: bob, leaves: {} });
  expect(await nextOf(events)).toEqual({
    type: 'DIFF',
    state: [{ key: 'bob', metas: [{ name: 'Bob' }] }],
    joined: [{ key: 'bob', metas: [{ name: 'Bob' }] }],
    left: [],
  });
  const late = callOf('ann');
  const lateEvents = await client.presence(room, late);
  expect(await nextOf(lateEvents)).toMatchObject({ type: 'SYNC', state: [{ key: 'bob' }] });
  fake.toAll('realtime:room', 'presence_diff', { joins: {}, leaves: bob });
  expect(await nextOf(events)).toMatchObject({ type: 'DIFF', state: [], left: [{ key: 'bob' }] });
  call.leave();
  late.leave();
  await allGone(client);
});

test('is present for as long as the subscription lives, and again after a reconnect', async () => {
  const client = realtimeClient(fake.url, { lingerMs: 60_000 });
  const call = callOf('ann');
  const events = await client.presence(
    { channel: 'room', private: false, key: 'ann', track: { name: 'Ann' } },
    call,
  );
  const tracks = () => fake.received.filter(({ event }) => event === 'presence');
  await fake.until(() => tracks().length === 1);
  expect(tracks()[0]?.payload).toEqual({ type: 'presence', event: 'track', payload: { name: 'Ann' } });
  await nextOf(events);
  for (const { socket } of fake.connections) socket.terminate();
  await fake.until(() => tracks().length === 2);
  call.leave();
  await allGone(client);
});

test('joins every channel of row changes anew, with a RESYNC, when the canary is not heard of twice', async () => {
  let touched = 0;
  let deaf = false;
  const isCanary = (join: Received) => JSON.stringify(join.payload).includes('"table":"canary"');
  const canary = {
    schema: 'bunbun',
    table: 'canary',
    token: 'service-jwt',
    everyMs: 20,
    answerMs: 100,
    prepare: async () => undefined,
    async touch() {
      touched += 1;
      const topic = fake.joins().find(isCanary)?.topic ?? '';
      const back = change(1, { schema: 'bunbun', table: 'canary', type: 'UPDATE' });
      if (!deaf) fake.toAll(topic, 'postgres_changes', back);
    },
  };
  const client = realtimeClient(fake.url, {}, { canary });
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  await fake.until(() => touched >= 3);
  expect(fake.joins().filter((join) => !isCanary(join))).toHaveLength(1);
  deaf = true;
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  expect(fake.joins().filter(isCanary).length).toBeGreaterThan(1);
  expect(client.changesAreDead).toBe(true);
  // Where that does not help, on a new socket.
  await fake.until(() => new Set(fake.joins().map(({ connection }) => connection)).size === 2);
  deaf = false;
  await fake.until(() => !client.changesAreDead);
  call.leave();
  await allGone(client);
});
