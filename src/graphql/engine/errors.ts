import { GraphQLError, isValueNode } from 'graphql';
import { AppError, type ErrorCode, errorCodes } from '../../lib/app-error.ts';
import { isRecord } from '../../lib/is-record.ts';
import { shortText } from '../../lib/short-text.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Role } from '../../viewer/viewer.ts';
import { withoutEcho } from './document/echoed-values.ts';
import { type Locate, placed } from './document/locations.ts';

export interface ErrorAudience {
  readonly requestId: string;
  readonly role: Role;
  readonly log: Logger;
  /** True when nobody is there to be told. */
  readonly callerLeft?: boolean;
  /** Where in the caller's document an error stands that has nodes of it. */
  readonly locate?: Locate;
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

/**
 * True where graphql refused, in the middle of an operation, a value that the document gives to an argument: a variable
 * that is null where the schema has a default. What resolvers get wrong is about no value of the document.
 */
function isRefusedValue(error: GraphQLError): boolean {
  const [node] = error.nodes ?? [];
  return node !== undefined && isValueNode(node);
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
    if (isRefusedValue(cause)) return 'BAD_USER_INPUT';
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
  const masked = code === 'INTERNAL_SERVER_ERROR';
  const details = withFewIssues(ours ? cause.details : masked ? {} : publicDetails(cause));
  // A client that leaves says nothing about us or a service, and any client can do it as often as it likes.
  const left = audience.callerLeft === true;
  if (masked && !(left && isAbort(cause))) {
    audience.log.error({ err: cause, path: located.path, requestId: audience.requestId }, 'unexpected error');
  } else if (ours && errorCodes[code].http >= 500) {
    audience.log[left ? 'debug' : 'warn'](
      { code, err: cause.cause ?? cause, path: located.path, requestId: audience.requestId },
      'operation failed upstream',
    );
  }
  const http = httpExtension(located, code, details);
  const result = new GraphQLError(masked ? internalMessage : messageOf(located, cause), {
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
  return placed(result, located.locations ?? audience.locate?.(located.nodes ?? []));
}

function isAbort(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === 'AbortError' || isAbort(cause.cause));
}

/** graphql repeats a value that it refuses, our own sentences never do. */
function messageOf(located: GraphQLError, cause: unknown): string {
  return cause instanceof GraphQLError ? withoutEcho(located.message) : located.message;
}

const ofArgument = /^Argument "(\w+)" /;

function publicDetails(cause: unknown): Readonly<Record<string, unknown>> {
  if (!(cause instanceof GraphQLError)) return {};
  const issues = cause.extensions['issues'];
  if (issues !== undefined) return { issues };
  if (cause.extensions['code'] !== undefined || cause.path !== undefined) return {};
  const message = withoutEcho(cause.message);
  const [, argument] = ofArgument.exec(message) ?? [];
  return { issues: [{ path: argument === undefined ? [] : [argument], message }] };
}

/** More than a form has fields; longer lists are the work of a machine. */
const mostIssues = 20;
const mostNameCharacters = 100;

/** Names in a path may be a caller's own, and there may be one issue for each value of a large request. */
function withFewIssues(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const issues = details['issues'];
  if (!Array.isArray(issues)) return details;
  return { ...details, issues: issues.slice(0, mostIssues).map(withShortPath) };
}

function withShortPath(issue: unknown): unknown {
  if (!isRecord(issue) || !Array.isArray(issue['path'])) return issue;
  const path = issue['path'].map((name) =>
    typeof name === 'string' ? shortText(name, mostNameCharacters) : name,
  );
  return { ...issue, path };
}
