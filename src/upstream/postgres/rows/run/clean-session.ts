import { resetSteps, sendSteps } from '../../sql/reset-session.ts';
import type { RowsSession } from './rows-pools.ts';

/**
 * Takes back what a function may have left for the next caller of this connection: settings, temporary tables, locks,
 * cursors. What we prepared stays, but a function may prepare something else by the same name, so a connection on which
 * anything was prepared by SQL is given up, as one whose cleaning failed is. Sends at once, and never rejects.
 */
export async function cleanSession(session: RowsSession, pooled: boolean): Promise<void> {
  if (!(pooled ? await sendSteps(session, resetSteps(true)) : await isCleaned(session))) session.destroy();
}

/** Ends the transaction that a statement failed in; a connection on which that fails is given up. Never rejects. */
export async function rollback(session: RowsSession): Promise<void> {
  if (!(await sendSteps(session, ['rollback']))) session.destroy();
}

async function isCleaned({ sql }: RowsSession): Promise<boolean> {
  return await sql.run<{ prepared: boolean }>(cleaning).then(
    ([row]) => row?.prepared === false,
    () => false,
  );
}

// RESET ALL leaves the role.
const cleaning = `reset role; reset all; close all; unlisten *; discard temp;
  select pg_catalog.pg_advisory_unlock_all(),
    exists (select from pg_catalog.pg_prepared_statements where from_sql) as prepared`;
