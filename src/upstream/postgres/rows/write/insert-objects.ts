import { AppError } from '../../../../lib/app-error.ts';
import { encodeValue } from '../compile/encode-value.ts';
import { insertion, type TextRow } from '../compile/modification.ts';
import type { InsertQuery, NewRow, OnConflict } from '../compile/write-query.ts';
import { type WrittenFacts, writeAndNote } from '../compile/write-statement.ts';
import type { Column, Relation, Table } from '../model/model.ts';
import { answerAbout, changeRows } from './change-rows.ts';
import type { StatementAnswer, WriteRun } from './write-run.ts';

/** A row whose own values are all known, and the rows that are to refer to it. */
interface ReadyRow {
  readonly values: TextRow;
  readonly children: NewRow['children'];
}

const noFacts: WrittenFacts = { affected: 0, inserted: 0, rows: [] };
const noValues: TextRow = new Map();

/**
 * Inserts what is asked for, and what hangs on it. Throws BAD_USER_INPUT for values that cannot be what they are given for,
 * and CONFLICT where a row that others were to refer to was not inserted.
 */
export async function insertObjects(run: WriteRun, query: InsertQuery): Promise<StatementAnswer> {
  const { table, objects, onConflict, foundBy } = query;
  if (objects.length === 0) return await answerAbout(run, query, noFacts);
  const rows: ReadyRow[] = [];
  for (const object of objects) rows.push(await readyRow(run, object, noValues));
  if (rows.every(isPlain)) {
    const values = rows.map((row) => row.values);
    return await changeRows(run, query, (statement) => insertion(statement, table, values, onConflict));
  }
  const facts = await insertEach(run, table, rows, foundBy?.columns ?? [], onConflict);
  return await answerAbout(run, query, facts);
}

function isPlain({ children }: ReadyRow): boolean {
  return children.length === 0;
}

/** Inserts the rows that `row` refers to. `given`: what it has from a row that it refers to already. */
async function readyRow(run: WriteRun, row: NewRow, given: TextRow): Promise<ReadyRow> {
  const values = new Map(given);
  for (const [column, value] of row.values) {
    values.set(column, encodeValue(column.type, value, [...row.path, column.apiName]));
  }
  for (const { relation, row: parent } of row.parents) {
    const ready = await readyRow(run, parent, noValues);
    const { rows } = await insertEach(run, relation.other, [ready], relation.otherColumns, undefined);
    const [key] = rows;
    if (key === undefined) throw notInserted(parent);
    for (const [column, text] of valuesOf(relation.columns, key)) values.set(column, text);
  }
  return { values, children: row.children };
}

/**
 * Inserts rows one by one, each before those that refer to it, and gives the values of `columns`. Nothing that could be
 * relied on says which of several rows got which key.
 */
async function insertEach(
  run: WriteRun,
  table: Table,
  rows: readonly ReadyRow[],
  columns: readonly Column[],
  onConflict: OnConflict | undefined,
): Promise<WrittenFacts> {
  const referred = rows.flatMap(({ children }) => children.flatMap(({ relation }) => relation.columns));
  const noted = [...new Set([...columns, ...referred])];
  const children = new Map<Relation, ReadyRow[]>();
  let all = noFacts;
  for (const row of rows) {
    const facts = await run.facts((statement) =>
      writeAndNote(statement, insertion(statement, table, [row.values], onConflict), noted),
    );
    all = added(all, facts);
    for (const { relation, rows: own } of row.children) {
      const ready = children.get(relation) ?? [];
      children.set(relation, ready);
      for (const child of own) ready.push(await readyRow(run, child, givenBy(facts, noted, relation, child)));
    }
  }
  for (const [relation, ready] of children) await insertChildren(run, relation.other, ready);
  return all;
}

/** Of rows that nothing refers to nothing has to be known. */
async function insertChildren(run: WriteRun, table: Table, rows: readonly ReadyRow[]): Promise<void> {
  if (rows.length === 0) return;
  if (!rows.every(isPlain)) {
    await insertEach(run, table, rows, [], undefined);
    return;
  }
  const values = rows.map((row) => row.values);
  await run.facts((statement) => writeAndNote(statement, insertion(statement, table, values, undefined), []));
}

/** What `child` has from the row that it refers to. */
function givenBy(
  { rows: [texts] }: WrittenFacts,
  noted: readonly Column[],
  { columns, otherColumns }: Relation,
  child: NewRow,
): TextRow {
  if (texts === undefined) throw notInserted(child);
  return valuesOf(
    otherColumns,
    columns.map((column) => texts[noted.indexOf(column)] ?? null),
  );
}

function valuesOf(columns: readonly Column[], texts: readonly (string | null)[]): TextRow {
  return new Map(columns.map((column, index) => [column, texts[index] ?? null]));
}

function added(some: WrittenFacts, more: WrittenFacts): WrittenFacts {
  return {
    affected: some.affected + more.affected,
    inserted: some.inserted === null || more.inserted === null ? null : some.inserted + more.inserted,
    rows: [...some.rows, ...more.rows],
  };
}

/** By `onConflict`, or by a trigger. */
function notInserted({ path }: NewRow): AppError {
  return new AppError('CONFLICT', 'A row was not inserted, so that others cannot refer to it.', {
    details: { reason: 'not_inserted', argument: path },
  });
}
