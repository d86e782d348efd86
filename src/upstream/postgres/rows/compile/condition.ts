import { formatTextArray } from '../../array.ts';
import type { ValueType } from '../model/model.ts';
import { badValue, bindText, bindValue, encodeValue, type ValuePath } from './encode-value.ts';
import {
  aggregateExpression,
  columnExpression,
  computedExpression,
  countExpression,
  type Expression,
  isJson,
  scalarType,
  textExpression,
  textType,
} from './expression.ts';
import type { Condition, Operand, Operator, State } from './query.ts';
import { type RowScope, rowOf } from './row-scope.ts';
import { relatedRows, whereOf } from './row-set.ts';
import { builtIn, operatorFor } from './sql-names.ts';
import type { Statement } from './statement.ts';

type Compare = Extract<Condition, { kind: 'compare' }>;

/**
 * An expression that is true of the rows that meet `condition`. `path` is the argument that it came by. Throws
 * BAD_USER_INPUT for values that cannot be compared.
 */
export function conditionOf(
  statement: Statement,
  scope: RowScope,
  condition: Condition,
  path: ValuePath,
): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return joined(
        condition.kind,
        condition.of.map((each) => conditionOf(statement, scope, each, path)),
      );
    case 'not':
      return `not ${conditionOf(statement, scope, condition.of, path)}`;
    case 'compare':
      return compare(statement, scope, condition, path);
    case 'is':
      return isState(operandOf(statement, scope, condition.operand), condition.state);
    case 'textSearch':
      return textSearch(statement, scope, condition, path);
    case 'related':
      return related(statement, scope, condition, path);
  }
}

function joined(word: 'and' | 'or', parts: readonly string[]): string {
  if (parts.length === 0) return word === 'and' ? 'true' : 'false';
  return `(${parts.join(` ${word} `)})`;
}

function operandOf(statement: Statement, scope: RowScope, operand: Operand): Expression {
  switch (operand.kind) {
    case 'column':
      return columnExpression(statement, scope, operand.column, operand.path);
    case 'computed':
      return computedExpression(statement, scope, operand.fn, operand.path);
    case 'count':
      return countExpression(scope, operand.distinct);
    default:
      return aggregateExpression(scope, operand.kind, operand.column);
  }
}

/** Operators that Postgres knows by one symbol, whatever the type. */
const symbols = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  containedBy: '<@',
  overlaps: '&&',
  rangeGt: '>>',
  rangeGte: '&>',
  rangeLt: '<<',
  rangeLte: '&<',
  rangeAdjacent: '-|-',
} satisfies Partial<Record<Operator, string>>;

const patternSymbols = { like: '~~', ilike: '~~*', match: '~', imatch: '~*' } satisfies Partial<
  Record<Operator, string>
>;

function compare(
  statement: Statement,
  scope: RowScope,
  { operand, operator, value }: Compare,
  outer: ValuePath,
): string {
  const path = [...outer, ...operandPath(operand), operator];
  if (value === null || value === undefined)
    throw badValue(path, 'must not be null: `is: NULL` asks for that');
  const left = operandOf(statement, scope, operand);
  switch (operator) {
    case 'in':
    case 'notIn':
      return oneOf(statement, left, operator, listed(value, path), path);
    case 'like':
    case 'ilike':
    case 'match':
    case 'imatch': {
      const text = textExpression(left);
      return `${text.sql} ${operatorFor(text.type, patternSymbols[operator])} ${bindValue(statement, text.type, value, path)}`;
    }
    case 'hasKey':
      return `${left.sql} ${operatorFor(left.type, '?')} ${bindValue(statement, textType, value, path)}`;
    case 'contains':
      return `${left.sql} ${operatorFor(left.type, '@>')} ${contained(statement, left.type, value, path)}`;
    default:
      return `${left.sql} ${operatorFor(left.type, symbols[operator])} ${bindValue(statement, left.type, value, path)}`;
  }
}

function operandPath(operand: Operand): readonly string[] {
  switch (operand.kind) {
    case 'column':
      return [operand.column.apiName];
    case 'computed':
      return [operand.fn.apiName];
    case 'count':
      return ['count'];
    default:
      return [operand.kind, operand.column.apiName];
  }
}

