import { isRecord } from '../../../src/lib/is-record.ts';
import { type ReferenceTable, referenceColumn, referenceTable } from './reference-tables.ts';

// Arguments as plain SQL: literals in the text, a sub-query for everything that lies elsewhere, one bracket too many.

let aliases = 0;
export function newAlias(): string {
  aliases += 1;
  return `x${aliases}`;
}

/** The rows of a table that meet some conditions. */
export interface RowSet {
  readonly table: ReferenceTable;
  readonly alias: string;
  readonly conditions: readonly string[];
}

export function fromWhere({ table, alias, conditions }: RowSet): string {
  return `from ${table.name} ${alias} where ${['true', ...conditions].join(' and ')}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A value of a caller as a literal. */
export function literal(value: unknown, type: string): string {
  if (type === 'jsonb') return `${quoted(JSON.stringify(value))}::jsonb`;
  if (type === 'mood') return `${quoted(String(value).replace('_', '-'))}::mood`;
  if (Array.isArray(value)) return `array[${value.map((item) => quoted(String(item))).join(', ')}]::${type}`;
  return `${quoted(String(value))}::${type}`;
}

/** The steps of `a.b[0]` as an array. */
export const pathSteps = (path: string): string[] => path.split(/[.[\]"]/).filter((step) => step !== '');
const atPath = (sql: string, path: string): string => `(${sql} #> ${literal(pathSteps(path), 'text[]')})`;

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new Error(`${JSON.stringify(value)} is no object`);
  return value;
}
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const together = (parts: readonly string[]): string => `(${['true', ...parts].join(' and ')})`;
const anyOf = (parts: readonly string[]): string => `(${['false', ...parts].join(' or ')})`;

/** What an argument of type `…Where` says of a row. */
export function whereSql(table: ReferenceTable, alias: string, where: unknown): string {
  const parts = Object.entries(recordOf(where)).map(([name, value]): string => {
    if (name === 'and') return together(listOf(value).map((each) => whereSql(table, alias, each)));
    if (name === 'or') return anyOf(listOf(value).map((each) => whereSql(table, alias, each)));
    if (name === 'not') return `(not ${whereSql(table, alias, value)})`;
    if (table.relations[name] !== undefined) return relatedSql(table, alias, name, value);
    const { name: column, type } = referenceColumn(table, name);
    return filterSql(`${alias}.${column}`, type, value);
  });
  return together(parts);
}

function relatedSql(table: ReferenceTable, alias: string, name: string, value: unknown): string {
  const relation = table.relations[name];
  if (relation === undefined) throw new Error(`the reference has no ${table.name}.${name}`);
  const other = referenceTable(relation.to);
  const exists = (where: (otherAlias: string) => string): string => {
    const otherAlias = newAlias();
    return `exists (select from ${other.name} ${otherAlias} where ${relation.on(alias, otherAlias)} and ${where(otherAlias)})`;
  };
  if (!relation.isMany) return exists((otherAlias) => whereSql(other, otherAlias, value));
  return together(
    Object.entries(recordOf(value)).map(([quantifier, where]) => {
      if (quantifier === 'some') return exists((otherAlias) => whereSql(other, otherAlias, where));
      if (quantifier === 'none') return `not ${exists((otherAlias) => whereSql(other, otherAlias, where))}`;
      return `not ${exists((otherAlias) => `${whereSql(other, otherAlias, where)} is not true`)}`;
    }),
  );
}

const symbols: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  contains: '@>',
  containedBy: '<@',
  overlaps: '&&',
  rangeGt: '>>',
  rangeGte: '&>',
  rangeLt: '<<',
  rangeLte: '&<',
  rangeAdjacent: '-|-',
};
const patterns: Readonly<Record<string, string>> = { like: 'like', ilike: 'ilike', match: '~', imatch: '~*' };

/** What a filter says of an expression of `type`. */
function filterSql(sql: string, type: string, filter: unknown): string {
  return together(
    Object.entries(recordOf(filter)).map(([operator, value]) => operatorSql(sql, type, operator, value)),
  );
}

function operatorSql(sql: string, type: string, operator: string, value: unknown): string {
  const text = type === 'jsonb' ? `(${sql} #>> '{}')` : sql;
  const pattern = patterns[operator];
  if (pattern !== undefined) return `(${text} ${pattern} ${literal(value, 'text')})`;
  switch (operator) {
    case 'is':
      return isSql(sql, text, type, String(value));
    case 'in':
      return anyOf(listOf(value).map((each) => `${sql} = ${literal(each, type)}`));
    case 'notIn':
      return together(listOf(value).map((each) => `${sql} <> ${literal(each, type)}`));
    case 'hasKey':
      return `(${sql} ? ${literal(value, 'text')})`;
    case 'path': {
      const { at, ...rest } = recordOf(value);
      return filterSql(atPath(sql, String(at)), type, rest);
    }
    case 'textSearch':
      return searchSql(sql, recordOf(value));
    case 'contains':
      // Of a range a single value, too.
      if (type === 'int4range' && Number.isInteger(Number(value)))
        return `(${sql} @> ${literal(value, 'int')})`;
      break;
  }
  const symbol = symbols[operator];
  if (symbol === undefined) throw new Error(`the reference has no operator ${operator}`);
  return `(${sql} ${symbol} ${literal(type.endsWith('[]') ? listOf(value) : value, type)})`;
}

