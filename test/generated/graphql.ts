/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A 64-bit whole number, always a decimal string in answers. */
  BigInt: { input: string | number; output: string; }
  /** A moment in ISO 8601, UTC, with the upstream's own precision (microseconds are kept): `2026-01-31T12:00:00.123456Z`. */
  DateTime: { input: string; output: string; }
  /** A length of time: `500ms`, `30s`, `15m`, `1h`, or ISO 8601 such as `PT30S`. */
  Duration: { input: string; output: string; }
  /** An e-mail address. */
  EmailAddress: { input: string; output: string; }
  /** A part of a multipart request, by the GraphQL multipart request specification. */
  File: { input: File; output: File; }
  /** Any JSON value. Numbers that JavaScript cannot hold exactly are strings in answers, and are refused in arguments. */
  JSON: { input: unknown; output: unknown; }
  /** A JSON object. */
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
  /** An absolute URL. */
  URL: { input: string; output: string; }
  /** A UUID in its text form. */
  UUID: { input: string; output: string; }
};

/** Whether calls to a service are let through. */
export type CircuitState =
  /** Calls go through. */
  | 'CLOSED'
  /** One call is trying whether the service is back. */
  | 'HALF_OPEN'
  /** Calls fail at once, after too many failures. */
  | 'OPEN';

/** A plan. */
export type ExplainResult = {
  __typename?: 'ExplainResult';
  /** The plan as `EXPLAIN (FORMAT JSON)` gives it: a list with one entry. */
  plan: Scalars['JSON']['output'];
  /** The same plan for people to read. */
  text: Scalars['String']['output'];
};

/** The state of this gateway. */
export type Health = {
  __typename?: 'Health';
  /** Judged by the last probe of the configured services, which may be some seconds old. */
  status: HealthStatus;
  /** Seconds since this process started. */
  uptime: Scalars['Float']['output'];
  /** Version of this gateway. */
  version: Scalars['String']['output'];
};

/** How the gateway and what it stands on are doing. */
export type HealthStatus =
  /** A configured service is not up. */
  | 'DEGRADED'
  /** No configured service is up. */
  | 'DOWN'
  /** Every configured service is up. */
  | 'OK';

/** What a transaction sees of changes made at the same time. */
export type IsolationLevel =
  /** Each statement sees what was committed before it began. */
  | 'READ_COMMITTED'
  /** All statements see what was committed before the first began. */
  | 'REPEATABLE_READ'
  /** As if transactions ran one after the other; those that cannot are CONFLICT, retryable. */
  | 'SERIALIZABLE';

/** Everything that can be changed. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Runs any one statement, outside of a transaction of ours, with the rights of the gateway’s login. It runs to its end however many rows are asked for. BEGIN, COMMIT and their like are refused (see executeTransaction), COPY from STDIN or to STDOUT and LISTEN too. */
  executeSql?: Maybe<SqlResult>;
  /** Runs all statements in one transaction: all of them or none. The failing one is named by `index` in the error. A conflict with another transaction is CONFLICT with `retryable`. Statements that would begin or end the transaction are refused before anything runs. */
  executeTransaction?: Maybe<Array<SqlResult>>;
};


/** Everything that can be changed. */
export type MutationExecuteSqlArgs = {
  maxRows?: Scalars['Int']['input'];
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  statement: Scalars['String']['input'];
  timeout?: Scalars['Duration']['input'];
};


/** Everything that can be changed. */
export type MutationExecuteTransactionArgs = {
  isolation?: IsolationLevel;
  statements: Array<SqlStatementInput>;
  timeout?: Scalars['Duration']['input'];
};

/** Everything that can be read. */
export type Query = {
  __typename?: 'Query';
  /** The plan of one statement. With `analyze` the statement runs, read-only and rolled back; writes are refused. */
  explain?: Maybe<ExplainResult>;
  /** The state of this gateway. A bad token does not stop it. */
  health: Health;
  /** The state of every service, probed at once; answers are shared for a second. */
  services: Array<ServiceHealth>;
  /** Runs one reading statement (SELECT, VALUES, TABLE, WITH … SELECT, SHOW, EXPLAIN) in a READ ONLY transaction that is always rolled back; settings, locks and prepared statements are taken back too. Not taken back: what functions do outside of transactions, as far as the reading login may call such functions. */
  sql?: Maybe<SqlResult>;
  /** Who is asking: the role, user and claims that the access rules see. */
  viewer: Viewer;
};


