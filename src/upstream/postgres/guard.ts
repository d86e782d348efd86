import { AppError } from '../../lib/app-error.ts';
import { longestDelayMs } from '../../lib/timers.ts';
import { endsConnection, outcomeUnknown, partlyDone, sqlState, stopped, unavailable } from './failure.ts';
import type { PlainSql } from './postgres-sql.ts';
import type { PostgresSession } from './session.ts';

export interface PostgresCallOptions {
  /** Aborted when the caller left: what runs in Postgres is then cancelled. */
  readonly signal: AbortSignal;
  /** Milliseconds for the whole call, the wait for a connection included: then what runs is cancelled. */
  readonly timeoutMs: number;
  /** True when the call may change data outside a transaction of its own: a lost answer is then OUTCOME_UNKNOWN. */
  readonly writes?: boolean;
  /** True when it may commit a part of its work before it ends: a cancelled one is then OUTCOME_UNKNOWN. */
  readonly commitsParts?: boolean;
}

/** How long a cancelled statement may take to end before its connection is destroyed. */
const cancelGraceMs = 2_000;

/** How long its backend may then take to be terminated, before the connection is destroyed all the same. */
const terminateMs = 1_000;

/**
 * Runs `use` under the call's time limit and signal: either one cancels what runs in Postgres, and when that does not
 * help has its backend terminated and destroys the connection. Settles only after a cancel request has come to its
 * end, or has lost the connection that it was for, so that it cannot hit whatever uses the connection next.
 */
export async function guardSession<T, Sql extends PlainSql>(
  session: PostgresSession<Sql>,
  options: PostgresCallOptions,
  terminate: (session: PostgresSession<Sql>) => Promise<void>,
  use: (session: PostgresSession<Sql>) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs } = options;
  // The caller may have left while the connection was handed over.
  if (signal.aborted) throw stopped(signal);
  let interruption: AppError | undefined;
  let cancelling: Promise<boolean> | undefined;
  let ending: Promise<void> | undefined;
  let grace: NodeJS.Timeout | undefined;

  const interrupt = (reason: AppError): void => {
    if (interruption !== undefined) return;
    interruption = reason;
    cancelling = session.cancel();
    grace = setTimeout(() => {
      ending = end();
    }, cancelGraceMs);
  };
  const giveUp = (): void => {
    session.givenUp = true;
    session.destroy();
  };
  const end = async (): Promise<void> => {
    session.givenUp = true;
    const timer = setTimeout(giveUp, terminateMs);
    await terminate(session);
    clearTimeout(timer);
    giveUp();
  };
  const onAbort = (): void => interrupt(stopped(signal));
  const timer = setTimeout(() => interrupt(tooLate()), Math.min(timeoutMs, longestDelayMs));
  signal.addEventListener('abort', onAbort);
  try {
    return await use(session);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const state = sqlState(error);
    // The backend was terminated, by us or by somebody else.
    const terminated = state === '57P01' && endsConnection(error);
    const cancelled = state === '57014' || (terminated && ending !== undefined);
    if ((cancelled || terminated) && options.commitsParts === true) throw partlyDone(error);
    if (interruption !== undefined && (cancelled || (state === undefined && options.writes !== true)))
      throw interruption;
    // What is no answer of Postgres and happened on a lost connection is the loss of it.
    if (state === undefined && session.closed)
      throw options.writes ? outcomeUnknown(error) : unavailable(error);
    throw error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal.removeEventListener('abort', onAbort);
    // Nobody else may get a connection whose backend is about to be ended.
    if (ending !== undefined) giveUp();
    else if (cancelling !== undefined && !session.closed && !(await cancelling)) giveUp();
  }
}

/** What a call gets whose time limit is over. */
export function tooLate(): AppError {
  return new AppError('TIMEOUT', 'The statement took longer than its time limit and was cancelled.', {
    details: { service: 'POSTGRES' },
  });
}
