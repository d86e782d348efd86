import { AppError } from '../../../../lib/app-error.ts';
import { badArgument } from '../../../../lib/bad-input.ts';
import { isRecord } from '../../../../lib/is-record.ts';
import type { Call } from '../../../../viewer/call.ts';
import type { ChangeEvent, ChangesSpec } from '../feeds/types.ts';
import { badFilter, parseFilter } from './filter.ts';
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

/** Longest name of Postgres, in bytes. */
const longestName = 63;
/** Leaves room for `realtime:` in the one length byte of a binary frame. */
const longestRoom = 200;

/**
 * Throws BAD_USER_INPUT for a request that upstream would take and never serve, naming the part at fault, and FORBIDDEN
 * for events that are withheld.
 */
export async function checkChanges(
  spec: ChangesSpec,
  call: Call,
  withheld: ReadonlySet<ChangeEvent>,
  checks: TableChecks | undefined,
): Promise<void> {
  checkName('schema', spec.schema, checks !== undefined);
  if (spec.table !== undefined) checkName('table', spec.table, checks !== undefined);
  if (spec.event !== undefined && withheld.has(spec.event)) {
    throw new AppError('FORBIDDEN', 'DELETE events are for service_role here.', {
      details: { reason: 'deletes_withheld' },
    });
  }
  const conditions = spec.filter === undefined ? [] : parseFilter(spec.filter);
  if (spec.table === undefined) {
    if (conditions.length > 0) throw badFilter('A filter needs a table.');
    if (checks !== undefined && (await checks.seesSchema(spec.schema, call)) === false) {
      throw badArgument('schema', `There is no published table in "${spec.schema}" that you may read.`);
    }
    return;
  }
  if (checks === undefined) return;
  const table = await checks.describe(spec.schema, spec.table, call);
  if (table === 'unknown') return;
  if (table === undefined)
    throw badArgument('table', `There is no table "${spec.schema}"."${spec.table}" that you may read.`);
  const typed = conditions.map((condition) => {
    const type = table.columns.get(condition.column);
    if (type === undefined) throw badFilter(`There is no column "${condition.column}" that you may read.`);
    return { ...condition, type };
  });
  if (!table.published) {
    throw badArgument(
      'table',
      `Table "${spec.schema}"."${spec.table}" is not in the publication supabase_realtime.`,
    );
  }
  const problem = typed.length === 0 ? undefined : await checks.filterProblem(typed, call);
  if (problem !== undefined) throw badFilter(problem);
}

/** Throws BAD_USER_INPUT for a room or event name that Realtime cannot carry. */
export function checkRoom(spec: { readonly channel: string; readonly event?: string | undefined }): void {
  checkText('channel', spec.channel, longestRoom);
  if (spec.event !== undefined) checkText('event', spec.event, 255);
}

/** Throws BAD_USER_INPUT for what Realtime takes only as an object. */
export function checkObject(argument: string, value: unknown): asserts value is Record<string, unknown> {
  if (!isRecord(value)) throw badArgument(argument, 'It must be an object.');
}

/** Upstream takes patterns and brings what they fit, but only rows of the very name are let through here. */
function checkName(argument: string, name: string, isLookedUp: boolean): void {
  checkText(argument, name, longestName);
  if (name === '*' || (!isLookedUp && name.includes('%'))) {
    throw badArgument(argument, 'It must be a name, not a pattern.');
  }
}

function checkText(argument: string, text: string, longest: number): void {
  if (text === '') throw badArgument(argument, 'It is empty.');
  if (Buffer.byteLength(text) > longest) throw badArgument(argument, `It is longer than ${longest} bytes.`);
  if (text.includes('\0')) throw badArgument(argument, 'It holds a NUL character.');
}
