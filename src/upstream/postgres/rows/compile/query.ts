import type { Column, Key, Relation, RowsFunction, Table } from '../model/model.ts';

/**
 * What a caller asks of rows, whatever protocol he asks by: the compiler makes SQL of it. All names were looked up in the
 * model already; all values are still the caller's own, as GraphQL's coercion or a URL gave them, and become parameters.
 */
export type ReadQuery = RowsQuery | RowQuery | ConnectionQuery | AggregateQuery | GroupsQuery | CallQuery;

/** Rows as a list. */
export interface RowsQuery {
  readonly kind: 'rows';
  readonly from: Source;
  readonly select: readonly Selected[];
  readonly page: Page;
}

/** Where rows come from: a table, or a function that gives rows of one. */
export interface Source {
  readonly table: Table;
  readonly call: { readonly fn: RowsFunction; readonly args: Arguments } | undefined;
}

/** By the function's own parameters; absent ones have their default. */
export type Arguments = ReadonlyMap<RowsFunction['parameters'][number], unknown>;

export interface Page {
  readonly where: Condition | undefined;
  readonly orderBy: readonly OrderTerm[];
  readonly distinctOn: readonly Column[];
  /** At most the compiler's own limit, which also holds where this is undefined. */
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}

/** The row that a key names, or null. */
export interface RowQuery {
  readonly kind: 'row';
  readonly table: Table;
  readonly key: Key;
  /** In the order of the key's columns. */
  readonly values: readonly unknown[];
  readonly select: readonly Selected[];
}

/** A page with cursors, as Relay has it. */
export interface ConnectionQuery {
  readonly kind: 'connection';
  readonly from: Source;
  readonly select: readonly ConnectionSelected[];
  readonly where: Condition | undefined;
  /** The key is appended by the compiler: the order is total. */
  readonly orderBy: readonly OrderTerm[];
  readonly slice: Slice;
}

