import type { RecordReturned } from './model.ts';
import { listed } from './names.ts';
import { toAttributes, type ValueTypes } from './value-types.ts';

/**
 * The rows of a function that does not say itself of what columns they are, by what its comment says. A text is why that
 * is of no use: Postgres wants to hear of all columns or of none.
 */
export function commentedRecord(
  columns: Readonly<Record<string, string>> | undefined,
  types: ValueTypes,
): RecordReturned | string {
  const entries = Object.entries(columns ?? {});
  if (entries.length === 0) {
    return 'it returns records, and nothing says of which columns: a comment can, @graphql({"columns": {"id": "int"}})';
  }
  const isMoved = entries.some(([name]) => /^\d+$/.test(name));
  if (isMoved) return 'its comment has a column that is called by a number, of which nobody knows the place';
  const unknown = entries.filter(([, type]) => types.named(type) === undefined);
  if (unknown.length > 0) {
    return `its comment has columns of types that are not there: ${listed(unknown.map(([, type]) => type))}`;
  }
  const meeting: string[] = [];
  const attributes = toAttributes(
    entries.map(([name, type]) => ({ name, type: types.named(type) })),
    (clash) => meeting.push(clash),
  );
  return meeting[0] ?? { kind: 'record', attributes, isBare: true };
}
