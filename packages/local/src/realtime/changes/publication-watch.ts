import type { Sql } from 'postgres';
import type { LocalLog } from '../../lib/log.ts';

/** Looks at the tables of the publication now and then, and tells when they are others than before. */
export async function watchPublication(options: {
  readonly sql: Sql;
  readonly log: LocalLog;
  readonly everyMs: number;
  readonly onChange: () => void;
}): Promise<{ stop(): void }> {
  const { sql, log, everyMs, onChange } = options;

  const tables = async (): Promise<string> => {
    const rows = await sql`
      select schemaname, tablename from pg_publication_tables where pubname = 'supabase_realtime'
      order by 1, 2`;
    return JSON.stringify(rows);
  };
  let known = await tables().catch(() => undefined);
  let looking = false;

  const look = async (): Promise<void> => {
    const now = await tables();
    const changed = known !== undefined && known !== now;
    known = now;
    if (changed) onChange();
  };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => log.warn({ err: error }, 'the publication could not be read'))
      .finally(() => {
        looking = false;
      });
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
