import type { RateLimiter } from './rate-limiter.ts';

interface Bucket {
  tokens: number;
  updatedAt: number;
}

export interface MemoryRateLimiterOptions {
  /**
   * Keys counted at a time. Beyond it the one used longest ago is forgotten, and with it what it has spent: first of
   * those that have spent less than half, as long as the others fill no more than half of the room. Otherwise a flood
   * of accounts that do not exist would give the guesses at one that does back.
   */
  maxKeys: number;
  /** Milliseconds from any fixed origin. @default performance.now */
  now?: () => number;
}

/**
 * Token buckets in this process: `limit` calls at once, and `limit` more per window, evenly. Each replica counts for
 * itself.
 */
export function createMemoryRateLimiter(options: MemoryRateLimiterOptions): RateLimiter {
  const { maxKeys, now = () => performance.now() } = options;
  // A Map keeps the order of insertion, so its first key is the one used longest ago.
  const little = new Map<string, Bucket>();
  const much = new Map<string, Bucket>();

  function keep(key: string, bucket: Bucket, limit: number): void {
    little.delete(key);
    much.delete(key);
    (bucket.tokens > limit / 2 ? little : much).set(key, bucket);
    if (little.size + much.size <= maxKeys) return;
    const crowd = much.size > maxKeys / 2 ? much : little;
    const [oldest] = crowd.keys();
    if (oldest !== undefined) crowd.delete(oldest);
  }

  /** The bucket as it is after what has come back since it was used. */
  function filled(key: string, limit: number, windowMs: number, time: number) {
    const bucket = little.get(key) ?? much.get(key) ?? { tokens: limit, updatedAt: time };
    const refilled = bucket.tokens + ((time - bucket.updatedAt) * limit) / windowMs;
    return { bucket, tokens: Math.min(limit, refilled) };
  }

  return {
    giveBack(key, limit, windowMs) {
      if (!little.has(key) && !much.has(key)) return;
      const time = now();
      const { tokens } = filled(key, limit, windowMs, time);
      keep(key, { tokens: Math.min(limit, tokens + 1), updatedAt: time }, limit);
    },
    take(key, limit, windowMs) {
      const time = now();
      const { bucket, tokens } = filled(key, limit, windowMs, time);
      const ok = tokens >= 1;
      // A refused call leaves the bucket as it was: sums of many small refills would never quite reach a whole token.
      keep(key, ok ? { tokens: tokens - 1, updatedAt: time } : bucket, limit);
      return { ok, retryAfterMs: ok ? 0 : Math.ceil(((1 - tokens) * windowMs) / limit) };
    },
  };
}
