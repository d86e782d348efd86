import type { Relation, Table } from '../model/model.ts';
import { callOf } from './call-arguments.ts';
import type { Source } from './query.ts';
import { type RowScope, rowOf } from './row-scope.ts';
import { operatorFor } from './sql-names.ts';
import type { Statement } from './statement.ts';

/** Rows of a table under a name, before anything is asked of them. */
export interface RowSet {
  readonly table: Table;
  readonly alias: string;
  /** An item of a FROM clause, with its alias. */
  readonly from: string;
  /** What has to hold for them to be meant. */
  readonly conditions: readonly string[];
  /** A function gives them: no column is sure not to be null, whatever the table says, and to read them again is a call. */
  readonly isCall: boolean;
}

/** Throws BAD_USER_INPUT for arguments that the function cannot be given. */
export function rowsOf(statement: Statement, { table, call }: Source): RowSet {
  if (call !== undefined)
    return rowsOfCall(statement, table, callOf(statement, call.fn, call.args), call.fn.setReturning);
  const alias = statement.alias();
  return { table, alias, from: `${statement.table(table)} ${alias}`, conditions: [], isCall: false };
}

/** `call` is an expression that gives rows of `table`. */
export function rowsOfCall(statement: Statement, table: Table, call: string, setReturning: boolean): RowSet {
  const alias = statement.alias();
  // A function that gives null in place of its one row gives a row of nulls here.
  const conditions = setReturning ? [] : [`not (${alias} is null)`];
  return { table, alias, from: `${call} ${alias}`, conditions, isCall: true };
}

/** The rows that `relation` leads to from the row of `scope`. */
export function relatedRows(statement: Statement, relation: Relation, scope: RowScope): RowSet {
  const alias = statement.alias();
  return {
    table: relation.other,
    alias,
    from: `${statement.table(relation.other)} ${alias}`,
    conditions: joinConditions(statement, relation, scope, rowOf(alias)),
    isCall: false,
  };
}

/** What makes the row of `other` one of those that `relation` leads to from that of `scope`. */
export function joinConditions(
  statement: Statement,
  relation: Relation,
  scope: RowScope,
  other: RowScope,
): string[] {
  const { columns, otherColumns, through } = relation;
  if (through === undefined) return equalColumns(other, otherColumns, scope, columns);
  const alias = statement.alias();
  const junction = rowOf(alias);
  const conditions = [
    ...equalColumns(junction, through.columns, scope, columns),
    ...equalColumns(junction, through.otherColumns, other, otherColumns),
  ];
  return [
    `exists (select from ${statement.table(through.table)} ${alias} where ${conditions.join(' and ')})`,
  ];
}

function equalColumns(
  one: RowScope,
  ones: Relation['columns'],
  other: RowScope,
  others: Relation['columns'],
): string[] {
  return ones.flatMap((column, index) => {
    const counterpart = others[index];
    if (counterpart === undefined) return [];
    const equals = operatorFor(column.type, '=');
    return [`${one.column(column.name)} ${equals} ${other.column(counterpart.name)}`];
  });
}

/** The tail of a select over them. */
export function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}
