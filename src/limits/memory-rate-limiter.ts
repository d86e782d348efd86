import type { RateLimiter, RateLimitVerdict } from './field-rate-limit.ts';

export interface MemoryRateLimiterOptions {
  /** Buckets kept at most. */
  readonly maxKeys: number;
  /** Milliseconds, only forward. @default performance.now */
  readonly now?: () => number;
}

/** A limiter that answers at once. */
export interface MemoryRateLimiter extends RateLimiter {
  take(key: string, limit: number, windowMs: number): RateLimitVerdict;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was true. */
  at: number;
}

/**
 * Token buckets in this process: full at first, refilled evenly over the window, so that `limit` calls may come at
 * once and `limit` per window in the long run. Over `maxKeys` the bucket that was used longest ago is forgotten.
 */
export function createMemoryRateLimiter(options: MemoryRateLimiterOptions): MemoryRateLimiter {
  const { maxKeys, now = () => performance.now() } = options;
  // A Map keeps its order of insertion: whoever is used is inserted anew, so the first is the oldest.
  const buckets = new Map<string, Bucket>();

  function refilled(bucket: Bucket, limit: number, windowMs: number, time: number): number {
    return Math.min(limit, bucket.tokens + ((time - bucket.at) * limit) / windowMs);
  }

  return {
    take(key, limit, windowMs) {
      const time = now();
      const known = buckets.get(key);
      const tokens = known === undefined ? limit : refilled(known, limit, windowMs, time);
      buckets.delete(key);
      if (buckets.size >= maxKeys) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      const ok = tokens >= 1;
      // A refused call leaves the bucket as it was: sums of many small refills would never quite reach a whole token.
      buckets.set(key, ok || known === undefined ? { tokens: tokens - 1, at: time } : known);
      return { ok, retryAfterMs: ok ? 0 : ((1 - tokens) * windowMs) / limit };
    },
  };
}
