import { quoteIdentifier } from '../../quote-identifier.ts';
import { quoteLiteral } from './sql-names.ts';

/** A response key and the expression of its value. Keys are names of GraphQL: letters, digits and `_`. */
export type JsonPair = readonly [key: string, value: string];

// What Postgres allows: bytes of a column's name, and arguments of a function, of which a pair takes two.
const longestColumn = 63;
const mostPairs = 50;

/** An object, as an expression. There must be no aggregate in it. */
export function jsonObject(pairs: readonly JsonPair[]): string {
  return fitColumns(pairs) ? `(${jsonRow(pairs, '')})` : builtObject(pairs);
}

/** A select with an object in `j` for each row of `tail`, which begins at FROM. */
export function jsonRow(pairs: readonly JsonPair[], tail: string): string {
  if (!fitColumns(pairs)) return `select ${builtObject(pairs)} as j${tail}`;
  return `select pg_catalog.row_to_json(o) as j from (select ${columnsOf(pairs)}${tail}) o`;
}

/** A select of one row with all objects as a list in `j`, and with what else there is to say of them. */
export function jsonRows(pairs: readonly JsonPair[], tail: string, others: readonly string[] = []): string {
  const [item, rows] = fitColumns(pairs)
    ? ['o', `select ${columnsOf(pairs)}${tail}`]
    : ['o.j', `select ${builtObject(pairs)} as j${tail}`];
  return `select ${[jsonList(item), ...others].join(', ')} from (${rows}) o`;
}

/** A column `j` of an aggregate. */
export function jsonList(item: string, filter = ''): string {
  return `coalesce(pg_catalog.json_agg(${item})${filter}, '[]') as j`;
}

/** Longer names would be cut without a word, and two could become one. */
function fitColumns(pairs: readonly JsonPair[]): boolean {
  return pairs.every(([key]) => key.length <= longestColumn);
}

function columnsOf(pairs: readonly JsonPair[]): string {
  return pairs.map(([key, value]) => `${value} as ${quoteIdentifier(key)}`).join(', ');
}

function builtObject(pairs: readonly JsonPair[]): string {
  if (pairs.length <= mostPairs) {
    const parts = pairs.map(([key, value]) => `${quoteLiteral(key)}, ${value}`);
    return `pg_catalog.json_build_object(${parts.join(', ')})`;
  }
  const rows = pairs.map(([key, value]) => `(${quoteLiteral(key)}, pg_catalog.to_json(${value}))`);
  return `(select pg_catalog.json_object_agg(e.k, e.v) from (values ${rows.join(', ')}) e(k, v))`;
}
