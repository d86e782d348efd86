import type { Sql } from 'postgres';
import type { JsonText } from '../wire/raw-json.ts';
import type { Change, ChangeRow } from './change-data.ts';
import type { RawValue } from './pgoutput.ts';
import { type Relation, toJsonValues } from './relation.ts';

const maxChangeBytes = 1024 * 1024;

/** The values a filter and the visibility check may use: under a key identity the old row holds its key alone. */
export function rawValues({ row }: ChangeRow, relation: Relation): Map<string, string | null> {
  const values = new Map<string, string | null>();
  for (const { name, position } of relation.columns) {
    const value = row.row === undefined ? oldValue(row.old, relation, name, position) : row.row[position];
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function oldValue(
  old: readonly RawValue[] | undefined,
  relation: Relation,
  name: string,
  position: number,
): RawValue {
  return relation.identityFull || relation.primaryKey.includes(name) ? old?.[position] : undefined;
}

/** A change with all its values as JSON text. */
export async function readChange(
  sql: Sql,
  { row }: ChangeRow,
  relation: Relation,
  commitTimestamp: string,
): Promise<Change> {
  const record =
    row.row === undefined ? new Map<string, JsonText>() : await toJsonValues(sql, relation, row.row);
  // Under replica identity DEFAULT an update that keeps its key carries no old row: the key is the new row's.
  const old = row.old ?? row.row;
  const oldRecord =
    row.type === 'INSERT' || old === undefined
      ? new Map<string, JsonText>()
      : await toJsonValues(sql, relation, old);
  for (const [name, value] of row.old !== undefined && relation.identityFull ? oldRecord : []) {
    if (row.type === 'UPDATE' && !record.has(name)) record.set(name, value);
  }
  const bytes = [...record.values(), ...oldRecord.values()].reduce((sum, value) => sum + value.length, 0);
  return { type: row.type, relation, commitTimestamp, record, oldRecord, tooLarge: bytes > maxChangeBytes };
}
