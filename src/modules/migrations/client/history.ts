import { formatTextArray } from '../../../upstream/postgres/array.ts';
import type { PostgresSql } from '../../../upstream/postgres/postgres-sql.ts';
import { checksumOf } from './checksum.ts';
import { compareVersions } from './compare-versions.ts';
import type { MigrationTables } from './migration-tables.ts';
import type { Migration } from './types.ts';

/** What is known of a migration without its texts. */
export interface MigrationHead {
  readonly version: string;
  readonly name: string | null;
  readonly applied: boolean;
}

type MigrationRow = Omit<Migration, 'checksum' | 'statements'> & {
  readonly statements: readonly (string | null)[] | null;
};

/** Old and new forms of the table have other columns: what is missing reads as null. */
function source({ history, own }: MigrationTables): string {
  const theirs = history.exists
    ? 'select t.version::text as version, pg_catalog.to_jsonb(t) as row from supabase_migrations.schema_migrations t'
    : 'select null::text as version, null::jsonb as row where false';
  const ours = own.exists
    ? 'select t.version::text as version, pg_catalog.to_jsonb(t) as row, t.applied_at from bunbun.migrations t'
    : 'select null::text as version, null::jsonb as row, null::timestamptz as applied_at where false';
  // A row of ours that says applied while theirs is gone was taken back by another tool.
  return `(select coalesce(h.version, o.version) as version, h.version is not null as applied,
      h.row as h, o.row as o, o.applied_at
    from (${theirs}) h full join (${ours}) o on o.version = h.version
    where h.version is not null or o.row ->> 'applied_at' is null) m`;
}

/** All migrations, oldest version first. */
export async function listHeads(sql: PostgresSql, tables: MigrationTables): Promise<MigrationHead[]> {
  const rows = await sql.query<MigrationHead>(
    `select m.version, coalesce(m.h ->> 'name', m.o ->> 'name') as name, m.applied from ${source(tables)}`,
  );
  return [...rows].sort((a, b) => compareVersions(a.version, b.version));
}

/** Those of `versions` that are known, in no order. */
export async function readMigrations(
  sql: PostgresSql,
  tables: MigrationTables,
  versions: readonly string[],
): Promise<Migration[]> {
  const rows = await sql.query<MigrationRow>(
    `select m.version, coalesce(m.h ->> 'name', m.o ->> 'name') as name,
      coalesce(nullif(m.h -> 'statements', 'null'), nullif(m.o -> 'statements', 'null')) as statements,
      m.o ->> 'down' as down,
      case when m.applied then 'APPLIED' else 'INCOMPLETE' end as state,
      (m.o ->> 'statements_run')::int as "statementsRun",
      case when not m.applied then (m.o ->> 'statement_running')::int end as "statementRunning",
      (m.o ->> 'transactional')::boolean as transactional,
      (m.o ->> 'out_of_order')::boolean as "outOfOrder",
      m.applied_at as "appliedAt",
      coalesce(m.o ->> 'applied_by', m.h ->> 'created_by') as "appliedBy",
      (m.o ->> 'duration_ms')::float8 as duration
    from ${source(tables)} where m.version = any ($1::text[])`,
    [formatTextArray(versions)],
  );
  return rows.map((row) => {
    const statements = row.statements?.map((statement) => statement ?? '') ?? null;
    return { ...row, statements, checksum: checksumOf(statements) };
  });
}

/** The one migration, undefined where it is not known. */
export async function readMigration(
  sql: PostgresSql,
  tables: MigrationTables,
  version: string,
): Promise<Migration | undefined> {
  const [found] = await readMigrations(sql, tables, [version]);
  return found;
}

export interface MigrationRecord {
  readonly version: string;
  readonly name: string;
  readonly statements: readonly string[];
  readonly down: string | null;
  readonly transactional: boolean;
  readonly outOfOrder: boolean;
  readonly appliedBy: string;
}

/** Notes how far a migration outside of a transaction came; its statements are kept until it is applied. */
export async function recordProgress(sql: PostgresSql, record: MigrationRecord, run: number): Promise<void> {
  await sql.query(
    `insert into bunbun.migrations
      (version, name, statements, checksum, down, transactional, out_of_order, statements_run, applied_by)
    values ($1::text, $2::text, $3::text[], $4::text, $5::text, $6::boolean, $7::boolean, $8::int, $9::text)
    on conflict (version) do update set name = excluded.name, statements = excluded.statements,
      checksum = excluded.checksum, down = excluded.down, transactional = excluded.transactional,
      out_of_order = excluded.out_of_order, statements_run = excluded.statements_run,
      applied_by = excluded.applied_by, statement_running = null, applied_at = null, duration_ms = null`,
    [
      record.version,
      record.name,
      formatTextArray(record.statements),
      checksumOf(record.statements),
      record.down,
      String(record.transactional),
      String(record.outOfOrder),
      String(run),
      record.appliedBy,
    ],
  );
}

/** Of a migration that `recordProgress` knows: how many statements ran, and which one is about to run alone. */
export async function advanceProgress(
  sql: PostgresSql,
  version: string,
  { run, running }: { readonly run: number; readonly running: number | null },
): Promise<void> {
  await sql.query(
    'update bunbun.migrations set statements_run = $2::int, statement_running = $3::int where version = $1::text',
    [version, String(run), running === null ? null : String(running)],
  );
}

/** Notes a migration as applied, in both tables. */
export async function recordApplied(
  sql: PostgresSql,
  record: MigrationRecord,
  durationMs: number,
): Promise<void> {
  await sql.query(
    'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1::text, $2::text, $3::text[])',
    [record.version, record.name, formatTextArray(record.statements)],
  );
  await recordProgress(sql, { ...record, statements: [] }, record.statements.length);
  await sql.query(
    `update bunbun.migrations set statements = null, checksum = $3::text,
      applied_at = pg_catalog.clock_timestamp(), duration_ms = $2::float8
    where version = $1::text`,
    [record.version, String(durationMs), checksumOf(record.statements)],
  );
}

/** Takes a migration out of both tables. */
export async function forgetMigration(sql: PostgresSql, version: string): Promise<void> {
  await sql.query('delete from supabase_migrations.schema_migrations where version::text = $1::text', [
    version,
  ]);
  await sql.query('delete from bunbun.migrations where version = $1::text', [version]);
}
