import { quoteIdentifier } from '../../quote-identifier.ts';

/** A row that expressions are written over. */
export interface RowScope {
  /** The value of a column, by the name that Postgres has for it. */
  column(name: string): string;
  /** All of it, as a value of the table's own type. */
  row(): string;
}

/** The row of a table, or of a function that gives such rows. */
export function rowOf(alias: string): RowScope {
  return { column: (name) => `${alias}.${quoteIdentifier(name)}`, row: () => alias };
}

/** Of a composite value. */
export function attributesOf(value: string): RowScope {
  return { column: (name) => `(${value}).${quoteIdentifier(name)}`, row: () => value };
}

/** A row that a sub-select passes on, which has those columns alone that were asked for. */
export interface PassedRow extends RowScope {
  /** What the sub-select has to select, over `from`. */
  columns(from: RowScope): string[];
}

/** Its columns are numbered, so that none can meet a name that the sub-select gives itself. */
export function passedRow(alias: string): PassedRow {
  const names = new Map<string, string>();
  let whole = false;
  return {
    column: (name) => {
      const known = names.get(name);
      if (known !== undefined) return `${alias}.${known}`;
      const column = `c${names.size + 1}`;
      names.set(name, column);
      return `${alias}.${column}`;
    },
    row: () => {
      whole = true;
      return `${alias}.whole`;
    },
    columns: (from) => [
      ...Array.from(names, ([name, column]) => `${from.column(name)} as ${column}`),
      ...(whole ? [`${from.row()} as whole`] : []),
    ],
  };
}
