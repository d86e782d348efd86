import { AppError } from '../../../lib/app-error.ts';
import { mostLevels } from '../../../lib/nesting.ts';
import { toDatabaseError } from '../../../upstream/postgres/sql/database-error.ts';
import { encodeFor } from '../../../upstream/postgres/sql/params.ts';
import { resetSession } from '../../../upstream/postgres/sql/reset-session.ts';
import { onlyStatement } from '../../../upstream/postgres/sql/statement-rules.ts';
import type { Call } from '../../../viewer/call.ts';
import { planText } from './plan-text.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { ExplainResult } from './types.ts';

export interface ExplainRequest {
  readonly statement: string;
  readonly params: readonly unknown[];
  readonly analyze: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** The plan of one statement; with `analyze` it runs, read-only and rolled back. */
export async function explainStatement(
  engine: SqlEngine,
  request: ExplainRequest,
  call: Call,
): Promise<ExplainResult> {
  const { statement, params, analyze, timeout } = request;
  const kind = onlyStatement(await engine.parser.parse(statement));
  if (kind !== undefined && analyze && !kind.cursor) {
    throw new AppError('BAD_SQL', `${kind.name} is not a reading statement, so it is not run for its plan.`, {
      details: { kind: kind.name },
    });
  }
  if (kind?.explain === true) throw new AppError('BAD_SQL', 'Give the statement itself, without EXPLAIN.');
  // What would write needs the rights to do so even for its plan, and the reading login has none.
  const { read, general, transactionPooler } = engine.pools;
  const pool = kind === undefined || kind.cursor ? read : general;
  const prefix = `explain (format json${analyze ? ', analyze' : ''}) `;
  try {
    return await pool.withSession({ signal: call.signal, timeoutMs: timeout }, async (session) => {
      const { sql } = session;
      const encoded = await encodeFor(sql, statement, params);
      try {
        // Not sent together: without the transaction the statement would run, and could write.
        await sql.run('begin read only');
        const [row] = await sql.query<{ 'QUERY PLAN': unknown }>(prefix + statement, encoded);
        return explained(row?.['QUERY PLAN']);
      } finally {
        await resetSession(session, transactionPooler);
      }
    });
  } catch (error) {
    throw toDatabaseError(error, { prefixLength: prefix.length });
  }
}

function explained(value: unknown): ExplainResult {
  if (!Array.isArray(value)) {
    const message = 'The plan is nested too deep; `sql` takes EXPLAIN, which gives it as text.';
    throw new AppError('PAYLOAD_TOO_LARGE', message, { details: { limit: mostLevels, unit: 'levels' } });
  }
  const plan: readonly unknown[] = value;
  return { plan, text: planText(plan) };
}
