import type { z } from 'zod';

/** What may be left out; null says the same. */
export const given = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? undefined);
