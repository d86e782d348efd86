/** Every code a client can meet in `extensions.code`. The list is closed: a new one is an API change. */
export const errorCodes = {
  BAD_USER_INPUT: { http: 400, meaning: 'The input is malformed; `issues` says what to change.' },
  GRAPHQL_PARSE_FAILED: { http: 400, meaning: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { http: 400, meaning: 'The document does not fit this schema.' },
  BAD_SQL: {
    http: 400,
    meaning: 'Postgres or the statement check refused the SQL; `sqlState`, `position`, `hint`.',
  },
  UNAUTHENTICATED: { http: 401, meaning: 'No, bad or expired credential where one is needed; `reason`.' },
  FORBIDDEN: { http: 403, meaning: 'The role is too low, or a grant or row level security said no.' },
  NOT_FOUND: { http: 404, meaning: 'The thing is not there, or not visible to the caller.' },
  CONFLICT: {
    http: 409,
    meaning: 'It exists already, changed meanwhile, or violates a unique or foreign key.',
  },
  PAYLOAD_TOO_LARGE: { http: 413, meaning: 'The body, file or row set is over its limit.' },
  OPERATION_TOO_COMPLEX: { http: 400, meaning: 'Tokens, depth, aliases or cost are over the limit.' },
  RATE_LIMITED: { http: 429, meaning: 'Too many calls; retry after `retryAfter` seconds.' },
  UPSTREAM_UNAVAILABLE: {
    http: 503,
    meaning: 'The service refused the connection, reset it, or its circuit is open.',
  },
  UPSTREAM_ERROR: { http: 502, meaning: 'The service answered with its own failure.' },
  TIMEOUT: { http: 504, meaning: 'A statement or upstream time limit was reached; nothing was committed.' },
  OUTCOME_UNKNOWN: {
    http: 504,
    meaning:
      'The answer to a write never came, or what commits as it goes was cancelled: look before you retry. With `idempotency: unknown` the same idempotency key will never tell.',
  },
  NOT_CONFIGURED: { http: 501, meaning: 'The service is not part of this deployment.' },
  SHUTTING_DOWN: { http: 503, meaning: 'This process is draining; retry on another connection.' },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    http: 200,
    meaning: 'The request names a persisted operation by its hash alone: send its text.',
  },
  INTERNAL_SERVER_ERROR: { http: 500, meaning: 'A defect of the gateway; report the `requestId`.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface AppErrorOptions {
  /** What really happened. Logged, never shown. */
  cause?: unknown;
  /** Shown to every caller, in `extensions`. */
  details?: Readonly<Record<string, unknown>>;
  /** Shown in `extensions` to SERVICE_ROLE callers alone: SQLSTATE, hints, an upstream's own words. */
  privileged?: Readonly<Record<string, unknown>>;
}

/**
 * The one error class of the gateway. `message` is shown to clients as it stands, so it never holds SQL, hosts,
 * tokens or an upstream's body.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly privileged: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.privileged = options.privileged ?? {};
  }
}

/** The same error with more details. */
export function withDetails(error: AppError, details: Readonly<Record<string, unknown>>): AppError {
  return new AppError(error.code, error.message, {
    cause: error.cause,
    details: { ...error.details, ...details },
    privileged: error.privileged,
  });
}
