import { AppError, type AppErrorOptions, type ErrorCode } from '../../../../lib/app-error.ts';
import { endsConnection } from '../../failure.ts';
import { isPostgresError, type PostgresError } from '../../postgres-error.ts';
import type { Grants } from '../model/grants.ts';
import type { Column, RowsModel, Table } from '../model/model.ts';
import type { RowsCaller } from './rows-caller.ts';

/** What of the database the caller may hear the names of. */
export interface VisibleNames {
  readonly model: RowsModel;
  readonly grants: Grants;
}

/** Where in a transaction something failed. */
export interface Place {
  /** `settings`: before the statement itself, where the role is taken. */
  readonly part: 'settings' | 'statement';
  /** Of the statement in the transaction, from 0; undefined for its beginning and its end. */
  readonly index: number | undefined;
}

/** What a transaction of rows rejects with. */
export class RowsError extends AppError {
  /** Which statement it was, from 0; undefined where it was the transaction as a whole. */
  readonly statement: number | undefined;

  constructor(statement: number | undefined, code: ErrorCode, message: string, options: AppErrorOptions) {
    super(code, message, options);
    this.statement = statement;
  }
}

/**
 * The error that callers get of anything that failed at `place`. It says nothing that they may not know: names only of
 * what is in `names`, by those that the API has, and Postgres' own words only where the operator wrote them for callers.
 * SERVICE_ROLE sees Postgres' message and SQLSTATE beside it.
 */
export function toRowsError(
  error: unknown,
  place: Place,
  { role }: RowsCaller,
  names: VisibleNames,
): RowsError {
  if (error instanceof RowsError) return error;
  if (error instanceof AppError) {
    const { code, message, cause, details, privileged } = error;
    return new RowsError(place.index, code, message, { cause, details, privileged });
  }
  if (!isPostgresError(error)) {
    return new RowsError(
      place.index,
      'INTERNAL_SERVER_ERROR',
      'The statement failed for a reason of our own.',
      {
        cause: error,
      },
    );
  }
  const {
    code,
    message,
    details = {},
  } = (place.part === 'settings' ? settingsVerdict(error, role) : undefined) ?? verdictOf(error);
  return new RowsError(place.index, code, message, {
    cause: error,
    details: { ...details, ...namesIn(error, names) },
    privileged: { sqlState: error.code, databaseMessage: error.message },
  });
}

