import type { AppError } from './app-error.ts';
import { badInput } from './bad-input.ts';

/** `first` as given, or BAD_USER_INPUT when it is not between 1 and `max`. */
export function checkFirst(first: number, max: number): number {
  if (!Number.isInteger(first) || first < 1 || first > max) {
    throw badInput(['first'], `first must be between 1 and ${max}.`);
  }
  return first;
}

/** An opaque cursor of the connection `kind`, holding `key`: whatever the next page needs to start from. */
export function encodeCursor(kind: string, key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([kind, ...key])).toString('base64url');
}

/** The key of a cursor that `encodeCursor` made for the same `kind`; BAD_USER_INPUT for any other text. */
export function decodeCursor(kind: string, cursor: string): (string | number)[] {
  try {
    if (cursor.length > 4096) throw new Error('too long');
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed[0] !== kind) throw new Error('of another connection');
    const key: (string | number)[] = [];
    for (const part of parsed.slice(1)) {
      if (typeof part !== 'string' && typeof part !== 'number') throw new Error('not a key');
      key.push(part);
    }
    return key;
  } catch (cause) {
    throw badCursor(cause);
  }
}

/** BAD_USER_INPUT for a cursor that no connection gave. */
export function badCursor(cause?: unknown): AppError {
  return badInput(['after'], 'after must be an endCursor or edge cursor of this same connection.', { cause });
}
