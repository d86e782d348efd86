import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds for which others wait. */
const turnMs = 10;

/** Calls `each` for all items, also for those that a set gets on the way, and lets others have their turn meanwhile. */
export async function inTurns<T>(items: Iterable<T>, each: (item: T) => void): Promise<void> {
  let began = performance.now();
  for (const item of items) {
    each(item);
    if (performance.now() - began < turnMs) continue;
    await nextTurn();
    began = performance.now();
  }
}
