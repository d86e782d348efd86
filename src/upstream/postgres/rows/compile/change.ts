import { formatTextArray } from '../../array.ts';
import { quoteIdentifier } from '../../quote-identifier.ts';
import { badValue, bindValue, encodeValue, type ValuePath } from './encode-value.ts';
import { comparable, isJson, textType } from './expression.ts';
import type { RowScope } from './row-scope.ts';
import { builtIn, operatorFor } from './sql-names.ts';
import type { Statement } from './statement.ts';
import type { Change } from './write-query.ts';

/** What stands after SET for `changes` of the row of `scope`. Throws BAD_USER_INPUT for values that cannot be used. */
export function assignments(
  statement: Statement,
  scope: RowScope,
  changes: readonly Change[],
  path: ValuePath,
): string {
  return changes
    .map((change) => `${quoteIdentifier(change.column.name)} = ${newValue(statement, scope, change, path)}`)
    .join(', ');
}

function newValue(
  statement: Statement,
  scope: RowScope,
  { column, how, value }: Change,
  outer: ValuePath,
): string {
  const path = [...outer, how, column.apiName];
  if (how === 'set') return bindValue(statement, column.type, value, path);
  if (value === null || value === undefined) throw badValue(path, 'must not be null');
  const { sql: present, type } = comparable(scope, column);
  switch (how) {
    case 'inc':
      return `${present} ${operatorFor(type, '+')} ${bindValue(statement, type, value, path)}`;
    case 'append':
    case 'prepend': {
      const more = bindValue(statement, type, value, path);
      const [left, right] = how === 'append' ? [present, more] : [more, present];
      const joined = `${left} ${builtIn('||')} ${right}`;
      // Of jsonb, unlike arrays, null takes the other one with it.
      return isJson(type) ? `coalesce(${joined}, ${more})` : joined;
    }
    case 'deleteKey': {
      const keys = encodeKeys(value, path);
      return `${present} ${builtIn('-')} ${statement.bind(keys, 'pg_catalog.text[]')}`;
    }
  }
}

function encodeKeys(value: unknown, path: ValuePath): string {
  const keys: readonly unknown[] = Array.isArray(value) ? value : [value];
  return formatTextArray(keys.map((key, index) => encodeValue(textType, key, [...path, String(index)])));
}
