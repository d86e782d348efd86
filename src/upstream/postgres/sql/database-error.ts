import { AppError, type ErrorCode, withDetails } from '../../../lib/app-error.ts';
import { endsConnection, sqlState } from '../failure.ts';
import { isPostgresError, type PostgresError } from '../postgres-error.ts';

/** What surrounds a statement that failed, for the error's details. */
export interface FailureContext {
  /** Characters that we put in front of the caller's text. */
  readonly prefixLength?: number;
  /** Index of the statement in the caller's list. */
  readonly index?: number;
}

/**
 * The AppError of anything a call to Postgres rejects with; AppErrors pass. SERVICE_ROLE callers see Postgres' own
 * message, SQLSTATE, position and hint in the error's extensions, others only the code.
 */
export function toDatabaseError(error: unknown, context: FailureContext = {}): AppError {
  const index = context.index === undefined ? {} : { index: context.index };
  if (error instanceof AppError) {
    return context.index === undefined ? error : withDetails(error, index);
  }
  if (!isPostgresError(error)) {
    return new AppError('INTERNAL_SERVER_ERROR', 'The statement failed for a reason of our own.', {
      cause: error,
    });
  }
  const { code, message, retryable } = verdictOf(error, endsConnection(error));
  const parameter = /parameter \$(\d+)/.exec(`${error.where ?? ''}\n${error.message}`)?.[1];
  return new AppError(
    code,
    parameter === undefined ? message : `${message} It is about parameter $${parameter}.`,
    {
      cause: error,
      details: {
        ...index,
        ...(parameter === undefined ? {} : { parameter: Number(parameter) }),
        ...(retryable ? { retryable: true } : {}),
      },
      privileged: privilegedPart(error, context.prefixLength ?? 0),
    },
  );
}

/** Postgres does not allow the statement in a transaction, and did nothing. */
export function isRefusedInTransaction(error: unknown): boolean {
  return sqlState(error) === '25001';
}

interface Verdict {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

function verdictOf({ code: state, message }: PostgresError, ends: boolean): Verdict {
  const extension = state === '0A000' ? missingExtension.exec(message)?.[1] : undefined;
  if (extension !== undefined) return withoutExtension(extension);
  const verdict = verdictByState[state] ?? verdictByClass(state);
  // Without the end of the connection it is the statement that said so, or another server that the statement asked.
  const endsIt = verdict.code === 'UPSTREAM_UNAVAILABLE' || verdict === sessionLimit;
  return endsIt && !ends ? refusedStatement : verdict;
}

function verdictByClass(state: string): Verdict {
  switch (state.slice(0, 2)) {
    case '08':
      return { code: 'UPSTREAM_UNAVAILABLE', message: 'The connection to Postgres was lost.' };
    case '53':
      return { code: 'UPSTREAM_ERROR', message: 'Postgres has run out of a resource.' };
    case '58':
    case 'XX':
      return { code: 'UPSTREAM_ERROR', message: 'Postgres failed with an error of its own.' };
    default:
      return refusedStatement;
  }
}

function withoutExtension(name: string): Verdict {
  const message =
    `The extension "${name}" is not installed where Postgres runs: install it there, or leave it out. ` +
    'The local database has what its installation brings; PG_BIN chooses another one.';
  return { code: 'BAD_SQL', message };
}

const refusedStatement: Verdict = { code: 'BAD_SQL', message: 'Postgres refused the statement.' };

/** Postgres' words for an extension that is not on its disk; a name has at most 63 bytes. */
const missingExtension = /^extension "(.{1,63})" is not available$/;

const goingDown: Verdict = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'Postgres is shutting down or starting.',
};
const timeLimit: Verdict = { code: 'TIMEOUT', message: 'The statement was cancelled at a time limit.' };
const sessionLimit: Verdict = { code: 'TIMEOUT', message: 'Postgres ended the session at a time limit.' };

const verdictByState: Readonly<Record<string, Verdict>> = {
  '08P01': { code: 'BAD_USER_INPUT', message: 'The number of parameters is not what the statement takes.' },
  '23505': { code: 'CONFLICT', message: 'The statement violates a unique constraint.' },
  '23503': { code: 'CONFLICT', message: 'The statement violates a foreign key.' },
  '23P01': { code: 'CONFLICT', message: 'The statement violates an exclusion constraint.' },
  '25P03': sessionLimit,
  '25P04': sessionLimit,
  '40001': {
    code: 'CONFLICT',
    message: 'The statement met a change made at the same time; try again.',
    retryable: true,
  },
  '40P01': { code: 'CONFLICT', message: 'The statement was part of a deadlock; try again.', retryable: true },
  '42501': { code: 'FORBIDDEN', message: 'The database does not permit this.' },
  '53300': { code: 'UPSTREAM_UNAVAILABLE', message: 'Postgres has no connection left.' },
  '55P03': {
    code: 'CONFLICT',
    message: 'The statement could not get a lock at once; try again.',
    retryable: true,
  },
  '57014': timeLimit,
  '57P01': goingDown,
  '57P02': goingDown,
  '57P03': goingDown,
};

function privilegedPart(error: PostgresError, prefixLength: number): Record<string, unknown> {
  const position = error.position === undefined ? undefined : Number(error.position) - prefixLength;
  const part = {
    sqlState: error.code,
    databaseMessage: error.message,
    // A complaint about the text that we put in front has no place in the caller's.
    position: position !== undefined && position > 0 ? position : undefined,
    detail: error.detail,
    hint: error.hint,
    where: error.where,
    schema: error.schema_name,
    table: error.table_name,
    column: error.column_name,
    constraint: error.constraint_name,
  };
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}
