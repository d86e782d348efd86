import { z } from 'zod';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';

/** What came as a key in the `extensions` of a request; undefined where none did. */
export function keyInExtensions(extensions: unknown): unknown {
  return isRecord(extensions) ? (extensions['idempotencyKey'] ?? undefined) : undefined;
}

/** The draft of the header has it in quotes, most clients have not. */
const keySchema = z
  .string()
  .max(38)
  .transform((text) => (text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text))
  .pipe(z.uuid())
  .transform((uuid) => uuid.toLowerCase());

/** A key as it is compared. Throws BAD_USER_INPUT. */
export function readKey(given: unknown): string {
  const read = keySchema.safeParse(given);
  if (read.success) return read.data;
  throw badInput(['idempotencyKey'], 'The idempotency key must be a UUID.');
}
