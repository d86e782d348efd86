import { AppError } from '../../lib/app-error.ts';
import type { Logger } from '../../observability/logger.ts';
import type { RowsRunner } from '../../upstream/postgres/rows/run/rows-runner.ts';

/** Milliseconds for the look at the start whether Postgres lets us in. */
const checkMs = 5_000;

/**
 * Rejects when row level security would not bind the login for rows; warns where a function could reach past it. A
 * database that is down is no reason not to start: each connection is looked at again when it is opened.
 */
export async function checkRowsLogin(
  runner: RowsRunner,
  callerRoles: readonly string[],
  log: Logger,
): Promise<void> {
  try {
    const { bypassing, outOfReach } = await runner.check(callerRoles, checkMs);
    if (outOfReach.length > 0) {
      log.warn({ roles: outOfReach }, 'DATABASE_URL_ROWS has a login that may not become roles of callers');
    }
    if (bypassing.length === 0) return;
    log.warn(
      { roles: bypassing },
      'DATABASE_URL_ROWS has a login that may become roles which row level security does not bind: ' +
        'a function that runs text of its caller reaches them. `bunbun_rows` of the local stack may not.',
    );
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_CONFIGURED') throw error;
    log.warn({ err: error }, 'Postgres did not answer at the start: DATABASE_URL_ROWS');
  }
}
