import { defineModule } from '../../module/module.ts';
import { withoutRows } from './rows-service.ts';
import { addRoleFields } from './schema/role-fields.ts';
import { startRows } from './start-rows.ts';
import { rowsVariables } from './variables.ts';

/** Tables and functions of the database, typed, under row level security. */
export const rows = defineModule({
  name: 'rows',
  variables: rowsVariables,
  schema: addRoleFields,
  start(host) {
    const { rowsUrl } = host.shared.database;
    const isOff = rowsUrl === undefined || host.config.ROWS_SCHEMAS?.length === 0;
    if (isOff || host.pools === undefined) return { client: withoutRows };
    return startRows(host, rowsUrl, host.pools);
  },
});
