import type { Logger } from '../../../../observability/logger.ts';
import type { PostgresPool } from '../../../../upstream/postgres/pool.ts';
import { databaseRole } from '../../../../viewer/database-role.ts';
import type { SeeSchema } from './table-checks.ts';

const timeoutMs = 5_000;

/** Whether a role may read a column of any published table of a schema. */
export function createSchemaCheck(pool: PostgresPool, log: Logger): SeeSchema {
  return async (schema, call) => {
    const signal = new AbortController().signal;
    try {
      return await pool.withSession({ signal, timeoutMs }, async ({ sql }) => {
        const [row] = await sql.query<{ seen: boolean }>(
          `select exists (
            select from pg_catalog.pg_publication_tables p
              join pg_catalog.pg_namespace n on n.nspname = p.schemaname
              join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = p.tablename
              join pg_catalog.pg_roles r on r.rolname = $1
            where p.pubname = 'supabase_realtime' and n.nspname = $2
              and pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
              and pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT')
          ) as seen`,
          [databaseRole(call.viewer), schema],
          true,
        );
        return row?.seen ?? false;
      });
    } catch (error) {
      log.warn({ err: error }, 'a subscription could not be checked against the database');
      return 'unknown';
    }
  };
}
