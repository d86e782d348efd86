import { createFairLine } from './fair-line.ts';

/** Runs `work` when its turn has come. */
export type FairTurns = <T>(owner: string, work: () => Promise<T>) => Promise<T>;

/** Lets `width` works run at a time; of those that wait, owners have their turns one after the other. */
export function createFairTurns(width: number): FairTurns {
  let free = width;
  const line = createFairLine<() => void>();
  return async (owner, work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => line.add(owner, resolve));
    try {
      return await work();
    } finally {
      const next = line.take();
      if (next) next();
      else free += 1;
    }
  };
}
