import { jsonList, jsonObject, jsonRows } from './json-object.ts';
import { orderBy } from './order.ts';
import { pageClauses, pagedRows, withNumbers } from './page.ts';
import type { Page, Selected } from './query.ts';
import { rowOf } from './row-scope.ts';
import type { RowSet } from './row-set.ts';
import { anyCut, type Cut, isFlat, mayBeCut, passCut, type RowStatement } from './row-shape.ts';
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
  const own = page.limit === undefined ? statement.cutColumn(path) : undefined;
  if (rows.isCall && own !== undefined) return numberedList(statement, rows, page, select, path, own);
  const { maxRows } = statement;
  const saysMore = (more: string): string[] =>
    own === undefined
      ? []
      : [`case when pg_catalog.count(*) ${builtIn('=')} ${maxRows} then ${more} end as ${own}`];
  const ownCuts = own === undefined ? [] : [own];

  const skipsParts = page.offset !== undefined && !isFlat(select);
  if (page.distinctOn.length === 0 && !skipsParts && !mayBeCut(select)) {
    const { from, order, limits, more } = pageClauses(statement, rows, page, maxRows);
    const { pairs } = statement.selectRow(rowOf(rows.alias), select, path);
    const tail = `${from}${orderBy(order.expressions)}${limits}`;
    return { sql: jsonRows(pairs, tail, saysMore(more)), cuts: ownCuts };
  }

  const paged = pagedRows(statement, rows, page, maxRows);
  const { pairs, joins, cuts } = statement.selectRow(paged.row, select, path);
  const tail = `${paged.from()}${joins}${paged.orderBy}`;
  if (cuts.length === 0) return { sql: jsonRows(pairs, tail, saysMore(paged.more)), cuts: ownCuts };
  const items = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  const columns = [jsonList('o.j'), ...saysMore(paged.more), ...cuts.map((cut) => anyCut(cut))];
  return {
    sql: `select ${columns.join(', ')} from (select ${items.join(', ')}${tail}) o`,
    cuts: [...ownCuts, ...cuts.map(({ name }) => name)],
  };
}

/** Of a function, which must not be called again to see whether there is more: it is asked for one row more. */
function numberedList(
  statement: RowStatement,
  rows: RowSet,
  page: Page,
  select: readonly Selected[],
  path: readonly string[],
  own: string,
): Fragment {
  const paged = pagedRows(statement, rows, page, statement.maxRows + 1);
  const { pairs, joins, cuts } = statement.selectRow(paged.row, select, path);
  const items = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  const tail = `${paged.from()}${joins}${paged.orderBy}`;
  return cutList(statement, `select ${items.join(', ')}${tail}`, own, cuts);
}

/**
 * The list of all `j` of a select, up to the statement's own limit; `own` is the column that says whether there were more.
 */
export function cutList(
  { maxRows }: Statement,
  items: string,
  own: string,
  cuts: readonly Cut[] = [],
): Fragment {
  const shown = ` filter (where o.n ${builtIn('<=')} ${maxRows})`;
  const columns = [
    jsonList('o.j', shown),
    `pg_catalog.count(*) ${builtIn('>')} ${maxRows} as ${own}`,
    ...cuts.map((cut) => anyCut(cut, shown)),
  ];
  return {
    sql: `select ${columns.join(', ')} from (${withNumbers(items)}) o`,
    cuts: [own, ...cuts.map(({ name }) => name)],
  };
}
