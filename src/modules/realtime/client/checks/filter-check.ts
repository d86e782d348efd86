import { createSingleFlight } from '../../../../lib/single-flight.ts';
import { createTurnstile } from '../../../../lib/turnstile.ts';
import type { Logger } from '../../../../observability/logger.ts';
import { sqlState } from '../../../../upstream/postgres/failure.ts';
import type { PostgresPool } from '../../../../upstream/postgres/pool.ts';
import type { PostgresSql } from '../../../../upstream/postgres/postgres-sql.ts';
import type { Call } from '../../../../viewer/call.ts';
import { databaseRole } from '../../../../viewer/database-role.ts';
import { type FilterCondition, operandsOf } from './filter.ts';

const timeoutMs = 1_000;
/** Anybody may ask, and a pattern may take long: it must not take the connections of other calls. */
const atOnce = 2;
const longestLine = 50;

/** A condition with the type of its column, as SQL writes it. */
type TypedCondition = FilterCondition & { readonly type: string };

/** What is wrong with one of the conditions; undefined when nothing is, or nobody can tell now. */
export type FindFilterProblem = (
  conditions: readonly TypedCondition[],
  call: Call,
) => Promise<string | undefined>;

/**
 * Has the database try each condition: Realtime tries some only when a row comes, and then nobody gets it. No table is
 * touched, but types may have checks of their own, and those run as the caller's role.
 */
export function createFilterCheck(pool: PostgresPool, log: Logger): FindFilterProblem {
  const running = createSingleFlight<string | undefined>();
  const turns = createTurnstile(atOnce, longestLine);
  return async (conditions, call) => {
    const role = databaseRole(call.viewer);
    const key = JSON.stringify([role, conditions]);
    try {
      // Without any one caller's signal: a thousand subscribers ask at once.
      return await running.run(key, () => turns(() => findProblem(pool, role, conditions)));
    } catch (error) {
      log.warn({ err: error }, 'a filter could not be checked against the database');
      return undefined;
    }
  };
}

async function findProblem(
  pool: PostgresPool,
  role: string,
  conditions: readonly TypedCondition[],
): Promise<string | undefined> {
  const signal = new AbortController().signal;
  return await pool.withSession({ signal, timeoutMs }, async ({ sql }) => {
    await sql.run('begin read only');
    try {
      await sql.query("select pg_catalog.set_config('role', $1, true)", [role]);
      for (const condition of conditions) {
        const problem = await tryCondition(sql, condition);
        if (problem !== undefined) return problem;
      }
      return undefined;
    } finally {
      await sql.run('rollback');
    }
  });
}

const comparisons: Readonly<Record<string, string>> = {
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  in: '=',
  isdistinct: 'is distinct from',
};

async function tryCondition(sql: PostgresSql, condition: TypedCondition): Promise<string | undefined> {
  const { column, operator, type } = condition;
  const operands = operandsOf(condition);
  const [operand = ''] = operands;
  const comparison = comparisons[operator];
  try {
    if (operator === 'match' || operator === 'imatch') await sql.query("select '' ~ $1", [operand]);
    else if (operator === 'is') await sql.run(`select null::${type} is ${operand}`);
    else if (comparison !== undefined) {
      await sql.run(`select null::${type} ${comparison} null::${type}`);
      // Apart, because what is compared with null is never computed.
      const casts = operands.map((_, at) => `$${at + 1}::text::${type}`);
      await sql.query(`select ${casts.join(', ')}`, operands);
    }
    return undefined;
  } catch (error) {
    const state = sqlState(error) ?? '';
    if (state.startsWith('22') || state === '23514') {
      return `The value of operator "${operator}" does not fit column "${column}".`;
    }
    if (state.startsWith('42')) return `Operator "${operator}" does not fit column "${column}".`;
    throw error;
  }
}
