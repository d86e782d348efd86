import type { PlainSql } from '../postgres-sql.ts';
import type { PostgresSession } from '../session.ts';

/**
 * Ends whatever transaction is open and takes back what neither its end nor a rollback does: prepared statements,
 * session advisory locks, cursors WITH HOLD, settings, sequences, temporary tables.
 */
export function resetSteps(transactionPooler: boolean): readonly string[] {
  // Behind a pooler the next message may go to another backend. This one is ours until the end of the message.
  return transactionPooler
    ? [
        'rollback; begin; set session authorization default; reset role; reset all; deallocate all; close all; ' +
          'unlisten *; select pg_catalog.pg_advisory_unlock_all(); discard temp; discard sequences; commit',
      ]
    : ['rollback', 'discard all'];
}

/** Ends the transaction and resets the session; one whose reset fails is destroyed. Never rejects. */
export async function resetSession(session: PostgresSession, transactionPooler: boolean): Promise<void> {
  if (!(await sendSteps(session, resetSteps(transactionPooler)))) session.destroy();
}

/** Sends all steps at once; false when one of them failed. Never rejects. */
export function sendSteps(session: { readonly sql: PlainSql }, steps: readonly string[]): Promise<boolean> {
  return Promise.all(steps.map((step) => session.sql.run(step))).then(
    () => true,
    () => false,
  );
}
