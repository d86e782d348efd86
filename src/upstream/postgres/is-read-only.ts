import type { PlainSql } from './postgres-sql.ts';
import type { PostgresSession } from './session.ts';

const askTimeoutMs = 2_000;

/** Whether the server takes no writes now, rather than the one transaction that was refused. Never rejects. */
export async function isReadOnly(session: PostgresSession<PlainSql>): Promise<boolean> {
  const timer = setTimeout(() => session.destroy(), askTimeoutMs);
  try {
    const [row] = await session.sql.run<{ yes: boolean }>(`
      select pg_catalog.pg_is_in_recovery()
        or pg_catalog.current_setting('transaction_read_only') = 'on' as yes`);
    return row?.yes === true;
  } catch {
    return true;
  } finally {
    clearTimeout(timer);
  }
}
