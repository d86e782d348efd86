/**
 * Delay before attempt `attempt` (0 is the first retry), in milliseconds, under a ceiling that doubles from `firstMs`
 * to `longestMs`. Random, so that clients of one failed server do not come back together; but at least the share
 * `least` of the ceiling.
 */
export function backOff(attempt: number, firstMs: number, longestMs: number, least = 0): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30));
  return ceiling * (least + Math.random() * (1 - least));
}