function isSql(sql: string, text: string, type: string, state: string): string {
  if (state === 'NULL' || (type === 'jsonb' && state === 'UNKNOWN')) return `(${text} is null)`;
  if (state === 'NOT_NULL') return `(${text} is not null)`;
  if (type === 'jsonb') return `(coalesce(${sql} = '${state.toLowerCase()}'::jsonb, false))`;
  return `(${sql} is ${state.toLowerCase()})`;
}

const queries: Readonly<Record<string, string>> = {
  PLAIN: 'plainto_tsquery',
  PHRASE: 'phraseto_tsquery',
  WEB: 'websearch_to_tsquery',
};

function searchSql(
  sql: string,
  { query, config, type = 'PLAIN' }: Readonly<Record<string, unknown>>,
): string {
  const given = config === undefined ? '' : `${literal(config, 'regconfig')}, `;
  return `(to_tsvector(${given}${sql}) @@ ${queries[String(type)]}(${given}${literal(query, 'text')}))`;
}

/** The terms of an argument of type `[…OrderBy!]`. */
export function orderSql(table: ReferenceTable, alias: string, terms: unknown): string[] {
  return terms === undefined ? [] : listOf(terms).map((term) => termSql(table, alias, term));
}

const directed = (sql: string, direction: unknown): string =>
  `${sql} ${String(direction).toLowerCase().replace('_nulls_', ' nulls ')}`;

function termSql(table: ReferenceTable, alias: string, term: unknown): string {
  const { sql, direction } = keySql(table, alias, term);
  return directed(sql, direction);
}

function keySql(table: ReferenceTable, alias: string, term: unknown): { sql: string; direction: unknown } {
  const [[name, value] = ['', undefined]] = Object.entries(recordOf(term));
  const relation = table.relations[name.replace(/Aggregate$/, '')];
  if (relation !== undefined) {
    const otherAlias = newAlias();
    const other = referenceTable(relation.to);
    const inner = relation.isMany
      ? aggregateKeySql(other, otherAlias, value)
      : keySql(other, otherAlias, value);
    const from = `from ${other.name} ${otherAlias} where ${relation.on(alias, otherAlias)}`;
    return { sql: `(select ${inner.sql} ${from})`, direction: inner.direction };
  }
  const { name: column } = referenceColumn(table, name);
  if (typeof value === 'string') return { sql: `${alias}.${column}`, direction: value };
  const { at, direction } = recordOf(value);
  return { sql: atPath(`${alias}.${column}`, String(at)), direction };
}

function aggregateKeySql(
  table: ReferenceTable,
  alias: string,
  term: unknown,
): { sql: string; direction: unknown } {
  const [[fn, value] = ['', undefined]] = Object.entries(recordOf(term));
  if (fn === 'count') return { sql: 'count(*)', direction: value };
  const [[name, direction] = ['', undefined]] = Object.entries(recordOf(value));
  return { sql: `${fn}(${alias}.${referenceColumn(table, name).name})`, direction };
}

/** The terms of an argument of type `[…GroupsOrder!]`. */
export function groupsOrderSql(table: ReferenceTable, alias: string, terms: unknown): string[] {
  return (terms === undefined ? [] : listOf(terms)).map((term) => {
    const { key } = recordOf(term);
    if (key !== undefined) return termSql(table, alias, key);
    const { sql, direction } = aggregateKeySql(table, alias, term);
    return directed(sql, direction);
  });
}

/** The type of a number over values of `type`. */
export function aggregateType(fn: string, type: string): string {
  if (fn === 'min' || fn === 'max') return type;
  return type === 'int' || type === 'bigint' ? 'numeric' : type;
}

/** What an argument of type `…Having` says of a group. */
export function havingSql(table: ReferenceTable, alias: string, having: unknown): string {
  const parts = Object.entries(recordOf(having)).map(([name, value]): string => {
    if (name === 'and') return together(listOf(value).map((each) => havingSql(table, alias, each)));
    if (name === 'or') return anyOf(listOf(value).map((each) => havingSql(table, alias, each)));
    if (name === 'not') return `(not ${havingSql(table, alias, value)})`;
    if (name === 'count') return filterSql('count(*)', 'bigint', value);
    return together(
      Object.entries(recordOf(value)).map(([apiName, filter]) => {
        const { name: column, type } = referenceColumn(table, apiName);
        return filterSql(`${name}(${alias}.${column})`, aggregateType(name, type), filter);
      }),
    );
  });
  return together(parts);
}
