import { expect, it } from 'vitest';
import { compareAtOnce, compareDocuments, comparePages } from '../support/random-rows/compare-documents.ts';
import { useRandomRows } from '../support/random-rows/use-random-rows.ts';

// Any number is a seed: `npm run check:long -- soak` takes more of them.

const rows = useRandomRows();

it.each([1, 2, 3, 4])('random queries get what plain SQL gives: seed %s', async (seed) => {
  await compareDocuments({ ...rows(), seed, count: 75 });
});

it.each([1, 2])('random pages are between their cursors what plain SQL gives: seed %s', async (seed) => {
  await comparePages({ ...rows(), seed, count: 25 });
});

it('random queries of many viewers at once get it too, next to what fails, takes too long or is left', async () => {
  await compareAtOnce({ ...rows(), seed: 1, count: 100 });
});

it('viewers differ in what they are shown', () => {
  const tables = [...rows().schemas.values()].map((schema) => schema.getType('ProfilesRow') !== undefined);
  expect(new Set(tables).size).toBe(2);
});
