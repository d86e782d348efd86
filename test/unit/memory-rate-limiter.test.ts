import { describe, expect, test } from 'vitest';
import { createMemoryRateLimiter } from '../../src/limits/memory-rate-limiter.ts';

describe('the rate limiter in memory', () => {
  test('lets a burst through, then refills evenly', () => {
    let time = 0;
    const limiter = createMemoryRateLimiter({ maxKeys: 10, now: () => time });
    const take = () => limiter.take('a', 2, 1_000);
    expect([take(), take(), take()]).toEqual([
      { ok: true, retryAfterMs: 0 },
      { ok: true, retryAfterMs: 0 },
      { ok: false, retryAfterMs: 500 },
    ]);
    time = 500;
    expect([take(), take()]).toMatchObject([{ ok: true }, { ok: false }]);
    time = 1_000_000;
    expect([take(), take(), take()]).toMatchObject([{ ok: true }, { ok: true }, { ok: false }]);
  });

  test('a refused call costs nothing', () => {
    let time = 0;
    const limiter = createMemoryRateLimiter({ maxKeys: 10, now: () => time });
    limiter.take('a', 1, 1_000);
    for (time = 100; time < 1_000; time += 100) limiter.take('a', 1, 1_000);
    time = 1_000;
    expect(limiter.take('a', 1, 1_000)).toMatchObject({ ok: true });
  });

  test('forgets the key that was used longest ago when there are too many', () => {
    const limiter = createMemoryRateLimiter({ maxKeys: 2, now: () => 0 });
    limiter.take('a', 1, 1_000);
    limiter.take('b', 1, 1_000);
    limiter.take('a', 1, 1_000);
    limiter.take('c', 1, 1_000);
    expect(limiter.take('a', 1, 1_000)).toMatchObject({ ok: false });
    expect(limiter.take('b', 1, 1_000)).toMatchObject({ ok: true });
  });
});
