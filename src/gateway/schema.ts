import type { GraphQLSchema } from 'graphql';
import { createBuilder } from '../graphql/kit/builder.ts';
import { describeAccess } from '../graphql/kit/described-access.ts';
import { locateLiterals } from '../graphql/kit/located-literals.ts';
import { addViewerSchema } from '../graphql/kit/viewer-schema.ts';
import { addAuthSchema } from '../modules/auth/schema/auth.ts';
import { addFunctionsSchema } from '../modules/functions/schema/functions.ts';
import { addHealthSchema } from '../modules/health/schema/health.ts';
import { addIntrospectionSchema } from '../modules/introspection/schema/introspection.ts';
import { addMetaSchema } from '../modules/meta/schema/meta.ts';
import { addMigrationsSchema } from '../modules/migrations/schema/migrations.ts';
import { addRealtimeSchema } from '../modules/realtime/schema/realtime.ts';
import { addSqlSchema } from '../modules/sql/schema/sql.ts';
import { addStorageSchema } from '../modules/storage/schema/storage.ts';

/** The whole schema, out of the modules' parts. Throws when a root field declares no access. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  addViewerSchema(builder);
  addHealthSchema(builder);
  addFunctionsSchema(builder);
  addSqlSchema(builder);
  addIntrospectionSchema(builder);
  addMigrationsSchema(builder);
  addMetaSchema(builder);
  addRealtimeSchema(builder);
  addStorageSchema(builder);
  addAuthSchema(builder);
  return describeAccess(locateLiterals(builder.toSchema()));
}
