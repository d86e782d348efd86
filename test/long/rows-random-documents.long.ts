import { it } from 'vitest';
import { compareAtOnce, compareDocuments, comparePages } from '../support/random-rows/compare-documents.ts';
import { compareMutations } from '../support/random-rows/compare-mutations.ts';
import { useRandomRows } from '../support/random-rows/use-random-rows.ts';

const rows = useRandomRows();

const seeds = Array.from({ length: 20 }, (_, index) => 1_000 + index);

it.each(seeds)(
  'random queries, pages, crowds and mutations get what plain SQL gives: seed %s',
  async (seed) => {
    await compareDocuments({ ...rows(), seed, count: 250 });
    await comparePages({ ...rows(), seed, count: 50 });
    await compareAtOnce({ ...rows(), seed, count: 200 });
    await compareMutations({ ...rows(), seed, count: 300 });
  },
);
