import { AppError } from '../../../lib/app-error.ts';
import type { VisibleNames } from '../../../upstream/postgres/rows/run/rows-error.ts';
import type { RowsState } from './rows-state.ts';

/**
 * The model and the grants as the schema of a role has them: errors speak of nothing else. Throws UPSTREAM_UNAVAILABLE
 * until they could be read.
 */
export function visibleNames(current: RowsState | undefined, role: string): VisibleNames {
  const grants = current?.grants.get(role);
  if (current !== undefined && grants !== undefined) return { model: current.model, grants };
  throw new AppError('UPSTREAM_UNAVAILABLE', 'The tables of the database could not be read yet.', {
    details: { service: 'POSTGRES' },
  });
}
