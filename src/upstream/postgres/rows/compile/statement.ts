import type { RowsFunction, Table } from '../model/model.ts';
import type { CompiledRead } from './query.ts';
import { qualified } from './sql-names.ts';

export interface StatementLimits {
  /** How many rows a list has at most; where there are more and the caller gave no limit, the answer says that it was cut. */
  readonly maxRows: number;
  /** A list in which others are fails when it becomes larger. */
  readonly maxBytes: number;
}

/** One SQL statement in the making: its parameters, and the names that are its own. */
export interface Statement extends StatementLimits {
  /** The place of a parameter that is read as `type`, which is an SQL type with its schema. */
  bind(text: string | null, type: string): string;
  /** A name that nothing else in the statement has. */
  alias(): string;
  /** A table or a function as it is written; the statement is one that reads it. */
  table(table: Table): string;
  /** The same of one that it changes. */
  changed(table: Table): string;
  fn(fn: RowsFunction): string;
  /** The column that says whether the list at `path` was cut at `maxRows`. */
  cutColumn(path: readonly string[]): string;
  /** The whole, from a select with a column `j` and those of `cuts`, of one row or none. */
  finish(answer: Fragment): CompiledRead;
}

/** A select that gives JSON in a column `j`. */
export interface Fragment {
  readonly sql: string;
  /** Its columns that say which lists were cut. */
  readonly cuts: readonly string[];
}

export function createStatement({ maxRows, maxBytes }: StatementLimits): Statement {
  const params: (string | null)[] = [];
  const lists: (readonly string[])[] = [];
  const tables = new Set<string>();
  const functions = new Set<string>();
  let leavesTraces = false;
  let aliases = 0;
  return {
    maxRows,
    maxBytes,
    bind: (text, type) => `$${params.push(text)}::${type}`,
    alias: () => `t${++aliases}`,
    table(table) {
      tables.add(table.id);
      leavesTraces ||= table.leavesTraces.onRead;
      return qualified(table);
    },
    changed(table) {
      leavesTraces ||= table.leavesTraces.onWrite;
      return qualified(table);
    },
    fn(fn) {
      functions.add(fn.id);
      leavesTraces = true;
      return qualified(fn);
    },
    cutColumn: (path) => `cut${lists.push(path) - 1}`,
    finish: ({ sql, cuts }) => ({
      text: oneRow(sql, cuts),
      params,
      lists,
      leavesTraces,
      reads: { tables, functions },
    }),
  };
}

/** Without anything to say of lists a scalar sub-select does; it is null where there is no row. */
function oneRow(sql: string, cuts: readonly string[]): string {
  if (cuts.length === 0) return `select (select a.j::pg_catalog.text from (${sql}) a) as answer`;
  const said = cuts.map((name) => `case when a.${name} then '${name.slice('cut'.length)}' end`);
  return `select a.j::pg_catalog.text as answer, pg_catalog.concat_ws(',', ${said.join(', ')}) as cut from (select) x left join lateral (${sql}) a on true`;
}
