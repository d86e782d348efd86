import type { Sql } from 'postgres';

export interface FilterTerm {
  readonly column: string;
  /** Type that the column's value is compared as. */
  readonly castType: string;
  /** SQL operator and operand, both made by us from checked input: `= '42'::pg_catalog.int8`. */
  readonly condition: string;
}

export interface ParsedTerm {
  readonly column: string;
  readonly negated: boolean;
  readonly operator: string;
  readonly values: readonly string[];
}

class FilterError extends Error {}

const comparisons: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  like: 'like',
  ilike: 'ilike',
  match: '~',
  imatch: '~*',
  isdistinct: 'is distinct from',
};
const negations: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  like: 'not like',
  ilike: 'not ilike',
  '~': '!~',
  '~*': '!~*',
  'is distinct from': 'is not distinct from',
};
const patternOperators = new Set(['like', 'ilike', 'match', 'imatch']);
const maxInValues = 100;

/** Splits at commas outside of quotes and brackets. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let quoted = false;
  let term = '';
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (quoted && char === '\\') {
      term += char + text.charAt(index + 1);
      index += 1;
      continue;
    }
    if (char === '"') quoted = !quoted;
    if (!quoted && char === '(') depth += 1;
    if (!quoted && char === ')') depth -= 1;
    if (!quoted && depth === 0 && char === ',') {
      terms.push(term);
      term = '';
    } else {
      term += char;
    }
  }
  return [...terms, term];
}

function unquote(value: string): string {
  const trimmed = value.trim();
  if (!trimmed.startsWith('"') || !trimmed.endsWith('"') || trimmed.length < 2) return value;
  return trimmed.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** Reads `column=op.value[,column=op.value…]`. Throws FilterError. */
export function parseFilter(text: string): ParsedTerm[] {
  return splitTerms(text).map((term) => {
    const match = /^([^=]+)=(not\.)?([a-z]+)\.(.*)$/s.exec(term.trimStart());
    if (match === null) throw new FilterError(`Error parsing \`filter\` params: ${JSON.stringify(term)}`);
    const [, column = '', not, operator = '', value = ''] = match;
    if (operator !== 'in' && operator !== 'is' && comparisons[operator] === undefined) {
      throw new FilterError(`Error parsing \`filter\` params: unknown operator ${JSON.stringify(operator)}`);
    }
    const values = operator === 'in' ? listValues(value) : [unquote(value)];
    return { column: unquote(column), negated: not !== undefined, operator, values };
  });
}

function listValues(value: string): string[] {
  const match = /^\((.*)\)$/s.exec(value.trim());
  if (match === null) throw new FilterError('`in` filter value must be wrapped in parentheses');
  const values = splitTerms(match[1] ?? '').map(unquote);
  if (values.length > maxInValues) throw new FilterError('`in` filter has more than 100 values');
  return values;
}

export interface FilterColumn {
  readonly name: string;
  readonly type: string;
  readonly castType: string;
  readonly selectable: boolean;
}

/** Checks the terms against a table's columns and casts their values, as the real server does when subscribing. */
export async function bindFilter(
  sql: Sql,
  terms: readonly ParsedTerm[],
  columns: readonly FilterColumn[],
): Promise<FilterTerm[]> {
  const bound: FilterTerm[] = [];
  for (const term of terms) {
    const column = columns.find(({ name, selectable }) => name === term.column && selectable);
    if (column === undefined) throw new FilterError(`invalid column for filter ${term.column}`);
    const castType = patternOperators.has(term.operator) ? 'pg_catalog.text' : column.castType;
    bound.push({
      column: column.name,
      castType,
      condition: await conditionOf(sql, term, column.type, castType),
    });
  }
  return bound;
}

async function conditionOf(
  sql: Sql,
  term: ParsedTerm,
  columnType: string,
  castType: string,
): Promise<string> {
  const operand = async (value: string): Promise<string> => {
    const [row] = await sql.unsafe<{ literal: string }[]>(
      `select quote_literal(($1::text::${castType})::text) as literal`,
      [value],
    );
    return `${row?.literal ?? 'null'}::${castType}`;
  };
  if (term.operator === 'is') {
    const value = term.values[0]?.toLowerCase() ?? '';
    if (!['null', 'true', 'false', 'unknown'].includes(value))
      throw new FilterError('invalid value for `is`');
    if (value !== 'null' && columnType !== 'bool') throw new FilterError('`is` wants a boolean column');
    return `is ${term.negated ? 'not ' : ''}${value}`;
  }
  if (term.operator === 'in') {
    const list: string[] = [];
    for (const value of term.values) list.push(await operand(value));
    return `${term.negated ? 'not ' : ''}in (${list.join(', ')})`;
  }
  const value = await operand(term.values[0] ?? '');
  const sqlOperator = comparisons[term.operator] ?? '=';
  if (!term.negated) return `${sqlOperator} ${value}`;
  return `${negations[sqlOperator] ?? '='} ${value}`;
}
