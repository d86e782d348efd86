import { AppError } from '../../../lib/app-error.ts';
import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { collectRows } from '../../../upstream/postgres/sql/collect-rows.ts';
import { commit } from '../../../upstream/postgres/sql/commit.ts';
import { toDatabaseError } from '../../../upstream/postgres/sql/database-error.ts';
import { encodeFor } from '../../../upstream/postgres/sql/params.ts';
import { resetSession } from '../../../upstream/postgres/sql/reset-session.ts';
import {
  onlyStatement,
  refuseSessionTakeover,
  refuseTransactionControl,
} from '../../../upstream/postgres/sql/statement-rules.ts';
import { serverTimeoutMs } from '../../../upstream/postgres/statement-timeout.ts';
import type { Call } from '../../../viewer/call.ts';
import type { isolationLevels } from './input.ts';
import type { SqlEngine } from './sql-engine.ts';
import { toSqlResult } from './sql-result.ts';
import type { SqlResult } from './types.ts';

export interface TransactionRequest {
  readonly statements: readonly { readonly statement: string; readonly params: readonly unknown[] }[];
  readonly isolation: (typeof isolationLevels)[number];
  readonly maxRows: number;
  /** Milliseconds for all statements together. */
  readonly timeout: number;
}

/** Runs all statements in one transaction: all of them or none. The failing one is named by `index`. */
export async function executeTransaction(
  engine: SqlEngine,
  request: TransactionRequest,
  call: Call,
): Promise<SqlResult[]> {
  for (const [index, { statement }] of request.statements.entries()) {
    await refuseUnfit(engine, statement, index);
  }
  try {
    return await engine.pools.general.withSession(
      { signal: call.signal, timeoutMs: request.timeout },
      async (session) => {
        try {
          return await runAll(session, engine, request);
        } finally {
          await resetSession(session, engine.pools.transactionPooler);
        }
      },
    );
  } catch (error) {
    throw error instanceof StatementFailure
      ? toDatabaseError(error.cause, { index: error.index })
      : toDatabaseError(error);
  }
}

async function refuseUnfit(engine: SqlEngine, statement: string, index: number): Promise<void> {
  try {
    const kind = onlyStatement(await engine.parser.parse(statement));
    refuseSessionTakeover(kind, statement);
    refuseTransactionControl(kind, 'blocks', statement);
  } catch (error) {
    throw toDatabaseError(error, { index });
  }
}

/** Carries the index of a failing statement past the pool, which looks at the cause alone. */
class StatementFailure extends Error {
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super('a statement of a transaction failed', { cause });
    this.index = index;
  }
}

async function runAll(
  session: PostgresSession,
  engine: SqlEngine,
  { statements, isolation, maxRows, timeout }: TransactionRequest,
): Promise<SqlResult[]> {
  const { sql } = session;
  await sql.run(
    `begin isolation level ${isolation.replace('_', ' ').toLowerCase()};` +
      ` set local statement_timeout = ${serverTimeoutMs(timeout)}`,
  );
  const results: SqlResult[] = [];
  for (const [index, { statement, params }] of statements.entries()) {
    try {
      const encoded = await encodeFor(sql, statement, params);
      const started = performance.now();
      const limits = { maxRows, maxBytes: engine.maxResultBytes, stopEarly: false };
      const wire = await collectRows(session, { text: statement, params: encoded }, limits);
      const duration = performance.now() - started;
      await engine.types.learn(sql, wire.columns);
      results.push(toSqlResult(wire, duration, engine.types));
    } catch (error) {
      if (error instanceof AppError) throw toDatabaseError(error, { index });
      throw new StatementFailure(index, error);
    }
  }
  await commit(session, engine.pools.transactionPooler ? 'keep backend' : undefined);
  engine.types.forget();
  return results;
}
