/** Calls per window. The pass-through spends the same bucket, once for each message. */
export const broadcastRateLimit = { limit: 600, window: '1m' } as const;
