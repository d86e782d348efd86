import type { EncodedParam, SqlText } from '../../../upstream/postgres/postgres-sql.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { collectRows } from '../../../upstream/postgres/sql/collect-rows.ts';
import { toDatabaseError } from '../../../upstream/postgres/sql/database-error.ts';
import { encodeFor, encodeParams, needsTypes } from '../../../upstream/postgres/sql/params.ts';
import { resetSession, resetSteps, sendSteps } from '../../../upstream/postgres/sql/reset-session.ts';
import { type ReadMode, readModeOf } from '../../../upstream/postgres/sql/statement-rules.ts';
import { readStatementTimeoutMs, serverTimeoutMs } from '../../../upstream/postgres/statement-timeout.ts';
import type { Call } from '../../../viewer/call.ts';
import type { SqlEngine } from './sql-engine.ts';
import { toSqlResult } from './sql-result.ts';
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

/** Nearly everything goes out in one write: transaction, statement, end of the transaction, and the reset. */
async function readOn(
  session: PostgresSession,
  engine: SqlEngine,
  { statement, maxRows, timeout }: ReadRequest,
  mode: ReadMode,
  params: readonly EncodedParam[],
): Promise<SqlResult> {
  const { sql } = session;
  const { maxResultBytes, pools } = engine;
  const started = performance.now();
  const begin = sql.run(beginReadOnly(timeout, pools.transactionPooler));
  if (mode === 'plain') await mustBegin(session, begin, pools.transactionPooler);
  const opening = mode === 'cursor' ? [begin, sql.query(declare + statement, params)] : [begin];
  const query: SqlText =
    mode === 'cursor'
      ? { text: `fetch ${maxRows + 1} from bunbun_rows${pools.transactionPooler ? '' : '; rollback'}` }
      : { text: statement, params };
  const rows = collectRows(session, query, { maxRows, maxBytes: maxResultBytes, stopEarly: true });
  // After an error the rollback above was skipped, and then this fails too.
  const [, discard = ''] = resetSteps(false);
  const resetting = sendSteps(
    session,
    mode === 'cursor' && !pools.transactionPooler ? [discard] : resetSteps(pools.transactionPooler),
  );

  const settled = await Promise.allSettled([...opening, rows]);
  if (!(await resetting)) await resetSession(session, pools.transactionPooler);
  for (const step of settled) if (step.status === 'rejected') throw step.reason;
  const wire = await rows;
  const command = mode === 'cursor' ? 'SELECT' : wire.command;
  const duration = performance.now() - started;
  await engine.types.learn(sql, wire.columns);
  return toSqlResult({ ...wire, command, rowCount: wire.values.length }, duration, engine.types);
}

/**
 * A cursor needs a transaction; anything else would run without one when this failed, and write where nothing but the
 * transaction forbids it.
 */
async function mustBegin(
  session: PostgresSession,
  begin: Promise<unknown>,
  transactionPooler: boolean,
): Promise<void> {
  try {
    await begin;
  } catch (error) {
    await resetSession(session, transactionPooler);
    throw error;
  }
}

/** The connection has a limit of its own already; another one costs the server a little. */
function beginReadOnly(timeout: number, transactionPooler: boolean): string {
  const limit = serverTimeoutMs(timeout);
  return transactionPooler || limit > readStatementTimeoutMs
    ? `begin read only; set local statement_timeout = ${limit}`
    : 'begin read only';
}
