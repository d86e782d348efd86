import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RealtimeClient } from '../../src/modules/realtime/client/client.ts';
import { type FakeRealtime, type Received, startFakeRealtime } from '../support/fake-realtime.ts';
import { callOf, nextOf, realtimeClient } from '../support/realtime-client.ts';

let fake: FakeRealtime;
beforeEach(async () => {
  fake = await startFakeRealtime();
});
afterEach(() => fake.close());

const todos = { schema: 'public', table: 'todos', resyncOnStart: false };
const nothing = { sockets: 0, channels: 0, feeds: 0, subscribers: 0, tables: 0, timers: 0, waitingJoins: 0 };
const allGone = (client: RealtimeClient) =>
  fake.until(() => JSON.stringify(client.stats()) === JSON.stringify(nothing));

function firstJoin(): Received {
  const [join] = fake.joins();
  if (join === undefined) throw new Error('nobody has joined');
  return join;
}

test('tells RESYNC when a change of its own channel cannot be read', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  fake.toAll(firstJoin().topic, 'postgres_changes', {
    ids: [1],
    data: { type: 'INSERT', schema: 'public', table: 'todos', columns: 'of another kind', record: {} },
  });
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC', table: 'todos' });
  call.leave();
  await allGone(client);
});

test.each([
  ['is no JSON', '{'],
  ['is no message', '[1,2,3]'],
])('tells RESYNC when a text frame %s, for it may have been an event', async (_name, frame) => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  firstJoin().connection.raw(frame);
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC', table: 'todos' });
  call.leave();
  await allGone(client);
});

test('tells RESYNC to the readers of a room when a binary frame is of an unknown kind', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.broadcasts({ channel: 'room', private: false }, call);
  firstJoin().connection.raw(Buffer.from([9, 9, 9]));
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  call.leave();
  await allGone(client);
});

test('joins anew, with a RESYNC, after a system error that no close follows', async () => {
  const client = realtimeClient(fake.url);
  const call = callOf('ann');
  const events = await client.broadcasts({ channel: 'room', private: false }, call);
  const { connection, joinRef, topic } = firstJoin();
  await fake.until(() => client.stats().subscribers === 1);
  connection.send(joinRef, null, topic, 'system', {
    extension: 'system',
    status: 'error',
    message: 'Too many messages per second',
  });
  expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  expect(fake.joins(topic)).toHaveLength(2);
  call.leave();
  await allGone(client);
});

test('answers a new subscriber with a typed error when every channel is closed at once', async () => {
  const client = realtimeClient(fake.url);
  fake.fault = ({ connection, joinRef, ref, topic, event }) => {
    if (event !== 'phx_join') return false;
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: [] } });
    connection.send(joinRef, joinRef, topic, 'phx_close', {});
    return true;
  };
  await expect(client.changes(todos, callOf('ann'))).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  await allGone(client);
});

test('tells RESYNC once for many frames that nobody can read', async () => {
  const client = realtimeClient(fake.url, { unreadablePauseMs: 100 });
  const call = callOf('ann');
  const events = await client.changes(todos, call);
  for (let at = 0; at < 50; at += 1) firstJoin().connection.raw('{');
  for (let at = 0; at < 2; at += 1) expect(await nextOf(events)).toMatchObject({ type: 'RESYNC' });
  const data = { type: 'INSERT', schema: 'public', table: 'todos', columns: [], record: {} };
  fake.toAll(firstJoin().topic, 'postgres_changes', { ids: [1], data });
  expect(await nextOf(events)).toMatchObject({ type: 'INSERT' });
  call.leave();
  await allGone(client);
});

test('tells a broken body of a binary message to its own room alone', async () => {
  const client = realtimeClient(fake.url);
  const calls = [callOf('ann'), callOf('ann')] as const;
  const rooms = await Promise.all(
    ['room', 'hall'].map((channel, at) =>
      client.broadcasts({ channel, private: false }, calls[at] ?? calls[0]),
    ),
  );
  const broken = Buffer.concat([Buffer.from([4, 13, 1, 0, 1]), Buffer.from('realtime:roome{"x":')]);
  firstJoin().connection.raw(broken);
  fake.toAll('realtime:hall', 'broadcast', { type: 'broadcast', event: 'e', payload: {} });
  const [room, hall] = await Promise.all(rooms.map((events) => nextOf(events)));
  expect([room?.type, hall?.type]).toEqual(['RESYNC', 'MESSAGE']);
  for (const call of calls) call.leave();
  await allGone(client);
});

