import type { Position } from './cursor.ts';
import { bindText } from './encode-value.ts';
import type { OrderExpression } from './order.ts';
import { isBuiltIn, operatorFor } from './sql-names.ts';
import type { Statement } from './statement.ts';

/** A condition that is true of the rows that come after `position`, and never of others; before it if `backwards`. */
export function beyond(
  statement: Statement,
  terms: readonly OrderExpression[],
  position: Position,
  backwards: boolean,
): string {
  return isComparableAsRow(terms)
    ? rowBeyond(statement, terms, position, backwards)
    : spelledOut(statement, terms, position, backwards);
}

/** A comparison of rows can use an index over all of them, but knows neither nulls nor two directions. */
function isComparableAsRow(terms: readonly OrderExpression[]): boolean {
  return terms.every(
    ({ nullable, descending, type }) =>
      !nullable && descending === terms[0]?.descending && isBuiltIn(type) && type.kind !== 'composite',
  );
}

function rowBeyond(
  statement: Statement,
  terms: readonly OrderExpression[],
  position: Position,
  backwards: boolean,
): string {
  const [first] = terms;
  if (first === undefined) return 'false';
  const names = terms.map(({ sql }) => sql);
  const values = terms.map(({ type }, index) => bindText(statement, type, position[index] ?? null));
  const symbol = operatorFor(first.type, first.descending === backwards ? '>' : '<');
  return terms.length === 1
    ? `${names[0]} ${symbol} ${values[0]}`
    : `row(${names.join(', ')}) ${symbol} row(${values.join(', ')})`;
}

function spelledOut(
  statement: Statement,
  terms: readonly OrderExpression[],
  position: Position,
  backwards: boolean,
): string {
  const sides = terms.map((term, index) => sidesOf(statement, term, position[index] ?? null, backwards));
  const whole = sides.reduceRight<string | undefined>(
    (rest, { past, same }) => (rest === undefined ? past : `(${past} or (${same} and ${rest}))`),
    undefined,
  );
  // What an index can begin at, since it cannot see through OR.
  const start = sides[0]?.start;
  return start === undefined ? (whole ?? 'false') : `(${start} and ${whole ?? 'false'})`;
}

interface Sides {
  /** Beyond the position by this term alone. */
  readonly past: string;
  readonly same: string;
  /** True wherever one of both is, as one comparison; undefined where there is no such. */
  readonly start: string | undefined;
}

function sidesOf(
  statement: Statement,
  { sql, type, descending, nullsFirst, nullable }: OrderExpression,
  text: string | null,
  backwards: boolean,
): Sides {
  const nullsAtEnd = nullsFirst === backwards;
  const isNull = `${sql} is not distinct from null`;
  if (text === null) {
    return { past: nullsAtEnd ? 'false' : `${sql} is distinct from null`, same: isNull, start: undefined };
  }
  const value = bindText(statement, type, text);
  const symbol = descending === backwards ? '>' : '<';
  const past = `${sql} ${operatorFor(type, symbol)} ${value}`;
  const same = `${sql} ${operatorFor(type, '=')} ${value}`;
  return nullable && nullsAtEnd
    ? { past: `(${past} or ${isNull})`, same, start: undefined }
    : { past, same, start: `${sql} ${operatorFor(type, `${symbol}=`)} ${value}` };
}
