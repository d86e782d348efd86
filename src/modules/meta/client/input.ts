import { z } from 'zod';

/** Languages that types are written in, by their path below /generators. */
export const typeLanguages = {
  TYPESCRIPT: 'typescript',
  GO: 'go',
  SWIFT: 'swift',
  PYTHON: 'python',
} as const;

/** postgres-meta takes a body of 3 MiB, its JSON included. */
export const largestBodyBytes = 3 * 1024 * 1024;

// postgres-meta splits its list at commas and trims the parts: such names cannot be asked for.
const schemaName = z
  .string()
  .min(1, 'is empty')
  .max(63, 'is longer than a name in Postgres can be')
  .refine((name) => !/[,\0]/.test(name) && name === name.trim(), 'has a comma or white space at an end');

export const typesArguments = z.object({
  language: z.enum(['TYPESCRIPT', 'GO', 'SWIFT', 'PYTHON']),
  schemas: z.array(schemaName).min(1, 'is empty').max(100, 'has more than 100 names').nullish(),
});

export const formatArguments = z.object({
  sql: z
    .string()
    .refine((text) => text.trim() !== '', 'is empty')
    .refine((text) => !text.includes('\0'), 'contains a NUL character'),
});

export type TypesArguments = z.infer<typeof typesArguments>;
export type FormatArguments = z.infer<typeof formatArguments>;
