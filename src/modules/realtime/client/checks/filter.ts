/** One condition of a filter, `column=operator.value`. */
export interface FilterCondition {
  readonly column: string;
  readonly operator: string;
  readonly negated: boolean;
  readonly value: string;
}

const operators = [
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'like',
  'ilike',
  'is',
  'match',
  'imatch',
  'isdistinct',
] as const;
const maxListed = 100;

/** Why a text is no filter, as a sentence. */
export class FilterFault extends Error {}

/**
 * Reads a Realtime filter: conditions joined by commas, all of which must hold. Throws a FilterFault that names the
 * column or operator at fault.
 */
export function parseFilter(filter: string): FilterCondition[] {
  if (filter.includes('\0')) throw new FilterFault('It holds a NUL character.');
  const parts = splitOutsideQuotes(filter);
  if (parts.some((part) => part.trim() === '')) throw new FilterFault('A condition is empty.');
  return parts.map(parseCondition);
}

function parseCondition(text: string): FilterCondition {
  const [, column, not, operator, value] = /^([^=]+)=(not\.)?([^.]*)\.(.*)$/s.exec(text) ?? [];
  if (column === undefined || operator === undefined || value === undefined) {
    throw new FilterFault(`"${clip(text)}" is not of the form column=operator.value.`);
  }
  if (!operators.some((known) => known === operator)) {
    throw new FilterFault(
      `Unknown operator "${clip(operator)}" for column "${clip(column)}": use ${operators.join(', ')}.`,
    );
  }
  if (operator === 'in') checkList(column, value);
  if (operator === 'is' && !/^(null|true|false|unknown)$/i.test(value)) {
    throw new FilterFault(`Operator "is" for column "${clip(column)}" takes null, true, false or unknown.`);
  }
  // The matcher finds out only when a row comes, and then it takes that row from everybody.
  if (/^i?like$/.test(operator) && /(^|[^\\])(\\\\)*\\$/.test(unquote(value))) {
    throw new FilterFault(
      `The pattern of operator "${operator}" for column "${clip(column)}" ends in a backslash.`,
    );
  }
  return { column: column.trimStart(), operator, negated: not !== undefined, value };
}

/** The values a condition compares with, out of their quotes and list. */
export function operandsOf({ operator, value }: FilterCondition): string[] {
  return operator === 'in' ? splitOutsideQuotes(value.slice(1, -1)).map(unquote) : [unquote(value)];
}

function unquote(value: string): string {
  const [, quoted] = /^\s*"(.*)"\s*$/s.exec(value) ?? [];
  return quoted?.replace(/\\(.)/gs, '$1') ?? value;
}

function checkList(column: string, value: string): void {
  const [, inner] = /^\((.*)\)$/s.exec(value) ?? [];
  if (inner === undefined || inner === '') {
    throw new FilterFault(`Operator "in" for column "${clip(column)}" takes a list: in.(a,b).`);
  }
  if (splitOutsideQuotes(inner).length > maxListed) {
    throw new FilterFault(`Operator "in" for column "${clip(column)}" takes at most ${maxListed} values.`);
  }
}

/** Splits at commas that are neither quoted nor inside brackets. */
function splitOutsideQuotes(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    if (depth < 0) throw new FilterFault('A bracket is closed that was not opened.');
  }
  if (quoted || depth > 0) throw new FilterFault('A quote or bracket is not closed.');
  return [...parts, text.slice(from)];
}

function clip(text: string): string {
  return text.length > 63 ? `${text.slice(0, 63)}…` : text;
}
