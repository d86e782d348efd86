import { formatTextArray } from '../../array.ts';
import type { Column, RowsFunction, ScalarName, ScalarType, ValueType } from '../model/model.ts';
import { callOf } from './call-arguments.ts';
import type { AggregateFunction, JsonPath } from './query.ts';
import type { RowScope } from './row-scope.ts';
import { builtIn } from './sql-names.ts';
import type { Statement } from './statement.ts';

/** SQL that gives a value, and how the value is written and read. */
export interface Expression {
  readonly sql: string;
  readonly type: ValueType;
}

const jsonb = scalarType('JSON', 'pg_catalog.jsonb');
export const textType = scalarType('String', 'pg_catalog.text');

/** A column, or what lies in its JSON, to be compared or ordered by. */
export function columnExpression(
  statement: Statement,
  scope: RowScope,
  column: Pick<Column, 'name' | 'type'>,
  path: JsonPath | undefined,
): Expression {
  return within(statement, comparable(scope, column), path);
}

/** The same of what a function that needs no argument gives for a row. */
export function computedExpression(
  statement: Statement,
  scope: RowScope,
  fn: RowsFunction,
  path: JsonPath | undefined,
): Expression {
  if (fn.returns.kind !== 'value') throw new Error(`${fn.name} gives no value to compare`);
  const value = callOf(statement, fn, new Map(), scope.row());
  return within(statement, comparableValue(value, fn.returns.type), path);
}

function within(statement: Statement, { sql, type }: Expression, path: JsonPath | undefined): Expression {
  return { sql: path === undefined ? sql : atPath(statement, sql, path), type };
}

/** A column as something that can be compared with others of its kind. */
export function comparable(scope: RowScope, { name, type }: Pick<Column, 'name' | 'type'>): Expression {
  return comparableValue(scope.column(name), type);
}

function comparableValue(sql: string, type: ValueType): Expression {
  if (isJson(type)) return { sql: `${sql}::pg_catalog.jsonb`, type: jsonb };
  if (type.kind !== 'scalar') return { sql, type };
  if (comparedAsText.has(type.base)) return { sql: `${sql}::pg_catalog.text`, type: textType };
  // What a domain forbids may be compared with.
  return { sql, type: { ...type, sql: type.base } };
}

/** Postgres cannot say whether two of these are equal, or means their areas or the number of their points. */
const comparedAsText: ReadonlySet<string> = new Set(
  ['xml', 'jsonpath', 'point', 'box', 'path', 'polygon', 'circle', 'pg_snapshot', 'txid_snapshot'].map(
    (name) => `pg_catalog.${name}`,
  ),
);

/** What lies at `path` in `json`, of either of the two types. */
export function atPath(statement: Statement, json: string, path: JsonPath): string {
  return `(${json} ${builtIn('#>')} ${statement.bind(formatTextArray(path), 'pg_catalog.text[]')})`;
}

/** The same as text; of a JSON string what is in it. */
export function textExpression({ sql, type }: Expression): Expression {
  if (isJson(type)) return { sql: `(${sql} ${builtIn('#>>')} '{}'::pg_catalog.text[])`, type: textType };
  return type.kind === 'scalar' && type.scalar === 'String'
    ? { sql, type }
    : { sql: `${sql}::pg_catalog.text`, type: textType };
}

export function isJson(type: ValueType): boolean {
  return type.kind === 'scalar' && type.scalar === 'JSON';
}

/** `count(*)`; of columns how many different values, of several how many different combinations there are. */
export function countExpression(scope: RowScope, distinct: readonly Column[]): Expression {
  const names = distinct.map((column) => comparable(scope, column).sql);
  const counted = names.length > 1 ? `distinct (${names.join(', ')})` : `distinct ${names[0]}`;
  return {
    sql: `pg_catalog.count(${names.length === 0 ? '*' : counted})`,
    type: scalarType('BigInt', 'pg_catalog.int8'),
  };
}

export function aggregateExpression(
  scope: RowScope,
  fn: AggregateFunction,
  column: Pick<Column, 'name' | 'type'>,
): Expression {
  const { sql: value, type } = comparable(scope, column);
  // There is no average of money.
  const argument = fn === 'avg' && type.sql === 'pg_catalog.money' ? `${value}::pg_catalog.numeric` : value;
  return { sql: `pg_catalog.${fn}(${argument})`, type: aggregatedTypes[fn]?.[type.sql] ?? type };
}

/** Where Postgres gives another type than it was given. */
const aggregatedTypes: Partial<Record<AggregateFunction, Readonly<Record<string, ValueType>>>> = {
  sum: {
    'pg_catalog.int2': scalarType('BigInt', 'pg_catalog.int8'),
    'pg_catalog.int4': scalarType('BigInt', 'pg_catalog.int8'),
    'pg_catalog.int8': scalarType('BigInt', 'pg_catalog.numeric'),
  },
  avg: {
    'pg_catalog.int2': scalarType('Decimal', 'pg_catalog.numeric'),
    'pg_catalog.int4': scalarType('Decimal', 'pg_catalog.numeric'),
    'pg_catalog.int8': scalarType('Decimal', 'pg_catalog.numeric'),
    'pg_catalog.money': scalarType('Decimal', 'pg_catalog.numeric'),
    'pg_catalog.float4': scalarType('Float', 'pg_catalog.float8'),
  },
};

export function scalarType(name: ScalarName, sql: string): ScalarType {
  return { kind: 'scalar', scalar: name, sql, base: sql };
}
