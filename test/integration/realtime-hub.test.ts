import { expect, test } from 'vitest';
import { createTimers } from '../../src/lib/timers.ts';
import { changesFeed } from '../../src/modules/realtime/client/feeds/changes-feed.ts';
import { createChannelShares } from '../../src/modules/realtime/client/feeds/channel-shares.ts';
import { createHub } from '../../src/modules/realtime/client/feeds/hub.ts';
import type { PostgresChange } from '../../src/modules/realtime/client/feeds/types.ts';
import { realtimeLimits } from '../../src/modules/realtime/client/socket/limits.ts';
import { createPacer } from '../../src/modules/realtime/client/socket/pacer.ts';
import { createSocketPool } from '../../src/modules/realtime/client/socket/socket-pool.ts';
import { startFakeRealtime } from '../support/fake-realtime.ts';
import { silentLog } from '../support/test-call.ts';

test('never gives a channel the ticket of a subscriber who could not move to another', async () => {
  const fake = await startFakeRealtime();
  const limits = { ...realtimeLimits, sockets: 1, channelsPerSocket: 1, lingerMs: 0 };
  const timers = createTimers();
  const pacer = createPacer(limits, timers);
  const target = { url: fake.url.replace('http', 'ws'), headers: {} };
  const pool = createSocketPool({ target, limits, timers, pacer, log: silentLog });
  const shares = createChannelShares(limits);
  const hub = createHub<PostgresChange>({ pool, timers, limits, shares, makeRoom: () => undefined });
  const define = () => changesFeed('ann', { schema: 'public', table: 'todos' }, new Set());
  const ticket = (token: string, livesFor: number) => ({ token, expiresAt: Date.now() / 1_000 + livesFor });
  const follow = (token: string, livesFor: number, signal: AbortSignal) =>
    hub.subscribe({
      key: 'ann',
      define,
      ticket: ticket(token, livesFor),
      caller: { kind: 'service', key: 'test' },
      signal,
      expiryIsWatched: true,
    });
  const [leaving, all] = [new AbortController(), new AbortController()];
  const refused = await follow('first', 600, all.signal);
  const staying = await follow('second', 500, all.signal);
  await follow('third', 700, leaving.signal);
  expect(() => refused.renew('bob', ticket('of-bob', 7_200), define)).toThrow('no room');
  leaving.abort();
  staying.renew('ann', ticket('fresh', 14_400), define);
  const pushed = () => fake.received.filter(({ event }) => event === 'access_token');
  await fake.until(() => pushed().some(({ payload }) => payload['access_token'] === 'fresh'));
  expect(pushed().map(({ payload }) => payload['access_token'])).not.toContain('of-bob');
  all.abort();
  expect([hub.feeds, hub.members, timers.active]).toEqual([0, 0, 0]);
  await fake.close();
});
