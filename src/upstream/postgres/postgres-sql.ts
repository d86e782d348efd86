import type { CancelKey } from './send-cancel.ts';

/** A parameter as Postgres reads it, whatever its type. */
export type EncodedParam = string | null;

/** One statement by the extended protocol; without `params` a text by the simple one, as `run` takes it. */
export interface SqlText {
  readonly text: string;
  readonly params?: readonly EncodedParam[];
}

export interface PostgresColumn {
  readonly name: string;
  /** Its number in pg_type. */
  readonly type: number;
  /** The number of the table that it comes from; 0 for a computed one. */
  readonly table: number;
}

export type PostgresResult<Row> = readonly Row[] & {
  /** Such as `COMMIT`. */
  readonly command: string;
  /** What the server said of the connection when it was opened. */
  readonly state: CancelKey;
};

interface PostgresOutcome {
  /** Such as `SELECT`; empty where there was no statement in the text. */
  readonly command: string;
  /** How many rows the command says that there were, if it does. */
  readonly count: number | undefined;
  readonly columns: readonly PostgresColumn[];
}

/** What sessions and pools need of a connection, whichever driver holds it. */
export interface PlainSql {
  /** Statements without parameters in one message of the simple protocol; at most one of them gives rows. */
  run<Row extends object = Record<string, unknown>>(text: string): Promise<PostgresResult<Row>>;
}

/**
 * What may be sent over one connection. All methods send at once, so that several go out in one write and are answered
 * in their order. Values are as in SqlResult: int8, numeric, bytea and times are strings, json is parsed losslessly,
 * arrays are arrays. They reject with `PostgresError`, or with another error when the connection was lost.
 */
export interface PostgresSql extends PlainSql {
  /**
   * One statement by the extended protocol, which takes one only, whatever a parser may think of the text. With
   * `keepPlan` it is prepared by name where the connection allows it, once, and again after somebody's DISCARD ALL.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    params?: readonly EncodedParam[],
    keepPlan?: boolean,
  ): Promise<readonly Row[]>;
  /** The numbers of the types that the server gives to a statement's parameters. */
  parameterTypes(text: string): Promise<readonly number[]>;
  /** Gives each row as it comes. A COPY that streams throws BAD_SQL, and destroys the connection. */
  forEachRow(
    statement: SqlText,
    onRow: (values: unknown[], columns: readonly PostgresColumn[]) => void,
  ): Promise<PostgresOutcome>;
}
