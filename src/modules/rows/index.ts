import { defineModule, type Started } from '../../module/module.ts';
import { type RowsService, withoutRows } from './rows-service.ts';
import { addRoleFields } from './schema/role-fields.ts';
import { startRows } from './start-rows.ts';
import { rowsVariables } from './variables.ts';

/** Tables and functions of the database, typed, under row level security. */
export const rows = defineModule({
  name: 'rows',
  variables: rowsVariables,
  schema: addRoleFields,
  needs: ['tableChanges'],
  start(host) {
    const { rowsUrl } = host.shared.database;
    if (rowsUrl === undefined || host.pools === undefined) {
      return off('DATABASE_URL_ROWS is not set: it wants a login that may become the roles of callers.');
    }
    if (host.config.ROWS_SCHEMAS?.length === 0) return off('ROWS_SCHEMAS names no schema.');
    return startRows(host, rowsUrl, host.pools);
  },
});

function off(why: string): Started<RowsService> {
  return { client: withoutRows, diagnose: async () => [`There is no \`db\`. ${why}`] };
}
