/**
 * Delay before attempt `attempt` (0 is the first retry), in milliseconds: full jitter under a ceiling that doubles
 * from `firstMs` to `longestMs`, so that clients of one failed server do not come back together.
 */
export function backOff(attempt: number, firstMs: number, longestMs: number, random = Math.random): number {
  return random() * Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30));
}