export interface Slice {
  readonly direction: 'forward' | 'backward';
  /** `first` or `last`. */
  readonly size: number;
  /** Cursors as callers have them. */
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/** Each with the response key that it is to stand under. */
export type ConnectionSelected = { readonly key: string } & (
  | { readonly kind: 'typename'; readonly name: string }
  | { readonly kind: 'edges'; readonly select: readonly EdgeSelected[] }
  | { readonly kind: 'nodes'; readonly select: readonly Selected[] }
  | { readonly kind: 'pageInfo'; readonly select: readonly PageInfoSelected[] }
  | { readonly kind: 'totalCount' }
);

export type EdgeSelected = { readonly key: string } & (
  | { readonly kind: 'typename'; readonly name: string }
  | { readonly kind: 'cursor' }
  | { readonly kind: 'node'; readonly select: readonly Selected[] }
);

export type PageInfoSelected = { readonly key: string } & (
  | { readonly kind: 'typename'; readonly name: string }
  | { readonly kind: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor' }
);

/** Numbers over rows: one object. */
export interface AggregateQuery {
  readonly kind: 'aggregate';
  readonly from: Source;
  readonly where: Condition | undefined;
  readonly select: readonly AggregateSelected[];
}

export type AggregateSelected = { readonly key: string } & (
  | { readonly kind: 'typename'; readonly name: string }
  | { readonly kind: 'count'; readonly distinct: readonly Column[] }
  | {
      readonly kind: AggregateFunction;
      readonly select: readonly (
        | { readonly key: string; readonly kind: 'typename'; readonly name: string }
        | { readonly key: string; readonly kind: 'column'; readonly column: Pick<Column, 'name' | 'type'> }
      )[];
    }
);

export type AggregateFunction = 'sum' | 'avg' | 'min' | 'max';

/** Rows that are equal in some columns, as one object for each group. */
export interface GroupsQuery {
  readonly kind: 'groups';
  readonly from: Source;
  readonly by: readonly Column[];
  readonly where: Condition | undefined;
  readonly having: Condition | undefined;
  readonly orderBy: readonly OrderTerm[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  readonly select: readonly (
    | AggregateSelected
    | {
        readonly key: string;
        readonly kind: 'key';
        readonly select: readonly (
          | { readonly key: string; readonly kind: 'typename'; readonly name: string }
          | { readonly key: string; readonly kind: 'column'; readonly column: Pick<Column, 'name' | 'type'> }
        )[];
      }
  )[];
}

/** A function that gives anything but a set of a table's rows: a value, rows of its own, or one row of a table. */
export interface CallQuery {
  readonly kind: 'call';
  readonly fn: RowsFunction;
  readonly args: Arguments;
  /** Of rows and composites; empty for values. */
  readonly select: readonly Selected[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}

/** What is selected of one row, each under its response key, in the order of the answer. */
export type Selected = { readonly key: string } & (
  | { readonly kind: 'typename'; readonly name: string }
  | {
      readonly kind: 'column';
      /** Of a table's row; of a record of its own an attribute is one, too. */
      readonly column: Pick<Column, 'name' | 'type'>;
      /** Of a json column: what lies there. */
      readonly path: JsonPath | undefined;
      /** Of a composite: what of it is selected. */
      readonly select: readonly Selected[] | undefined;
    }
  | {
      readonly kind: 'computed';
      readonly fn: RowsFunction;
      readonly args: Arguments;
      /** Of a function that gives rows or a composite. */
      readonly select: readonly Selected[] | undefined;
      /** Of one that gives rows of a table. */
      readonly page: Page | undefined;
    }
  | {
      readonly kind: 'one';
      readonly relation: Relation;
      readonly select: readonly Selected[];
    }
  | {
      readonly kind: 'many';
      readonly relation: Relation;
      readonly select: readonly Selected[];
      readonly page: Page;
    }
  | {
      readonly kind: 'manyConnection';
      readonly relation: Relation;
      readonly connection: Omit<ConnectionQuery, 'kind' | 'from'>;
    }
  | {
      readonly kind: 'manyAggregate';
      readonly relation: Relation;
      readonly where: Condition | undefined;
      readonly select: readonly AggregateSelected[];
    }
);

/** Keys and indexes of arrays. */
export type JsonPath = readonly string[];

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'compare';
      readonly operand: Operand;
      readonly operator: Operator;
      readonly value: unknown;
    }
  | { readonly kind: 'is'; readonly operand: Operand; readonly state: State }
  | {
      readonly kind: 'textSearch';
      readonly operand: Operand;
      readonly query: string;
      readonly config: string | undefined;
      readonly type: 'PLAIN' | 'PHRASE' | 'WEB';
    }
  /** `one`: the related row is there and meets it. An empty `and` asks only whether there is one. */
  | {
      readonly kind: 'related';
      readonly relation: Relation;
      readonly quantifier: 'one' | 'some' | 'none' | 'every';
      readonly where: Condition;
    };

/** Named as supabase-js names its methods. Values of `in` and `notIn` are lists. */
export const operators = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'notIn',
  'like',
  'ilike',
  'match',
  'imatch',
  'contains',
  'containedBy',
  'overlaps',
  'hasKey',
  'rangeGt',
  'rangeGte',
  'rangeLt',
  'rangeLte',
  'rangeAdjacent',
] as const;
export type Operator = (typeof operators)[number];

export const states = ['NULL', 'NOT_NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const;
export type State = (typeof states)[number];

export type Operand =
  | { readonly kind: 'column'; readonly column: Column; readonly path: JsonPath | undefined }
  /** Of a function that gives one value and needs no argument. */
  | { readonly kind: 'computed'; readonly fn: RowsFunction; readonly path: JsonPath | undefined }
  /** Of groups alone. */
  | { readonly kind: 'count'; readonly distinct: readonly Column[] }
  | { readonly kind: AggregateFunction; readonly column: Column };

export interface OrderTerm {
  /** Relations to one row each, from the table outwards. */
  readonly through: readonly Relation[];
  readonly by: OrderKey;
  readonly direction: 'ASC' | 'DESC';
  readonly nulls: 'FIRST' | 'LAST' | undefined;
}

export type OrderKey =
  | { readonly kind: 'column'; readonly column: Column; readonly path: JsonPath | undefined }
  | { readonly kind: 'computed'; readonly fn: RowsFunction }
  /** Of the rows of a relation to many. */
  | { readonly kind: 'count'; readonly relation: Relation | undefined }
  | {
      readonly kind: AggregateFunction;
      readonly relation: Relation | undefined;
      readonly column: Column;
    };

export interface CompiledQuery {
  /**
   * One statement that gives one row. Its first column is the answer as JSON text, or null. Where there are `lists`, a
   * second one has the indexes of those that were cut, such as `0,2`; it is empty where none was.
   */
  readonly text: string;
  /** In the order of `$1`, `$2`, …: each as Postgres writes it. */
  readonly params: readonly (string | null)[];
  /** Lists for which the caller gave no limit: where they are, in response keys below the answer. */
  readonly lists: readonly (readonly string[])[];
  /**
   * It calls a function, or something runs by itself, that may change the session for good: settings, locks, temporary
   * tables. They are then cleared away.
   */
  readonly leavesTraces: boolean;
}

export interface CompiledRead extends CompiledQuery {
  /** What it names, by number; not what is behind views, policies and functions. */
  readonly reads: { readonly tables: ReadonlySet<string>; readonly functions: ReadonlySet<string> };
}
