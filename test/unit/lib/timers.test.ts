import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTimers } from '../../../src/lib/timers.ts';

describe('createTimers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits for years, and not for a moment', () => {
    const tenYears = 10 * 365 * 86_400_000;
    let fired = 0;
    const timers = createTimers();
    timers.after(tenYears, () => {
      fired += 1;
    });
    expect(timers.active).toBe(1);
    vi.advanceTimersByTime(tenYears - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect([fired, timers.active, vi.getTimerCount()]).toEqual([1, 0, 0]);
  });

  it('can be cancelled at any time', () => {
    const timers = createTimers();
    const cancel = timers.after(2 ** 31 + 5, () => expect.unreachable());
    vi.advanceTimersByTime(2 ** 31);
    cancel();
    cancel();
    vi.advanceTimersByTime(10);
    expect([timers.active, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
