import { type Window, windowOf } from './connection-window.ts';
import { cursorExpression } from './cursor.ts';
import { jsonObject } from './json-object.ts';
import { type OrderExpression, orderBy } from './order.ts';
import { typename } from './output.ts';
import { rowCount, withNumbers } from './page.ts';
import type {
  ConnectionQuery,
  ConnectionSelected,
  EdgeSelected,
  PageInfoSelected,
  Selected,
} from './query.ts';
import { passedRow, rowOf } from './row-scope.ts';
import type { RowSet } from './row-set.ts';
import { anyCut, type Cut, passCut, type RowStatement } from './row-shape.ts';
import { builtIn } from './sql-names.ts';
import type { Fragment } from './statement.ts';
import { nodesOf, weighing } from './weighed-list.ts';

type Connection = Omit<ConnectionQuery, 'kind' | 'from'>;

/**
 * A page of `rows` with its cursors. Throws BAD_USER_INPUT for a cursor of another order, and for a size beyond what a
 * list may have.
 */
export function connectionOf(
  statement: RowStatement,
  rows: RowSet,
  connection: Connection,
  path: readonly string[],
): Fragment {
  const { select } = connection;
  const asksForPage = select.some(({ kind }) => kind === 'edges' || kind === 'nodes' || kind === 'pageInfo');
  const window = windowOf(statement, rows, asksForPage ? connection : withoutPage(connection));
  const page = createPage(statement, rows, window, path);
  const object = jsonObject(select.map((selected) => [selected.key, partOf(selected, window, page)]));
  if (!asksForPage) return { sql: `select ${object} as j`, cuts: [] };
  const cuts = page.cuts.map(({ name }) => name);
  const columns = [`${object} as j`, ...cuts.map((name) => `p.${name}`)];
  return { sql: `select ${columns.join(', ')} from (${page.select()}) p`, cuts };
}

/** A parameter that the statement does not name is an error. */
function withoutPage({ select, where, slice }: Connection): Omit<Connection, 'select'> {
  const counts = select.some(({ kind }) => kind === 'totalCount');
  return {
    where: counts ? where : undefined,
    orderBy: [],
    slice: { ...slice, after: undefined, before: undefined },
  };
}

/** The value of one field, over a row `p` that sums up the page. */
function partOf(selected: ConnectionSelected, window: Window, page: Page): string {
  switch (selected.kind) {
    case 'typename':
      return typename(selected.name);
    case 'totalCount':
      return `(select pg_catalog.count(*)${window.all})`;
    case 'edges':
      return page.list(edgeObject(selected, page), nodesOf(selected));
    case 'nodes':
      return page.list(page.node(selected.select, [selected.key]), selected.select);
    case 'pageInfo':
      return jsonObject(selected.select.map((part) => [part.key, pageInfoPart(part, window, page)]));
  }
}

function pageInfoPart(part: PageInfoSelected, window: Window, page: Page): string {
  switch (part.kind) {
    case 'typename':
      return typename(part.name);
    case 'hasNextPage':
      return hasMore(!window.backwards, window.anyBehind, page);
    case 'hasPreviousPage':
      return hasMore(window.backwards, window.anyBefore, page);
    case 'startCursor':
      return `${page.cursors()}[1]`;
    case 'endCursor':
      return `${page.cursors()}[pg_catalog.cardinality(${page.cursors()})]`;
  }
}

/** In the direction of the page there is a row more than it has where it goes on. */
function hasMore(isDirection: boolean, anyOutside: string, page: Page): string {
  return isDirection ? `(${page.more()} or ${anyOutside})` : anyOutside;
}

function edgeObject({ key, select }: { key: string; select: readonly EdgeSelected[] }, page: Page): string {
  return jsonObject(select.map((part) => [part.key, edgePart(part, [key, part.key], page)]));
}

function edgePart(part: EdgeSelected, below: readonly string[], page: Page): string {
  switch (part.kind) {
    case 'typename':
      return typename(part.name);
    case 'cursor':
      return page.cursor();
    case 'node':
      return page.node(part.select, below);
  }
}

