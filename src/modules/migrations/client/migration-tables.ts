import { AppError } from '../../../lib/app-error.ts';
import type { PostgresSql } from '../../../upstream/postgres/postgres-sql.ts';
import { quoteIdentifier } from '../../../upstream/postgres/quote-identifier.ts';

/** What this login finds and may do where migrations are kept. */
export interface MigrationTables {
  readonly user: string;
  readonly database: string;
  readonly mayCreateSchemas: boolean;
  /** The Supabase CLI's table. */
  readonly history: TableAccess;
  /** Ours. */
  readonly own: TableAccess;
}

interface TableAccess {
  readonly schema: string;
  readonly table: string;
  readonly schemaExists: boolean;
  readonly mayUse: boolean;
  readonly mayCreate: boolean;
  readonly exists: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly owned: boolean;
  readonly columns: readonly string[];
}

const historyColumns = { statements: 'text[]', name: 'text' };
const ownColumns = {
  name: 'text',
  statements: 'text[]',
  checksum: 'text',
  down: 'text',
  transactional: 'boolean',
  out_of_order: 'boolean',
  statements_run: 'integer',
  statement_running: 'integer',
  applied_at: 'timestamptz',
  applied_by: 'text',
  duration_ms: 'double precision',
};

type AccessRow = TableAccess & {
  readonly user: string;
  readonly database: string;
  readonly mayCreateSchemas: boolean;
};

/** Looks without touching: neither schema nor table need exist. */
export async function lookAtTables(sql: PostgresSql): Promise<MigrationTables> {
  const [history, own] =
    await sql.query<AccessRow>(`select current_user::text as user, pg_catalog.current_database()::text as database,
      pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') as "mayCreateSchemas",
      w.schema, w.table, n.oid is not null as "schemaExists",
      coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false) as "mayUse",
      coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false) as "mayCreate",
      c.oid is not null as exists,
      coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), false) as readable,
      coalesce(pg_catalog.has_table_privilege(c.oid, 'INSERT')
        and pg_catalog.has_table_privilege(c.oid, 'DELETE')
        and (w.place = 1 or pg_catalog.has_table_privilege(c.oid, 'UPDATE')), false) as writable,
      coalesce(pg_catalog.pg_has_role(c.relowner, 'USAGE'), false) as owned,
      array(select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
    from (values (1, 'supabase_migrations', 'schema_migrations'), (2, 'bunbun', 'migrations'))
      as w (place, schema, "table")
    left join pg_catalog.pg_namespace n on n.nspname = w.schema
    left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.table
    order by w.place`);
  if (history === undefined || own === undefined) throw new Error('the catalogues gave no answer');
  return { ...history, history, own };
}

/** Throws FORBIDDEN, with what to grant, when the history is there but cannot be read. */
export function requireReadable({ user, history, own }: MigrationTables): void {
  const grants = [history, own]
    .filter((each) => each.exists && !(each.mayUse && each.readable))
    .flatMap((each) => [
      `grant usage on schema ${each.schema} to ${quoteIdentifier(user)}`,
      `grant select on ${each.schema}.${each.table} to ${quoteIdentifier(user)}`,
    ]);
  if (grants.length > 0) throw forbidden(grants);
}

/**
 * Makes what is missing and adds missing columns; nothing that is there is changed otherwise. Throws FORBIDDEN with
 * what to grant before anything is tried that Postgres would refuse.
 */
export async function prepareTables(sql: PostgresSql): Promise<MigrationTables> {
  const tables = await lookAtTables(sql);
  const grants = [
    ...missingGrants(tables, tables.history, 'select, insert, delete', historyColumns),
    ...missingGrants(tables, tables.own, 'select, insert, update, delete', ownColumns),
  ];
  if (grants.length > 0) throw forbidden([...new Set(grants)]);
  const steps = [...stepsFor(tables.history, historyColumns), ...stepsFor(tables.own, ownColumns)];
  for (const step of steps) await sql.query(step);
  return steps.length === 0 ? tables : await lookAtTables(sql);
}

function missingGrants(
  { user, database, mayCreateSchemas }: MigrationTables,
  access: TableAccess,
  rights: string,
  columns: Readonly<Record<string, string>>,
): string[] {
  const { schema, table } = access;
  const to = quoteIdentifier(user);
  if (!access.schemaExists)
    return mayCreateSchemas ? [] : [`grant create on database ${quoteIdentifier(database)} to ${to}`];
  if (!access.exists) {
    return access.mayUse && access.mayCreate ? [] : [`grant usage, create on schema ${schema} to ${to}`];
  }
  const grants: string[] = [];
  if (!access.mayUse) grants.push(`grant usage on schema ${schema} to ${to}`);
  if (!access.readable || !access.writable) grants.push(`grant ${rights} on ${schema}.${table} to ${to}`);
  if (!access.owned) {
    // A column can be added by the owner alone, so what is needed is the column.
    for (const column of missing(access, columns)) {
      grants.push(`alter table ${schema}.${table} add column ${column} ${columns[column]}`);
    }
  }
  return grants;
}

function stepsFor(access: TableAccess, columns: Readonly<Record<string, string>>): string[] {
  const { schema, table } = access;
  if (access.exists) {
    return missing(access, columns).map(
      (column) => `alter table ${schema}.${table} add column ${column} ${columns[column]}`,
    );
  }
  const list = Object.entries(columns).map(([column, type]) => `, ${column} ${type}`);
  return [
    ...(access.schemaExists ? [] : [`create schema ${schema}`]),
    `create table ${schema}.${table} (version text primary key${list.join('')})`,
  ];
}

function missing(access: TableAccess, columns: Readonly<Record<string, string>>): string[] {
  return Object.keys(columns).filter((column) => !access.columns.includes(column));
}

function forbidden(grants: readonly string[]): AppError {
  return new AppError(
    'FORBIDDEN',
    "The gateway's login may not keep migrations in this database; `grants` says what it needs.",
    { details: { reason: 'missing_grants', grants } },
  );
}
