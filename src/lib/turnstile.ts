import { createFairTurns } from './fair-turns.ts';

/** Runs `work` when its turn has come; gives undefined, without running it, when too many wait already. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Lets `width` works run at a time and `longest` wait in line. */
export function createTurnstile(width: number, longest: number): Turnstile {
  const turns = createFairTurns(width);
  return async (work) => (turns.isFull && turns.waiting >= longest ? undefined : await turns.run('', work));
}
