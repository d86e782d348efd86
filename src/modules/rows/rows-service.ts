import { notConfigured } from '../../lib/not-configured.ts';
import type { RowsClient } from './client/client.ts';
import type { LiveRows } from './client/live/live-rows.ts';
import type { OperationsOfRoles } from './schema/operations-of-roles.ts';

/** What resolvers find under `rows`. */
export type RowsService = RowsClient & Pick<LiveRows, 'follow'> & OperationsOfRoles;

function refuseNow(): never {
  throw notConfigured('POSTGRES', 'This gateway shows no tables: DATABASE_URL_ROWS is not set.');
}

async function refuse(): Promise<never> {
  refuseNow();
}

/** Where the deployment shows no tables. */
export const withoutRows: RowsService = {
  read: refuse,
  write: refuse,
  follow: refuseNow,
  schemaText: refuse,
  runAs: refuse,
  rlsExplain: refuse,
};
