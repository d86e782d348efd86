import { quoteIdentifier } from '../../quote-identifier.ts';
import type { Column, Table } from '../model/model.ts';
import { assignments } from './change.ts';
import { conditionOf } from './condition.ts';
import { bindText, type ValuePath } from './encode-value.ts';
import { keyConditions } from './key-conditions.ts';
import { type RowScope, rowOf } from './row-scope.ts';
import { whereOf } from './row-set.ts';
import { builtIn } from './sql-names.ts';
import type { Statement } from './statement.ts';
import { textRows } from './text-rows.ts';
import type { Change, ChosenRows, OnConflict } from './write-query.ts';

/** A statement that changes rows, up to its RETURNING. */
export interface Modification {
  readonly sql: string;
  /** The row that it returns. */
  readonly row: RowScope;
  /** Whether that row was not there before: an expression over it; undefined where nobody can tell. */
  readonly isNew: string | undefined;
  /** Rows that it returns at most, as is known before. */
  readonly mostRows: number;
}

/** The values of a row to be in the text form of Postgres. A column that is absent gets its default. */
export type TextRow = ReadonlyMap<Column, string | null>;

/** Inserts one row or more. */
export function insertion(
  statement: Statement,
  table: Table,
  rows: readonly TextRow[],
  onConflict: OnConflict | undefined,
): Modification {
  const alias = statement.alias();
  const row = rowOf(alias);
  const source = sourceOf(statement, rows);
  const conflict = onConflict === undefined ? '' : conflictClause(statement, row, onConflict);
  return {
    sql: `insert into ${statement.changed(table)} as ${alias}${source}${conflict}`,
    row,
    isNew: isNewOf(row, onConflict),
    mostRows: rows.length,
  };
}

function sourceOf(statement: Statement, rows: readonly TextRow[]): string {
  const columns = columnsOf(rows);
  // Without columns each one gets its default.
  if (columns.length === 0) return ` select from pg_catalog.generate_series(1, ${rows.length})`;
  const names = ` (${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})`;
  if (rows.length > 1 && rows.every((row) => row.size === columns.length)) {
    const { from, values } = textRows(statement, columns, (column) =>
      rows.map((row) => row.get(column) ?? null),
    );
    return `${names} select ${values.join(', ')} from ${from}`;
  }
  const tuples = rows.map((row) => {
    const values = columns.map((column) => {
      const text = row.get(column);
      return text === undefined ? 'default' : bindText(statement, column.type, text);
    });
    return `(${values.join(', ')})`;
  });
  return `${names} values ${tuples.join(', ')}`;
}

/** Those of all rows together. */
function columnsOf(rows: readonly TextRow[]): readonly Column[] {
  const columns = new Set<Column>();
  for (const row of rows) for (const column of row.keys()) columns.add(column);
  return [...columns];
}

function conflictClause(statement: Statement, row: RowScope, { key, update, where }: OnConflict): string {
  const columns = key.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const target = key.isConstraint ? `on constraint ${quoteIdentifier(key.name)}` : `(${columns})`;
  if (update.length === 0) return ` on conflict ${target} do nothing`;
  const excluded = rowOf('excluded');
  const taken = update.map(({ name }) => `${quoteIdentifier(name)} = ${excluded.column(name)}`).join(', ');
  const conditions = where === undefined ? [] : [conditionOf(statement, row, where, ['onConflict', 'where'])];
  return ` on conflict ${target} do update set ${taken}${whereOf(conditions)}`;
}

function isNewOf(row: RowScope, onConflict: OnConflict | undefined): string | undefined {
  if (onConflict === undefined || onConflict.update.length === 0) return 'true';
  // Only a row that was there before has somebody who changed it last.
  return onConflict.tellsInserted ? `${row.column('xmax')} ${builtIn('=')} 0` : undefined;
}

/** Updates the rows that are chosen. `path` is the argument that the changes came by. */
export function updating(
  statement: Statement,
  table: Table,
  rows: ChosenRows,
  changes: readonly Change[],
  path: ValuePath,
): Modification {
  const alias = statement.alias();
  const row = rowOf(alias);
  const set = assignments(statement, row, changes, path);
  const which = whereOf(chosenBy(statement, row, rows, path));
  return {
    sql: `update ${statement.changed(table)} as ${alias} set ${set}${which}`,
    row,
    isNew: 'false',
    mostRows: mostChosen(rows),
  };
}

/** Deletes the rows that are chosen. */
export function deletion(statement: Statement, table: Table, rows: ChosenRows): Modification {
  const alias = statement.alias();
  const row = rowOf(alias);
  const which = whereOf(chosenBy(statement, row, rows, []));
  return {
    sql: `delete from ${statement.changed(table)} as ${alias}${which}`,
    row,
    isNew: 'false',
    mostRows: mostChosen(rows),
  };
}

function chosenBy(statement: Statement, row: RowScope, rows: ChosenRows, path: ValuePath): string[] {
  if (rows.kind === 'where') return [conditionOf(statement, row, rows.where, [...path, 'where'])];
  const { key, values, ifMatch } = rows;
  const named = keyConditions(statement, row, key, values);
  return ifMatch === undefined ? named : [...named, conditionOf(statement, row, ifMatch, ['ifMatch'])];
}

function mostChosen(rows: ChosenRows): number {
  return rows.kind === 'key' ? 1 : Number.POSITIVE_INFINITY;
}
