import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/lib/app-error.ts';
import { ServerError } from '../../../src/upstream/postgres/postgres-error.ts';
import type { Column, Key, Table, ValueType } from '../../../src/upstream/postgres/rows/model/model.ts';
import { toRowsError, type VisibleNames } from '../../../src/upstream/postgres/rows/run/rows-error.ts';
import { anon, noNames } from '../../support/rows-runner.ts';

const place = { part: 'statement', index: 2 } as const;
const postgresError = (code: string, fields: Partial<ServerError> = {}) =>
  new ServerError({ code, severity: 'ERROR', message: 'secret words', ...fields }, 0);

describe('an error of Postgres', () => {
  it.each([
    ['42501', 'FORBIDDEN'],
    ['23505', 'CONFLICT'],
    ['23503', 'CONFLICT'],
    ['23001', 'CONFLICT'],
    ['23P01', 'CONFLICT'],
    ['55P03', 'CONFLICT'],
    ['40001', 'CONFLICT'],
    ['40P01', 'CONFLICT'],
    ['23502', 'BAD_USER_INPUT'],
    ['23514', 'BAD_USER_INPUT'],
    ['22001', 'BAD_USER_INPUT'],
    ['22P02', 'BAD_USER_INPUT'],
    ['21000', 'BAD_USER_INPUT'],
    ['428C9', 'BAD_USER_INPUT'],
    ['44000', 'BAD_USER_INPUT'],
    ['25006', 'BAD_USER_INPUT'],
    ['0A000', 'BAD_USER_INPUT'],
    ['57014', 'TIMEOUT'],
    ['53200', 'UPSTREAM_UNAVAILABLE'],
    ['54001', 'OPERATION_TOO_COMPLEX'],
    ['54011', 'OPERATION_TOO_COMPLEX'],
    ['XX000', 'UPSTREAM_ERROR'],
    ['42804', 'UPSTREAM_ERROR'],
    ['42P13', 'UPSTREAM_ERROR'],
    ['42P17', 'INTERNAL_SERVER_ERROR'],
    ['42P01', 'INTERNAL_SERVER_ERROR'],
    ['42703', 'INTERNAL_SERVER_ERROR'],
  ])('%s is %s, and says nothing of what Postgres said', (state, code) => {
    const cause = postgresError(state, { detail: 'Failing row contains (secret).', hint: 'secret hint' });
    const error = toRowsError(cause, place, anon, noNames);
    expect(error).toMatchObject({ code, statement: 2, cause });
    expect(JSON.stringify([error.message, error.details])).not.toContain('secret');
    expect(JSON.stringify(error.privileged)).not.toContain('Failing row');
  });

  it('of the sum by which lists are weighed is an answer that is too large', () => {
    const tooLarge = postgresError('22003', { routine: 'float_overflow_error' });
    expect(toRowsError(tooLarge, place, anon, noNames).code).toBe('PAYLOAD_TOO_LARGE');
    expect(toRowsError(postgresError('22003', { routine: 'int4pl' }), place, anon, noNames).code).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('of a statement of ours is no fault of a function', () => {
    const own = toRowsError(postgresError('42804', { position: '8' }), place, anon, noNames);
    expect(own.code).toBe('INTERNAL_SERVER_ERROR');
  });

  it('that ended the connection says nothing about the statement', () => {
    for (const state of ['57P01', '42501', 'XX000']) {
      const error = toRowsError(postgresError(state, { severity: 'FATAL' }), place, anon, noNames);
      expect(error.code).toBe('UPSTREAM_UNAVAILABLE');
    }
  });

  it('that row level security gave is told from one of grants', () => {
    const policy = toRowsError(
      postgresError('42501', { routine: 'ExecWithCheckOptions' }),
      place,
      anon,
      noNames,
    );
    expect(policy).toMatchObject({ code: 'FORBIDDEN', details: { reason: 'row_level_security' } });
    const grant = toRowsError(postgresError('42501', { routine: 'aclcheck_error' }), place, anon, noNames);
    expect(grant.details).toEqual({});
  });
});

describe('the role', () => {
  const settings = { part: 'settings', index: 0 } as const;

  it.each([
    ['42501', 'permission denied to set role "anon"'],
    ['22023', 'role "anon" does not exist'],
  ])('that could not be taken is the fault of the credential: %s', (state, message) => {
    const error = toRowsError(postgresError(state, { message }), settings, anon, noNames);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'unknown_role' } });
    expect(toRowsError(postgresError(state, { message }), place, anon, noNames).code).not.toBe(
      'UNAUTHENTICATED',
    );
  });

  it('is not at fault where one of its settings is refused', () => {
    const message = 'permission denied to set parameter "session_replication_role"';
    expect(toRowsError(postgresError('42501', { message }), settings, anon, noNames).code).toBe('FORBIDDEN');
  });
});

