import { defineModule } from '../../module/module.ts';
import { createMigrationsClient } from './client/client.ts';
import { addMigrationsSchema } from './schema/migrations.ts';
import { migrationsVariables } from './variables.ts';

/** Changes of the database's schema, kept where the Supabase CLI keeps them. */
export const migrations = defineModule({
  name: 'migrations',
  variables: migrationsVariables,
  schema: addMigrationsSchema,
  start: ({ config, shared, pools, schemaChanges }) => ({
    client: createMigrationsClient({
      pools,
      allowOutOfOrder: config.ALLOW_OUT_OF_ORDER_MIGRATIONS,
      timeoutMs: shared.database.maxTimeoutMs,
      onSchemaChange: schemaChanges.changed,
    }),
  }),
});
