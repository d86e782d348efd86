import type { PostgresPools } from '../../../upstream/postgres/pools.ts';
import type { StatementParser } from '../../../upstream/postgres/sql/statement-parser.ts';

/** What running and rolling back share. */
export interface MigrationEngine {
  readonly pools: PostgresPools;
  readonly parser: StatementParser;
  /** Whether a version below the newest applied one may be applied. */
  readonly allowOutOfOrder: boolean;
  /** Milliseconds to wait for another migration to end. */
  readonly lockWaitMs: number;
  /** Milliseconds for a whole migration. */
  readonly timeoutMs: number;
  /** Called after a change was committed. */
  readonly onSchemaChange: () => void;
}