describe('what a function raises', () => {
  const raised = (code: string, hint?: string) =>
    toRowsError(
      postgresError(code, {
        message: 'Too late for that.',
        routine: 'exec_stmt_raise',
        ...(hint === undefined ? {} : { hint }),
      }),
      place,
      anon,
      noNames,
    );

  it.each([
    ['P0001', 'BAD_USER_INPUT', {}],
    ['ABC12', 'BAD_USER_INPUT', {}],
    ['42501', 'FORBIDDEN', {}],
    ['23505', 'CONFLICT', {}],
    ['40001', 'CONFLICT', { retryable: true }],
    ['57P01', 'BAD_USER_INPUT', {}],
    ['53300', 'BAD_USER_INPUT', {}],
    ['57014', 'BAD_USER_INPUT', {}],
    ['PT401', 'UNAUTHENTICATED', { status: 401 }],
    ['PT403', 'FORBIDDEN', { status: 403 }],
    ['PT404', 'NOT_FOUND', { status: 404 }],
    ['PT409', 'CONFLICT', { status: 409 }],
    ['PT429', 'RATE_LIMITED', { status: 429 }],
    ['PT402', 'BAD_USER_INPUT', { status: 402 }],
    ['PT503', 'UPSTREAM_ERROR', { status: 503 }],
  ])('as %s is %s in its own words', (state, code, details) => {
    const error = raised(state, 'Come earlier.');
    expect(error).toMatchObject({ code, message: 'Too late for that.' });
    expect(error.details).toEqual({ reason: 'raised', hint: 'Come earlier.', ...details });
    expect(raised(state).details).not.toHaveProperty('hint');
  });

  it('is cut where it is long', () => {
    const message = 'x'.repeat(100_000);
    const error = toRowsError(
      postgresError('P0001', { message, routine: 'exec_stmt_raise' }),
      place,
      anon,
      noNames,
    );
    expect(error.message.length).toBe(2_000);
  });
});

describe('the names that an error speaks of', () => {
  const text: ValueType = {
    kind: 'scalar',
    scalar: 'String',
    sql: 'pg_catalog.text',
    base: 'pg_catalog.text',
  };
  const column = (name: string, apiName: string, position: number): Column => ({
    name,
    apiName,
    position,
    type: text,
    nullable: false,
    hasDefault: false,
    readOnly: false,
    description: undefined,
  });
  const handle = column('user_handle', 'userHandle', 1);
  const secret = column('secret_code', 'secretCode', 2);
  const key = (name: string, of: Column): Key => ({
    apiName: undefined,
    name,
    primary: false,
    isConstraint: true,
    isImmediate: true,
    columns: [of],
  });
  const table: Table = {
    id: '1',
    schema: 'public',
    name: 'user_profiles',
    kind: 'TABLE',
    apiName: 'userProfiles',
    typeName: 'UserProfiles',
    description: undefined,
    columns: [handle, secret],
    primaryKey: undefined,
    cursorKey: undefined,
    keys: [key('handle_key', handle), key('secret_key', secret)],
    relations: [],
    computed: [],
    takes: { inserts: true, updates: true, deletes: true },
    runsAsOwner: false,
    leavesTraces: { onRead: false, onWrite: false },
    rowSecurity: true,
  };
  const names = (visible: readonly Column[]): VisibleNames => ({
    model: { tables: [table], functions: [], remarks: [] },
    grants: { ...noNames.grants, mayRead: (_table, one) => visible.includes(one) },
  });
  const violation = (fields: Partial<ServerError>, table_name = 'user_profiles') =>
    postgresError('23505', { schema_name: 'public', table_name, ...fields });
  const detailsOf = (error: ServerError, visible: readonly Column[]) =>
    toRowsError(error, place, anon, names(visible)).details;

  it('are those of the API', () => {
    expect(detailsOf(violation({ constraint_name: 'handle_key' }), [handle])).toEqual({
      table: 'userProfiles',
      columns: ['userHandle'],
      constraint: 'handle_key',
    });
    expect(detailsOf(violation({ column_name: 'user_handle' }), [handle])).toEqual({
      table: 'userProfiles',
      columns: ['userHandle'],
    });
  });

  it('are none that the caller may not know', () => {
    expect(detailsOf(violation({ constraint_name: 'secret_key' }), [handle])).toEqual({
      table: 'userProfiles',
    });
    expect(detailsOf(violation({ constraint_name: 'a_check' }), [handle])).toEqual({ table: 'userProfiles' });
    expect(detailsOf(violation({ constraint_name: 'handle_key' }), [])).toEqual({});
    expect(detailsOf(violation({ constraint_name: 'handle_key' }, 'hidden'), [handle])).toEqual({});
  });
});

it('other errors keep what they are, and get the place', () => {
  const refusal = new AppError('PAYLOAD_TOO_LARGE', 'Too large.', { details: { limit: 1 } });
  expect(toRowsError(refusal, place, anon, noNames)).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    statement: 2,
    details: { limit: 1 },
  });
  const bug = toRowsError(new TypeError('secret'), place, anon, noNames);
  expect(bug).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', statement: 2 });
  expect(bug.message).not.toContain('secret');
});
