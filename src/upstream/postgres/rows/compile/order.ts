import type { Relation } from '../model/model.ts';
import {
  aggregateExpression,
  columnExpression,
  computedExpression,
  countExpression,
  type Expression,
} from './expression.ts';
import type { OrderKey, OrderTerm } from './query.ts';
import { type RowScope, rowOf } from './row-scope.ts';
import { joinConditions, type RowSet, relatedRows, whereOf } from './row-set.ts';
import type { Statement } from './statement.ts';

export interface OrderExpression extends Expression {
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly nullable: boolean;
}

export interface Order {
  /** What is joined to the rows for the sake of the order. */
  readonly joins: string;
  readonly expressions: readonly OrderExpression[];
}

/** The order of `rows`: by columns of its own, through relations to one row each, or by numbers over related rows. */
export function orderOf(statement: Statement, rows: RowSet, terms: readonly OrderTerm[]): Order {
  if (terms.length === 0) return { joins: '', expressions: [] };
  const joins = createJoins(statement, rowOf(rows.alias));
  const expressions = terms.map(({ through, by, direction, nulls }): OrderExpression => {
    const descending = direction === 'DESC';
    return {
      ...keyExpression(statement, joins.scopeOf(through), by, through.at(-1)),
      descending,
      nullsFirst: nulls === undefined ? descending : nulls === 'FIRST',
      nullable: rows.isCall || through.length > 0 || isNullable(by),
    };
  });
  return { joins: joins.text(), expressions };
}

/** ` order by …`, or nothing; `names` stand for the expressions where these were given names. */
export function orderBy(expressions: readonly OrderExpression[], names?: readonly string[]): string {
  if (expressions.length === 0) return '';
  const terms = expressions.map(({ sql, descending, nullsFirst, nullable }, index) => {
    const nulls = nullable && nullsFirst !== descending ? ` nulls ${nullsFirst ? 'first' : 'last'}` : '';
    return `${names?.[index] ?? sql}${descending ? ' desc' : ''}${nulls}`;
  });
  return ` order by ${terms.join(', ')}`;
}

function isNullable(by: OrderKey): boolean {
  switch (by.kind) {
    case 'column':
      return by.column.nullable || by.path !== undefined;
    case 'count':
      return false;
    default:
      return true;
  }
}

function keyExpression(
  statement: Statement,
  scope: RowScope,
  by: OrderKey,
  through: Relation | undefined,
): Expression {
  switch (by.kind) {
    case 'column':
      return columnExpression(statement, scope, by.column, by.path);
    case 'computed':
      return computedExpression(statement, scope, by.fn, undefined);
    case 'count': {
      const count = overRelated(statement, scope, by.relation, (related) => countExpression(related, []));
      const [column] = through?.otherColumns ?? [];
      // Of a row that is not there nothing is counted, not even to 0.
      return column === undefined
        ? count
        : { ...count, sql: `case when ${scope.column(column.name)} is not null then ${count.sql} end` };
    }
    default:
      return overRelated(statement, scope, by.relation, (related) =>
        aggregateExpression(related, by.kind, by.column),
      );
  }
}

/** Without a relation the rows are those of a group. */
function overRelated(
  statement: Statement,
  scope: RowScope,
  relation: Relation | undefined,
  aggregate: (scope: RowScope) => Expression,
): Expression {
  if (relation === undefined) return aggregate(scope);
  const related = relatedRows(statement, relation, scope);
  const { sql, type } = aggregate(rowOf(related.alias));
  return { sql: `(select ${sql} from ${related.from}${whereOf(related.conditions)})`, type };
}

/** Rows that terms go through are joined once, however many terms go there. */
function createJoins(statement: Statement, root: RowScope) {
  const joined = new Map<RowScope, Map<Relation, RowScope>>();
  let text = '';
  const join = (scope: RowScope, relation: Relation): RowScope => {
    const known = joined.get(scope)?.get(relation);
    if (known !== undefined) return known;
    const alias = statement.alias();
    const other = rowOf(alias);
    const conditions = joinConditions(statement, relation, scope, other);
    text += ` left join ${statement.table(relation.other)} ${alias} on ${conditions.join(' and ')}`;
    joined.set(scope, (joined.get(scope) ?? new Map<Relation, RowScope>()).set(relation, other));
    return other;
  };
  return {
    scopeOf: (through: readonly Relation[]): RowScope => through.reduce(join, root),
    text: (): string => text,
  };
}
