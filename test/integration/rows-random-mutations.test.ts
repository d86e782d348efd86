import { it } from 'vitest';
import { compareMutations } from '../support/random-rows/compare-mutations.ts';
import { useRandomRows } from '../support/random-rows/use-random-rows.ts';

const rows = useRandomRows();

it.each([1, 2])('random mutations do and answer what plain SQL would: seed %s', async (seed) => {
  await compareMutations({ ...rows(), seed, count: 150 });
});
