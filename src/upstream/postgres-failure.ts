import { AppError } from '../lib/app-error.ts';

/** What a call gets that ended because its caller or its operation did. */
export function stopped(signal: AbortSignal): AppError {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('TIMEOUT', 'The call was ended before Postgres answered.', { cause: signal.reason });
}

/** No connection, or the connection was lost before anything could have been changed. */
export function unavailable(cause: unknown): AppError {
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

/** The SQLSTATE of an error that Postgres sent (also as the cause of an AppError), else undefined. */
export function sqlState(error: unknown): string | undefined {
  const source = error instanceof AppError ? error.cause : error;
  if (!(source instanceof Error) || !('code' in source) || !('severity' in source)) return undefined;
  return typeof source.code === 'string' ? source.code : undefined;
}

/** True for the SQLSTATEs in which the server itself is going down or coming up, or lost the connection. */
export function isConnectionState(state: string): boolean {
  return state.startsWith('08') || state === '57P01' || state === '57P02' || state === '57P03';
}
