import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll } from 'vitest';
import type { RowsGateway } from '../rows-gateway.ts';
import { schemasOf } from './compare-documents.ts';
import { startRandomRows, type Viewer } from './fixture.ts';

interface RandomRows {
  readonly gateway: RowsGateway;
  readonly schemas: ReadonlyMap<Viewer, GraphQLSchema>;
}

/** The tables of random rows and what each viewer is shown of them, for all tests of a file. */
export function useRandomRows(): () => RandomRows {
  let started: RandomRows | undefined;
  beforeAll(async () => {
    const gateway = await startRandomRows();
    started = { gateway, schemas: await schemasOf(gateway) };
  });
  afterAll(() => started?.gateway.close());
  return () => {
    if (started === undefined) throw new Error('the tables are there when the tests run');
    return started;
  };
}
