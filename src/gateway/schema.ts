import type { GraphQLSchema } from 'graphql';
import type { SchemaChoice } from '../graphql/engine/served-schema.ts';
import { createBuilder } from '../graphql/kit/create-builder.ts';
import { describeAccess } from '../graphql/kit/described-access.ts';
import { locateLiterals } from '../graphql/kit/located-literals.ts';
import { addViewerSchema } from '../graphql/kit/viewer-schema.ts';
import type { AnyModule, Started } from '../module/module.ts';
import { modules, namedServices } from './modules.ts';

/** Everybody's schema, out of the modules' parts. Throws when a root field declares no access. */
export function createSchema(parts: readonly AnyModule[] = modules): GraphQLSchema {
  const builder = createBuilder();
  addViewerSchema(builder);
  for (const module of parts) module.schema?.(builder, namedServices);
  const built = parts.reduce(
    (schema, module) => module.transformSchema?.(schema) ?? schema,
    builder.toSchema(),
  );
  return describeAccess(locateLiterals(built));
}

/** Everybody's schema for everybody, unless a module makes a viewer's own of it. */
export function schemaChoice(everybodys: GraphQLSchema, started: readonly Started[]): SchemaChoice {
  const making = started.flatMap((one) => one.schemaFor?.bind(one) ?? []);
  if (making.length === 0) return { forEverybody: () => everybodys };
  return {
    forViewer: (viewer) => making.reduce((schema, make) => make(viewer, schema), everybodys),
    reconsider(query) {
      const reconsidered = started.flatMap((one) => one.reconsiderSchema?.(query) ?? []);
      return reconsidered.length === 0 ? undefined : Promise.all(reconsidered).then(() => undefined);
    },
  };
}
