import type { z } from 'zod';

/**
 * A field of an update. What is left out stays, so a null that cannot clear its field would report a success that never
 * was: it is an issue.
 */
export function updateField<T>(schema: z.ZodType<T>) {
  return schema
    .nullish()
    .refine((value) => value !== null, 'cannot be null: leave it out to keep it as it is')
    .transform((value) => value ?? undefined);
}