test('keeps who came and left between the making of the presence state and its arrival', async () => {
  const client = realtimeClient(fake.url);
  const person = (name: string) => ({ [name]: { metas: [{ phx_ref: name, name }] } });
  fake.fault = ({ connection, joinRef, ref, topic, event }) => {
    if (event !== 'phx_join') return false;
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: [] } });
    connection.send(null, null, topic, 'presence_diff', { joins: person('bob'), leaves: person('ann') });
    connection.send(joinRef, null, topic, 'presence_state', { ...person('ann'), ...person('cat') });
    return true;
  };
  const call = callOf('ann');
  const events = await client.presence({ channel: 'room', private: false }, call);
  const { type, state } = await nextOf(events);
  expect({ type, keys: state.map(({ key }) => key).toSorted() }).toEqual({
    type: 'SYNC',
    keys: ['bob', 'cat'],
  });
  call.leave();
  await allGone(client);
});

test('shows somebody whose key is a name that objects have', async () => {
  const client = realtimeClient(fake.url);
  const state =
    '{"__proto__":{"metas":[{"phx_ref":"1","a":1}]},"toString":{"metas":[{"phx_ref":"2","a":2}]}}';
  fake.fault = ({ connection, joinRef, ref, topic, event }) => {
    if (event !== 'phx_join') return false;
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: [] } });
    connection.raw(`["${joinRef}",null,"${topic}","presence_state",${state}]`);
    return true;
  };
  const call = callOf('ann');
  const events = await client.presence({ channel: 'room', private: false }, call);
  expect((await nextOf(events)).state).toEqual([
    { key: '__proto__', metas: [{ a: 1 }] },
    { key: 'toString', metas: [{ a: 2 }] },
  ]);
  const { connection, topic } = firstJoin();
  connection.raw(`[null,null,"${topic}","presence_diff",{"joins":{},"leaves":${state}}]`);
  expect(await nextOf(events)).toMatchObject({ type: 'DIFF', state: [] });
  call.leave();
  await allGone(client);
});

test('keeps no place for specs that were left before they were joined', async () => {
  const client = realtimeClient(fake.url, { lingerMs: 60_000, joinsPerSecond: 1, sockets: 1 });
  for (let at = 0; at < 1_000; at += 1) {
    const call = callOf('ann');
    const subscribed = client.changes({ ...todos, filter: `id=eq.${at}` }, call);
    subscribed.catch(() => undefined);
    await new Promise(setImmediate);
    call.leave();
    await expect(subscribed).rejects.toMatchObject({ name: 'AbortError' });
  }
  expect(client.stats()).toMatchObject({ channels: 0, waitingJoins: 0, timers: 0 });
});

test('gives up lingering channels when somebody else needs their place', async () => {
  const client = realtimeClient(fake.url, { lingerMs: 60_000, channelsPerSocket: 2, sockets: 1 });
  // Each by another caller, who has a share.
  const open = async (who: string, filter: string) => {
    const call = callOf(who);
    await client.changes({ ...todos, filter }, call);
    return call;
  };
  const [first, second] = [await open('ann', 'id=eq.1'), await open('bob', 'id=eq.2')];
  first.leave();
  await open('eve', 'id=eq.3');
  await expect(open('joe', 'id=eq.4')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  second.leave();
});

test.each([[{ schema: 'public', table: '*' }], [{ schema: 'public', table: 'to%' }], [{ schema: '*' }]])(
  'refuses %j, which is joined and never fires, also where no database is there to ask',
  async (spec) => {
    const client = realtimeClient(fake.url);
    await expect(client.changes({ ...spec, resyncOnStart: false }, callOf('ann'))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(fake.connections.size).toBe(0);
  },
);
