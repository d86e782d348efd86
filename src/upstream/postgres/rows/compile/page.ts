import { badInput } from '../../../../lib/bad-input.ts';
import { conditionOf } from './condition.ts';
import { comparable } from './expression.ts';
import { type Order, orderBy, orderOf } from './order.ts';
import type { Page } from './query.ts';
import { type PassedRow, passedRow, rowOf } from './row-scope.ts';
import { type RowSet, whereOf } from './row-set.ts';
import { builtIn } from './sql-names.ts';
import type { Statement } from './statement.ts';

/** The clauses of one page of rows. */
export interface PageClauses {
  /** From behind FROM to WHERE. */
  readonly from: string;
  readonly order: Order;
  /** LIMIT and OFFSET. */
  readonly limits: string;
  /** Whether there are rows behind the page, as an expression. */
  readonly more: string;
}

/** Throws BAD_USER_INPUT for a limit beyond the statement's own, and what the conditions throw. */
export function pageClauses(statement: Statement, rows: RowSet, page: Page, mostRows: number): PageClauses {
  const order = orderOf(statement, rows, page.orderBy);
  const where = whereOf(whereConditions(statement, rows, page.where));
  const { limit, offset } = limitParams(statement, page, mostRows);
  const skipped = offset === undefined ? '' : ` ${builtIn('+')} ${offset}`;
  const all = `${rows.from}${where}`;
  const counted =
    page.distinctOn.length === 0
      ? all
      : `(select distinct ${distinctNames(rows, page).join(', ')} from ${all}) p`;
  return {
    from: `${rows.from}${order.joins}${where}`,
    order,
    limits: limitsText(limit, offset),
    more: `exists (select from ${counted} offset ${limit}${skipped})`,
  };
}

/** What has to hold of `rows`, with what the caller asks for. */
export function whereConditions(statement: Statement, rows: RowSet, where: Page['where']): string[] {
  const own = where === undefined ? [] : [conditionOf(statement, rowOf(rows.alias), where, ['where'])];
  return [...rows.conditions, ...own];
}

/** LIMIT and OFFSET; without a limit of the caller's there are `mostRows`. */
export function limitsOf(
  statement: Statement,
  limits: Pick<Page, 'limit' | 'offset'>,
  mostRows: number,
): string {
  const { limit, offset } = limitParams(statement, limits, mostRows);
  return limitsText(limit, offset);
}

function limitsText(limit: string, offset: string | undefined): string {
  return ` limit ${limit}${offset === undefined ? '' : ` offset ${offset}`}`;
}

function limitParams(
  statement: Statement,
  { limit, offset }: Pick<Page, 'limit' | 'offset'>,
  mostRows: number,
): { readonly limit: string; readonly offset: string | undefined } {
  if (limit !== undefined) checkCount('limit', limit, statement.maxRows);
  return {
    limit: rowCount(limit ?? mostRows),
    offset: offset === undefined ? undefined : bindOffset(statement, offset),
  };
}

/**
 * A number of rows as it is written behind LIMIT. No parameter: for a limit that it does not know Postgres expects a tenth
 * of all rows, takes a plan of its own for each call to be cheaper than one for all, and plans at each call.
 */
export function rowCount(rows: number): string {
  return `${rows}::pg_catalog.int8`;
}

function bindOffset(statement: Statement, value: number): string {
  checkCount('offset', value, Number.MAX_SAFE_INTEGER);
  return statement.bind(String(value), 'pg_catalog.int8');
}

/** Throws BAD_USER_INPUT where `value` is no count of rows up to `most`. */
export function checkCount(name: string, value: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > most) {
    throw badInput([name], `${name} must be a whole number from 0 to ${most}.`);
  }
}

/** A page as a sub-select, so that what is joined to its rows is looked up for them alone. */
export interface PagedRows {
  readonly alias: string;
  readonly row: PassedRow;
  /** The sub-select with its alias; to be asked for when all columns of `row` are known. */
  from(): string;
  /** ORDER BY for the select around it, since a join may lose the order. */
  readonly orderBy: string;
  /** As in PageClauses. */
  readonly more: string;
}

/** `wrap` makes another select of that of the page, with all of its columns. */
export function pagedRows(
  statement: Statement,
  rows: RowSet,
  page: Page,
  mostRows: number,
  wrap = (select: string): string => select,
): PagedRows {
  const clauses = pageClauses(statement, rows, page, mostRows);
  const alias = statement.alias();
  const row = passedRow(alias);
  const names = clauses.order.expressions.map((_, index) => `k${index + 1}`);
  const keys = clauses.order.expressions.map(({ sql }, index) => `${sql} as ${names[index]}`);
  const orderOver = (over: string): string =>
    orderBy(
      clauses.order.expressions,
      names.map((name) => `${over}.${name}`),
    );
  const select = (): string => {
    const columns = [...row.columns(rowOf(rows.alias)), ...keys].join(', ');
    if (page.distinctOn.length === 0) {
      return `select ${columns} from ${clauses.from}${orderBy(clauses.order.expressions)}${clauses.limits}`;
    }
    const distinct = distinctOn(rows, page, clauses.order);
    return `select p.* from (select ${distinct.on} ${columns} from ${clauses.from}${distinct.orderBy}) p${orderOver('p')}${clauses.limits}`;
  };
  return {
    alias,
    row,
    from: () => `(${wrap(select())}) ${alias}`,
    orderBy: orderOver(alias),
    more: clauses.more,
  };
}

/** The rows of a select, with a column `n` that counts them from 1. */
export function withNumbers(sql: string): string {
  return `select p.*, pg_catalog.row_number() over () as n from (${sql}) p`;
}

/**
 * Of rows that are equal in some columns the first one by the order. Postgres wants these columns in front of it; where
 * the caller has them there already, in whatever sequence, his order is kept.
 */
function distinctOn(
  rows: RowSet,
  page: Page,
  { expressions }: Order,
): { readonly on: string; readonly orderBy: string } {
  const { distinctOn: columns, orderBy: terms } = page;
  const names = distinctNames(rows, page);
  const leading = terms
    .slice(0, columns.length)
    .map(({ by, through }) =>
      by.kind === 'column' && by.path === undefined && through.length === 0 ? by.column.name : undefined,
    );
  const isOrdered = columns.every(({ name }) => leading.includes(name));
  const rest = orderBy(expressions);
  const inFront =
    rest === ''
      ? ` order by ${names.join(', ')}`
      : rest.replace(' order by ', ` order by ${names.join(', ')}, `);
  return { on: `distinct on (${names.join(', ')})`, orderBy: isOrdered ? rest : inFront };
}

function distinctNames(rows: RowSet, { distinctOn: columns }: Page): string[] {
  const scope = rowOf(rows.alias);
  return columns.map((column) => comparable(scope, column).sql);
}
