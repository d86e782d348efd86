import { sqlState } from '../../../upstream/postgres/failure.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { commit } from '../../../upstream/postgres/sql/commit.ts';
import { isRefusedInTransaction } from '../../../upstream/postgres/sql/database-error.ts';
import { mayCommit } from '../../../upstream/postgres/sql/statement-rules.ts';
import type { ScriptStatement } from './divide-script.ts';
import { advanceProgress } from './history.ts';
import { ScriptFailure } from './script-failure.ts';

/**
 * Runs the statements from `from` on, each for itself. One that a transaction takes commits together with the note that
 * it ran, so that a process can be lost at any time. The others run between two notes: where the second is missing,
 * nobody knows whether the statement came to its end.
 */
export async function runStepByStep(
  session: PostgresSession,
  version: string,
  statements: readonly ScriptStatement[],
  from: number,
): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    if (index < from || statement.kind === undefined) continue;
    try {
      const ran = !mayCommit(statement.kind) && (await runWithNote(session, version, index, statement.text));
      if (!ran) await runAlone(session, version, index, statement.text);
    } catch (error) {
      throw new ScriptFailure(index, statement, error);
    }
  }
}

/** False when Postgres does not allow the statement in a transaction; nothing has happened then. */
async function runWithNote(
  session: PostgresSession,
  version: string,
  index: number,
  text: string,
): Promise<boolean> {
  const { sql } = session;
  await sql.run('begin');
  try {
    await sql.query(text);
    await asOurselves(session);
    await advanceProgress(sql, version, { run: index + 1, running: null });
    await commit(session);
    return true;
  } catch (error) {
    // Fails where the connection is lost, and then there is nothing to roll back.
    await sql.run('rollback').catch(() => undefined);
    if (isRefusedInTransaction(error)) return false;
    throw error;
  }
}

async function runAlone(
  session: PostgresSession,
  version: string,
  index: number,
  text: string,
): Promise<void> {
  await note(session, version, { run: index, running: index });
  try {
    await session.sql.query(text);
  } catch (error) {
    // Postgres answered, so it is known that the statement failed; otherwise the note stays.
    if (sqlState(error) !== undefined && !session.closed) {
      await note(session, version, { run: index, running: null });
    }
    throw error;
  }
  await note(session, version, { run: index + 1, running: null });
}

async function note(
  session: PostgresSession,
  version: string,
  progress: { readonly run: number; readonly running: number | null },
): Promise<void> {
  await session.sql.run('begin read write');
  await asOurselves(session);
  await advanceProgress(session.sql, version, progress);
  await commit(session);
}

/** For the rest of the transaction: what the migration made of the session stays for its next statement. */
async function asOurselves({ sql }: PostgresSession): Promise<void> {
  await sql.run('set local statement_timeout = 0; set local role none');
}
