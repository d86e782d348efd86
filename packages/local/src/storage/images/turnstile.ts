/** Runs `work` when its turn has come; gives undefined, without running it, when too many wait already. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Lets `width` works run at a time and `longest` wait in line. */
export function createTurnstile(width: number, longest = Number.POSITIVE_INFINITY): Turnstile {
  let free = width;
  const line: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else if (line.length >= longest) return undefined;
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else free += 1;
    }
  };
}
