import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  compareAtOnce,
  compareDocuments,
  comparePages,
  schemasOf,
} from '../support/random-rows/compare-documents.ts';
import { startRandomRows } from '../support/random-rows/fixture.ts';
import type { RowsGateway } from '../support/rows-gateway.ts';

// Any number is a seed: `npm run check:long -- soak` takes more of them.

let gateway: RowsGateway;
let schemas: Awaited<ReturnType<typeof schemasOf>>;
beforeAll(async () => {
  gateway = await startRandomRows();
  schemas = await schemasOf(gateway);
});
afterAll(() => gateway.close());

it.each([1, 2, 3, 4])('random queries get what plain SQL gives: seed %s', async (seed) => {
  await compareDocuments({ gateway, schemas, seed, count: 75 });
});

it.each([1, 2])('random pages are between their cursors what plain SQL gives: seed %s', async (seed) => {
  await comparePages({ gateway, schemas, seed, count: 25 });
});

it('random queries of many viewers at once get it too, next to what fails, takes too long or is left', async () => {
  await compareAtOnce({ gateway, schemas, seed: 1, count: 100 });
});

it('viewers differ in what they are shown', () => {
  const tables = [...schemas.values()].map((schema) => schema.getType('ProfilesRow') !== undefined);
  expect(new Set(tables).size).toBe(2);
});
