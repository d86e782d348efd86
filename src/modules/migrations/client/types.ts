import { z } from 'zod';
import { sqlText } from '../../../upstream/postgres/sql/sql-text.ts';

const migrationStates = ['APPLIED', 'INCOMPLETE'] as const;

/** A migration as the history tells of it. */
export interface Migration {
  readonly version: string;
  readonly name: string | null;
  readonly statements: readonly string[] | null;
  readonly checksum: string | null;
  readonly down: string | null;
  readonly state: (typeof migrationStates)[number];
  /** How many statements ran so far. */
  readonly statementsRun: number | null;
  /** Index of the statement that runs outside of a transaction now, or of whose end nobody knows. */
  readonly statementRunning: number | null;
  readonly transactional: boolean | null;
  readonly outOfOrder: boolean | null;
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  /** Milliseconds. */
  readonly duration: number | null;
}

export interface MigrationNotice {
  readonly severity: string;
  readonly code: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
}

export interface MigrationResult {
  readonly migration: Migration;
  /** This very call applied it. */
  readonly applied: boolean;
  readonly dryRun: boolean;
  /** Milliseconds of the statements. */
  readonly duration: number;
  readonly notices: readonly MigrationNotice[];
}

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
