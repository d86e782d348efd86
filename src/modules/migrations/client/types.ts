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
