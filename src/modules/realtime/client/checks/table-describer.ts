import { createSingleFlight } from '../../../../lib/single-flight.ts';
import type { Logger } from '../../../../observability/logger.ts';
import type { PostgresPool } from '../../../../upstream/postgres/pool.ts';
import { databaseRole } from '../../../../viewer/database-role.ts';
import type { DescribeTable, VisibleTable } from './table-checks.ts';

const timeoutMs = 5_000;

/** What the tables of one database show to each role, by Postgres' own privilege functions. */
export function createTableDescriber(pool: PostgresPool, log: Logger): DescribeTable {
  const running = createSingleFlight<VisibleTable | undefined>();
  return async (schema, table, call) => {
    const role = databaseRole(call.viewer);
    const key = JSON.stringify([role, schema, table]);
    try {
      // Without any one caller's signal: a thousand subscribers ask at once.
      return await running.run(key, () => look(pool, role, schema, table));
    } catch (error) {
      log.warn({ err: error }, 'a subscription could not be checked against the database');
      return 'unknown';
    }
  };
}

async function look(
  pool: PostgresPool,
  role: string,
  schema: string,
  table: string,
): Promise<VisibleTable | undefined> {
  const signal = new AbortController().signal;
  const rows = await pool.withSession({ signal, timeoutMs }, async ({ sql }) => {
    return await sql.query<{ name: string; type: string; published: boolean }>(
      `select a.attname as name,
        pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.typname) as type,
        exists (
          select from pg_catalog.pg_publication_tables p
          where p.pubname = 'supabase_realtime' and p.schemaname = n.nspname and p.tablename = c.relname
        ) as published
      from pg_catalog.pg_roles r
        join pg_catalog.pg_namespace n on n.nspname = $2
        join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = $3
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        join pg_catalog.pg_type t on t.oid = a.atttypid
        join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
      where r.rolname = $1 and c.relkind in ('r', 'p')
        and pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
        and pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT')`,
      [role, schema, table],
      true,
    );
  });
  const [first] = rows;
  return (
    first && {
      columns: new Map(rows.map(({ name, type }) => [name, type])),
      published: first.published,
    }
  );
}
