import type { Call } from '../../../../viewer/call.ts';
import type { FindFilterProblem } from './filter-check.ts';

/** What a caller's own privileges show of a table. */
export interface VisibleTable {
  /** Columns the caller's role may select, with their types as SQL writes them. */
  readonly columns: ReadonlyMap<string, string>;
  /** Whether the table is in the publication `supabase_realtime`. */
  readonly published: boolean;
}

/**
 * Looks a table up with the caller's own role; undefined for hidden and missing ones alike, `unknown` when the database
 * cannot tell now, in which case upstream decides.
 */
export type DescribeTable = (
  schema: string,
  table: string,
  call: Call,
) => Promise<VisibleTable | 'unknown' | undefined>;

/** Whether a schema has a published table that the caller's role may read; `unknown` as above. */
export type SeeSchema = (schema: string, call: Call) => Promise<boolean | 'unknown'>;

/** How the database is asked about a request. */
export interface TableChecks {
  readonly seesSchema: SeeSchema;
  readonly describe: DescribeTable;
  readonly filterProblem: FindFilterProblem;
}
