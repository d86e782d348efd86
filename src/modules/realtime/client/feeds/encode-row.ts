import { isRecord } from '../../../../lib/is-record.ts';
import { decodeTimestampTz } from '../../../../upstream/postgres/values.ts';

/** A column of a change: its name and `pg_type.typname`, such as `int8` or `_int4`. */
export interface ChangeColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * A row of a change, encoded as `SqlResult.rows` are. Realtime writes rows with `to_jsonb`: int8 and numeric are JSON
 * numbers of any length, bytea is hex without its prefix, the rest fits already. `exact` is the same row with every
 * number as text. Columns Realtime left out stay out.
 */
export function encodeRow(
  row: unknown,
  columns: readonly ChangeColumn[],
  exact?: unknown,
): Record<string, unknown> | null {
  if (!isRecord(row)) return null;
  // No prototype: `__proto__` is a legal column name.
  const encoded: Record<string, unknown> = Object.create(null);
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  for (const [name, value] of Object.entries(row)) {
    const type = types.get(name) ?? 'text';
    const isNumeric = type === 'numeric' || type === '_numeric';
    encoded[name] = encodeValue(isNumeric && isRecord(exact) ? exact[name] : value, type);
  }
  return encoded;
}

/** One value by its type; arrays (`_type`) element by element, whatever their depth. */
function encodeValue(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type.startsWith('_')) return encodeArray(value, type.slice(1));
  switch (type) {
    case 'int8':
    case 'numeric':
      return typeof value === 'number' ? String(value) : value;
    case 'bytea':
      return typeof value === 'string'
        ? Buffer.from(value.replace(/^\\x/, ''), 'hex').toString('base64')
        : value;
    case 'float4':
    case 'float8':
      // A large double comes with an exponent, which the lossless parser keeps as text.
      return typeof value === 'string' && Number.isFinite(Number(value)) ? Number(value) : value;
    case 'timestamptz':
      return typeof value === 'string' ? toUtc(value) : value;
    default:
      return value;
  }
}

/** `2026-01-02T01:04:05+00:00` -> `2026-01-02T01:04:05Z`, as SQL results have it. */
function toUtc(text: string): string {
  const utc = decodeTimestampTz(text.replace('T', ' '));
  return utc.endsWith('Z') ? utc : text;
}

function encodeArray(value: unknown, elementType: string): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((item) =>
    Array.isArray(item) ? encodeArray(item, elementType) : encodeValue(item, elementType),
  );
}
