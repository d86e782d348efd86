import { createHash } from 'node:crypto';
import { badInput } from '../../../../lib/bad-input.ts';
import type { Table } from '../model/model.ts';
import type { Expression } from './expression.ts';
import type { OrderExpression } from './order.ts';
import type { OrderTerm } from './query.ts';
import { quoteLiteral } from './sql-names.ts';

/** Where a row stands in an order: the text of each of its terms. */
export type Position = readonly (string | null)[];

const longestCursor = 16_384;

/** Which order a cursor is of: another one has another mark. */
export function orderMark(table: Table, terms: readonly OrderTerm[]): string {
  const meaning = terms.map(({ through, by, direction, nulls }) => [
    through.map(({ constraint, apiName }) => [constraint, apiName]),
    by.kind,
    by.kind === 'computed' ? by.fn.id : undefined,
    'column' in by ? by.column.name : undefined,
    'path' in by ? by.path : undefined,
    'relation' in by ? by.relation?.apiName : undefined,
    direction,
    nulls,
  ]);
  const text = JSON.stringify([table.schema, table.name, meaning]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

/** An expression that gives the cursor of a row whose terms are in `columns`. */
export function cursorExpression(
  mark: string,
  terms: readonly OrderExpression[],
  columns: readonly string[],
): string {
  const texts = terms.map((term, index) => positionText(term, columns[index] ?? 'null'));
  const json = `pg_catalog.json_build_array(${[quoteLiteral(mark), ...texts].join(', ')})::pg_catalog.text`;
  const base64 = `pg_catalog.encode(pg_catalog.convert_to(${json}, 'UTF8'), 'base64')`;
  return `pg_catalog.translate(${base64}, E'+/=\\n', '-_')`;
}

/** Money as it is read again: as a plain number. */
function positionText({ type }: Expression, column: string): string {
  const isMoney = type.kind === 'scalar' && type.scalar === 'Money';
  return `${column}${isMoney ? '::pg_catalog.numeric' : ''}::pg_catalog.text`;
}

/** Throws BAD_USER_INPUT for what is no cursor of this order. `name` is that of the argument. */
export function readCursor(
  cursor: string,
  mark: string,
  terms: readonly OrderExpression[],
  name: string,
): Position {
  const position = cursor.length > longestCursor ? undefined : parsePosition(cursor, mark);
  const fits =
    position?.length === terms.length &&
    position.every((text, index) => text !== null || terms[index]?.nullable === true);
  if (position === undefined || !fits) {
    throw badInput([name], `${name} must be a cursor of this same connection, in the same order.`);
  }
  return position;
}

function parsePosition(cursor: string, mark: string): Position | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed[0] !== mark) return undefined;
    const texts: unknown[] = parsed.slice(1);
    return texts.every(isText) ? texts : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && !value.includes('\0'));
}
