/** Numbers that look random, the same in each run with the same seed. */
export interface RandomNumbers {
  /** From 0 to `count - 1`. */
  below(count: number): number;
  oneOf<T>(items: readonly [T, ...T[]] | readonly T[]): T;
  /** Up to `most` of the items, in their order. */
  some<T>(items: readonly T[], most: number): T[];
  /** True once in `times`. */
  once(times: number): boolean;
}

export function randomNumbers(seed: number): RandomNumbers {
  let state = (seed * 7_919) % 2_147_483_648;
  const below = (count: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * count);
  };
  return {
    below,
    once: (times) => below(times) === 0,
    oneOf: (items) => {
      const chosen = items[below(items.length)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    },
    some: (items, most) => {
      const indexes = new Set(Array.from({ length: most }, () => below(items.length)));
      return items.filter((_, index) => indexes.has(index));
    },
  };
}
