import type { Key } from '../model/model.ts';
import { bindValue } from './encode-value.ts';
import { columnExpression } from './expression.ts';
import type { RowScope } from './row-scope.ts';
import { operatorFor } from './sql-names.ts';
import type { Statement } from './statement.ts';

/** What makes the row of `scope` the one that `key` names by `values`. Throws BAD_USER_INPUT for what cannot be one. */
export function keyConditions(
  statement: Statement,
  scope: RowScope,
  { columns }: Key,
  values: readonly unknown[],
): string[] {
  return columns.map((column, index) => {
    const { sql, type } = columnExpression(statement, scope, column, undefined);
    return `${sql} ${operatorFor(type, '=')} ${bindValue(statement, type, values[index], [column.apiName])}`;
  });
}
