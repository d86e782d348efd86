import { jsonList, jsonObject, jsonRow, jsonRows } from './json-object.ts';
import { anyCut, passCut, type RowShape } from './row-shape.ts';
import type { Fragment } from './statement.ts';

/** The list of the objects of all rows of `from`; `rest` are the clauses behind it. */
export function shapedRows({ pairs, joins, cuts }: RowShape, from: string, rest: string): Fragment {
  const tail = ` from ${from}${joins}${rest}`;
  if (cuts.length === 0) return { sql: jsonRows(pairs, tail), cuts: [] };
  const items = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  const columns = [jsonList('o.j'), ...cuts.map((cut) => anyCut(cut))];
  return {
    sql: `select ${columns.join(', ')} from (select ${items.join(', ')}${tail}) o`,
    cuts: cuts.map(({ name }) => name),
  };
}

/** The object of the one row of `from`. */
export function shapedRow({ pairs, joins, cuts }: RowShape, from: string): Fragment {
  const tail = ` from ${from}${joins}`;
  if (cuts.length === 0) return { sql: jsonRow(pairs, tail), cuts: [] };
  const columns = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  return { sql: `select ${columns.join(', ')}${tail}`, cuts: cuts.map(({ name }) => name) };
}
