import { jsonList, jsonObject } from './json-object.ts';
import { orderBy } from './order.ts';
import { pageClauses, pagedRows, withNumbers } from './page.ts';
import type { Page, Selected } from './query.ts';
import { rowOf } from './row-scope.ts';
import type { RowSet } from './row-set.ts';
import {
  anyCut,
  type Cut,
  isFlat,
  mayBeCut,
  passCut,
  type RowShape,
  type RowStatement,
} from './row-shape.ts';
import { shapedRows } from './shaped-rows.ts';
import { builtIn } from './sql-names.ts';
import type { Fragment, Statement } from './statement.ts';
import { type WeighedList, weighing } from './weighed-list.ts';

/** One page of `rows` as a list. `path` leads to it in the answer. */
export function listOf(
  statement: RowStatement,
  rows: RowSet,
  page: Page,
  select: readonly Selected[],
  path: readonly string[],
): Fragment {
  const weighed = weighing(statement, page.limit ?? statement.maxRows, select);
  if (page.limit !== undefined) {
    const { shape, from, rest } = pageRows(statement, rows, page, select, path);
    return shapedRows(shape, from, rest, { weighed });
  }
  const own = statement.cutColumn(path);
  if (rows.isCall) return numberedList(statement, rows, page, select, path, own);
  const { shape, from, rest, more } = pageRows(statement, rows, page, select, path);
  // Only a list that is full asks whether there is more.
  const sql = `case when pg_catalog.count(*) ${builtIn('=')} ${statement.maxRows} then ${more} end`;
  return shapedRows(shape, from, rest, { own: { name: own, sql }, weighed });
}

/** The rows of a page and what they become: by one select, or by one over the page where that is dearer before it is cut. */
function pageRows(
  statement: RowStatement,
  rows: RowSet,
  page: Page,
  select: readonly Selected[],
  path: readonly string[],
): { readonly shape: RowShape; readonly from: string; readonly rest: string; readonly more: string } {
  const { maxRows } = statement;
  const skipsParts = page.offset !== undefined && !isFlat(select);
  if (page.distinctOn.length > 0 || skipsParts || mayBeCut(select)) {
    const paged = pagedRows(statement, rows, page, maxRows);
    const shape = statement.selectRow(paged.row, select, path);
    return { shape, from: paged.from(), rest: paged.orderBy, more: paged.more };
  }
  const { from, order, limits, more } = pageClauses(statement, rows, page, maxRows);
  const shape = statement.selectRow(rowOf(rows.alias), select, path);
  return { shape, from, rest: `${orderBy(order.expressions)}${limits}`, more };
}

/**
 * Of a function, which must not be called again to see whether there is more: it is asked for one row more. Rows are
 * numbered before anything is joined to them, which Postgres would otherwise make for all of them first.
 */
function numberedList(
  statement: RowStatement,
  rows: RowSet,
  page: Page,
  select: readonly Selected[],
  path: readonly string[],
  own: string,
): Fragment {
  const paged = pagedRows(statement, rows, page, statement.maxRows + 1, withNumbers);
  const { pairs, joins, cuts } = statement.selectRow(paged.row, select, path);
  const items = [`${jsonObject(pairs)} as j`, `${paged.alias}.n`, ...cuts.map(passCut)];
  const tail = ` from ${paged.from()}${joins}${paged.orderBy}`;
  const weighed = weighing(statement, statement.maxRows, select);
  return cutList(statement, `select ${items.join(', ')}${tail}`, own, { cuts, weighed });
}

/**
 * The list of all `j` of a select, up to the statement's own limit by its `n`; `own` is the column that says whether there
 * were more.
 */
export function cutList(
  { maxRows }: Statement,
  items: string,
  own: string,
  { cuts = [], weighed }: { readonly cuts?: readonly Cut[]; readonly weighed?: WeighedList | undefined } = {},
): Fragment {
  const shown = ` filter (where o.n ${builtIn('<=')} ${maxRows})`;
  const columns = [
    weighed === undefined ? jsonList('o.j', shown) : `${weighed('o.j', shown)} as j`,
    `pg_catalog.count(*) ${builtIn('>')} ${maxRows} as ${own}`,
    ...cuts.map((cut) => anyCut(cut, shown)),
  ];
  return {
    sql: `select ${columns.join(', ')} from (${items}) o`,
    cuts: [own, ...cuts.map(({ name }) => name)],
  };
}
