import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RealtimeClient } from '../../src/modules/realtime/client/client.ts';
import type { RealtimeLimits } from '../../src/modules/realtime/client/socket/limits.ts';
import { confirm, type FakeRealtime, type Received, startFakeRealtime } from '../support/fake-realtime.ts';
import { callOf, realtimeClient } from '../support/realtime-client.ts';

let fake: FakeRealtime;
beforeEach(async () => {
  fake = await startFakeRealtime();
});
afterEach(() => fake.close());

const serviceKey = 'service-jwt';
const todos = { schema: 'public', name: 'todos' };

const clientOf = (limits: Partial<RealtimeLimits> = {}): RealtimeClient =>
  realtimeClient(fake.url, limits, { serviceKey });

/** Follows a table, and counts how often there was word of it. */
function follow(client: RealtimeClient, table = todos) {
  let words = 0;
  const followed = client.tables.follow(table, () => {
    words += 1;
  });
  return {
    get words() {
      return words;
    },
    get isHeard() {
      return followed.isHeard;
    },
    stop: () => followed.stop(),
  };
}

const joinOf = ({ name }: { name: string }): Received | undefined =>
  fake.joins().findLast(({ payload }) => JSON.stringify(payload).includes(`"table":"${name}"`));

/** Tells of a row of `table` on the channel of `todos`. */
function tell(table: string): void {
  const data = { type: 'UPDATE', schema: 'public', table, columns: [], record: { id: 1 }, errors: null };
  fake.toAll(joinOf(todos)?.topic ?? '', 'postgres_changes', { ids: [1], data });
}

const allGone = (client: RealtimeClient) =>
  fake.until(() => Object.values(client.stats()).every((count) => count === 0));

test('joins a table once, with the service key, whoever follows it, and leaves it after the last', async () => {
  const client = clientOf();
  const all = Array.from({ length: 50 }, () => follow(client));
  const other = follow(client, { schema: 'public', name: 'others' });
  await fake.until(() => [...all, other].every(({ isHeard }) => isHeard));
  expect(fake.joins().map(({ payload }) => payload)).toEqual(
    ['todos', 'others'].map((table) => ({
      access_token: serviceKey,
      config: {
        private: false,
        broadcast: { self: false, ack: false },
        presence: { key: '', enabled: false },
        postgres_changes: [{ event: '*', schema: 'public', table }],
      },
    })),
  );
  expect(client.stats()).toMatchObject({ sockets: 1, channels: 2, tables: 2 });
  for (const each of all) each.stop();
  await fake.until(() => client.stats().tables === 1);
  expect(other.isHeard).toBe(true);
  other.stop();
  await allGone(client);
});

test('tells that a table was written to, and of no other whose name only looks alike', async () => {
  const client = clientOf();
  const followed = follow(client);
  await fake.until(() => followed.isHeard);
  const before = followed.words;
  tell('t_dos');
  tell('todos');
  await fake.until(() => followed.words === before + 1);
  tell('t_dos');
  fake.toAll(joinOf(todos)?.topic ?? '', 'postgres_changes', { data: 'not readable' });
  await fake.until(() => followed.words === before + 2);
  followed.stop();
  await allGone(client);
});

test('says what is not heard while Realtime is away, and that something may have changed when it is back', async () => {
  const client = clientOf();
  const followed = follow(client);
  await fake.until(() => followed.isHeard);
  fake.refuse = () => 'destroy';
  for (const { socket } of fake.connections) socket.terminate();
  await fake.until(() => !followed.isHeard);
  const away = followed.words;
  expect(away).toBeGreaterThan(1);
  fake.refuse = undefined;
  await fake.until(() => followed.isHeard);
  expect(followed.words).toBe(away + 1);
  followed.stop();
  await allGone(client);
});

test.each(['phx_error', 'phx_close'])('takes %s for a loss, and joins again', async (event) => {
  const client = clientOf();
  const followed = follow(client);
  await fake.until(() => followed.isHeard);
  const before = followed.words;
  fake.toAll(joinOf(todos)?.topic ?? '', event, {});
  await fake.until(() => fake.joins().length === 2 && followed.isHeard);
  expect(followed.words).toBe(before + 2);
  followed.stop();
  await allGone(client);
});

test('does not hear a table while Realtime has trouble with the database', async () => {
  const client = clientOf({ confirmMs: 10_000 });
  const followed = follow(client);
  await fake.until(() => followed.isHeard);
  const before = followed.words;
  const { connection, joinRef, topic } = joinOf(todos) ?? {};
  const trouble = { extension: 'postgres_changes', status: 'error', message: 'Too many database timeouts' };
  fake.toAll(topic ?? '', 'system', trouble);
  await fake.until(() => !followed.isHeard);
  expect(followed.words).toBe(before + 1);
  if (connection !== undefined) confirm(connection, joinRef ?? null, topic ?? '');
  await fake.until(() => followed.isHeard);
  expect(followed.words).toBe(before + 2);
  expect(fake.joins()).toHaveLength(1);
  followed.stop();
  await allGone(client);
});

test.each([
  ['has no such table', 'Unable to subscribe to changes with given parameters.'],
  ['takes no such key', 'InvalidJWTToken: the signature is wrong'],
])('does not hear a table where Realtime %s, and tries again later', async (_, reason) => {
  fake.fault = ({ connection, joinRef, ref, topic, event }) => {
    if (event !== 'phx_join') return false;
    connection.send(joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason } });
    return true;
  };
  const client = clientOf({ refusedTableMs: 50 });
  const followed = follow(client);
  await fake.until(() => fake.joins().length === 2);
  expect(followed).toMatchObject({ isHeard: false, words: 0 });
  fake.fault = undefined;
  await fake.until(() => followed.isHeard);
  expect(followed.words).toBe(1);
  followed.stop();
  await allGone(client);
});

test('follows no more tables than half of all channels, and leaves the rest to callers', async () => {
  const client = clientOf({ sockets: 1, channelsPerSocket: 4 });
  const tables = Array.from({ length: 5 }, (_, index) => follow(client, { ...todos, name: `t${index}` }));
  await fake.until(() => tables.filter(({ isHeard }) => isHeard).length === 2);
  const call = callOf('ann');
  await client.changes({ schema: 'public', table: 'todos', resyncOnStart: false }, call);
  expect(client.stats()).toMatchObject({ tables: 2, channels: 3 });
  call.leave();
  for (const table of tables) table.stop();
  await allGone(client);
});

test('joins nothing without a key of its own', () => {
  const client = realtimeClient(fake.url);
  expect(follow(client).isHeard).toBe(false);
  expect(client.stats()).toMatchObject({ sockets: 0, tables: 0, timers: 0 });
});
