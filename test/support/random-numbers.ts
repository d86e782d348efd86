export interface RandomNumbers {
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
  oneOf<T>(items: readonly T[]): T;
}

/** Numbers that look random, the same in each run. */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed;
  const below = (count: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * count);
  };
  return {
    below,
    oneOf(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('there is nothing to choose from');
      return item;
    },
  };
}