/** Everything that can be read. */
export type QueryExplainArgs = {
  analyze?: Scalars['Boolean']['input'];
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  statement: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QuerySqlArgs = {
  maxRows?: Scalars['Int']['input'];
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  statement: Scalars['String']['input'];
  timeout?: Scalars['Duration']['input'];
};

/** ANON < AUTHENTICATED < SERVICE_ROLE: a higher role may do what a lower one may. */
export type Role =
  /** Anybody: no credential, or an anon or publishable key. */
  | 'ANON'
  /** A signed-in user. */
  | 'AUTHENTICATED'
  /** A service_role or secret key: row level security does not apply. */
  | 'SERVICE_ROLE';

/** The state of one service behind this gateway. */
export type ServiceHealth = {
  __typename?: 'ServiceHealth';
  /** When the last probe began. */
  checkedAt: Scalars['DateTime']['output'];
  /** Whether calls to it are let through; null below SERVICE_ROLE. */
  circuit?: Maybe<CircuitState>;
  /** Milliseconds of the last probe; null when the service did not answer. */
  latency?: Maybe<Scalars['Float']['output']>;
  /** Which service. */
  name: ServiceName;
  /** Why it is not up; null when it is, and below SERVICE_ROLE. */
  reason?: Maybe<Scalars['String']['output']>;
  /** What the last probe found. */
  status: ServiceStatus;
  /** Version, where the service tells it without a key; null below SERVICE_ROLE. */
  version?: Maybe<Scalars['String']['output']>;
};

/** The services a Supabase deployment may have. */
export type ServiceName =
  /** Supabase's own gateway: Envoy, or Kong in older ones. */
  | 'API_GATEWAY'
  /** Supabase Auth (GoTrue). */
  | 'AUTH'
  /** Edge Functions. */
  | 'FUNCTIONS'
  /** postgres-meta. */
  | 'META'
  /** The database. */
  | 'POSTGRES'
  /** PostgREST. */
  | 'POSTGREST'
  /** Supabase Realtime. */
  | 'REALTIME'
  /** Supabase Storage. */
  | 'STORAGE';

/** What the last probe of a service found. */
export type ServiceStatus =
  /** It answered with a failure, or calls to it are being held back. */
  | 'DEGRADED'
  /** It did not answer in time. */
  | 'DOWN'
  /** It is not part of this deployment. */
  | 'NOT_CONFIGURED'
  /** It answered as it should. */
  | 'UP';

/** A column of a result. */
export type SqlColumn = {
  __typename?: 'SqlColumn';
  /** Its name; names may repeat. */
  name: Scalars['String']['output'];
  /** The table it comes from, in `pg_class`; null for computed columns. */
  tableOid?: Maybe<Scalars['BigInt']['output']>;
  /** Its type as `format_type` writes it, without length and precision, such as `timestamp with time zone`. */
  type: Scalars['String']['output'];
  /** Its type in `pg_type`. */
  typeOid: Scalars['BigInt']['output'];
};

/** What a statement answered. */
export type SqlResult = {
  __typename?: 'SqlResult';
  /** The columns, in order. */
  columns: Array<SqlColumn>;
  /** The kind of statement, as Postgres calls it. */
  command: Scalars['String']['output'];
  /** Milliseconds spent in the database. */
  duration: Scalars['Float']['output'];
  /** Rows in this answer (`sql`), or rows that the statement returned or changed. */
  rowCount: Scalars['Int']['output'];
  /** One object per row, keyed by column name. int8 and numeric are strings, unsafe numbers inside json too; bytea is base64; date and time types are ISO 8601 text (timestamptz in UTC, microseconds kept); NaN and the infinities are strings; arrays are arrays. */
  rows: Array<Scalars['JSONObject']['output']>;
  /** True when there were more rows than `maxRows`, or than fit into the largest answer. */
  truncated: Scalars['Boolean']['output'];
  /** The same rows as arrays in column order, for results with repeated column names. */
  values: Array<Array<Maybe<Scalars['JSON']['output']>>>;
};

/** One statement of a transaction. */
export type SqlStatementInput = {
  /** Values of $1, $2, …: strings, numbers up to 2^53, booleans, null, arrays; objects are sent as JSON. Postgres infers their types: cast where it cannot (`$1::int`). */
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  /** The statement. */
  statement: Scalars['String']['input'];
};

/** Everything that can be followed. */
export type Subscription = {
  __typename?: 'Subscription';
  /** The current state of every service, then one event each time a service changes. */
  serviceHealth: ServiceHealth;
};

/** The caller, as the gateway verified it. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The verified claims of the token; null when the caller sent none. */
  claims?: Maybe<Scalars['JSONObject']['output']>;
  /** When the credential ends; null when the caller sent none. */
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** What the caller may do. */
  role: Role;
  /** The user's id; null for ANON and SERVICE_ROLE, who are no user. */
  userId?: Maybe<Scalars['UUID']['output']>;
};

export type FirstQueryQueryVariables = Exact<{
  statement: Scalars['String']['input'];
}>;


export type FirstQueryQuery = { __typename?: 'Query', health: { __typename?: 'Health', status: HealthStatus, version: string }, viewer: { __typename?: 'Viewer', role: Role }, sql?: { __typename?: 'SqlResult', rows: Array<Record<string, unknown>>, rowCount: number, columns: Array<{ __typename?: 'SqlColumn', name: string, type: string }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const FirstQueryDocument = new TypedDocumentString(`
    query FirstQuery($statement: String!) {
  health {
    status
    version
  }
  viewer {
    role
  }
  sql(statement: $statement) {
    rows
    rowCount
    columns {
      name
      type
    }
  }
}
    `) as unknown as TypedDocumentString<FirstQueryQuery, FirstQueryQueryVariables>;