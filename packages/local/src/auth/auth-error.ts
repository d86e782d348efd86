export interface ShownPostgresError {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; hint?: string; detail?: string };
}

/** An answer that is an error of Supabase Auth: `code` is its error code, not an HTTP status. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly status: number;
  readonly code: string;
  readonly reasons: readonly string[] | undefined;
  /** What Postgres said, which the old form of errors shows instead. */
  readonly postgres: ShownPostgresError | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      reasons?: readonly string[] | undefined;
      postgres?: ShownPostgresError | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.status = status;
    this.code = code;
    this.reasons = more.reasons;
    this.postgres = more.postgres;
  }
}

/** 400 validation_failed, the commonest answer to a malformed request. */
export function invalid(message: string): AuthError {
  return new AuthError(400, 'validation_failed', message);
}
