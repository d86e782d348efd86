import { AppError } from '../lib/app-error.ts';

/** What a call gets that ended because its caller or its operation did. */
export function stopped(signal: AbortSignal): AppError {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('TIMEOUT', 'The call was ended before Postgres answered.', { cause: signal.reason });
}

/** No connection, or the connection was lost before anything could have been changed. */
export function unavailable(cause: unknown): AppError {
  // A connection that we ourselves refused says why.
  if (cause instanceof AppError) return cause;
  return new AppError('UPSTREAM_UNAVAILABLE', 'Postgres cannot be reached.', {
    details: { service: 'POSTGRES' },
    cause,
  });
}

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
  if ('code' in error && 'severity' in error) return typeof error.code === 'string' ? error.code : undefined;
  return sqlState(error.cause);
}

/**
 * True for the SQLSTATEs in which the server itself is going down or coming up, or lost the connection. 08P01 comes
 * when the number of parameters is wrong, and says nothing about the connection.
 */
export function isConnectionState(state: string): boolean {
  return (
    (state.startsWith('08') && state !== '08P01') ||
    state === '57P01' ||
    state === '57P02' ||
    state === '57P03'
  );
}
