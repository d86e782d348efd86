import type { Relation } from '../model/model.ts';
import { callOf } from './call-arguments.ts';
import { atPath } from './expression.ts';
import { type JsonPair, jsonObject, jsonRow } from './json-object.ts';
import { listOf, passCut } from './list.ts';
import { outputOf, typename, writesOnce } from './output.ts';
import type { Selected } from './query.ts';
import { type RowScope, rowOf } from './row-scope.ts';
import { type RowSet, relatedRows, whereOf } from './row-set.ts';
import type { Fragment, Statement } from './statement.ts';

/** What a row becomes in the answer. */
export interface RowShape {
  /** In the order of the answer. */
  readonly pairs: readonly JsonPair[];
  /** What has to be joined to the row for their sake. */
  readonly joins: string;
  readonly cuts: readonly Cut[];
}

/** Says that a list within was cut. */
export interface Cut {
  readonly name: string;
  readonly sql: string;
}

type Computed = Extract<Selected, { kind: 'computed' }>;

/** True where nothing has to be joined to a row. */
export function isFlat(select: readonly Selected[]): boolean {
  return select.every(
    (selected) =>
      selected.kind === 'typename' ||
      selected.kind === 'column' ||
      (selected.kind === 'computed' && isInline(selected)),
  );
}

/** The object of the row of `scope`; `path` leads to it in the answer. */
export function selectRow(
  statement: Statement,
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
    const fragment = joinedValue(statement, scope, selected, [...path, key]);
    const alias = statement.alias();
    joins += ` left join lateral (${fragment.sql}) ${alias} on true`;
    pairs.push([key, `${alias}.j`]);
    for (const name of fragment.cuts) cuts.push({ name, sql: `${alias}.${name}` });
  }
  return { pairs, joins, cuts };
}

/** One row of `rows`, or none. */
export function singleRow(
  statement: Statement,
  rows: RowSet,
  select: readonly Selected[],
  path: readonly string[],
  limit = '',
): Fragment {
  const { pairs, joins, cuts } = selectRow(statement, rowOf(rows.alias), select, path);
  const tail = ` from ${rows.from}${joins}${whereOf(rows.conditions)}${limit}`;
  if (cuts.length === 0) return { sql: jsonRow(pairs, tail), cuts: [] };
  const columns = [`${jsonObject(pairs)} as j`, ...cuts.map(passCut)];
  return { sql: `select ${columns.join(', ')}${tail}`, cuts: cuts.map(({ name }) => name) };
}

function inlineValue(statement: Statement, scope: RowScope, selected: Selected): string | undefined {
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

function joinedValue(
  statement: Statement,
  scope: RowScope,
  selected: Selected,
  path: readonly string[],
): Fragment {
  switch (selected.kind) {
    case 'one':
      return toOne(statement, scope, selected.relation, selected.select, path);
    case 'many':
      return listOf(
        statement,
        relatedRows(statement, selected.relation, scope),
        selected.page,
        selected.select,
        path,
      );
    default:
      throw new Error(`${selected.kind} is not joined to a row`);
  }
}

function toOne(
  statement: Statement,
  scope: RowScope,
  relation: Relation,
  select: readonly Selected[],
  path: readonly string[],
): Fragment {
  // A key that a view's comment gives is only what somebody says.
  const { kind } = relation.other;
  const isUnique = kind === 'TABLE' || kind === 'PARTITIONED_TABLE';
  return singleRow(
    statement,
    relatedRows(statement, relation, scope),
    select,
    path,
    isUnique ? '' : ' limit 1',
  );
}

/** Anything else would call the function more than once for a row. */
function isInline({ fn, select }: Computed): boolean {
  return (
    fn.returns.kind === 'value' && !fn.setReturning && select === undefined && writesOnce(fn.returns.type)
  );
}

function computedValue(statement: Statement, scope: RowScope, { fn, args }: Computed): string {
  const call = callOf(statement, fn, args, scope.row());
  return fn.returns.kind === 'value' ? outputOf(fn.returns.type, call, undefined) : call;
}
