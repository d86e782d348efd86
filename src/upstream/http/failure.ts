import { errors } from 'undici';
import { AppError } from '../../lib/app-error.ts';

/** What went wrong on the way to a service, before it is told to a client. */
export type FailureKind = 'connection' | 'timeout' | 'abandoned' | 'too-large' | 'bad-answer' | 'bad-request';

export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  readonly kind: FailureKind;
  constructor(kind: FailureKind, cause?: unknown) {
    super(kind, { cause });
    this.kind = kind;
  }
}

export function toFailure(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
      // Nothing was sent: for the caller this is a service that cannot be reached.
      return new UpstreamFailure('connection', error);
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new UpstreamFailure('timeout', error);
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      return new UpstreamFailure('bad-request', error);
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new UpstreamFailure('bad-answer', error);
    default:
      return new UpstreamFailure(
        error instanceof errors.HTTPParserError ? 'bad-answer' : 'connection',
        error,
      );
  }
}

const connectCodes = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** No connection came to be, so the service cannot have acted on the request. */
export function neverConnected(failure: UpstreamFailure): boolean {
  const { cause } = failure;
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  const code = String(cause.code);
  // A handshake that failed; certificates that are refused are named after what is wrong with them.
  return connectCodes.has(code) || /CERT|^ERR_TLS_|^ERR_SSL_|^EPROTO$|^UNABLE_TO_/.test(code);
}

/** Kinds that speak against the service; the others are the caller's or our own doing. */
export function countsAgainstService(failure: UpstreamFailure): boolean {
  return failure.kind === 'connection' || failure.kind === 'timeout';
}

/** The client's view. `unknownOutcome`: a write had been sent and its answer never came. */
export function toAppError(service: string, failure: UpstreamFailure, unknownOutcome: boolean): AppError {
  const options = { cause: failure.cause, details: { service } };
  if (unknownOutcome && failure.kind !== 'bad-request') {
    return new AppError('OUTCOME_UNKNOWN', `${service} took the request but its answer never came.`, options);
  }
  switch (failure.kind) {
    case 'connection':
      return new AppError('UPSTREAM_UNAVAILABLE', `${service} cannot be reached.`, options);
    case 'timeout':
      return new AppError('TIMEOUT', `${service} did not answer in time.`, options);
    case 'abandoned':
      return new AppError('TIMEOUT', `The call to ${service} was given up.`, options);
    case 'too-large':
      return new AppError('PAYLOAD_TOO_LARGE', `The answer of ${service} is over the limit.`, options);
    case 'bad-answer':
      return new AppError('UPSTREAM_ERROR', `${service} gave an answer that cannot be read.`, options);
    case 'bad-request':
      return new AppError('BAD_USER_INPUT', `A value cannot be sent to ${service} over HTTP.`, options);
  }
}
