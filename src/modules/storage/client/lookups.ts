/** The lists and files of one operation that Storage has been asked for. */
export interface Lookups {
  follow<T>(lookup: Promise<T>): Promise<T>;
  /** Calls `work` once none is under way, and what hangs on the last of them has been asked for. */
  whenSettled(work: () => void): void;
}

/** Answers come one by one: without this the URLs of each would be signed by themselves. One per operation. */
export function createLookups(): Lookups {
  let underWay = 0;
  let waiting: (() => void)[] = [];

  function settled(): void {
    underWay -= 1;
    if (underWay > 0) return;
    for (const work of waiting) setImmediate(work);
    waiting = [];
  }

  return {
    follow(lookup) {
      underWay += 1;
      return lookup.finally(settled);
    },
    whenSettled(work) {
      if (underWay === 0) setImmediate(work);
      else waiting.push(work);
    },
  };
}
