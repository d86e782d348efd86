import { aggregateOf } from './aggregate.ts';
import { resultOf } from './call.ts';
import { callOf } from './call-arguments.ts';
import { connectionOf } from './connection.ts';
import { atPath } from './expression.ts';
import type { JsonPair } from './json-object.ts';
import { listOf } from './list.ts';
import { outputOf, typename } from './output.ts';
import type { Selected } from './query.ts';
import type { RowScope } from './row-scope.ts';
import { relatedRows, rowsOfCall } from './row-set.ts';
import { type Cut, isInline, type RowShape, type RowStatement } from './row-shape.ts';
import { singleRow } from './single-row.ts';
import { createStatement, type Fragment, type StatementLimits } from './statement.ts';

type Computed = Extract<Selected, { kind: 'computed' }>;

export function createRowStatement(limits: StatementLimits): RowStatement {
  const statement: RowStatement = {
    ...createStatement(limits),
    selectRow: (scope, select, path) => selectRow(statement, scope, select, path),
  };
  return statement;
}

function selectRow(
  statement: RowStatement,
  scope: RowScope,
  select: readonly Selected[],
  path: readonly string[],
): RowShape {
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
    const fragment = fragmentOf(statement, scope, selected, [...path, key]);
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
  scope: RowScope,
  selected: Selected,
  path: readonly string[],
): Fragment {
  switch (selected.kind) {
    case 'one':
      return singleRow(statement, relatedRows(statement, selected.relation, scope), selected.select, path);
    case 'many':
      return listOf(
        statement,
        relatedRows(statement, selected.relation, scope),
        selected.page,
        selected.select,
        path,
      );
    case 'manyConnection': {
      const rows = relatedRows(statement, selected.relation, scope);
      return connectionOf(statement, rows, selected.connection, path);
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
