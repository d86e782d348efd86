import { afterAll, beforeAll, it } from 'vitest';
import { schemasOf } from '../support/random-rows/compare-documents.ts';
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

it.each([1, 2])('random mutations do and answer what plain SQL would: seed %s', async (seed) => {
  await compareMutations({ gateway, schemas, seed, count: 150 });
});
