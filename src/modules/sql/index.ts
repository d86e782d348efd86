import { defineModule } from '../../module/module.ts';
import { createSqlTypes } from '../../upstream/postgres/sql/sql-types.ts';
import { checkLogins } from './check-logins.ts';
import { createSqlClient } from './client/client.ts';
import { addSqlSchema } from './schema/sql.ts';
import { sqlVariables } from './variables.ts';

/** SQL that callers write. */
export const sql = defineModule({
  name: 'sql',
  variables: sqlVariables,
  schema: addSqlSchema,
  start({ config, shared, pools, schemaChanges, log }) {
    const types = createSqlTypes({ onLearned: schemaChanges.follow });
    return {
      client: createSqlClient({
        pools,
        types,
        limits: {
          maxRows: config.DATABASE_MAX_ROWS,
          maxTimeoutMs: shared.database.maxTimeoutMs,
          maxResultBytes: config.DATABASE_MAX_RESULT,
        },
      }),
      onSchemaChange: types.forget,
      async check() {
        if (pools !== undefined && shared.database.refusesPrivilegedSql) {
          await checkLogins(shared.database, pools, log);
        }
      },
    };
  },
});
