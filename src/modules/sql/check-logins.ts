import type { SharedConfig } from '../../config/shared-config.ts';
import { AppError } from '../../lib/app-error.ts';
import type { Logger } from '../../observability/logger.ts';
import type { PostgresPools } from '../../upstream/postgres/pools.ts';
import { checkReadLogin } from './check-read-login.ts';

/** Milliseconds for the look at the start whether Postgres lets us in. */
const checkMs = 5_000;

/** Rejects when the login for reading SQL can do more than that. A database that is down is no reason not to start. */
export async function checkLogins(
  { url, readUrl }: Pick<SharedConfig['database'], 'url' | 'readUrl'>,
  pools: PostgresPools,
  log: Logger,
): Promise<void> {
  const check = async (variable: string, run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_CONFIGURED') throw error;
      const refused = error instanceof AppError && error.details['reason'] === 'login_refused';
      log.warn(
        { err: error },
        `Postgres ${refused ? 'refuses' : 'did not answer at the start:'} ${variable}`,
      );
    }
  };
  const oneUrl = readUrl === url;
  await Promise.all([
    check(oneUrl ? 'DATABASE_URL' : 'DATABASE_URL_READ', () => checkReadLogin(pools)),
    oneUrl ? undefined : check('DATABASE_URL', () => pools.ping(AbortSignal.timeout(checkMs))),
  ]);
}
