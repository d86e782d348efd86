import type { GraphQLSchema } from 'graphql';
import { addAuthSchema } from '../modules/auth/schema.ts';
import { addDatabaseSchema } from '../modules/database/schema.ts';
import { addFunctionsSchema } from '../modules/functions/schema.ts';
import { addHealthSchema } from '../modules/health/schema.ts';
import { addMetaSchema } from '../modules/meta/schema.ts';
import { addRealtimeSchema } from '../modules/realtime/schema.ts';
import { addStorageSchema } from '../modules/storage/schema.ts';
import { createBuilder } from './builder.ts';
import { describeAccess } from './described-access.ts';
import { locateLiterals } from './located-literals.ts';
import { addViewerSchema } from './viewer-schema.ts';

/** The whole schema, out of the modules' parts. Throws when a root field declares no access. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  addViewerSchema(builder);
  addHealthSchema(builder);
  addFunctionsSchema(builder);
  addDatabaseSchema(builder);
  addMetaSchema(builder);
  addRealtimeSchema(builder);
  addStorageSchema(builder);
  addAuthSchema(builder);
  return describeAccess(locateLiterals(builder.toSchema()));
}
