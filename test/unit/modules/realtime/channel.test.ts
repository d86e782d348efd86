import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTimers } from '../../../../src/lib/timers.ts';
import { createChannel } from '../../../../src/modules/realtime/client/socket/channel.ts';
import type { ClientFrame } from '../../../../src/modules/realtime/client/socket/frames.ts';
import { realtimeLimits } from '../../../../src/modules/realtime/client/socket/limits.ts';
import { createPacer } from '../../../../src/modules/realtime/client/socket/pacer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A channel on a server that answers each join at once, and then does as `after` says. */
function joining(after: (closeChannel: () => void) => void) {
  const timers = createTimers();
  const limits = { ...realtimeLimits, sockets: 1 };
  let joins = 0;
  let gaps = 0;
  let lastRef = 0;
  const topic = 'realtime:room';
  const receive = (joinRef: string | null, event: string, payload: Record<string, unknown>) =>
    channel.receive({ joinRef, ref: joinRef, topic, event, payload, isCut: false, bytes: 0 });
  const channel = createChannel(
    { topic, config: {}, confirmed: false },
    {
      link: {
        isOpen: true,
        nextRef: () => {
          lastRef += 1;
          return String(lastRef);
        },
        send({ event, joinRef }: ClientFrame) {
          if (event !== 'phx_join') return true;
          joins += 1;
          queueMicrotask(() => {
            receive(joinRef, 'phx_reply', { status: 'ok', response: {} });
            after(() => receive(joinRef, 'phx_close', {}));
          });
          return true;
        },
      },
      pacer: createPacer(limits, timers),
      timers,
      limits,
    },
    {
      token: () => 'token',
      caller: () => ({ kind: 'user', key: 'ann' }),
      live(afterGap) {
        if (afterGap) gaps += 1;
      },
      gap: () => undefined,
      message: () => undefined,
      refused: () => true,
    },
  );
  channel.socketOpened();
  return { channel, timers, counts: () => ({ joins, gaps }) };
}

it('comes back more and more slowly to a server that closes it each time', async () => {
  const { channel, timers, counts } = joining((close) => close());
  await vi.advanceTimersByTimeAsync(600_000);
  expect(counts().joins).toBeLessThan(120);
  expect(counts().joins).toBeGreaterThan(15);
  channel.leave();
  expect(timers.active).toBe(0);
});

it('comes back at once to a server that closes it now and then', async () => {
  const { channel, counts } = joining((close) => {
    setTimeout(close, 60_000);
  });
  await vi.advanceTimersByTimeAsync(1_200_000);
  expect(counts().joins).toBeGreaterThanOrEqual(19);
  channel.leave();
});
