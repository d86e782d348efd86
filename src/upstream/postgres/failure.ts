import { AppError } from '../../lib/app-error.ts';
import { isPostgresError } from './postgres-error.ts';

/** What a call gets that ended because its caller or its operation did. */
export function stopped(signal: AbortSignal): AppError {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('TIMEOUT', 'The call was ended before Postgres answered.', { cause: signal.reason });
}

/** No connection, or the connection was lost before anything could have been changed. */
export function unavailable(cause: unknown): AppError {
  // A connection that we ourselves refused says why.
  if (cause instanceof AppError) return cause;
  const refusal = refusals[sqlState(cause) ?? ''];
  return new AppError('UPSTREAM_UNAVAILABLE', refusal ?? 'Postgres cannot be reached.', {
    details: { service: 'POSTGRES', ...(refusal === undefined ? {} : { reason: 'login_refused' }) },
    cause,
  });
}

/** What no waiting mends: the connection URL does not fit the server. */
const refusals: Readonly<Record<string, string>> = {
  '28P01': 'Postgres refuses the login of this gateway: its password is wrong, or there is no such user.',
  '28000': 'Postgres refuses the login of this gateway: the user, or a connection from here, is not allowed.',
  '3D000': 'Postgres has no database of the configured name.',
};

/** A write was sent and the connection was lost before its answer came. */
export function outcomeUnknown(cause: unknown): AppError {
  return new AppError('OUTCOME_UNKNOWN', 'The connection to Postgres was lost before it answered.', {
    details: { service: 'POSTGRES' },
    cause,
  });
}

/** What commits as it goes was cancelled. */
export function partlyDone(cause: unknown): AppError {
  return new AppError(
    'OUTCOME_UNKNOWN',
    'The statement was cancelled, and may have committed a part of its work before.',
    { details: { service: 'POSTGRES' }, cause },
  );
}

/** The SQLSTATE of an error that Postgres sent, or that has such a one as its cause; else undefined. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return isPostgresError(error) ? error.code : sqlState(error.cause);
}

/**
 * True when Postgres said with this error that it ends the connection. A statement can raise every SQLSTATE there is,
 * and pass on what another server said to it, but not with this severity.
 */
export function endsConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isPostgresError(error)) return error.severity === 'FATAL' || error.severity === 'PANIC';
  return endsConnection(error.cause);
}

/** True when the server itself is going down or coming up, or lost the connection. */
export function isServerLoss(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && endsConnection(error) && lossStates.test(state);
}

/** Class 08, but for 08P01, which says nothing about the connection, and the ways of a server to come and go. */
const lossStates = /^(?:08(?!P01)|57P0[123]$)/;