/** The rows of the page, and what of them is asked for. */
interface Page {
  /** An object for each row; `below` leads to it from the connection. */
  node(select: readonly Selected[], below: readonly string[]): string;
  /** The cursor of each row. */
  cursor(): string;
  /** What `item` gives for each row, which selects `select`, as a list over `p`. */
  list(item: string, select: readonly Selected[]): string;
  /** All cursors, as an array over `p`. */
  cursors(): string;
  /** Whether there is a row more than the page has, over `p`. */
  more(): string;
  readonly cuts: readonly Cut[];
  /** The select of `p`, when all was asked for. */
  select(): string;
}

function createPage(
  statement: RowStatement,
  rows: RowSet,
  { mark, order, backwards, size, between }: Window,
  path: readonly string[],
): Page {
  const alias = statement.alias();
  const row = passedRow(alias);
  const keys = order.expressions.map((_, index) => `k${index + 1}`);
  const cuts: Cut[] = [];
  const items = new Map<string, string>();
  const sums = new Map<string, string>();
  let joins = '';

  const item = (sql: string): string => `o.${named(items, sql, 'i')}`;
  const sum = (sql: string): string => `p.${named(sums, sql, 's')}`;
  const shown = (): string => ` filter (where o.n ${builtIn('<=')} ${rowCount(size)})`;
  const cursor = (): string =>
    cursorExpression(
      mark,
      order.expressions,
      keys.map((key) => `${alias}.${key}`),
    );
  const rowsOfPage = (): string => {
    const columns = [
      ...row.columns(rowOf(rows.alias)),
      ...order.expressions.map(({ sql }, index) => `${sql} as ${keys[index]}`),
    ];
    const sorted = orderBy(backwards ? order.expressions.map(reversed) : order.expressions);
    return withNumbers(`select ${columns.join(', ')}${between}${sorted} limit ${rowCount(size + 1)}`);
  };
  return {
    cuts,
    cursor,
    node: (select, below) => {
      const shape = statement.selectRow(row, select, [...path, ...below]);
      joins += shape.joins;
      cuts.push(...shape.cuts);
      return jsonObject(shape.pairs);
    },
    list: (sql, select) => {
      const weighed = weighing(statement, size, select);
      const column = item(sql);
      return sum(weighed?.(column, shown()) ?? `coalesce(pg_catalog.json_agg(${column})${shown()}, '[]')`);
    },
    cursors: () => sum(`pg_catalog.array_agg(${item(cursor())})${shown()}`),
    more: () => sum(`pg_catalog.count(*) ${builtIn('>')} ${rowCount(size)}`),
    select: () => {
      const each = [...columnsOf(items), `${alias}.n as n`, ...cuts.map(passCut)];
      const columns = [...columnsOf(sums), ...cuts.map((cut) => anyCut(cut, shown()))];
      const direction = backwards ? ' desc' : '';
      // Sorted before, too: what is joined to a row is then made in its turn, and not for all rows first.
      const sorted = `(select * from (${rowsOfPage()}) q order by q.n${direction}) ${alias}`;
      const rowsWithParts = `select ${each.join(', ')} from ${sorted}${joins} order by ${alias}.n${direction}`;
      return `select ${columns.length === 0 ? 'pg_catalog.count(*)' : columns.join(', ')} from (${rowsWithParts}) o`;
    },
  };
}

/** The name that an expression has as a column; the same one has one name. */
function named(columns: Map<string, string>, sql: string, prefix: string): string {
  const name = columns.get(sql) ?? `${prefix}${columns.size + 1}`;
  columns.set(sql, name);
  return name;
}

function columnsOf(columns: ReadonlyMap<string, string>): string[] {
  return Array.from(columns, ([sql, name]) => `${sql} as ${name}`);
}

function reversed(term: OrderExpression): OrderExpression {
  return { ...term, descending: !term.descending, nullsFirst: !term.nullsFirst };
}
