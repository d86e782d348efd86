import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../../upstream/postgres/rows/model/model.ts';
import type { RowsEnvironment } from '../../../upstream/postgres/rows/run/rows-runner.ts';

/** What was read of the database at one moment. */
export interface RowsState extends RowsEnvironment {
  readonly model: RowsModel;
  /** By the database role. */
  readonly grants: ReadonlyMap<string, Grants>;
  /** Another one whenever the others may be. */
  readonly fingerprint: string;
}
