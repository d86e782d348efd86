import type { Sql } from 'postgres';
import type { JsonText } from '../wire/raw-json.ts';
import type { RawValue, RelationMessage } from './pgoutput.ts';

interface Column {
  readonly name: string;
  /** pg_type.typname, such as `int8` or `_int4`. */
  readonly type: string;
  /** The type's quoted, qualified name, for casts. */
  readonly castType: string;
  /** Where the column stands in a pgoutput tuple. */
  readonly position: number;
}

export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly identityFull: boolean;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
}

/** Adds what pgoutput does not say about a table: type names and the primary key. */
export async function loadRelation(sql: Sql, message: RelationMessage): Promise<Relation> {
  const rows = await sql<{ name: string; type: string; castType: string; key: boolean }[]>`
    select a.attname as name, t.typname as type,
      quote_ident(n.nspname) || '.' || quote_ident(t.typname) as "castType",
      coalesce(a.attnum = any (i.indkey), false) as key
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    join pg_namespace n on n.oid = t.typnamespace
    left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where a.attrelid = ${message.oid} and a.attnum > 0 and not a.attisdropped
    order by a.attnum`;
  const columns: Column[] = [];
  for (const row of rows) {
    const position = message.columns.indexOf(row.name);
    if (position >= 0) {
      columns.push({ name: row.name, type: row.type, castType: row.castType, position });
    }
  }
  return {
    oid: message.oid,
    schema: message.schema,
    name: message.name,
    identityFull: message.identityFull,
    columns,
    primaryKey: rows.filter((row) => row.key).map((row) => row.name),
  };
}

const asWritten = new Set(['int2', 'int4', 'int8', 'oid', 'jsonb']);
const asString = new Set([
  'text',
  'varchar',
  'bpchar',
  'name',
  'uuid',
  'date',
  'time',
  'timetz',
  'inet',
  'cidr',
]);

/** A value as JSON where no more than its text is needed; undefined where Postgres must convert it. */
function convertHere(type: string, value: string): JsonText | undefined {
  if (asWritten.has(type)) return value;
  if (type === 'numeric') return /^-?\d/.test(value) ? value : JSON.stringify(value);
  if (asString.has(type)) return JSON.stringify(value);
  if (type === 'bool') return value === 't' ? 'true' : 'false';
  if (type === 'bytea') return JSON.stringify(value.replace(/^\\x/, ''));
  return undefined;
}

/**
 * A tuple's values as JSON text by column name, exactly as `to_jsonb` gives them; columns that the tuple leaves out
 * (unchanged TOAST) are missing.
 */
export async function toJsonValues(
  sql: Sql,
  relation: Relation,
  tuple: readonly RawValue[],
): Promise<Map<string, JsonText>> {
  const values = new Map<string, JsonText>();
  const left: { column: Column; value: string }[] = [];
  for (const column of relation.columns) {
    const value = tuple[column.position];
    if (value === undefined) continue;
    const json = value === null ? 'null' : convertHere(column.type, value);
    if (json === undefined && value !== null) left.push({ column, value });
    values.set(column.name, json ?? 'null');
  }
  if (left.length > 0) {
    const list = left.map(({ column }, index) => `to_jsonb($${index + 1}::text::${column.castType})::text`);
    const [row] = await sql
      .unsafe<Record<string, JsonText>[]>(
        `select ${list.join(', ')}`,
        left.map(({ value }) => value),
        { prepare: true },
      )
      .values();
    left.forEach(({ column }, index) => {
      values.set(column.name, row?.[index] ?? 'null');
    });
  }
  return values;
}
