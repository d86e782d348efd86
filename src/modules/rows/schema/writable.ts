import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type { Column, Key, Relation, Table } from '../../../upstream/postgres/rows/model/model.ts';
import { readableColumns, readableKeys, readableRelations } from './readable.ts';

/** The columns that a role may give values for in new rows; none where it may insert no rows. */
export function insertableColumns(grants: Grants, table: Table): readonly Column[] {
  if (!table.takes.inserts || !grants.mayInsertInto(table)) return [];
  return table.columns.filter((column) => !column.readOnly && grants.mayInsert(table, column));
}

/** The columns that a role may change; none where it cannot say in which rows. */
export function updatableColumns(grants: Grants, table: Table): readonly Column[] {
  if (!table.takes.updates || readableColumns(grants, table).length === 0) return [];
  return table.columns.filter((column) => !column.readOnly && grants.mayUpdate(table, column));
}

/** Whether a role may delete rows, and say which. */
export function mayDelete(grants: Grants, table: Table): boolean {
  return table.takes.deletes && grants.mayDeleteFrom(table) && readableColumns(grants, table).length > 0;
}

/** The relations by which new rows may bring those that they refer to, or that refer to them. */
export function insertableRelations(grants: Grants, table: Table): readonly Relation[] {
  const own = new Set(insertableColumns(grants, table));
  return readableRelations(grants, table).filter(({ direction, columns, other, otherColumns, through }) => {
    const others = new Set(insertableColumns(grants, other));
    if (direction === 'out') return others.size > 0 && columns.every((column) => own.has(column));
    // They are found again to be answered about.
    if (findingKey(grants, table) === undefined) return false;
    if (through !== undefined) return others.size > 0 && joinsByItself(grants, through);
    return otherColumns.every((column) => others.has(column));
  });
}

/** Whether rows of a junction need nothing but what they join. */
function joinsByItself(
  grants: Grants,
  { table, columns, otherColumns }: NonNullable<Relation['through']>,
): boolean {
  const insertable = new Set(insertableColumns(grants, table));
  const joining = new Set([...columns, ...otherColumns]);
  return table.columns.every((column) =>
    joining.has(column) ? insertable.has(column) : column.nullable || column.hasDefault,
  );
}

/** A key by which the role finds a row again that it has written: without nulls, which are equal to nothing. */
export function findingKey(grants: Grants, table: Table): Key | undefined {
  return readableKeys(grants, table).find(
    ({ primary, columns }) => primary || columns.every(({ nullable }) => !nullable),
  );
}

/** The keys whose violation an insert may answer: their columns are read to find out. */
export function conflictKeys(grants: Grants, table: Table): readonly Key[] {
  return readableKeys(grants, table).filter(({ isImmediate }) => isImmediate);
}

/** The key by which one row is written. */
export function writtenKey(grants: Grants, table: Table): Key | undefined {
  return readableKeys(grants, table).find(({ primary }) => primary);
}
