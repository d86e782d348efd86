import postgres from 'postgres';

/** What Postgres says of a failure; the optional fields are there where it has something to say. */
export interface PostgresError extends Error {
  /** SQLSTATE. */
  readonly code: string;
  /** ERROR, or FATAL or PANIC, which end the connection. */
  readonly severity: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
  readonly where?: string;
  readonly routine?: string;
  readonly schema_name?: string;
  readonly table_name?: string;
  readonly column_name?: string;
  readonly constraint_name?: string;
}

/** The same, of a connection that postgres.js does not hold. */
export class ServerError extends Error implements PostgresError {
  readonly code: string;
  readonly severity: string;
  declare readonly detail?: string;
  declare readonly hint?: string;
  declare readonly position?: string;
  declare readonly where?: string;
  declare readonly routine?: string;
  declare readonly schema_name?: string;
  declare readonly table_name?: string;
  declare readonly column_name?: string;
  declare readonly constraint_name?: string;
  /** Which of the steps that were sent together it was, from 0. */
  readonly step: number;

  constructor(fields: Omit<PostgresError, 'name' | 'stack' | 'cause'>, step: number) {
    super(fields.message);
    this.code = fields.code;
    this.severity = fields.severity;
    this.step = step;
    Object.assign(this, fields);
  }
}

/** True for what Postgres itself answered, as opposed to the loss of the connection. */
export function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof ServerError || error instanceof postgres.PostgresError;
}
