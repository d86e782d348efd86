import { afterAll, beforeAll, it } from 'vitest';
import {
  compareAtOnce,
  compareDocuments,
  comparePages,
  schemasOf,
} from '../support/random-rows/compare-documents.ts';
import { compareMutations } from '../support/random-rows/compare-mutations.ts';
import { startRandomRows } from '../support/random-rows/fixture.ts';
import type { RowsGateway } from '../support/rows-gateway.ts';

let gateway: RowsGateway;
let schemas: Awaited<ReturnType<typeof schemasOf>>;
beforeAll(async () => {
  gateway = await startRandomRows();
  schemas = await schemasOf(gateway);
});
afterAll(() => gateway.close());

const seeds = Array.from({ length: 20 }, (_, index) => 1_000 + index);

it.each(seeds)(
  'random queries, pages, crowds and mutations get what plain SQL gives: seed %s',
  async (seed) => {
    await compareDocuments({ gateway, schemas, seed, count: 250 });
    await comparePages({ gateway, schemas, seed, count: 50 });
    await compareAtOnce({ gateway, schemas, seed, count: 200 });
    await compareMutations({ gateway, schemas, seed, count: 300 });
  },
);
