import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../../lib/app-error.ts';
import type { PostgresSql } from '../../../upstream/postgres/postgres-sql.ts';

/** "bunb" and "migr" in ASCII: the one advisory lock of all gateways in front of a database. */
const key = '1651863138, 1835624306';

/** Milliseconds between two tries, give or take a half. */
const pauseMs = 60;

/**
 * Waits for the lock that lets one migration run at a time. `transaction`: until the end of the open one, which is
 * begun anew for each try; `session`: until the session is reset. Throws CONFLICT, retryable, that says who holds it,
 * after `waitMs`.
 */
export async function lockMigrations(
  sql: PostgresSql,
  scope: 'transaction' | 'session',
  waitMs: number,
): Promise<void> {
  const lock = scope === 'transaction' ? 'pg_try_advisory_xact_lock' : 'pg_try_advisory_lock';
  const deadline = performance.now() + waitMs;
  for (;;) {
    const [answer] = await sql.query<{ got: boolean }>(`select pg_catalog.${lock}(${key}) as got`);
    if (answer?.got) return;
    // Waiting inside of a statement or a transaction would hold a snapshot, for the end of which a CREATE INDEX
    // CONCURRENTLY of the holder waits: a deadlock.
    if (scope === 'transaction') await sql.run('rollback');
    if (performance.now() >= deadline) throw await heldBy(sql);
    await delay(pauseMs * (0.5 + Math.random()));
    if (scope === 'transaction') await sql.run('begin');
  }
}

interface Holder {
  readonly pid: number;
  readonly user: string | null;
  readonly application: string | null;
  readonly since: string | null;
}

async function heldBy(sql: PostgresSql): Promise<AppError> {
  const [holder] =
    await sql.query<Holder>(`select l.pid, a.usename::text as user, nullif(a.application_name, '') as application, a.xact_start as since
    from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
      and (l.classid, l.objid, l.objsubid) = (${key}, 2)
    limit 1`);
  const who =
    holder === undefined
      ? 'has just ended'
      : `is running (${holder.application ?? 'unnamed'}, process ${holder.pid})`;
  return new AppError('CONFLICT', `Another migration ${who}; try again later.`, {
    details: {
      retryable: true,
      reason: 'migration_running',
      ...(holder === undefined ? {} : { heldBy: holder }),
    },
  });
}
