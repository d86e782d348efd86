import { AppError } from '../../lib/app-error.ts';
import type { PostgresSql } from '../../upstream/postgres.ts';
import { sqlState } from '../../upstream/postgres-failure.ts';
import { encodedQuery } from './encoded-query.ts';

/** "bunb" and "migr" in ASCII: the one advisory lock of all gateways in front of a database. */
const key = '1651863138, 1835624306';

/**
 * Waits for the lock that lets one migration run at a time. `transaction`: until its end; `session`: until the
 * session is reset. Throws CONFLICT, retryable, that says who holds it, after `waitMs`.
 */
export async function lockMigrations(
  sql: PostgresSql,
  scope: 'transaction' | 'session',
  waitMs: number,
): Promise<void> {
  const [local, lock] =
    scope === 'transaction' ? ['true', 'pg_advisory_xact_lock'] : ['false', 'pg_advisory_lock'];
  const setTimeout = `select pg_catalog.set_config('lock_timeout', $1::text, ${local})`;
  try {
    await encodedQuery(sql, setTimeout, [String(waitMs)]);
    await encodedQuery(sql, `select pg_catalog.${lock}(${key})`);
    await encodedQuery(sql, setTimeout, ['0']);
  } catch (error) {
    if (sqlState(error) !== '55P03') throw error;
    if (scope === 'transaction') await sql.unsafe('rollback');
    throw await heldBy(sql, error);
  }
}

interface Holder {
  readonly pid: number;
  readonly user: string | null;
  readonly application: string | null;
  readonly since: string | null;
}

async function heldBy(sql: PostgresSql, cause: unknown): Promise<AppError> {
  const [holder] = await encodedQuery<Holder>(
    sql,
    `select l.pid, a.usename::text as user, nullif(a.application_name, '') as application, a.xact_start as since
    from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
      and (l.classid, l.objid, l.objsubid) = (${key}, 2)
    limit 1`,
  );
  const who =
    holder === undefined
      ? 'has just ended'
      : `is running (${holder.application ?? 'unnamed'}, process ${holder.pid})`;
  return new AppError('CONFLICT', `Another migration ${who}; try again later.`, {
    cause,
    details: {
      retryable: true,
      reason: 'migration_running',
      ...(holder === undefined ? {} : { heldBy: holder }),
    },
  });
}
