import type { Relation } from '../model/model.ts';
import { aggregateOf } from './aggregate.ts';
import { resultOf } from './call.ts';
import { callOf } from './call-arguments.ts';
import { connectionOf } from './connection.ts';
import { atPath } from './expression.ts';
import type { JsonPair } from './json-object.ts';
import { listOf } from './list.ts';
import { outputOf, typename } from './output.ts';
import type { Selected } from './query.ts';
import { rowBehind, type SelectedRow, type Way } from './row-origin.ts';
import type { RowScope } from './row-scope.ts';
import { relatedRows, rowsOfCall } from './row-set.ts';
import { type Cut, isInline, type RowShape, type RowStatement } from './row-shape.ts';
import { shapedRow } from './shaped-rows.ts';
import { singleRow } from './single-row.ts';
import { createStatement, type Fragment, type StatementLimits } from './statement.ts';

type Computed = Extract<Selected, { kind: 'computed' }>;

/** Its rows are those of functions and writes. */
export function createRowStatement(limits: StatementLimits): RowStatement {
  const statement: RowStatement = {
    ...createStatement(limits),
    selectRow: (scope, select, path) => selectRow(statement, { scope, origin: undefined }, select, path),
  };
  return statement;
}

/** The same statement for rows that it reads from their table, as the caller may see them. */
export function readingTable(statement: RowStatement, cameFrom?: Way): RowStatement {
  return {
    ...statement,
    selectRow: (scope, select, path) => selectRow(statement, { scope, origin: { cameFrom } }, select, path),
  };
}

function selectRow(
  statement: RowStatement,
  row: SelectedRow,
  select: readonly Selected[],
  path: readonly string[],
): RowShape {
  const { scope } = row;
  const pairs: JsonPair[] = [];
  const cuts: Cut[] = [];
  let joins = '';
  for (const selected of select) {
    const { key } = selected;
    const inline = inlineValue(statement, scope, selected);
    if (inline !== undefined) {
      pairs.push([key, inline]);
      continue;
    }
    const fragment = fragmentOf(statement, row, selected, [...path, key]);
    // Postgres looks these up after it has sorted and limited the rows, and never by way of a whole other table.
    if (fragment.cuts.length === 0) {
      pairs.push([key, `(${fragment.sql})`]);
      continue;
    }
    const alias = statement.alias();
    joins += ` left join lateral (${fragment.sql}) ${alias} on true`;
    pairs.push([key, `${alias}.j`]);
    for (const name of fragment.cuts) cuts.push({ name, sql: `${alias}.${name}` });
  }
  return { pairs, joins, cuts };
}

function inlineValue(statement: RowStatement, scope: RowScope, selected: Selected): string | undefined {
  switch (selected.kind) {
    case 'typename':
      return typename(selected.name);
    case 'column': {
      const { column, path, select } = selected;
      const value = scope.column(column.name);
      return path === undefined ? outputOf(column.type, value, select) : atPath(statement, value, path);
    }
    case 'computed':
      return isInline(selected) ? computedValue(statement, scope, selected) : undefined;
    default:
      return undefined;
  }
}

function fragmentOf(
  statement: RowStatement,
  row: SelectedRow,
  selected: Selected,
  path: readonly string[],
): Fragment {
  const { scope } = row;
  switch (selected.kind) {
    case 'one': {
      const { relation, select } = selected;
      const known = rowBehind(row, relation);
      if (known !== undefined) return shapedRow(selectRow(statement, known, select, path), '(select) x');
      const rows = relatedRows(statement, relation, scope);
      return singleRow(related(statement, relation, row), rows, select, path);
    }
    case 'many': {
      const { relation, page, select } = selected;
      const rows = relatedRows(statement, relation, scope);
      return listOf(related(statement, relation, row), rows, page, select, path);
    }
    case 'manyConnection': {
      const { relation, connection } = selected;
      const rows = relatedRows(statement, relation, scope);
      return connectionOf(related(statement, relation, row), rows, connection, path);
    }
    case 'manyAggregate': {
      const rows = relatedRows(statement, selected.relation, scope);
      return aggregateOf(statement, rows, selected.where, selected.select);
    }
    case 'computed':
      return computedResult(statement, scope, selected, path);
    default:
      throw new Error(`${selected.kind} is no part of a row`);
  }
}

/** The statement for the rows that `relation` leads to from `row`. */
function related(statement: RowStatement, relation: Relation, row: SelectedRow): RowStatement {
  return readingTable(statement, row.origin === undefined ? undefined : { row, relation });
}

function computedResult(
  statement: RowStatement,
  scope: RowScope,
  { fn, args, select, page }: Computed,
  path: readonly string[],
): Fragment {
  const call = callOf(statement, fn, args, scope.row());
  if (fn.returns.kind !== 'table' || !fn.setReturning) {
    return resultOf(statement, fn, call, select ?? [], { limit: undefined, offset: undefined }, path);
  }
  if (page === undefined) throw new Error(`the rows of ${fn.name} are asked for without a page`);
  return listOf(statement, rowsOfCall(statement, fn.returns.table, call, true), page, select ?? [], path);
}

function computedValue(statement: RowStatement, scope: RowScope, { fn, args }: Computed): string {
  const call = callOf(statement, fn, args, scope.row());
  return fn.returns.kind === 'value' ? outputOf(fn.returns.type, call, undefined) : call;
}
