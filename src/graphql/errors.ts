import { GraphQLError } from 'graphql';
import { AppError, type ErrorCode, errorCodes } from '../lib/app-error.ts';
import type { Logger } from '../observability/logger.ts';
import type { Role } from '../viewer/viewer.ts';

export interface ErrorAudience {
  readonly requestId: string;
  readonly role: Role;
  readonly log: Logger;
}

const made = new WeakSet<GraphQLError>();
/** Stands in for the request id where Yoga masks an error without telling for which request. */
export const unknownRequest = 'unknown';
const internalMessage = 'Something went wrong in the gateway. The request id helps to find it.';

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value);
}

function rootCause(error: unknown): unknown {
  let current = error;
  while (current instanceof GraphQLError && current.originalError) current = current.originalError;
  return current;
}

function pathOf(error: unknown): readonly (string | number)[] | undefined {
  return error instanceof GraphQLError ? error.path : undefined;
}

/** The code an error will show to clients, without making the client's error. */
export function errorCodeOf(error: unknown): ErrorCode {
  const cause = rootCause(error);
  if (cause instanceof AppError) return cause.code;
  if (cause instanceof GraphQLError) {
    const code = cause.extensions['code'];
    if (isErrorCode(code)) return code;
    // Yoga's own words for a request that is not GraphQL over HTTP.
    if (code === 'BAD_REQUEST' || code === 'OPERATION_RESOLUTION_FAILURE') return 'BAD_USER_INPUT';
    // Without a path nothing was executed yet: the variables did not fit.
    if (cause.path === undefined && pathOf(error) === undefined) return 'BAD_USER_INPUT';
  }
  return 'INTERNAL_SERVER_ERROR';
}

function httpExtension(error: GraphQLError, code: ErrorCode, details: Readonly<Record<string, unknown>>) {
  const given: unknown = error.extensions['http'];
  if (typeof given === 'object' && given !== null) {
    // A request that is not GraphQL over HTTP fails with its status whatever the client accepts.
    return error.extensions['code'] === 'BAD_REQUEST' ? { ...given, spec: false } : given;
  }
  const retryAfter = details['retryAfter'];
  const headers = typeof retryAfter === 'number' ? { headers: { 'retry-after': String(retryAfter) } } : {};
  // A field's error never decides the status of an answer that may hold data; a whole operation's does, where the
  // client speaks application/graphql-response+json.
  if (error.path !== undefined) return 'headers' in headers ? headers : undefined;
  return { status: errorCodes[code].http, spec: true, ...headers };
}

/**
 * The only place that makes an error for clients: `extensions.code` from our list, the request id, the error's details,
 * and for SERVICE_ROLE its privileged ones. Whatever is not an error of ours is masked, and logged once with its cause.
 */
export function toClientError(error: unknown, audience: ErrorAudience): GraphQLError {
  if (error instanceof GraphQLError && made.has(error)) {
    // Made where the request was not known (see yoga.ts): now it is.
    if (error.extensions['requestId'] === unknownRequest) error.extensions['requestId'] = audience.requestId;
    return error;
  }
  const located =
    error instanceof GraphQLError
      ? error
      : new GraphQLError(error instanceof Error ? error.message : internalMessage, {
          originalError: error instanceof Error ? error : null,
        });
  const cause = rootCause(error);
  const code = errorCodeOf(error);
  const ours = cause instanceof AppError;
  const privileged = ours && audience.role === 'SERVICE_ROLE' ? cause.privileged : {};
  const details = ours ? cause.details : publicDetails(cause);
  const masked = code === 'INTERNAL_SERVER_ERROR';
  if (masked) {
    audience.log.error({ err: cause, path: located.path, requestId: audience.requestId }, 'unexpected error');
  } else if (ours && errorCodes[code].http >= 500) {
    // A client that leaves says nothing about the service, and any client can do it as often as it likes.
    const level = code === 'TIMEOUT' && isAbort(cause.cause) ? 'debug' : 'warn';
    audience.log[level](
      { code, err: cause.cause ?? cause, path: located.path, requestId: audience.requestId },
      'operation failed upstream',
    );
  }
  const http = httpExtension(located, code, details);
  const result = new GraphQLError(masked ? internalMessage : located.message, {
    nodes: located.nodes ?? null,
    source: located.source ?? null,
    positions: located.positions ?? null,
    path: located.path ?? null,
    extensions: {
      ...details,
      ...privileged,
      code,
      requestId: audience.requestId,
      ...(http === undefined ? {} : { http }),
    },
  });
  made.add(result);
  return result;
}

function isAbort(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === 'AbortError' || isAbort(cause.cause));
}

function publicDetails(cause: unknown): Readonly<Record<string, unknown>> {
  if (!(cause instanceof GraphQLError)) return {};
  const issues = cause.extensions['issues'];
  if (issues !== undefined) return { issues };
  if (cause.extensions['code'] === undefined && cause.path === undefined) {
    return { issues: [{ path: [], message: cause.message }] };
  }
  return {};
}
