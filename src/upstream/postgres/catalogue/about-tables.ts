import type { Call } from '../../../viewer/call.ts';
import { formatTextArray } from '../array.ts';
import { droppedMeanwhile, stillThere } from './catalogue-reader.ts';
import {
  aboutOneTable,
  type CatalogueStatement,
  type FacetRow,
  type FacetStatement,
} from './catalogue-statement.ts';

type Read = <Row>(
  statement: CatalogueStatement<Row>,
  params: readonly (string | null)[],
  call: Call,
) => Promise<readonly Row[]>;

/** Reads something of each table, in the order of their numbers. Throws CONFLICT where one was dropped meanwhile. */
type ReadOfTables<T> = (tableIds: readonly string[], call: Call) => Promise<readonly T[]>;

/** For a statement that gives one row for each table. */
export function rowOfEach<Row extends { readonly tableId: string }>(
  read: Read,
  statement: CatalogueStatement<Row>,
): ReadOfTables<Row> {
  const readRows = aboutTables(read, statement);
  return async (tableIds, call) => {
    const byTable = new Map((await readRows(tableIds, call)).map((row) => [row.tableId, row]));
    return tableIds.map((id) => stillThere(byTable.get(id)));
  };
}

/** For a statement that gives any number of items for each table. */
export function itemsOfEach<Item>(
  read: Read,
  statement: FacetStatement<Item>,
): ReadOfTables<readonly Item[]> {
  const readRows = aboutTables(read, statement);
  const isDropped = (row: FacetRow<Item>) =>
    row.present && statement.given.some((key) => isMissing(row[key]));
  return async (tableIds, call) => {
    const rows = await readRows(tableIds, call);
    if (rows.some(isDropped)) throw droppedMeanwhile();
    const byTable = groupByTable(rows);
    return tableIds.map((id) => stillThere(byTable.get(id)));
  };
}

function aboutTables<Row>(read: Read, statement: CatalogueStatement<Row>): ReadOfTables<Row> {
  const aboutOne = aboutOneTable(statement);
  return async (tableIds, call) => {
    const [id, ...more] = tableIds;
    if (id !== undefined && more.length === 0) return await read(aboutOne, [id], call);
    return await read(statement, [formatTextArray(tableIds)], call);
  };
}

function groupByTable<Item>(rows: readonly FacetRow<Item>[]): ReadonlyMap<string, readonly Item[]> {
  const byTable = new Map<string, Item[]>();
  for (const row of rows) {
    const items = byTable.get(row.tableId);
    if (items !== undefined) items.push(row);
    else byTable.set(row.tableId, row.present ? [row] : []);
  }
  return byTable;
}

function isMissing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.includes(null));
}