interface Verdict {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A role that does not exist, or that the login may not become, is the fault of the credential that names it. */
function settingsVerdict({ code, message }: PostgresError, role: string): Verdict | undefined {
  const aboutRole = (code === '42501' || code === '22023') && message.includes(`"${role}"`);
  if (!aboutRole) return undefined;
  return {
    code: 'UNAUTHENTICATED',
    message: 'The role of the credential is none that rows are served for.',
    details: { reason: 'unknown_role' },
  };
}

function verdictOf(error: PostgresError): Verdict {
  if (endsConnection(error)) {
    return {
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'The connection to Postgres was lost.',
      details: { service: 'POSTGRES' },
    };
  }
  const verdict = verdictByState[error.code] ?? verdictByClass[error.code.slice(0, 2)];
  // The operator wrote it for the caller: any state can be raised, but it says nothing about the server then.
  if (error.routine === 'exec_stmt_raise') return raised(error, verdict);
  // A function that says that it changes nothing.
  if (error.code === '0A000' && error.routine === '_SPI_execute_plan') return writesWhileReading;
  if (error.code === '42501' && error.routine === 'ExecWithCheckOptions') return refusedByPolicy;
  if (isOfFunctionResult(error)) return otherResult;
  // The sum by which lists are weighed.
  if (error.code === '22003' && error.routine === 'float_overflow_error') return tooLarge;
  return verdict ?? (isOfParameter(error) ? unreadableValue : ownFault);
}

/**
 * True where Postgres could not read the value of a parameter: types that are looked up by name, and those with a syntax,
 * speak of it with the states of a wrong statement. The context is in the server's language, but for the place.
 */
function isOfParameter({ where }: PostgresError): boolean {
  return where !== undefined && /^[^"'\n]{1,80}\$\d/.test(where);
}

/** True where a function gave what it is not declared to: of a statement of ours Postgres names the position. */
function isOfFunctionResult({ code, position }: PostgresError): boolean {
  return (code === '42804' || code === '42P13') && position === undefined;
}

function raised({ code: state, message, hint }: PostgresError, verdict: Verdict | undefined): Verdict {
  const details = {
    reason: 'raised',
    ...(hint === undefined ? {} : { hint: hint.slice(0, longestMessage) }),
  };
  const said = message.slice(0, longestMessage);
  const status = /^PT([1-5]\d\d)$/.exec(state)?.[1];
  if (status !== undefined) {
    return {
      code: codeOfStatus(Number(status)),
      message: said,
      details: { ...details, status: Number(status) },
    };
  }
  if (verdict === undefined || !raisable.has(verdict.code)) {
    return { code: 'BAD_USER_INPUT', message: said, details };
  }
  return { code: verdict.code, message: said, details: { ...verdict.details, ...details } };
}

/** Characters of what a function says. */
const longestMessage = 2_000;

/** What a function may say by the state that it raises. */
const raisable: ReadonlySet<ErrorCode> = new Set(['FORBIDDEN', 'CONFLICT', 'BAD_USER_INPUT']);

function codeOfStatus(status: number): ErrorCode {
  return codeByStatus[status] ?? (status >= 500 ? 'UPSTREAM_ERROR' : 'BAD_USER_INPUT');
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
};

const refusedByPolicy: Verdict = {
  code: 'FORBIDDEN',
  message: 'Row level security does not permit this row.',
  details: { reason: 'row_level_security' },
};

const unreadableValue: Verdict = {
  code: 'BAD_USER_INPUT',
  message: 'A value is not one that the database can take.',
};

const tooLarge: Verdict = {
  code: 'PAYLOAD_TOO_LARGE',
  message: 'The answer is larger than an answer may be: ask for fewer rows.',
};

const otherResult: Verdict = {
  code: 'UPSTREAM_ERROR',
  message: 'A function gave something else than it is said to give.',
  details: { service: 'POSTGRES', reason: 'function_result' },
};

const ownFault: Verdict = {
  code: 'INTERNAL_SERVER_ERROR',
  message: 'Postgres refused a statement that this gateway made.',
};

const writesWhileReading: Verdict = {
  code: 'BAD_USER_INPUT',
  message: 'A function tried to change something where only reading is possible.',
  details: { reason: 'read_only' },
};

const verdictByState: Readonly<Record<string, Verdict>> = {
  '0A000': { code: 'BAD_USER_INPUT', message: 'The database does not support this.' },
  '21000': { code: 'BAD_USER_INPUT', message: 'More than one row came where one is expected.' },
  '23001': { code: 'CONFLICT', message: 'Other rows refer to this one.' },
  '23502': { code: 'BAD_USER_INPUT', message: 'A value is missing that must be there.' },
  '23503': { code: 'CONFLICT', message: 'A row that is referred to is missing, or is still referred to.' },
  '23505': { code: 'CONFLICT', message: 'A row with this key exists already.' },
  '23514': { code: 'BAD_USER_INPUT', message: 'A value does not meet a check of its table.' },
  '23P01': { code: 'CONFLICT', message: 'The row excludes another one.' },
  '25006': writesWhileReading,
  '40001': {
    code: 'CONFLICT',
    message: 'It met a change made at the same time; try again.',
    details: { retryable: true },
  },
  '40P01': {
    code: 'CONFLICT',
    message: 'It was part of a deadlock; try again.',
    details: { retryable: true },
  },
  '428C9': { code: 'BAD_USER_INPUT', message: 'A generated column takes no value.' },
  '42501': { code: 'FORBIDDEN', message: 'The database does not permit this.' },
  '44000': { code: 'BAD_USER_INPUT', message: 'The row would not be one of its view.' },
  '55P03': {
    code: 'CONFLICT',
    message: 'A row is locked by somebody else; try again.',
    details: { retryable: true },
  },
  '57014': {
    code: 'TIMEOUT',
    message: 'The statement was cancelled at a time limit.',
    details: { service: 'POSTGRES' },
  },
};

const verdictByClass: Readonly<Record<string, Verdict>> = {
  '22': unreadableValue,
  '53': {
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'Postgres has run out of a resource.',
    details: { service: 'POSTGRES' },
  },
  '54': { code: 'OPERATION_TOO_COMPLEX', message: 'The statement is more than Postgres can take.' },
  '58': upstreamError(),
  XX: upstreamError(),
};

function upstreamError(): Verdict {
  return {
    code: 'UPSTREAM_ERROR',
    message: 'Postgres failed with an error of its own.',
    details: { service: 'POSTGRES' },
  };
}

/** Table, columns and constraint of a violation, as far as the caller may know them. */
function namesIn(error: PostgresError, { model, grants }: VisibleNames): Readonly<Record<string, unknown>> {
  const table = model.tables.find(
    ({ schema, name }) => schema === error.schema_name && name === error.table_name,
  );
  if (table === undefined) return {};
  const isVisible = (column: Column): boolean =>
    grants.mayRead(table, column) || grants.mayInsert(table, column) || grants.mayUpdate(table, column);
  if (!table.columns.some(isVisible)) return {};
  const columns = columnsOf(error, table);
  if (columns.length === 0 || !columns.every(isVisible)) return { table: table.apiName };
  return {
    table: table.apiName,
    columns: columns.map(({ apiName }) => apiName),
    ...(error.constraint_name === undefined ? {} : { constraint: error.constraint_name }),
  };
}

function columnsOf({ column_name, constraint_name }: PostgresError, table: Table): readonly Column[] {
  if (column_name !== undefined) return table.columns.filter(({ name }) => name === column_name);
  const key = table.keys.find(({ name }) => name === constraint_name);
  const reference = table.relations.find(
    ({ constraint, direction }) => constraint === constraint_name && direction === 'out',
  );
  return key?.columns ?? reference?.columns ?? [];
}
