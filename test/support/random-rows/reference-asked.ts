import type postgres from 'postgres';
import { type RowSet, whereSql } from './reference-sql.ts';
import type { ReferenceColumn, ReferenceTable } from './reference-tables.ts';

export type Args = Readonly<Record<string, unknown>>;
export type Fields = Record<string, unknown>;

/** Which row a cursor stands for, by the values of its key. */
export type Cursors = ReadonlyMap<string, string>;

/** Where the reference asks, and as whom. */
export interface Asked {
  readonly sql: Pick<postgres.Sql, 'unsafe'>;
  /** The columns that the role may read, as `todos.title`. */
  readonly readable: ReadonlySet<string>;
  readonly cursors: Cursors;
}

export async function readableColumns(sql: postgres.TransactionSql): Promise<ReadonlySet<string>> {
  const rows =
    await sql`select relname || '.' || attname as name from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped
      and has_column_privilege(attrelid, attnum, 'select')`;
  return new Set(rows.map(({ name }) => String(name)));
}

/** The one column `value` of each row of a statement. */
export async function values(asked: Asked, text: string): Promise<unknown[]> {
  const rows = await asked.sql.unsafe(text);
  return rows.map((row): unknown => row['value']);
}

export function columnsOf({ readable }: Asked, table: ReferenceTable): [string, ReferenceColumn][] {
  return Object.entries(table.columns).filter(([, { name }]) => readable.has(`${table.name}.${name}`));
}

/** The rows that meet an argument `where` as well. */
export function and(rows: RowSet, where: unknown): RowSet {
  if (where === undefined) return rows;
  return { ...rows, conditions: [...rows.conditions, whereSql(rows.table, rows.alias, where)] };
}

/** A value as callers see it. */
export function shown(sql: string, type: string): string {
  if (type === 'mood') return `replace(${sql}::text, '-', '_')`;
  return type === 'bigint' || type === 'numeric' || type === 'int4range' ? `${sql}::text` : sql;
}
