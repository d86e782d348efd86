import { jsonObject, jsonRow } from './json-object.ts';
import type { Selected } from './query.ts';
import { rowOf } from './row-scope.ts';
import { type RowSet, whereOf } from './row-set.ts';
import { passCut, type RowStatement } from './row-shape.ts';
import type { Fragment } from './statement.ts';

/** The one row of `rows`, or none. Where nothing but somebody's word says that there is only one, it is not `certain`. */
export function singleRow(
  statement: RowStatement,
  rows: RowSet,
  select: readonly Selected[],
  path: readonly string[],
  { certain }: { readonly certain: boolean },
): Fragment {
  const { pairs, joins, cuts } = statement.selectRow(rowOf(rows.alias), select, path);
  const tail = ` from ${rows.from}${joins}${whereOf(rows.conditions)}`;
  if (cuts.length === 0) return { sql: jsonRow(pairs, certain ? tail : `${tail} limit 1`), cuts: [] };
  // With the limit it stays a lookup for each row that it is joined to.
  const columns = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  return { sql: `select ${columns.join(', ')}${tail} limit 1`, cuts: cuts.map(({ name }) => name) };
}
