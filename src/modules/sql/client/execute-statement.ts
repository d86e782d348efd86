import type { EncodedParam } from '../../../upstream/postgres/postgres-sql.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { collectRows, type WireResult } from '../../../upstream/postgres/sql/collect-rows.ts';
import { commit } from '../../../upstream/postgres/sql/commit.ts';
import { isRefusedInTransaction, toDatabaseError } from '../../../upstream/postgres/sql/database-error.ts';
import { encodeFor } from '../../../upstream/postgres/sql/params.ts';
import { resetSession } from '../../../upstream/postgres/sql/reset-session.ts';
import type { StatementClass } from '../../../upstream/postgres/sql/statement-class.ts';
import {
  mayCommit,
  onlyStatement,
  refuseSessionTakeover,
  refuseTransactionControl,
} from '../../../upstream/postgres/sql/statement-rules.ts';
import { serverTimeoutMs } from '../../../upstream/postgres/statement-timeout.ts';
import type { Call } from '../../../viewer/call.ts';
import type { ReadRequest } from './read-statement.ts';
import type { SqlEngine } from './sql-engine.ts';
import { toSqlResult } from './sql-result.ts';
import type { SqlResult } from './types.ts';

/** Runs any one statement outside a transaction of ours, and resets the connection afterwards. */
export async function executeStatement(
  engine: SqlEngine,
  request: ReadRequest,
  call: Call,
): Promise<SqlResult> {
  const { statement, params, timeout } = request;
  const kind = onlyStatement(await engine.parser.parse(statement));
  refuseSessionTakeover(kind, statement);
  refuseTransactionControl(kind, 'all', statement);
  const reads = kind?.reads ?? false;
  // What does not parse may be anything.
  const commitsParts = kind?.commitsParts ?? true;
  try {
    return await engine.pools.general.withSession(
      // A SELECT too may call a function that writes.
      { signal: call.signal, timeoutMs: timeout, writes: true, commitsParts },
      async (session) => {
        const encoded = await encodeFor(session.sql, statement, params);
        const started = performance.now();
        const wire = engine.pools.transactionPooler
          ? await runPooled(session, engine, request, encoded, kind)
          : await runAndReset(session, engine, request, encoded);
        const duration = performance.now() - started;
        if (!reads) engine.types.forget();
        // The work is done: that a type's name cannot be had any more, for lack of time or connection, must not hide
        // it.
        await engine.types.learn(session.sql, wire.columns).catch(() => undefined);
        return toSqlResult(wire, duration, engine.types);
      },
    );
  } catch (error) {
    throw toDatabaseError(error);
  }
}

async function runAndReset(
  session: PostgresSession,
  engine: SqlEngine,
  { statement, maxRows, timeout }: ReadRequest,
  params: readonly EncodedParam[],
): Promise<WireResult> {
  const limits = { maxRows, maxBytes: engine.maxResultBytes, stopEarly: false };
  session.sql.run(`set statement_timeout = ${serverTimeoutMs(timeout)}`).catch(() => undefined);
  const running = collectRows(session, { text: statement, params }, limits);
  // Sent right behind the statement; it runs also when the statement fails.
  const reset = resetSession(session, false);
  try {
    return await running;
  } finally {
    await reset;
  }
}

/**
 * Behind a pooler in transaction mode only a transaction keeps us the backend until what the statement left is taken
 * back. What a transaction does not take runs without, and may leave something to whoever gets that backend next.
 */
async function runPooled(
  session: PostgresSession,
  engine: SqlEngine,
  { statement, maxRows, timeout }: ReadRequest,
  params: readonly EncodedParam[],
  kind: StatementClass | undefined,
): Promise<WireResult> {
  const limits = { maxRows, maxBytes: engine.maxResultBytes, stopEarly: false };
  const run = () => collectRows(session, { text: statement, params }, limits);
  if (kind !== undefined && mayCommit(kind)) return await run();
  try {
    await session.sql.run(`begin; set local statement_timeout = ${serverTimeoutMs(timeout)}`);
    const wire = await run();
    await commit(session, 'keep backend');
    return wire;
  } catch (error) {
    if (!isRefusedInTransaction(error)) throw error;
  } finally {
    await resetSession(session, true);
  }
  return await run();
}
