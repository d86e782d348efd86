import { type PostgresSession, readStatementTimeoutMs } from '../../upstream/postgres.ts';
import type { Call } from '../../viewer/call.ts';
import type { SqlEngine } from './engine.ts';
import { toDatabaseError } from './errors.ts';
import { toSqlResult } from './rows.ts';
import {
  boundStatement,
  encodeFor,
  limitBytes,
  serverGraceMs,
  startReset,
  tooLarge,
  unlimitBytes,
} from './session-steps.ts';
import { type EncodedParam, encodeParams, needsTypes } from './sql-params.ts';
import { type ReadMode, readModeOf } from './statement-rules.ts';
import type { SqlResult } from './types.ts';

export interface ReadRequest {
  readonly statement: string;
  readonly params: readonly unknown[];
  readonly maxRows: number;
  /** Milliseconds. */
  readonly timeout: number;
}

const declare = 'declare bunbun_rows no scroll cursor for ';

/** Runs one reading statement in a read-only transaction that is always rolled back. */
export async function readStatement(engine: SqlEngine, request: ReadRequest, call: Call): Promise<SqlResult> {
  const { statement, params, timeout } = request;
  const parsed = engine.parser.parse(statement);
  const mode = readModeOf(parsed instanceof Promise ? await parsed : parsed);
  const encoded = needsTypes(params) ? undefined : encodeParams(params);
  try {
    return await engine.pools.read.withSession(
      { signal: call.signal, timeoutMs: timeout },
      async (session) => {
        const known = encoded ?? (await encodeFor(session.sql, statement, params));
        return await readOn(session, engine, request, mode, known);
      },
    );
  } catch (error) {
    throw toDatabaseError(error, { prefixLength: mode === 'cursor' ? declare.length : 0 });
  }
}

/** Everything goes out in one write: transaction, statement, end of the transaction, and the reset. */
async function readOn(
  session: PostgresSession,
  engine: SqlEngine,
  { statement, maxRows, timeout }: ReadRequest,
  mode: ReadMode,
  params: readonly EncodedParam[],
): Promise<SqlResult> {
  const { sql } = session;
  const started = performance.now();
  limitBytes(session, engine.maxResultBytes);
  const begin = sql.unsafe(beginReadOnly(timeout, engine.pools.transactionPooler)).execute();
  const opening =
    mode === 'cursor' ? [begin, boundStatement(sql, declare + statement, params).execute()] : [begin];
  const rows =
    mode === 'cursor'
      ? sql
          .unsafe(`fetch ${maxRows + 1} from bunbun_rows`)
          .values()
          .execute()
      : boundStatement(sql, statement, params).values().execute();
  const reset = startReset(session, engine.pools.transactionPooler);

  const settled = await Promise.allSettled([...opening, rows]);
  await reset;
  unlimitBytes(session);
  if (session.overflowed) throw tooLarge(engine.maxResultBytes);
  for (const step of settled) if (step.status === 'rejected') throw step.reason;

  const result = await rows;
  const truncated = result.length > maxRows;
  const values: unknown[][] = Array.from(result);
  if (truncated) values.length = maxRows;
  return await toSqlResult(
    {
      columns: result.columns,
      values,
      truncated,
      rowCount: values.length,
      command: mode === 'cursor' ? 'SELECT' : result.command,
    },
    started,
    engine.types,
    sql,
  );
}

/** The connection has a limit of its own already; another one costs the server a little. */
function beginReadOnly(timeout: number, transactionPooler: boolean): string {
  const limit = timeout + serverGraceMs;
  return transactionPooler || limit > readStatementTimeoutMs
    ? `begin read only; set local statement_timeout = ${limit}`
    : 'begin read only';
}
