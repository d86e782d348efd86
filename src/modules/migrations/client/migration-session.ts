import type { PostgresSession } from '../../../upstream/postgres/session.ts';
import { lockMigrations } from './lock-migrations.ts';

/** Begins the transaction of a migration and waits up to `waitMs` for the lock. Throws as `lockMigrations`. */
export async function beginMigration(
  session: PostgresSession,
  version: string,
  waitMs: number,
): Promise<void> {
  await session.sql.run('begin');
  await lockMigrations(session.sql, 'transaction', waitMs);
  await nameSession(session, version, true);
}

/**
 * Says in pg_stat_activity who holds the lock. A migration whose process is gone gives it up within seconds where the
 * server's system can tell (Postgres 14 on Linux), also in the middle of a long statement.
 */
export async function nameSession(session: PostgresSession, version: string, local: boolean): Promise<void> {
  const name = `bunbun migration ${version}`;
  await session.sql.query(`select pg_catalog.set_config('application_name', $1::text, ${local})`, [name]);
  if (session.serverVersion < 140_000) return;
  await session.sql.run(
    `do $$ begin perform pg_catalog.set_config('client_connection_check_interval', '1s', ${local});
    exception when others then null; end $$`,
  );
}

/** What a migration may have changed of the session is no concern of what we write next. */
export async function backToOurselves({ sql }: PostgresSession): Promise<void> {
  await sql.run('set local statement_timeout = 0; reset session authorization; reset role');
}

/** Deferred constraints speak at commit: a dry run asks them before it rolls back. */
export async function checkDeferred({ sql }: PostgresSession): Promise<void> {
  await sql.run('set constraints all immediate');
}
