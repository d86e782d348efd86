import type { GraphQLSchema } from 'graphql';
import { createBuilder } from '../graphql/kit/builder.ts';
import { describeAccess } from '../graphql/kit/described-access.ts';
import { locateLiterals } from '../graphql/kit/located-literals.ts';
import { addViewerSchema } from '../graphql/kit/viewer-schema.ts';
import { modules, namedServices } from './modules.ts';

/** What becomes of the schema that the modules have built, one after the other. */
const transforms: readonly ((schema: GraphQLSchema) => GraphQLSchema)[] = [locateLiterals, describeAccess];

/** The whole schema, out of the modules' parts. Throws when a root field declares no access. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  addViewerSchema(builder);
  for (const module of modules) module.schema?.(builder, namedServices);
  return transforms.reduce((schema, transform) => transform(schema), builder.toSchema());
}
