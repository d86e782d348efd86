import type { ForeignKeyRow } from '../catalogue/keys.ts';
import { readComment, type VirtualForeignKey } from './comment.ts';
import type { Column } from './model.ts';
import { fullName } from './names.ts';
import type { TableDraft } from './tables.ts';

/** From a table that is shown to one that is shown. */
export interface ForeignKey {
  /** Empty for one that a comment gives. */
  readonly name: string;
  readonly from: TableDraft;
  readonly columns: readonly Column[];
  readonly to: TableDraft;
  readonly toColumns: readonly Column[];
  readonly description: string | undefined;
  /** The names that a comment gives to its two ends: of the row it refers to, and of those that refer to it. */
  readonly outName: string | undefined;
  readonly inName: string | undefined;
}

type Remark = (text: string) => void;

/** Those of the database and those that comments give, once each. */
export function collectForeignKeys(
  tables: ReadonlyMap<string, TableDraft>,
  rows: readonly ForeignKeyRow[],
  remark: Remark,
): ForeignKey[] {
  const real = rows.flatMap((row) => readForeignKey(row, tables, remark));
  const virtual = [...tables.values()].flatMap((from) =>
    from.comment.foreignKeys.flatMap((key) => readVirtualKey(key, from, tables, remark)),
  );
  const seen = new Set<string>();
  return [...real, ...virtual].filter((key) => {
    const ends = [key.from.table.id, positions(key.columns), key.to.table.id, positions(key.toColumns)].join(
      ' ',
    );
    const isNew = !seen.has(ends);
    seen.add(ends);
    return isNew;
  });
}

function positions(columns: readonly Column[]): string {
  return columns.map(({ position }) => position).join();
}

function readForeignKey(
  row: ForeignKeyRow,
  tables: ReadonlyMap<string, TableDraft>,
  remark: Remark,
): ForeignKey[] {
  const from = tables.get(row.tableId);
  if (from === undefined) return [];
  const remarkOnKey = (text: string): void => remark(`${fullName(from.table)}, key ${row.name}: ${text}`);
  if (row.toPartition) remarkOnKey('it refers to a partition, and so gives no relation');
  const comment = readComment(row.comment, remarkOnKey);
  const to = tables.get(row.otherId);
  if (to === undefined || comment.hide === true) return [];
  return [
    {
      name: row.name,
      from,
      columns: row.positions.flatMap((position) => from.columnAt.get(position) ?? []),
      to,
      toColumns: row.otherPositions.flatMap((position) => to.columnAt.get(position) ?? []),
      description: comment.description,
      outName: comment.foreignName,
      inName: comment.localName,
    },
  ];
}

function readVirtualKey(
  key: VirtualForeignKey,
  from: TableDraft,
  tables: ReadonlyMap<string, TableDraft>,
  remark: Remark,
): ForeignKey[] {
  const schema = key.schema ?? from.table.schema;
  const to = [...tables.values()].find(({ table }) => table.schema === schema && table.name === key.table);
  const columns = columnsCalled(key.columns, from);
  const toColumns = to === undefined ? [] : columnsCalled(key.references, to);
  const isWhole = columns.length === key.columns.length && toColumns.length === key.columns.length;
  if (to === undefined || !isWhole || !isUniqueIn(to, toColumns)) {
    const target = fullName({ schema, name: key.table });
    remark(`${fullName(from.table)}: its comment gives it a foreign key to ${target}, which has no such key`);
    return [];
  }
  return [
    {
      name: '',
      from,
      columns,
      to,
      toColumns,
      description: undefined,
      outName: key.name,
      inName: key.otherName,
    },
  ];
}

function columnsCalled(names: readonly string[], { columnAt }: TableDraft): Column[] {
  const columns = [...columnAt.values()];
  return names.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

/** Whether at most one row has given values in these columns. */
export function isUniqueIn({ uniques }: TableDraft, columns: readonly Column[]): boolean {
  return uniques.some((key) => key.every((column) => columns.includes(column)));
}
