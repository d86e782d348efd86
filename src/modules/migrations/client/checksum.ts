import { createHash } from 'node:crypto';

/** SHA-256 over the statements as stored, so that rows of every tool compare; null where none are stored. */
export function checksumOf(statements: readonly string[] | null): string | null {
  if (statements === null) return null;
  return createHash('sha256').update(JSON.stringify(statements)).digest('hex');
}
