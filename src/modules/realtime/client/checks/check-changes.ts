import { AppError } from '../../../../lib/app-error.ts';
import { badArgument } from '../../../../lib/bad-input.ts';
import type { Call } from '../../../../viewer/call.ts';
import { parseFilter } from './filter.ts';
import type { ChangeEvent, ChangesSpec } from './input.ts';
import type { TableChecks } from './table-checks.ts';

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
  if (spec.table === undefined) {
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
  const conditions = spec.filter === undefined ? [] : parseFilter(spec.filter);
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

/**
 * Upstream takes patterns and brings what they fit, but only rows of the very name are let through here. Whether `%`
 * may be part of a name is for the database to tell, where there is one.
 */
function checkName(argument: string, name: string, isLookedUp: boolean): void {
  if (name === '*' || (!isLookedUp && name.includes('%'))) {
    throw badArgument(argument, 'It must be a name, not a pattern.');
  }
}

function badFilter(fault: string): AppError {
  return badArgument('filter', fault);
}
