import { type AppError, withDetails } from '../../../lib/app-error.ts';
import { toDatabaseError } from '../../../upstream/postgres/sql/database-error.ts';
import { lineAt, unitsOf } from '../../../upstream/postgres/sql/text-places.ts';
import type { ScriptStatement } from './divide-script.ts';

/** Carries the place of a failing statement past the pool, which looks at the cause alone. */
export class ScriptFailure extends Error {
  readonly index: number;
  readonly statement: ScriptStatement;

  constructor(index: number, statement: ScriptStatement, cause: unknown) {
    super('a statement of a script failed', { cause });
    this.index = index;
    this.statement = statement;
  }
}

/** The AppError of whatever a migration rejects with: with index, line and SQLSTATE when a statement failed. */
export function toMigrationError(error: unknown): AppError {
  if (!(error instanceof ScriptFailure)) return toDatabaseError(error);
  const { index, statement, cause } = error;
  const plain = toDatabaseError(cause);
  const position = plain.privileged['position'];
  const units = typeof position === 'number' ? unitsOf(statement.text, position - 1) : undefined;
  const line =
    statement.line + (units === undefined ? leadingLines(statement) : lineAt(statement.text, units) - 1);
  return withDetails(plain, { index, line });
}

/** Comments stand before a statement; the statement itself is what failed. */
function leadingLines({ text, start, kind }: ScriptStatement): number {
  return kind === undefined ? 0 : lineAt(text, Math.max(0, kind.start - start)) - 1;
}
