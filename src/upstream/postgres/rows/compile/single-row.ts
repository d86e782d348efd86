import type { Selected } from './query.ts';
import { rowOf } from './row-scope.ts';
import { type RowSet, whereOf } from './row-set.ts';
import type { RowStatement } from './row-shape.ts';
import { shapedRow } from './shaped-rows.ts';
import type { Fragment } from './statement.ts';

/** The one row of `rows`, or none. */
export function singleRow(
  statement: RowStatement,
  rows: RowSet,
  select: readonly Selected[],
  path: readonly string[],
): Fragment {
  const shape = statement.selectRow(rowOf(rows.alias), select, path);
  // That a key names one row alone may be no more than what a view's comment says, or what holds of a table without those
  // that inherit from it. And the limit keeps it a lookup for each row that it is joined to.
  return shapedRow(shape, rows.from, `${whereOf(rows.conditions)} limit 1`);
}
