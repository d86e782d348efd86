import { expect, it, vi } from 'vitest';
import { createTimers } from '../../../../src/lib/timers.ts';
import { createCanary } from '../../../../src/modules/realtime/client/canary/canary.ts';
import { silentLog } from '../../../support/test-call.ts';

/** A canary over a feed that the test plays; real time does not pass. */
function playing(hears: boolean, touchMs = 0) {
  vi.useFakeTimers();
  const timers = createTimers();
  let changed: () => void = () => undefined;
  const nothing: () => void = () => undefined;
  const state = { follows: 0, touches: 0, died: 0, times: 0, end: nothing };
  const canary = createCanary({
    timers,
    log: silentLog,
    everyMs: 10,
    answerMs: 5,
    async touch() {
      state.touches += 1;
      if (touchMs > 0) await new Promise((resolve) => setTimeout(resolve, touchMs));
      if (hears) changed();
    },
    async follow(_signal, heard, ended) {
      state.follows += 1;
      changed = heard;
      state.end = ended;
    },
    died(times) {
      state.died += 1;
      state.times = times;
    },
  });
  return { canary, state, timers, hear: () => changed(), [Symbol.dispose]: () => void vi.useRealTimers() };
}

it('follows anew when its own channel has ended, and takes that for no death of the others', async () => {
  using p = playing(true);
  const release = p.canary.keep();
  await vi.advanceTimersByTimeAsync(50);
  expect(p.state).toMatchObject({ follows: 1, died: 0 });
  p.state.end();
  await vi.advanceTimersByTimeAsync(50);
  expect(p.state).toMatchObject({ follows: 2, died: 0 });
  expect(p.state.touches).toBeGreaterThan(5);
  release();
  expect(p.timers.active).toBe(0);
});

it('tries further and further apart where joining anew does not help', async () => {
  using p = playing(false);
  const release = p.canary.keep();
  await vi.advanceTimersByTimeAsync(1_000);
  const first = p.state.died;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(p.state.died - first).toBeLessThan(first);
  release();
  expect(p.timers.active).toBe(0);
});

it('takes a slow database for no death', async () => {
  using p = playing(true, 50);
  const release = p.canary.keep();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(p.state).toMatchObject({ died: 0 });
  expect(p.state.touches).toBeGreaterThan(10);
  release();
  await vi.advanceTimersByTimeAsync(100);
  expect(p.timers.active).toBe(0);
});

it('says how many times in a row it has died, until it hears again', async () => {
  using p = playing(false);
  const release = p.canary.keep();
  await vi.advanceTimersByTimeAsync(40);
  expect(p.state.times).toBe(1);
  expect(p.canary.dead).toBe(true);
  await vi.advanceTimersByTimeAsync(40);
  expect(p.state.times).toBe(2);
  p.hear();
  expect(p.canary.dead).toBe(false);
  await vi.advanceTimersByTimeAsync(40);
  expect(p.state.times).toBe(1);
  release();
  expect(p.canary.dead).toBe(false);
});
