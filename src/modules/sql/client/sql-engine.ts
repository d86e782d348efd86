import type { PostgresPools } from '../../../upstream/postgres/pools.ts';
import type { SqlTypes } from '../../../upstream/postgres/sql/sql-types.ts';
import type { StatementParser } from '../../../upstream/postgres/sql/statement-parser.ts';

/** What the ways to run a statement share. */
export interface SqlEngine {
  readonly pools: PostgresPools;
  readonly parser: StatementParser;
  readonly types: SqlTypes;
  /** Bytes of one result. */
  readonly maxResultBytes: number;
}
