import type { GraphQLSchema } from 'graphql';
import { createBuilder } from './builder.ts';

/** The whole schema, out of the modules' parts. Throws when a root field declares no access. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  return builder.toSchema();
}
