import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type {
  Column,
  Key,
  Relation,
  RowsFunction,
  Table,
  ValueType,
} from '../../../upstream/postgres/rows/model/model.ts';

/** The columns of a table that a role may read. */
export function readableColumns(grants: Grants, table: Table): readonly Column[] {
  return table.columns.filter((column) => grants.mayRead(table, column));
}

/** Keys all of whose columns may be read: others find nothing for that role. */
export function readableKeys(grants: Grants, table: Table): readonly Key[] {
  return table.keys.filter(({ columns }) => columns.every((column) => grants.mayRead(table, column)));
}

/** Whether a role can read rows page by page: cursors hold the values of a key. */
export function hasCursors(grants: Grants, table: Table): boolean {
  return table.cursorKey?.columns.every((column) => grants.mayRead(table, column)) ?? false;
}

/** The relations whose columns may be read at both ends, and in the junction. */
export function readableRelations(grants: Grants, table: Table): readonly Relation[] {
  return table.relations.filter(({ columns, other, otherColumns, through }) => {
    const may = (of: Table, some: readonly Column[]) => some.every((column) => grants.mayRead(of, column));
    return (
      may(table, columns) &&
      may(other, otherColumns) &&
      (!through || (may(through.table, through.columns) && may(through.table, through.otherColumns)))
    );
  });
}

/** Functions over a row that may be called, and whose rows may be read. A whole row is read for them. */
export function readableComputed(grants: Grants, table: Table): readonly RowsFunction[] {
  const wholeRow = table.columns.every((column) => grants.mayRead(table, column));
  return wholeRow ? table.computed.filter((fn) => mayUse(grants, fn)) : [];
}

/** A function over a row that gives a value for it, without any argument. */
export interface ComputedValue {
  readonly fn: RowsFunction;
  readonly type: ValueType;
}

/** Those of them whose value rows can be chosen by. */
export function readableValues(grants: Grants, table: Table): readonly ComputedValue[] {
  return readableComputed(grants, table).flatMap((fn) => {
    const { returns, setReturning, parameters } = fn;
    const plain =
      returns.kind === 'value' && !setReturning && parameters.every(({ hasDefault }) => hasDefault);
    return plain ? [{ fn, type: returns.type }] : [];
  });
}

/** Whether a function may be called and its answer be seen. */
export function mayUse(grants: Grants, fn: RowsFunction): boolean {
  const { returns } = fn;
  if (!grants.mayCall(fn)) return false;
  return returns.kind !== 'table' || readableColumns(grants, returns.table).length > 0;
}

/** Whether the values of a type have an order that callers understand. */
export function isOrderable(type: ValueType): boolean {
  return type.kind === 'enum' || (type.kind === 'scalar' && !unordered.has(type.scalar));
}

const unordered: ReadonlySet<string> = new Set(['JSON', 'Text']);

/** Whether values of a type can be added up. */
export function isNumeric(type: ValueType): boolean {
  return type.kind === 'scalar' && numeric.has(type.scalar);
}

const numeric: ReadonlySet<string> = new Set(['Int', 'BigInt', 'Float', 'Decimal', 'Money', 'Interval']);

/** Whether Postgres knows a smallest and a largest of them: not so for `uuid`, `bytea` and booleans. */
export function hasExtremes(type: ValueType): boolean {
  return type.kind === 'enum' || (type.kind === 'scalar' && extremes.has(type.scalar));
}

const extremes: ReadonlySet<string> = new Set([
  ...numeric,
  'String',
  'DateTime',
  'LocalDateTime',
  'Date',
  'Time',
]);
