import type { PostgresColumn } from '../../../upstream/postgres/postgres-sql.ts';
import type { WireResult } from '../../../upstream/postgres/sql/collect-rows.ts';
import type { SqlTypes } from '../../../upstream/postgres/sql/sql-types.ts';
import { builtInByOid, type PostgresDecoder } from '../../../upstream/postgres/values.ts';
import type { SqlColumn, SqlResult } from './types.ts';

/** Finishes a result: columns get the names of their types, arrays of the database's own types are read. */
export function toSqlResult(wire: WireResult, duration: number, types: SqlTypes): SqlResult {
  decodeOwnTypes(wire, types);
  const { values, command, rowCount, truncated } = wire;
  const columns = wire.columns.map((column) => describeColumn(column, types));
  let rows: Record<string, unknown>[] | undefined;
  return {
    values,
    columns,
    command,
    rowCount,
    truncated,
    duration,
    get rows() {
      rows ??= values.map((value) => toRow(columns, value));
      return rows;
    },
  };
}

function describeColumn({ name, type, table }: PostgresColumn, types: SqlTypes): SqlColumn {
  return {
    name,
    type: types.get(type)?.name ?? 'unknown',
    typeOid: String(type),
    tableOid: table === 0 ? null : String(table),
  };
}

function decodeOwnTypes({ columns, values }: WireResult, types: SqlTypes): void {
  for (const [index, { type }] of columns.entries()) {
    if (builtInByOid.has(type)) continue;
    const decode = types.get(type)?.decode;
    if (decode !== undefined) decodeColumn(values, index, decode);
  }
}

function decodeColumn(values: unknown[][], index: number, decode: PostgresDecoder): void {
  for (const row of values) {
    const text = row[index];
    if (typeof text === 'string') row[index] = decode(text);
  }
}

/** Without a prototype, because `__proto__` is a legal column name. */
function toRow(columns: readonly SqlColumn[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = Object.create(null);
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index];
    if (column !== undefined) row[column.name] = values[index];
  }
  return row;
}
