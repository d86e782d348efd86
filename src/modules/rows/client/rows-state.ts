import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../../upstream/postgres/rows/model/model.ts';

/** What was read of the database at one moment. */
export interface RowsState {
  readonly model: RowsModel;
  /** By the database role. */
  readonly grants: ReadonlyMap<string, Grants>;
  /** Changes whenever one of the others may. */
  readonly fingerprint: string;
}