function listed(value: unknown, path: ValuePath): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const nothing = items.findIndex((item) => item === null || item === undefined);
  if (nothing !== -1) throw badValue([...path, String(nothing)], 'must not be null');
  return items;
}

function oneOf(
  statement: Statement,
  { sql, type }: Expression,
  operator: 'in' | 'notIn',
  items: readonly unknown[],
  path: ValuePath,
): string {
  const [symbol, quantifier] = operator === 'in' ? ['=', 'any'] : ['<>', 'all'];
  const compared = `${sql} ${operatorFor(type, symbol)}`;
  // Of arrays there are no arrays, and money is read in another way.
  if (type.kind === 'array' || (type.kind === 'scalar' && type.scalar === 'Money')) {
    const parts = items.map((item) => `${compared} ${bindValue(statement, type, item, path)}`);
    return joined(operator === 'in' ? 'or' : 'and', parts);
  }
  const texts = items.map((item, index) => encodeValue(type, item, [...path, String(index)]));
  return `${compared} ${quantifier} (${statement.bind(formatTextArray(texts), `${type.sql}[]`)})`;
}

/** A range contains ranges, which have brackets or are empty, and single values, which are texts as well. */
function contained(statement: Statement, type: ValueType, value: unknown, path: ValuePath): string {
  if (type.kind !== 'range') return bindValue(statement, type, value, path);
  const text = encodeValue(type, value, path);
  const isRange = text === null || /^\s*(?:[[({]|empty\s*$)/i.test(text);
  return bindText(statement, isRange ? type : type.item, text);
}

function isState({ sql, type }: Expression, state: State): string {
  const value = isJson(type) ? `(${sql} ${builtIn('#>>')} '{}'::pg_catalog.text[])` : sql;
  switch (state) {
    // Unlike `is null` it does not look into composites.
    case 'NULL':
      return `${value} is not distinct from null`;
    case 'NOT_NULL':
      return `${value} is distinct from null`;
    case 'UNKNOWN':
      return isJson(type) ? `${value} is null` : `${sql} is unknown`;
    default: {
      const word = state.toLowerCase();
      return isJson(type)
        ? `(${sql} ${builtIn('=')} '${word}'::pg_catalog.jsonb) is true`
        : `${sql} is ${word}`;
    }
  }
}

const regconfig = scalarType('Text', 'pg_catalog.regconfig');
const tsquery = {
  PLAIN: 'plainto_tsquery',
  PHRASE: 'phraseto_tsquery',
  WEB: 'websearch_to_tsquery',
} as const;

function textSearch(
  statement: Statement,
  scope: RowScope,
  { operand, query, config, type }: Extract<Condition, { kind: 'textSearch' }>,
  outer: ValuePath,
): string {
  const path = [...outer, ...operandPath(operand), 'textSearch'];
  const left = operandOf(statement, scope, operand);
  const isVector = left.type.sql === 'pg_catalog.tsvector';
  const configuration =
    config === undefined ? '' : `${bindValue(statement, regconfig, config, [...path, 'config'])}, `;
  const vector = isVector ? left.sql : `pg_catalog.to_tsvector(${configuration}${documentOf(left)})`;
  const words = `pg_catalog.${tsquery[type]}(${configuration}${bindValue(statement, textType, query, [...path, 'query'])})`;
  return `${vector} ${builtIn('@@')} ${words}`;
}

function documentOf(left: Expression): string {
  return isJson(left.type) ? left.sql : textExpression(left).sql;
}

function related(
  statement: Statement,
  scope: RowScope,
  { relation, quantifier, where }: Extract<Condition, { kind: 'related' }>,
  path: ValuePath,
): string {
  const rows = relatedRows(statement, relation, scope);
  const met = conditionOf(statement, rowOf(rows.alias), where, [...path, relation.apiName]);
  const counted = quantifier === 'every' ? `(${met}) is not true` : met;
  const word = quantifier === 'every' || quantifier === 'none' ? 'not exists' : 'exists';
  return `${word} (select from ${rows.from}${whereOf([...rows.conditions, counted])})`;
}
