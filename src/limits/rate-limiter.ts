import { createLru } from '../lib/lru.ts';
import type { RateLimiter } from './field-rate-limit.ts';

interface Bucket {
  tokens: number;
  updatedAt: number;
}

export interface MemoryRateLimiterOptions {
  /** Keys counted at a time. Beyond it the one used longest ago is forgotten, and with it what it has spent. */
  maxKeys: number;
  /** Milliseconds from any fixed origin. @default performance.now */
  now?: () => number;
}

/**
 * Token buckets in this process: `limit` calls at once, and `limit` more per window, evenly. Each replica counts for
 * itself.
 */
export function createRateLimiter(options: MemoryRateLimiterOptions): RateLimiter {
  const { maxKeys, now = () => performance.now() } = options;
  const buckets = createLru<string, Bucket>(maxKeys);
  return {
    take(key, limit, windowMs) {
      const time = now();
      const bucket = buckets.get(key) ?? { tokens: limit, updatedAt: time };
      const refilled = bucket.tokens + ((time - bucket.updatedAt) * limit) / windowMs;
      const tokens = Math.min(limit, refilled);
      const ok = tokens >= 1;
      // A refused call leaves the bucket as it was: sums of many small refills would never quite reach a whole token.
      buckets.set(key, ok ? { tokens: tokens - 1, updatedAt: time } : bucket);
      return { ok, retryAfterMs: ok ? 0 : Math.ceil(((1 - tokens) * windowMs) / limit) };
    },
  };
}
