import type { Column, RowsFunction, Table } from './model.ts';

/** What one database role may do with what a model holds. Roles with equal grants have equal fingerprints. */
export interface Grants {
  readonly fingerprint: string;
  mayRead(table: Table, column: Column): boolean;
  /** Not only columns, one by one: what Postgres keeps of each row, such as `xmax`, needs it. */
  mayReadWhole(table: Table): boolean;
  mayInsert(table: Table, column: Column): boolean;
  mayUpdate(table: Table, column: Column): boolean;
  /** Rows with nothing but defaults need the right as well. */
  mayInsertInto(table: Table): boolean;
  mayDeleteFrom(table: Table): boolean;
  mayCall(fn: RowsFunction): boolean;
}
