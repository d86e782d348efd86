/**
 * What the exposed schemas of one database hold, as rows are read and written: tables, their relations and functions, with
 * the names by which callers know them. It knows nothing of GraphQL, and nothing of who asks: see Grants.
 */
export interface RowsModel {
  /** Tables, views, materialized views and foreign tables, first schema first, by name within it. */
  readonly tables: readonly Table[];
  readonly functions: readonly RowsFunction[];
  /** What the log says of names that were changed, that clash or that cannot be shown. */
  readonly remarks: readonly string[];
}

export interface Table {
  /** Its oid. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'TABLE' | 'PARTITIONED_TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'FOREIGN_TABLE';
  /** In camel case, with its schema in front where that is not the first one exposed: `userProfiles`. */
  readonly apiName: string;
  /** The same as a type begins: `UserProfiles`. */
  readonly typeName: string;
  readonly description: string | undefined;
  readonly columns: readonly Column[];
  readonly primaryKey: Key | undefined;
  /** What ends the order of pages: without it no cursor could tell two rows apart. */
  readonly cursorKey: Key | undefined;
  /** The primary key and all unique ones over columns alone, without a condition. */
  readonly keys: readonly Key[];
  readonly relations: readonly Relation[];
  /** Functions over one of its rows. */
  readonly computed: readonly RowsFunction[];
  /** What the relation itself allows, whoever asks; false for what no view can pass on. */
  readonly takes: { readonly inserts: boolean; readonly updates: boolean; readonly deletes: boolean };
  /**
   * Its rows are what its owner sees, past the policies of the tables beneath: a view without `security_invoker`, a
   * materialized view.
   */
  readonly runsAsOwner: boolean;
  readonly rowSecurity: boolean;
  /** What runs by itself when it is read or written, such as policies and triggers, may change the session for good. */
  readonly leavesTraces: { readonly onRead: boolean; readonly onWrite: boolean };
}

export interface Column {
  readonly name: string;
  readonly apiName: string;
  /** Its place in the table, from 1: `attnum`. */
  readonly position: number;
  readonly type: ValueType;
  /** True for every column of a view. */
  readonly nullable: boolean;
  /** Has a default, an identity or a generating expression. */
  readonly hasDefault: boolean;
  /** Takes no value of a caller's: generated always, or an identity that is. */
  readonly readOnly: boolean;
  readonly description: string | undefined;
}

/** One or more columns that name at most one row. */
export interface Key {
  /**
   * What follows the table's name where a row is found by it: `ByPk`, `ByHandle`, `ByOrgIdAndSlug`. Undefined where
   * another key has the same columns.
   */
  readonly apiName: string | undefined;
  /** Of the constraint or the index; empty for the key that a view's comment gives. */
  readonly name: string;
  readonly primary: boolean;
  /** Not only an index. */
  readonly isConstraint: boolean;
  /** Looked at row by row: one that may be looked at in the end cannot be named in `on conflict`. */
  readonly isImmediate: boolean;
  readonly columns: readonly Column[];
}

/** From the rows of a table to those of another. */
export interface Relation {
  readonly apiName: string;
  /** How many rows of the other table there may be for one of this: `one` may be none as well. */
  readonly cardinality: 'one' | 'many';
  /** `out`: the key is in this table; `in`: it is in the other one; `through`: it is in a junction. */
  readonly direction: 'out' | 'in' | 'through';
  /** Of this table, in the order of `otherColumns`. */
  readonly columns: readonly Column[];
  readonly other: Table;
  readonly otherColumns: readonly Column[];
  readonly through: Junction | undefined;
  /** Of the foreign key's constraint; empty for the key that a view's comment gives. */
  readonly constraint: string;
  readonly description: string | undefined;
}

/** A table that does nothing but join two others. */
interface Junction {
  readonly table: Table;
  /** Beside the relation's `columns`. */
  readonly columns: readonly Column[];
  /** Beside the relation's `otherColumns`. */
  readonly otherColumns: readonly Column[];
}

/**
 * How a value is written and read. `sql` is the type as a cast names it, with its schema, whatever the search path:
 * `pg_catalog.int4`, `public.mood`, `pg_catalog.int4[]`.
 */
export type ValueType = ScalarType | EnumType | ArrayType | CompositeType | RangeType;

export interface ScalarType {
  readonly kind: 'scalar';
  readonly scalar: ScalarName;
  readonly sql: string;
  /** Of a domain: what it is over, at the bottom. Its values are read as that type's. */
  readonly base: string;
}

/**
 * As values look in an answer. `Int` and `Float` are numbers, `JSON` is what it is, all others are strings. `Money` and
 * `Text` come as Decimal and String to callers, but Postgres has to be asked for them differently.
 */
export type ScalarName =
  | 'Boolean'
  | 'Int'
  | 'BigInt'
  | 'Float'
  | 'Decimal'
  | 'Money'
  | 'String'
  /** A type of which nothing is known but that it has a text form. */
  | 'Text'
  | 'UUID'
  | 'DateTime'
  | 'LocalDateTime'
  | 'Date'
  | 'Time'
  | 'Interval'
  | 'JSON'
  | 'Bytes';

export interface EnumType {
  readonly kind: 'enum';
  readonly sql: string;
  /** `MoodEnum`. */
  readonly apiName: string;
  readonly description: string | undefined;
  readonly values: readonly EnumValue[];
}

export interface EnumValue {
  /** As Postgres knows it. */
  readonly label: string;
  /** The same, unless GraphQL cannot carry it. */
  readonly apiName: string;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly sql: string;
  readonly item: ValueType;
}

export interface CompositeType {
  readonly kind: 'composite';
  readonly sql: string;
  /** `AddressComposite`. */
  readonly apiName: string;
  readonly description: string | undefined;
  readonly attributes: readonly Attribute[];
}

export interface Attribute {
  readonly name: string;
  readonly apiName: string;
  readonly type: ValueType;
}

/** Also multiranges: their text form is all that is read and written. */
interface RangeType {
  readonly kind: 'range';
  readonly sql: string;
  /** Of its bounds. */
  readonly item: ValueType;
}

export interface RowsFunction {
  /** Its oid. */
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly apiName: string;
  /** `ShoutResult` begins with it. */
  readonly typeName: string;
  readonly description: string | undefined;
  readonly volatility: 'IMMUTABLE' | 'STABLE' | 'VOLATILE';
  /** Those that take a value; of a computed field all but the row. */
  readonly parameters: readonly Parameter[];
  readonly returns: Returned;
  /** Gives any number of rows or values. */
  readonly setReturning: boolean;
}

export interface Parameter {
  /** Undefined where it has none: it is then given by its place. */
  readonly name: string | undefined;
  readonly apiName: string;
  readonly type: ValueType;
  readonly hasDefault: boolean;
  /** Takes the rest as an array. */
  readonly variadic: boolean;
}

export type Returned =
  | { readonly kind: 'void' }
  | { readonly kind: 'value'; readonly type: ValueType }
  /** Rows of a table that is exposed. */
  | { readonly kind: 'table'; readonly table: Table }
  | RecordReturned;

/** A row of its own: `returns table (…)`, out parameters, `returns record`. */
export interface RecordReturned {
  readonly kind: 'record';
  readonly attributes: readonly Attribute[];
  /** The function itself does not say what its columns are: who calls it names all of them, with their types. */
  readonly isBare: boolean;
}
