import type { WriteTarget } from '../../../upstream/postgres/rows/compile/write-query.ts';
import type {
  Column,
  Key,
  Relation,
  RowsFunction,
  RowsModel,
  Table,
} from '../../../upstream/postgres/rows/model/model.ts';

/** What a field under `db` stands for. The words of connections, pages and aggregates stand for themselves. */
type FieldMeaning =
  | { readonly kind: 'rows' | 'connection' | 'aggregate' | 'groups'; readonly table: Table }
  | { readonly kind: 'row'; readonly table: Table; readonly key: Key }
  | { readonly kind: 'call'; readonly fn: RowsFunction }
  | { readonly kind: 'column'; readonly column: Pick<Column, 'name' | 'type'> }
  | { readonly kind: 'computed'; readonly fn: RowsFunction }
  | { readonly kind: 'relation' | 'relationConnection' | 'relationAggregate'; readonly relation: Relation }
  | { readonly kind: 'part' }
  | {
      readonly kind: 'insert' | 'insertOne';
      readonly target: WriteTarget;
      /** Whether the role can tell new rows from those that were there. */
      readonly tellsInserted: boolean;
    }
  | { readonly kind: 'update' | 'delete'; readonly target: WriteTarget }
  | {
      readonly kind: 'updateMany';
      readonly target: WriteTarget & { readonly foundBy: Key };
    }
  | { readonly kind: 'updateByKey'; readonly target: WriteTarget; readonly key: Key }
  | { readonly kind: 'deleteByKey'; readonly target: WriteTarget; readonly key: Key };

/** What a field of an input object under `db` stands for. */
type InputMeaning =
  | { readonly kind: 'column'; readonly column: Column }
  | { readonly kind: 'computed'; readonly fn: RowsFunction }
  | { readonly kind: 'relation' | 'relationAggregate'; readonly relation: Relation };

declare module 'graphql' {
  interface GraphQLSchemaExtensions {
    /** What its `db` was made of. */
    rows?: RowsModel;
  }

  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    rows?: FieldMeaning;
  }

  interface GraphQLInputFieldExtensions {
    rows?: InputMeaning;
  }
}

/** Extensions of fields that stand for themselves. */
export const part = { rows: { kind: 'part' } } as const;
