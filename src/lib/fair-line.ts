/**
 * A line in which everybody has one of his own, and the first of each is taken in turns: who brings much waits for
 * himself.
 */
export interface FairLine<T> {
  readonly size: number;
  waitingOf(owner: string): number;
  /** Puts an item, which must be in no line yet, behind its owner's others. */
  add(owner: string, item: T): void;
  /** Takes it out before its turn; false when it was not there. */
  remove(owner: string, item: T): boolean;
  /** The next one whose turn it is. */
  take(): T | undefined;
}

export function createFairLine<T>(): FairLine<T> {
  // In the order of the turns: whoever had his goes to the end. Owners for whom nothing waits are not in it.
  const lines = new Map<string, Set<T>>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    waitingOf: (owner) => lines.get(owner)?.size ?? 0,
    add(owner, item) {
      const line = lines.get(owner);
      if (line === undefined) lines.set(owner, new Set([item]));
      else line.add(item);
      size += 1;
    },
    remove(owner, item) {
      const line = lines.get(owner);
      if (line === undefined || !line.delete(item)) return false;
      if (line.size === 0) lines.delete(owner);
      size -= 1;
      return true;
    },
    take() {
      for (const [owner, line] of lines) {
        lines.delete(owner);
        for (const item of line) {
          line.delete(item);
          if (line.size > 0) lines.set(owner, line);
          size -= 1;
          return item;
        }
      }
      return undefined;
    },
  };
}
