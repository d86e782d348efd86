import { z } from 'zod';
import { sqlText } from '../../../upstream/postgres/sql/sql-text.ts';

const migrationVersion = z.string().regex(/^\d{1,200}$/, 'must be digits alone, such as 20260131120000');

export const wantedVersion = z.object({ version: migrationVersion });

/** What another tool wrote may be anything. */
export const knownVersion = z.object({
  version: sqlText.refine((version) => version.length <= 1_000, 'is longer than any version'),
});

export const migrationInput = z
  .object({
    version: migrationVersion,
    // The Supabase CLI takes a file without a name, and several with the same one.
    name: sqlText.refine((name) => name.length <= 255, 'must have at most 255 characters'),
    sql: sqlText,
    down: sqlText.nullish(),
    dryRun: z.boolean(),
    transactional: z.boolean(),
    resumeFrom: z.int().min(0).nullish(),
  })
  .refine(({ down }) => typeof down !== 'string' || down.trim() !== '', {
    path: ['down'],
    message: 'there is no statement in it; leave it out',
  })
  .refine(({ resumeFrom, transactional }) => typeof resumeFrom !== 'number' || !transactional, {
    path: ['resumeFrom'],
    message: 'a transaction is all or nothing: it goes with transactional: false alone',
  })
  .refine(({ dryRun, transactional }) => !dryRun || transactional, {
    path: ['dryRun'],
    message: 'needs a transaction to roll back: it does not go with transactional: false',
  });

export type MigrationInput = z.infer<typeof migrationInput>;
