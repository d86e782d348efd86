/** A token bucket by key. Memory or Redis behind it. */
export interface RateLimiter {
  take(key: string, limit: number, windowMs: number): RateLimitVerdict | Promise<RateLimitVerdict>;
  /** Undoes one `take`, sooner or later. */
  giveBack(key: string, limit: number, windowMs: number): void;
}

export interface RateLimitVerdict {
  readonly ok: boolean;
  readonly retryAfterMs: number;
}
