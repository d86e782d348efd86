import type { PostgresPools } from '../../upstream/postgres.ts';
import type { SqlTypes } from './sql-types.ts';
import type { StatementParser } from './statement-parser.ts';

/** What the ways to run a statement share. */
export interface SqlEngine {
  readonly pools: PostgresPools;
  readonly parser: StatementParser;
  readonly types: SqlTypes;
  /** Bytes of one result. */
  readonly maxResultBytes: number;
}
