import { createFairLine } from './fair-line.ts';

/** So many works at a time; the rest waits. */
export interface FairTurns {
  /** Whether whoever comes now has to wait. */
  readonly isFull: boolean;
  readonly waiting: number;
  /** Runs `work` when its turn has come: of those that wait, owners have theirs one after the other. */
  run<T>(owner: string, work: () => Promise<T>): Promise<T>;
}

/** Lets `width` works run at a time. */
export function createFairTurns(width: number): FairTurns {
  let free = width;
  const line = createFairLine<() => void>();
  return {
    get isFull() {
      return free === 0;
    },
    get waiting() {
      return line.size;
    },
    async run(owner, work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => line.add(owner, resolve));
      try {
        return await work();
      } finally {
        const next = line.take();
        if (next) next();
        else free += 1;
      }
    },
  };
}
