import { jsonObject, jsonRows } from './json-object.ts';
import { orderBy } from './order.ts';
import { pageClauses, pagedRows } from './page.ts';
import type { Page, Selected } from './query.ts';
import { rowOf } from './row-scope.ts';
import type { RowSet } from './row-set.ts';
import { anyCut, type Cut, isFlat, passCut, type RowStatement } from './row-shape.ts';
import { builtIn } from './sql-names.ts';
import type { Fragment, Statement } from './statement.ts';

/** One page of `rows` as a list. `path` leads to it in the answer. */
export function listOf(
  statement: RowStatement,
  rows: RowSet,
  page: Page,
  select: readonly Selected[],
  path: readonly string[],
): Fragment {
  if (page.limit === undefined) return boundedList(statement, rows, page, select, path);
  if (page.distinctOn.length === 0 && isFlat(select)) return flatList(statement, rows, page, select, path);
  const paged = pagedRows(statement, rows, page, { numbered: false });
  const { pairs, joins, cuts } = statement.selectRow(paged.row, select, path);
  const tail = ` from ${paged.from()}${joins}${paged.orderBy}`;
  if (cuts.length === 0) return { sql: jsonRows(pairs, tail), cuts: [] };
  const items = `select ${[`${jsonObject(pairs)} as j`, ...cuts.map(passCut)].join(', ')}${tail}`;
  const columns = ["coalesce(pg_catalog.json_agg(o.j), '[]') as j", ...cuts.map((cut) => anyCut(cut))];
  return { sql: `select ${columns.join(', ')} from (${items}) o`, cuts: cuts.map(({ name }) => name) };
}

/** Nothing is joined: one select does. */
function flatList(
  statement: RowStatement,
  rows: RowSet,
  page: Page,
  select: readonly Selected[],
  path: readonly string[],
): Fragment {
  const { from, order, limits } = pageClauses(statement, rows, page);
  const { pairs } = statement.selectRow(rowOf(rows.alias), select, path);
  return { sql: jsonRows(pairs, `${from}${orderBy(order.expressions)}${limits}`), cuts: [] };
}

/** Up to the statement's own limit. There is one row more than that where the list was cut. */
function boundedList(
  statement: RowStatement,
  rows: RowSet,
  page: Page,
  select: readonly Selected[],
  path: readonly string[],
): Fragment {
  const own = statement.cutColumn(path);
  const paged = pagedRows(statement, rows, page, { numbered: true });
  const { pairs, joins, cuts } = statement.selectRow(paged.row, select, path);
  const items = [`${jsonObject(pairs)} as j`, `${paged.number} as n`, ...cuts.map(passCut)];
  const tail = ` from ${paged.from()}${joins}${paged.orderBy}`;
  return cutList(statement, `select ${items.join(', ')}${tail}`, own, cuts);
}

/**
 * The list of all `j` of a select whose `n` counts them from 1, up to the statement's own limit; `own` is the column that
 * says whether there were more.
 */
export function cutList({ maxRows }: Statement, items: string, own: string, cuts: readonly Cut[]): Fragment {
  const shown = ` filter (where o.n ${builtIn('<=')} ${maxRows})`;
  const columns = [
    `coalesce(pg_catalog.json_agg(o.j)${shown}, '[]') as j`,
    `pg_catalog.count(*) ${builtIn('>')} ${maxRows} as ${own}`,
    ...cuts.map((cut) => anyCut(cut, shown)),
  ];
  return {
    sql: `select ${columns.join(', ')} from (${items}) o`,
    cuts: [own, ...cuts.map(({ name }) => name)],
  };
}
