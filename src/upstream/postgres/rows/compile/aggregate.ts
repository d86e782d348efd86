import { aggregateExpression, countExpression } from './expression.ts';
import { type JsonPair, jsonObject, jsonRow } from './json-object.ts';
import { outputOf, typename } from './output.ts';
import { whereConditions } from './page.ts';
import type { AggregateSelected, Condition } from './query.ts';
import { type RowScope, rowOf } from './row-scope.ts';
import { type RowSet, whereOf } from './row-set.ts';
import type { Fragment, Statement } from './statement.ts';

/** Numbers over all of `rows` that meet `where`: one object. */
export function aggregateOf(
  statement: Statement,
  rows: RowSet,
  where: Condition | undefined,
  select: readonly AggregateSelected[],
): Fragment {
  const numbers = numbersOver(rowOf(rows.alias), statement.alias());
  const pairs = select.map((selected): JsonPair => [selected.key, numbers.value(selected)]);
  const over = ` from ${rows.from}${whereOf(whereConditions(statement, rows, where))}`;
  return {
    sql: jsonRow(pairs, ` from (select ${numbers.columns().join(', ')}${over}) ${numbers.alias}`),
    cuts: [],
  };
}

/** Aggregates as columns of a sub-select, since JSON can only be made of them outside of it. */
export interface Numbers {
  readonly alias: string;
  /** What is selected, over the sub-select. */
  value(selected: AggregateSelected): string;
  /** Those of the sub-select, when all values were asked for. */
  columns(): string[];
}

export function numbersOver(scope: RowScope, alias: string): Numbers {
  const columns: string[] = [];
  const add = (sql: string): string => `${alias}.a${columns.push(`${sql} as a${columns.length + 1}`)}`;
  return {
    alias,
    // Without any there would be a row for each of theirs.
    columns: () => (columns.length === 0 ? ['pg_catalog.count(*)'] : columns),
    value: (selected) => {
      switch (selected.kind) {
        case 'typename':
          return typename(selected.name);
        case 'count':
          return add(countExpression(scope, selected.distinct).sql);
        default:
          return jsonObject(
            selected.select.map((part): JsonPair => {
              if (part.kind === 'typename') return [part.key, typename(part.name)];
              const { sql, type } = aggregateExpression(scope, selected.kind, part.column);
              return [part.key, outputOf(type, add(sql), undefined)];
            }),
          );
      }
    },
  };
}
