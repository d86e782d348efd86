import type {
  GraphQLEnumType,
  GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
} from 'graphql';
import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type { RowsFunction, Table, ValueType } from '../../../upstream/postgres/rows/model/model.ts';

/** For whom and out of what types are made. */
export interface TypesContext {
  readonly grants: Grants;
  /** Everybody's schema, whose scalars and PageInfo are used on. */
  readonly base: GraphQLSchema;
  /** The name for one new type: with `Db` in front where another one has it. */
  nameOf(wanted: string): string;
}

/**
 * The types of one schema, each made when it is first asked for. What would be empty does not exist: it is undefined.
 */
export interface RowsTypes extends TypesContext {
  /** Rows of a table; undefined where no column may be read. */
  row(table: Table): GraphQLObjectType | undefined;
  where(table: Table): GraphQLInputObjectType;
  /** About the rows of a relation to many. */
  listWhere(table: Table): GraphQLInputObjectType;
  orderBy(table: Table): GraphQLInputObjectType | undefined;
  aggregateOrderBy(table: Table): GraphQLInputObjectType;
  /** Of the columns that may be read. */
  columns(table: Table): GraphQLEnumType;
  connection(table: Table, row: GraphQLObjectType): GraphQLObjectType;
  aggregate(table: Table): GraphQLObjectType;
  group(table: Table): GraphQLObjectType;
  having(table: Table): GraphQLInputObjectType;
  groupsOrderBy(table: Table): GraphQLInputObjectType;
  /** A new row; undefined where none may be inserted. */
  insert(table: Table): GraphQLInputObjectType | undefined;
  /** Undefined where no key may be named. */
  onConflict(table: Table): GraphQLInputObjectType | undefined;
  /** `set`, `inc` and the others, as far as there are columns for them. */
  changes(table: Table): Readonly<Record<string, GraphQLInputFieldConfig>>;
  updateMany(table: Table): GraphQLInputObjectType;
  /** What became of the rows of a write. */
  mutation(table: Table): GraphQLObjectType;
  /** A function's own rows. */
  result(fn: RowsFunction): GraphQLObjectType | undefined;
  output(type: ValueType): GraphQLOutputType;
  input(type: ValueType): GraphQLInputType;
  filter(type: ValueType): GraphQLInputObjectType;
}

/** `make` once for each item; for all items of one key where `keyOf` gives it. */
export function memoized<T, V>(make: (item: T) => V, keyOf: (item: T) => unknown = (item) => item) {
  const made = new Map<unknown, { readonly value: V }>();
  return (item: T): V => {
    const key = keyOf(item);
    const known = made.get(key);
    if (known) return known.value;
    const value = make(item);
    made.set(key, { value });
    return value;
  };
}
