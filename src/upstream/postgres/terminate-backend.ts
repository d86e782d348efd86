import type { PlainSql } from './postgres-sql.ts';
import type { PostgresSession } from './session.ts';

/** Milliseconds for one attempt, beside the time to connect. */
const attemptMs = 1_000;

/**
 * Ends the backend of `session` from another connection, tried in the order of `openers`, because a statement can
 * refuse to be cancelled and look away when its client is gone. Does nothing behind a pooler. Never rejects.
 */
export async function terminateBackend(
  { backend }: Pick<PostgresSession, 'backend'>,
  openers: readonly (() => Promise<PostgresSession<PlainSql>>)[],
): Promise<void> {
  if (backend === undefined) return;
  for (const open of openers) {
    try {
      const helper = await open();
      const timer = setTimeout(() => helper.destroy(), attemptMs);
      try {
        // The same name may lead to another server, where the number is somebody else's.
        const [row] = await helper.sql.run<{ done: boolean }>(
          `select case
            when (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::int8 = ${backend.serverStart}
            then pg_catalog.pg_terminate_backend(${backend.pid}) else false end as done`,
        );
        if (row?.done === true) return;
      } finally {
        clearTimeout(timer);
        helper.destroy();
      }
    } catch {
      // No connection is left, or the login may not do it, as that for reading. Then the next one has to.
    }
  }
}
