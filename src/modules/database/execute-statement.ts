import type { PostgresSession } from '../../upstream/postgres.ts';
import type { Call } from '../../viewer/call.ts';
import { collectRows } from './collect-rows.ts';
import type { SqlEngine } from './engine.ts';
import { toDatabaseError } from './errors.ts';
import type { ReadRequest } from './read-statement.ts';
import { toSqlResult, type WireResult } from './rows.ts';
import { boundStatement, encodeFor, resetSession, serverGraceMs } from './session-steps.ts';
import { onlyStatement, refuseSessionTakeover, refuseTransactionControl } from './statement-rules.ts';
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
  refuseTransactionControl(kind, 'all');
  const reads = kind?.reads ?? false;
  try {
    return await engine.pools.general.withSession(
      { signal: call.signal, timeoutMs: timeout, writes: !reads },
      async (session) => {
        const encoded = await encodeFor(session.sql, statement, params);
        const started = performance.now();
        const wire = await runAndReset(session, engine, request, encoded);
        if (!reads) engine.types.forget();
        return await toSqlResult(wire, started, engine.types, session.sql);
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
  params: readonly (string | null)[],
): Promise<WireResult> {
  const { transactionPooler } = engine.pools;
  // Behind a pooler in transaction mode a session's setting would stay with a backend that others get next.
  if (!transactionPooler) {
    session.sql
      .unsafe(`set statement_timeout = ${timeout + serverGraceMs}`)
      .execute()
      .catch(() => undefined);
  }
  const running = collectRows(session, boundStatement(session.sql, statement, params), {
    maxRows,
    maxBytes: engine.maxResultBytes,
    stopEarly: false,
  });
  // Sent right behind the statement; it runs also when the statement fails.
  const reset = transactionPooler ? undefined : resetSession(session, false);
  try {
    return await running;
  } finally {
    await reset;
  }
}
