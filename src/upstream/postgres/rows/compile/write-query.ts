import type { Column, Key, Relation, Table } from '../model/model.ts';
import type { Condition, ReadQuery, Selected } from './query.ts';

/** What a caller asks to be changed, as ReadQuery is for what he asks to see. */
export type WriteQuery = InsertQuery | UpdateQuery | UpdateManyQuery | DeleteQuery | ChangingCall;

/** A table to be written, as a caller may do it. */
export interface WriteTarget {
  readonly table: Table;
  /**
   * A key that the caller may read, by which rows that were written are found again: what is related to them is read by a
   * statement of its own, since the one that writes sees all tables as they were before.
   */
  readonly foundBy: Key | undefined;
}

export interface Write extends WriteTarget {
  readonly answer: WriteAnswer;
}

/** The row itself, null where there is none; or what became of any number of rows. */
export type WriteAnswer =
  | { readonly kind: 'row'; readonly select: readonly Selected[] }
  | { readonly kind: 'rows'; readonly select: readonly WriteSelected[] };

/** Each with the response key that it is to stand under. */
export type WriteSelected = { readonly key: string } & (
  | { readonly kind: 'typename'; readonly name: string }
  | { readonly kind: 'affectedCount' | 'insertedCount' }
  | { readonly kind: 'returning'; readonly select: readonly Selected[] }
);

export interface InsertQuery extends Write {
  readonly kind: 'insert';
  readonly objects: readonly NewRow[];
  readonly onConflict: OnConflict | undefined;
}

/** A row to be, with those that it refers to and those that refer to it. */
export interface NewRow {
  /** Where it is in the arguments, for errors. */
  readonly path: readonly string[];
  /** A column that is absent gets its default. */
  readonly values: ReadonlyMap<Column, unknown>;
  /** By relations whose key is in this table: they are inserted before. */
  readonly parents: readonly { readonly relation: Relation; readonly row: NewRow }[];
  /** By relations whose key is in the other table: they are inserted afterwards. */
  readonly children: readonly { readonly relation: Relation; readonly rows: readonly NewRow[] }[];
}

export interface OnConflict {
  readonly key: Key;
  /** Those that take the new value; none: the row that is there stays as it is. */
  readonly update: readonly Column[];
  /** Which rows are updated. */
  readonly where: Condition | undefined;
  /** Whether the table says, and to the caller, which rows are new. */
  readonly tellsInserted: boolean;
}

export interface UpdateQuery extends Write {
  readonly kind: 'update';
  readonly rows: ChosenRows;
  readonly changes: readonly Change[];
}

/** Several updates, in their order. */
export interface UpdateManyQuery extends Write {
  readonly kind: 'updateMany';
  readonly foundBy: Key;
  readonly updates: readonly { readonly where: Condition; readonly changes: readonly Change[] }[];
}

export interface DeleteQuery extends Write {
  readonly kind: 'delete';
  readonly rows: ChosenRows;
}

export type ChosenRows =
  | {
      readonly kind: 'where';
      readonly where: Condition;
      /** Where there are more, none is written. */
      readonly atMost: number | undefined;
    }
  | {
      readonly kind: 'key';
      readonly key: Key;
      /** In the order of the key's columns. */
      readonly values: readonly unknown[];
      /** What the row has to be like still. */
      readonly ifMatch: Condition | undefined;
    };

export interface Change {
  readonly column: Column;
  readonly how: ChangeKind;
  /** Of `deleteKey` a list of keys. */
  readonly value: unknown;
}

export type ChangeKind = 'set' | 'inc' | 'append' | 'prepend' | 'deleteKey';

/** A function that may change anything. */
interface ChangingCall {
  readonly kind: 'changingCall';
  readonly query: ReadQuery;
}
