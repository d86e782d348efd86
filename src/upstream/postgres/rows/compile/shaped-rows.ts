import { jsonList, jsonObject, jsonRow, jsonRows } from './json-object.ts';
import { anyCut, type Cut, passCut, type RowShape } from './row-shape.ts';
import type { Fragment } from './statement.ts';
import type { WeighedList } from './weighed-list.ts';

interface ListOptions {
  /** Says whether the list itself was cut, over all of its rows. */
  readonly own?: Cut;
  readonly weighed?: WeighedList | undefined;
}

/** The list of the objects of all rows of `from`; `rest` are the clauses behind it. */
export function shapedRows(
  { pairs, joins, cuts }: RowShape,
  from: string,
  rest: string,
  { own, weighed }: ListOptions = {},
): Fragment {
  const tail = ` from ${from}${joins}${rest}`;
  const owns = own === undefined ? [] : [own];
  const names = [...owns, ...cuts].map(({ name }) => name);
  if (weighed !== undefined) {
    const items = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
    const columns = [`${weighed('o.j')} as j`, ...owns.map(passCut), ...cuts.map((cut) => anyCut(cut))];
    // An offset has each object made once, however often it is named.
    const rows = `select * from (select ${items.join(', ')}${tail}) r offset 0`;
    return { sql: `select ${columns.join(', ')} from (${rows}) o`, cuts: names };
  }
  if (cuts.length === 0) return { sql: jsonRows(pairs, tail, owns.map(passCut)), cuts: names };
  const items = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  const columns = [jsonList('o.j'), ...owns.map(passCut), ...cuts.map((cut) => anyCut(cut))];
  return { sql: `select ${columns.join(', ')} from (select ${items.join(', ')}${tail}) o`, cuts: names };
}

/** The object of the one row of `from`; `rest` are the clauses behind it. */
export function shapedRow({ pairs, joins, cuts }: RowShape, from: string, rest = ''): Fragment {
  const tail = ` from ${from}${joins}${rest}`;
  if (cuts.length === 0) return { sql: jsonRow(pairs, tail), cuts: [] };
  const columns = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  return { sql: `select ${columns.join(', ')}${tail}`, cuts: cuts.map(({ name }) => name) };
}
