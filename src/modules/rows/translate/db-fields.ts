import type { FieldNode, GraphQLObjectType } from 'graphql';
import { type KnownField, type Operation, selectedFields } from './operation.ts';

/** What one field under `db` asks for, under its response key; or the name of the type. */
export type DbField<Query> =
  | { readonly key: string; readonly query: Query }
  | { readonly key: string; readonly typename: string };

/**
 * What `read` makes of the fields under `db`, in the order of the answer. `failed` makes the error of one that cannot be
 * read.
 */
export function dbFields<Query>(
  operation: Operation,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  read: (operation: Operation, selected: KnownField) => Query,
  failed: (key: string, error: unknown) => unknown,
): readonly DbField<Query>[] {
  return selectedFields(operation, type, nodes).map((selected) => {
    const { key, field } = selected;
    if (field === undefined) return { key, typename: type.name };
    try {
      return { key, query: read(operation, { ...selected, field }) };
    } catch (error) {
      throw failed(key, error);
    }
  });
}
