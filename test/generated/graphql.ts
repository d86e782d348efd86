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

/** What an administrator changes of a user. What is left out stays; null clears nothing and is refused. */
export type AdminUpdateUserInput = {
  /** Merged at the top level; null removes a key. */
  appMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** `24h`, `1h30m`, or `none` to lift a ban. */
  banDuration?: InputMaybe<Scalars['String']['input']>;
  /** New address, without a confirmation. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** True confirms the address. */
  emailConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  /** New password, at most 72 bytes. All sessions of the user end. */
  password?: InputMaybe<Scalars['String']['input']>;
  /** New E.164 number, without a confirmation. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** True confirms the number. */
  phoneConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  /** Database role of the tokens: `authenticated`, or another known one. */
  role?: InputMaybe<Scalars['String']['input']>;
  /** Merged at the top level; null removes a key. */
  userMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
};

/** A link, and the code that does the same. Whoever has either signs in as the user. */
export type AuthLink = {
  __typename?: 'AuthLink';
  /** The link. */
  actionLink: Scalars['URL']['output'];
  /** Code for `verifyOtp`. */
  emailOtp: Scalars['String']['output'];
  /** `tokenHash` for `verifyOtp`. */
  hashedToken: Scalars['String']['output'];
  /** Where it leads; the site itself when the wanted place is not allowed. */
  redirectTo: Scalars['String']['output'];
  /** Whose link it is. */
  user: User;
  /** What `verifyOtp` has to say: `signup` where a magic link made the user. */
  verificationType: Scalars['String']['output'];
};

/** What a link is for. */
export type AuthLinkType =
  /** Confirms a change of address at the present one. */
  | 'EMAIL_CHANGE_CURRENT'
  /** Confirms a change of address at the new one. */
  | 'EMAIL_CHANGE_NEW'
  /** Invites; makes the user. */
  | 'INVITE'
  /** Signs in; makes an unknown user. */
  | 'MAGICLINK'
  /** Signs in to set a new password. */
  | 'RECOVERY'
  /** Confirms a sign-up; makes the user. */
  | 'SIGNUP';

/** The outcome of signing up or in. While a confirmation is still required, user and session are null, whether or not the address was known. */
export type AuthPayload = {
  __typename?: 'AuthPayload';
  /** True when a message was sent, or the second one of a change of address is awaited. */
  confirmationRequired: Scalars['Boolean']['output'];
  /** The new tokens; null while a confirmation is required. */
  session?: Maybe<Session>;
  /** Who signed in; null while a confirmation is required. */
  user?: Maybe<User>;
  /** Signing in worked, but the password no longer meets the policy: ask for a better one. */
  weakPassword?: Maybe<WeakPassword>;
};

/** What the auth service has switched on. */
export type AuthSettings = {
  __typename?: 'AuthSettings';
  /** Whether e-mail addresses count as confirmed at sign-up. */
  mailerAutoconfirm: Scalars['Boolean']['output'];
  /** Whether passkeys are on. */
  passkeysEnabled: Scalars['Boolean']['output'];
  /** Whether phone numbers count as confirmed at sign-up. */
  phoneAutoconfirm: Scalars['Boolean']['output'];
  /** Ways to sign in that are on, such as `email`, `phone`, `anonymous_users` or `github`. */
  providers: Array<Scalars['String']['output']>;
  /** Whether single sign-on by SAML is on. */
  samlEnabled: Scalars['Boolean']['output'];
  /** Whether new users are refused. */
  signUpDisabled: Scalars['Boolean']['output'];
};

/** A message of a channel. */
export type Broadcast = {
  __typename?: 'Broadcast';
  /** The channel. */
  channel: Scalars['String']['output'];
  /** The name its sender gave it. */
  event: Scalars['String']['output'];
  /** What was sent; bytes are base64. */
  payload: Scalars['JSON']['output'];
  /** A message, or RESYNC. */
  type: BroadcastType;
};

/** What an event of a channel tells. */
export type BroadcastType =
  /** Somebody sent a message. */
  | 'MESSAGE'
  /** Messages may have been missed; event and payload are empty. */
  | 'RESYNC';

/** A place for files, with limits of its own. */
export type Bucket = {
  __typename?: 'Bucket';
  /** Content types that uploads may have, such as `image/*`; null when all may. */
  allowedMimeTypes?: Maybe<Array<Scalars['String']['output']>>;
  /** When it was made. */
  createdAt: Scalars['DateTime']['output'];
  /** Bytes of the largest file; null when only the service’s own limit holds. */
  fileSizeLimit?: Maybe<Scalars['BigInt']['output']>;
  /** What lies under a prefix, up to the next slash. */
  files?: Maybe<FileEntryConnection>;
  /** Chosen when it was made; part of every URL. */
  id: Scalars['ID']['output'];
  /** For people; mostly the id. */
  name: Scalars['String']['output'];
  /** Whether everybody may read a file whose path is known. Listing follows the policies still. */
  public: Scalars['Boolean']['output'];
  /** As Storage keeps it: it does not change with every update. */
  updatedAt: Scalars['DateTime']['output'];
};


/** A place for files, with limits of its own. */
export type BucketFilesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  prefix?: Scalars['String']['input'];
  sortBy?: InputMaybe<FileSort>;
};

/** A column of a changed table. */
export type ChangeColumn = {
  __typename?: 'ChangeColumn';
  /** Its name. */
  name: Scalars['String']['output'];
  /** Its type as Postgres names it inside, such as `int8`; arrays begin with `_`. */
  type: Scalars['String']['output'];
};

/** Whether calls to a service are let through. */
export type CircuitState =
  /** Calls go through. */
  | 'CLOSED'
  /** One call is trying whether the service is back. */
  | 'HALF_OPEN'
  /** Calls fail at once, after too many failures. */
  | 'OPEN';

/** Kinds of constraints, foreign keys aside. */
export type ConstraintType =
  /** CHECK. */
  | 'CHECK'
  /** EXCLUDE. */
  | 'EXCLUSION'
  /** PRIMARY KEY. */
  | 'PRIMARY_KEY'
  /** UNIQUE. */
  | 'UNIQUE';

/** Where a copy goes. */
export type CopyFileInput = {
  /** Bucket in which the file is. */
  bucket: Scalars['ID']['input'];
  /** Its path. */
  from: Scalars['String']['input'];
  /** Path of the copy. */
  to: Scalars['String']['input'];
  /** Another bucket; the same when left out. */
  toBucket?: InputMaybe<Scalars['ID']['input']>;
  /** Replace a file at the new path. */
  upsert?: Scalars['Boolean']['input'];
};

/** A new bucket. */
export type CreateBucketInput = {
  /** Such as `image/png` or `image/*`. */
  allowedMimeTypes?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Bytes of the largest file. */
  fileSizeLimit?: InputMaybe<Scalars['BigInt']['input']>;
  /** Part of every URL: 1 to 100 characters, no slash. */
  id: Scalars['ID']['input'];
  /** The id when left out. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** Everybody may read. */
  public?: Scalars['Boolean']['input'];
};

/** The file that will be sent. */
export type CreateUploadInput = {
  /** Id of the bucket. */
  bucket: Scalars['ID']['input'];
  /** Seconds that browsers may keep the file, or a Cache-Control that begins with max-age. */
  cacheControl?: InputMaybe<Scalars['String']['input']>;
  /** application/octet-stream when left out. */
  contentType?: InputMaybe<Scalars['String']['input']>;
  /** Kept with the file. */
  metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Full key in the bucket, without a slash in front. */
  path: Scalars['String']['input'];
  /** Bytes, if known: for the TUS headers. */
  size?: InputMaybe<Scalars['BigInt']['input']>;
  /** Replace a file at this path. */
  upsert?: Scalars['Boolean']['input'];
};

/** A user that an administrator makes: an e-mail address or a phone number at least. */
export type CreateUserInput = {
  /** What only administrators may change. */
  appMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** `24h`, `1h30m`, or `none` to lift a ban. */
  banDuration?: InputMaybe<Scalars['String']['input']>;
  /** E-mail address. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** Whether the address counts as confirmed. */
  emailConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  /** At most 72 bytes; a random one that nobody knows when left out. */
  password?: InputMaybe<Scalars['String']['input']>;
  /** E.164 number. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Whether the number counts as confirmed. */
  phoneConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  /** Database role of the tokens: `authenticated`, or another known one. */
  role?: InputMaybe<Scalars['String']['input']>;
  /** What the user may change later. */
  userMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
};

/** A column of a table or view. */
export type DatabaseColumn = {
  __typename?: 'DatabaseColumn';
  /** Its collation; null when it is the default of the type. */
  collation?: Maybe<Scalars['String']['output']>;
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** The expression of the default; null where there is none. */
  default?: Maybe<Scalars['String']['output']>;
  /** The values of its enum in their order, also of an array of it; empty for other types. */
  enumValues: Array<Scalars['String']['output']>;
  /** What a generated column is computed by; null for other columns. */
  generationExpression?: Maybe<Scalars['String']['output']>;
  /** When the identity is made; null for other columns. */
  identityGeneration?: Maybe<IdentityGeneration>;
  /** Whether it is computed from other columns. */
  isGenerated: Scalars['Boolean']['output'];
  /** Whether it is an identity column. */
  isIdentity: Scalars['Boolean']['output'];
  /** Whether it takes NULL: neither the column nor its domain forbids it. */
  isNullable: Scalars['Boolean']['output'];
  /** Whether it is part of the primary key. */
  isPrimaryKey: Scalars['Boolean']['output'];
  /** Whether its values alone are unique in the table; not so for a part of a key. */
  isUnique: Scalars['Boolean']['output'];
  /** Whether the column can be written at all; false in most views. */
  isUpdatable: Scalars['Boolean']['output'];
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** Its number, from 1. Numbers of dropped columns are not used again. */
  position: Scalars['Int']['output'];
  /** The type as SQL writes it, such as `character varying(50)` or `task_status[]`. */
  type: Scalars['String']['output'];
  /** The schema of the type; `pg_catalog` for the built-in ones. */
  typeSchema: Scalars['String']['output'];
};

/** A primary key, unique, check or exclusion constraint. Foreign keys are in `references`. */
export type DatabaseConstraint = {
  __typename?: 'DatabaseConstraint';
  /** The columns it is about; empty for a check of none. */
  columns: Array<Scalars['String']['output']>;
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** As it stands in CREATE TABLE, such as `CHECK ((price > 0))`. */
  definition: Scalars['String']['output'];
  /** Its number in the catalogues (OID). */
  id: Scalars['BigInt']['output'];
  /** Whether it may be checked at the end of the transaction. */
  isDeferrable: Scalars['Boolean']['output'];
  /** Whether it is checked at the end of the transaction unless told otherwise. */
  isInitiallyDeferred: Scalars['Boolean']['output'];
  /** False for one added NOT VALID: rows from before may violate it. */
  isValidated: Scalars['Boolean']['output'];
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** Its kind. */
  type: ConstraintType;
};

/** An extension that is installed, or could be. */
export type DatabaseExtension = {
  __typename?: 'DatabaseExtension';
  /** What it is for. */
  comment?: Maybe<Scalars['String']['output']>;
  /** The version CREATE EXTENSION takes; null when its files are gone. */
  defaultVersion?: Maybe<Scalars['String']['output']>;
  /** Whether it is installed in this database. */
  isInstalled: Scalars['Boolean']['output'];
  /** Its name. */
  name: Scalars['String']['output'];
  /** The schema of its objects; null when it is not installed. */
  schema?: Maybe<Scalars['String']['output']>;
  /** The installed version; null when it is not installed. */
  version?: Maybe<Scalars['String']['output']>;
};

/** A foreign key, from `table` to `referencedTable`. */
export type DatabaseForeignKey = {
  __typename?: 'DatabaseForeignKey';
  /** The pointing columns, in the order of the key. */
  columns: Array<Scalars['String']['output']>;
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** As it stands in CREATE TABLE. */
  definition: Scalars['String']['output'];
  /** Its number in the catalogues (OID). */
  id: Scalars['BigInt']['output'];
  /** Whether it may be checked at the end of the transaction. */
  isDeferrable: Scalars['Boolean']['output'];
  /** Whether it is checked at the end of the transaction unless told otherwise. */
  isInitiallyDeferred: Scalars['Boolean']['output'];
  /** False for one added NOT VALID: rows from before may violate it. */
  isValidated: Scalars['Boolean']['output'];
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** What a DELETE of the row pointed at does. */
  onDelete: ForeignKeyAction;
  /** What an UPDATE of the key pointed at does. */
  onUpdate: ForeignKeyAction;
  /** The columns pointed at, in the order of `columns`. */
  referencedColumns: Array<Scalars['String']['output']>;
  /** The schema of the table pointed at. */
  referencedSchema: Scalars['String']['output'];
  /** The table pointed at. */
  referencedTable: Scalars['String']['output'];
  /** The schema of the pointing table. */
  schema: Scalars['String']['output'];
  /** The pointing table. */
  table: Scalars['String']['output'];
};

/** A function, procedure or aggregate. Overloaded ones share a name and differ in arguments. */
export type DatabaseFunction = {
  __typename?: 'DatabaseFunction';
  /** Its arguments in their order, outgoing ones too. */
  arguments: Array<DatabaseFunctionArgument>;
  /** Its source; of compiled functions the name of the symbol. */
  body: Scalars['String']['output'];
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** The CREATE FUNCTION statement; null for aggregates. */
  definition?: Maybe<Scalars['String']['output']>;
  /** The extension it came with; null where it did not. */
  extension?: Maybe<Scalars['String']['output']>;
  /** Its number in the catalogues (OID). */
  id: Scalars['BigInt']['output'];
  /** Its arguments as ALTER FUNCTION wants them. */
  identityArguments: Scalars['String']['output'];
  /** Whether it runs with the rights of its owner. */
  isSecurityDefiner: Scalars['Boolean']['output'];
  /** Whether it returns any number of rows. */
  isSetReturning: Scalars['Boolean']['output'];
  /** Whether it is NULL as soon as one argument is. */
  isStrict: Scalars['Boolean']['output'];
  /** What it is. */
  kind: FunctionKind;
  /** Its language, such as `sql` or `plpgsql`. */
  language: Scalars['String']['output'];
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** The role that owns it. */
  owner: Scalars['String']['output'];
  /** What it returns, such as `integer` or `TABLE(id bigint)`; null for procedures. */
  returnType?: Maybe<Scalars['String']['output']>;
  /** Its schema. */
  schema: Scalars['String']['output'];
  /** Settings that hold while it runs, such as `search_path=""`. */
  settings: Array<Scalars['String']['output']>;
  /** Its arguments as CREATE FUNCTION writes them, with defaults. */
  signature: Scalars['String']['output'];
  /** What it promises about its results. */
  volatility: FunctionVolatility;
};

/** An argument of a function. */
export type DatabaseFunctionArgument = {
  __typename?: 'DatabaseFunctionArgument';
  /** Whether it may be left out. */
  hasDefault: Scalars['Boolean']['output'];
  /** Which way it goes. */
  mode: FunctionArgumentMode;
  /** Its name; null where it has none. */
  name?: Maybe<Scalars['String']['output']>;
  /** Its type as SQL writes it. */
  type: Scalars['String']['output'];
};

/** An index of a table. */
export type DatabaseIndex = {
  __typename?: 'DatabaseIndex';
  /** Its keys in their order: column names or expressions, as SQL writes them. */
  columns: Array<Scalars['String']['output']>;
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** The CREATE INDEX statement. */
  definition: Scalars['String']['output'];
  /** Its number in the catalogues (OID); another one after it was made again. */
  id: Scalars['BigInt']['output'];
  /** Columns that are stored in it but are no keys (INCLUDE). */
  includedColumns: Array<Scalars['String']['output']>;
  /** Whether the table was last clustered by it. */
  isClustered: Scalars['Boolean']['output'];
  /** Whether it serves an exclusion constraint. */
  isExclusion: Scalars['Boolean']['output'];
  /** Whether it is the index of the primary key. */
  isPrimary: Scalars['Boolean']['output'];
  /** Whether replication names rows by it. */
  isReplicaIdentity: Scalars['Boolean']['output'];
  /** Whether it is UNIQUE. */
  isUnique: Scalars['Boolean']['output'];
  /** False when building it concurrently failed: queries do not use it. */
  isValid: Scalars['Boolean']['output'];
  /** The access method, such as `btree` or `gin`. */
  method: Scalars['String']['output'];
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** The WHERE of a partial index; null where there is none. */
  predicate?: Maybe<Scalars['String']['output']>;
  /** Its schema. */
  schema: Scalars['String']['output'];
};

/** A policy of row level security. */
export type DatabasePolicy = {
  __typename?: 'DatabasePolicy';
  /** The statements it applies to. */
  command: PolicyCommand;
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** Its number in the catalogues (OID). */
  id: Scalars['BigInt']['output'];
  /** True: one permissive policy suffices. False: every restrictive one must agree. */
  isPermissive: Scalars['Boolean']['output'];
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** The roles it applies to; `public` means all. */
  roles: Array<Scalars['String']['output']>;
  /** The USING expression: which rows are seen; null where there is none. */
  using?: Maybe<Scalars['String']['output']>;
  /** The WITH CHECK expression: which rows may be written; null means as `using`. */
  withCheck?: Maybe<Scalars['String']['output']>;
};

/** A set of tables whose changes are told to subscribers; `supabase_realtime` feeds Realtime. */
export type DatabasePublication = {
  __typename?: 'DatabasePublication';
  /** Whether it is FOR ALL TABLES, so that new ones join by themselves. */
  allTables: Scalars['Boolean']['output'];
  /** What it tells of. */
  events: Array<PublicationEvent>;
  /** Its number in the catalogues (OID). */
  id: Scalars['BigInt']['output'];
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** The role that owns it. */
  owner: Scalars['String']['output'];
  /** The tables it covers now, by whatever rule. */
  tables: Array<DatabasePublicationTable>;
  /** Whether changes of partitions are told as changes of the partitioned table. */
  viaRoot: Scalars['Boolean']['output'];
};

/** A published table. */
export type DatabasePublicationTable = {
  __typename?: 'DatabasePublicationTable';
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** Its schema. */
  schema: Scalars['String']['output'];
};

/** A role: a user or a group of them. */
export type DatabaseRole = {
  __typename?: 'DatabaseRole';
  /** Whether row level security does not hold for it. */
  bypassesRls: Scalars['Boolean']['output'];
  /** Whether it can create databases. */
  canCreateDatabase: Scalars['Boolean']['output'];
  /** Whether it can create roles. */
  canCreateRole: Scalars['Boolean']['output'];
  /** Whether it can log in. */
  canLogin: Scalars['Boolean']['output'];
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** Connections it may have at the same time; null means any number. */
  connectionLimit?: Maybe<Scalars['Int']['output']>;
  /** Its number in the catalogues (OID). */
  id: Scalars['BigInt']['output'];
  /** Whether it has the rights of `memberOf` without SET ROLE. */
  inherits: Scalars['Boolean']['output'];
  /** Whether it can replicate. */
  isReplication: Scalars['Boolean']['output'];
  /** Whether no check applies to it. */
  isSuperuser: Scalars['Boolean']['output'];
  /** Roles it is a direct member of. */
  memberOf: Array<Scalars['String']['output']>;
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** Settings of its sessions, such as `statement_timeout=3s`. */
  settings: Array<Scalars['String']['output']>;
  /** When its password ends; null means never. */
  validUntil?: Maybe<Scalars['DateTime']['output']>;
};

/** A schema: a folder of tables, types and functions. */
export type DatabaseSchema = {
  __typename?: 'DatabaseSchema';
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** The role that owns it. */
  owner: Scalars['String']['output'];
  /** Its tables and views by name. */
  tables?: Maybe<DatabaseTableConnection>;
};


/** A schema: a folder of tables, types and functions. */
export type DatabaseSchemaTablesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};

/** A table, partitioned table, view, materialized view or foreign table. */
export type DatabaseTable = {
  __typename?: 'DatabaseTable';
  /** Its columns in their order. */
  columns: Array<DatabaseColumn>;
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** Its constraints by name, foreign keys aside. */
  constraints: Array<DatabaseConstraint>;
  /** Its number in the catalogues (OID); another one after it was made again. */
  id: Scalars['BigInt']['output'];
  /** Its indexes by name. */
  indexes: Array<DatabaseIndex>;
  /** What it is. */
  kind: TableKind;
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** The role that owns it. */
  owner: Scalars['String']['output'];
  /** How a partitioned table is divided, such as `RANGE (day)`; null for others. */
  partitionKey?: Maybe<Scalars['String']['output']>;
  /** Its policies of row level security by name. */
  policies: Array<DatabasePolicy>;
  /** The columns of the primary key in its order; empty where there is none. */
  primaryKey: Array<Scalars['String']['output']>;
  /** Foreign keys of other tables to this one. */
  referencedBy: Array<DatabaseForeignKey>;
  /** Its foreign keys to other tables. */
  references: Array<DatabaseForeignKey>;
  /** What replication tells of old rows: DEFAULT (the primary key), INDEX, FULL or NOTHING. Null for what is not replicated. */
  replicaIdentity?: Maybe<Scalars['String']['output']>;
  /** Whether row level security is on. */
  rlsEnabled: Scalars['Boolean']['output'];
  /** Whether row level security holds for the owner too. */
  rlsForced: Scalars['Boolean']['output'];
  /** Rows as of the last ANALYZE; null when there was none, and for views. */
  rowEstimate?: Maybe<Scalars['BigInt']['output']>;
  /** Its schema. */
  schema: Scalars['String']['output'];
  /** Bytes on disk, with indexes and TOAST; of all partitions together. Null for views and foreign tables. */
  sizeBytes?: Maybe<Scalars['BigInt']['output']>;
  /** Its triggers by name: the order in which they fire. */
  triggers: Array<DatabaseTrigger>;
};

/** A page of DatabaseTable. */
export type DatabaseTableConnection = {
  __typename?: 'DatabaseTableConnection';
  /** The page, each item with its cursor. */
  edges: Array<DatabaseTableEdge>;
  /** The page without cursors. */
  nodes: Array<DatabaseTable>;
  /** Where the page lies. */
  pageInfo: PageInfo;
  /** How many there are in all; null where the upstream does not say. */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One DatabaseTable of a page, with its cursor. */
export type DatabaseTableEdge = {
  __typename?: 'DatabaseTableEdge';
  /** Where this edge lies: usable as `after`. */
  cursor: Scalars['String']['output'];
  /** The DatabaseTable. */
  node: DatabaseTable;
};

/** A trigger. Those that Postgres makes for foreign keys are not shown. */
export type DatabaseTrigger = {
  __typename?: 'DatabaseTrigger';
  /** Its COMMENT. */
  comment?: Maybe<Scalars['String']['output']>;
  /** Its WHEN condition; null where there is none. */
  condition?: Maybe<Scalars['String']['output']>;
  /** The CREATE TRIGGER statement. */
  definition: Scalars['String']['output'];
  /** Whether it fires. */
  enabled: TriggerMode;
  /** What it fires at. */
  events: Array<TriggerEvent>;
  /** What it gives the function as TG_ARGV. */
  functionArguments: Array<Scalars['String']['output']>;
  /** The function it calls. */
  functionName: Scalars['String']['output'];
  /** The schema of the function it calls. */
  functionSchema: Scalars['String']['output'];
  /** Its number in the catalogues (OID). */
  id: Scalars['BigInt']['output'];
  /** How often it fires. */
  level: TriggerLevel;
  /** Its name, unquoted. */
  name: Scalars['String']['output'];
  /** When it fires. */
  timing: TriggerTiming;
};

/** A bucket that is no more. */
export type DeleteBucketPayload = {
  __typename?: 'DeleteBucketPayload';
  /** Its id. */
  bucketId: Scalars['ID']['output'];
};

/** A user was deleted. */
export type DeleteUserPayload = {
  __typename?: 'DeleteUserPayload';
  /** Which one. */
  userId: Scalars['UUID']['output'];
};

/** What became of emptying a bucket. */
export type EmptyBucketPayload = {
  __typename?: 'EmptyBucketPayload';
  /** Id of the bucket. */
  bucketId: Scalars['ID']['output'];
  /** How far it is. */
  status: EmptyBucketStatus;
};

/** How far emptying a bucket is. */
export type EmptyBucketStatus =
  /** No file is left. */
  | 'DONE'
  /** Storage goes on deleting; it may take a while. */
  | 'QUEUED';

/** A factor to enrol. */
export type EnrollFactorInput = {
  /** A name of its own among the factors of the user. */
  friendlyName?: InputMaybe<Scalars['String']['input']>;
  /** For TOTP: what the app shows beside the account; the site by default. */
  issuer?: InputMaybe<Scalars['String']['input']>;
  /** For phone factors: an E.164 number. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Kind. */
  type?: EnrollFactorType;
};

/** Kinds of factors that can be enrolled here. */
export type EnrollFactorType =
  /** Codes by text message, where the service has them. */
  | 'PHONE'
  /** Codes of an authenticator app. */
  | 'TOTP';

/** A plan. */
export type ExplainResult = {
  __typename?: 'ExplainResult';
  /** The plan as `EXPLAIN (FORMAT JSON)` gives it: a list with one entry. */
  plan: Scalars['JSON']['output'];
  /** The same plan for people to read. */
  text: Scalars['String']['output'];
};

/** A second factor of a user. Its secret is shown once, at enrolment. */
export type Factor = {
  __typename?: 'Factor';
  /** Enrolment; null where the service does not tell. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** Name the user gave it; null without one. */
  friendlyName?: Maybe<Scalars['String']['output']>;
  /** Id of the factor. */
  id: Scalars['UUID']['output'];
  /** Last challenge; null before the first. */
  lastChallengedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Number of a phone factor, else null. */
  phone?: Maybe<Scalars['String']['output']>;
  /** Whether it counts. */
  status: FactorStatus;
  /** Kind; null for one that this schema does not know. */
  type?: Maybe<FactorType>;
  /** Last change; null where the service does not tell. */
  updatedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** A challenge to answer with `verifyFactor`, from the same address. */
export type FactorChallenge = {
  __typename?: 'FactorChallenge';
  /** Its id. */
  challengeId: Scalars['UUID']['output'];
  /** Until when it can be answered. */
  expiresAt: Scalars['DateTime']['output'];
};

/** A new factor. The secret is shown this once. */
export type FactorEnrollment = {
  __typename?: 'FactorEnrollment';
  /** Id of the factor. */
  factorId: Scalars['UUID']['output'];
  /** Name the user gave it; null without one. */
  friendlyName?: Maybe<Scalars['String']['output']>;
  /** For phone factors: the number. */
  phone?: Maybe<Scalars['String']['output']>;
  /** For TOTP: a QR code for the authenticator app, as SVG text. */
  qrCode?: Maybe<Scalars['String']['output']>;
  /** For TOTP: the secret in base 32, to type in. */
  secret?: Maybe<Scalars['String']['output']>;
  /** Kind; null for one that this schema does not know. */
  type?: Maybe<FactorType>;
  /** For TOTP: what the QR code says. */
  uri?: Maybe<Scalars['String']['output']>;
};

/** Whether a factor counts. */
export type FactorStatus =
  /** Enrolled, and not proved yet: it does not count. */
  | 'UNVERIFIED'
  /** Proved once: it can raise a session to aal2. */
  | 'VERIFIED';

/** Kind of a second factor. */
export type FactorType =
  /** Codes by text message. */
  | 'PHONE'
  /** Codes of an authenticator app. */
  | 'TOTP'
  /** A security key or passkey. */
  | 'WEBAUTHN';

/** What a list of files holds: files, and folders, which are nothing but beginnings of paths. */
export type FileEntry = {
  /** Id of the bucket. */
  bucket: Scalars['ID']['output'];
  /** The last segment of the path. */
  name: Scalars['String']['output'];
  /** The full key in the bucket; a folder’s ends with a slash. */
  path: Scalars['String']['output'];
};

/** A page of FileEntry. */
export type FileEntryConnection = {
  __typename?: 'FileEntryConnection';
  /** The page, each item with its cursor. */
  edges: Array<FileEntryEdge>;
  /** The page without cursors. */
  nodes: Array<FileEntry>;
  /** Where the page lies. */
  pageInfo: PageInfo;
  /** How many there are in all; null where the upstream does not say. */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One FileEntry of a page, with its cursor. */
export type FileEntryEdge = {
  __typename?: 'FileEntryEdge';
  /** Where this edge lies: usable as `after`. */
  cursor: Scalars['String']['output'];
  /** The FileEntry. */
  node: FileEntry;
};

/** The order of a list of files. */
export type FileSort = {
  /** What is compared. */
  by?: FileSortKey;
  /** Which end comes first. */
  direction?: SortDirection;
};

/** What files are sorted by. */
export type FileSortKey =
  /** First upload; folders come before files on each page. */
  | 'CREATED_AT'
  /** The path, byte by byte. */
  | 'NAME'
  /** Last change; folders come before files on each page. */
  | 'UPDATED_AT';

/** The beginning that paths of files have in common, up to a slash. */
export type Folder = FileEntry & {
  __typename?: 'Folder';
  /** Id of the bucket. */
  bucket: Scalars['ID']['output'];
  /** The last segment of the path. */
  name: Scalars['String']['output'];
  /** The full key in the bucket; a folder’s ends with a slash. */
  path: Scalars['String']['output'];
};

/** What happens to rows that point at a row which changes. */
export type ForeignKeyAction =
  /** They change, or go, with it. */
  | 'CASCADE'
  /** Refused, at the end of the statement or transaction. */
  | 'NO_ACTION'
  /** Refused at once. */
  | 'RESTRICT'
  /** Their columns get their defaults. */
  | 'SET_DEFAULT'
  /** Their columns become NULL. */
  | 'SET_NULL';

/** Which way an argument goes. */
export type FunctionArgumentMode =
  /** Into the function. */
  | 'IN'
  /** Both ways. */
  | 'INOUT'
  /** Out of the function. */
  | 'OUT'
  /** A column of the table it returns. */
  | 'TABLE'
  /** Into the function, any number of them. */
  | 'VARIADIC';

/** What can be called. */
export type FunctionKind =
  /** An aggregate. */
  | 'AGGREGATE'
  /** A function; called in expressions. */
  | 'FUNCTION'
  /** A procedure; called by CALL. */
  | 'PROCEDURE'
  /** A window function. */
  | 'WINDOW';

/** What an edge function answered. */
export type FunctionResult = {
  __typename?: 'FunctionResult';
  /** The bytes of the body in base64, whatever their type. */
  base64: Scalars['String']['output'];
  /** The parsed body of a JSON answer; numbers that a double cannot hold are strings. Null for other types, and when nested deeper than 256 levels. */
  body?: Maybe<Scalars['JSON']['output']>;
  /** The content type, as the function gave it. */
  contentType?: Maybe<Scalars['String']['output']>;
  /** The usual headers of an answer and the function's own x- headers, by lower-case name. No cookies. */
  headers: Scalars['JSONObject']['output'];
  /** The function's HTTP status. Statuses of 400 and above are answers, not errors of this field. */
  status: Scalars['Int']['output'];
  /** The body of a text or JSON answer in UTF-8; null for other types. */
  text?: Maybe<Scalars['String']['output']>;
};

/** What a function promises about its results. */
export type FunctionVolatility =
  /** The same for the same arguments, for ever. */
  | 'IMMUTABLE'
  /** The same for the same arguments within a statement. */
  | 'STABLE'
  /** Nothing; it may also change data. */
  | 'VOLATILE';

/** A link that is handed out by other means than a mail of the auth service. */
export type GenerateAuthLinkInput = {
  /** Begins `userMetadata` of a new user. */
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Whose link it is. */
  email: Scalars['EmailAddress']['input'];
  /** For a change of address: the new one. */
  newEmail?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** For SIGNUP of a new user. */
  password?: InputMaybe<Scalars['String']['input']>;
  /** Where the link leads in the end. */
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
  /** What it is for. */
  type: AuthLinkType;
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

/** Method of an HTTP request. */
export type HttpMethod =
  /** Take away. */
  | 'DELETE'
  /** Read. */
  | 'GET'
  /** Read the headers alone. */
  | 'HEAD'
  /** Ask what is possible. */
  | 'OPTIONS'
  /** Change a part. */
  | 'PATCH'
  /** Send. */
  | 'POST'
  /** Put in place of what is there. */
  | 'PUT';

/** A way in which a user signs in: e-mail, phone, or an account with a provider. */
export type Identity = {
  __typename?: 'Identity';
  /** When it was linked; null where the service does not tell. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** Address the provider told, if any. */
  email?: Maybe<Scalars['String']['output']>;
  /** The provider's own id of the user; for e-mail and phone the user's id. */
  id: Scalars['String']['output'];
  /** What the provider told of the user. */
  identityData: Scalars['JSONObject']['output'];
  /** Id of this identity: what unlinking takes. */
  identityId: Scalars['UUID']['output'];
  /** Last sign-in by this identity; null when there was none. */
  lastSignInAt?: Maybe<Scalars['DateTime']['output']>;
  /** Such as `email`, `phone` or `github`. */
  provider: Scalars['String']['output'];
  /** Last change; null where the service does not tell. */
  updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whose identity it is. */
  userId: Scalars['UUID']['output'];
};

/** When an identity column makes its value. */
export type IdentityGeneration =
  /** Always; a value is taken only with OVERRIDING SYSTEM VALUE. */
  | 'ALWAYS'
  /** When no value is given. */
  | 'BY_DEFAULT';

/** How the pixels are written down. */
export type ImageFormat =
  /** AVIF. */
  | 'AVIF'
  /** As the stored image. */
  | 'ORIGIN';

/** How an image fits into the size that was asked for. */
export type ImageResize =
  /** All of the image lies inside. */
  | 'CONTAIN'
  /** Fills it; what sticks out is cut off. */
  | 'COVER'
  /** Stretched to it. */
  | 'FILL';

/** Another size of an image. NOT_CONFIGURED where Storage does not transform images. */
export type ImageTransformInput = {
  /** When left out, what the browser takes best. */
  format?: InputMaybe<ImageFormat>;
  /** Pixels. */
  height?: InputMaybe<Scalars['Int']['input']>;
  /** From 20 to 100; 80 when left out. */
  quality?: InputMaybe<Scalars['Int']['input']>;
  /** COVER when left out. */
  resize?: InputMaybe<ImageResize>;
  /** Pixels. */
  width?: InputMaybe<Scalars['Int']['input']>;
};

/** What a transaction sees of changes made at the same time. */
export type IsolationLevel =
  /** Each statement sees what was committed before it began. */
  | 'READ_COMMITTED'
  /** All statements see what was committed before the first began. */
  | 'REPEATABLE_READ'
  /** As if transactions ran one after the other; those that cannot are CONFLICT, retryable. */
  | 'SERIALIZABLE';

/** A message was sent, or would have been if the account were known: that is not told. */
export type MessagePayload = {
  __typename?: 'MessagePayload';
  /** Id of a text message, where the SMS provider gives one. */
  messageId?: Maybe<Scalars['String']['output']>;
  /** Always true; a failure is an error. */
  sent: Scalars['Boolean']['output'];
};

/** A migration in the history that the Supabase CLI and this gateway share. */
export type Migration = {
  __typename?: 'Migration';
  /** When it was applied; null when incomplete, or applied by another tool. */
  appliedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The e-mail address, id or role in the token of who applied it, where known. */
  appliedBy?: Maybe<Scalars['String']['output']>;
  /** SHA-256, in hex, of the JSON array of `statements`, whichever tool wrote them; null without statements. */
  checksum?: Maybe<Scalars['String']['output']>;
  /** SQL that undoes it; null when none came with it. */
  down?: Maybe<Scalars['String']['output']>;
  /** Milliseconds its statements took; null when another tool applied it. */
  duration?: Maybe<Scalars['Float']['output']>;
  /** Its name; null on rows that an old Supabase CLI wrote. */
  name?: Maybe<Scalars['String']['output']>;
  /** Whether a newer version was applied before it; null when another tool applied it. */
  outOfOrder?: Maybe<Scalars['Boolean']['output']>;
  /** How far it came. */
  state: MigrationState;
  /** Index of the statement that runs outside of a transaction now, or ran when the connection was lost: then nobody knows whether it came to its end. Null otherwise. */
  statementRunning?: Maybe<Scalars['Int']['output']>;
  /** Its statements without semicolons; null on rows that an old Supabase CLI wrote. */
  statements?: Maybe<Array<Scalars['String']['output']>>;
  /** How many of its statements ran; null when another tool applied it. */
  statementsRun?: Maybe<Scalars['Int']['output']>;
  /** Whether it ran in one transaction; null when another tool applied it. */
  transactional?: Maybe<Scalars['Boolean']['output']>;
  /** Its version, usually YYYYMMDDHHMMSS. */
  version: Scalars['ID']['output'];
};

/** A page of Migration. */
export type MigrationConnection = {
  __typename?: 'MigrationConnection';
  /** The page, each item with its cursor. */
  edges: Array<MigrationEdge>;
  /** The page without cursors. */
  nodes: Array<Migration>;
  /** Where the page lies. */
  pageInfo: PageInfo;
  /** How many there are in all; null where the upstream does not say. */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One Migration of a page, with its cursor. */
export type MigrationEdge = {
  __typename?: 'MigrationEdge';
  /** Where this edge lies: usable as `after`. */
  cursor: Scalars['String']['output'];
  /** The Migration. */
  node: Migration;
};

/** Something Postgres remarked while a migration ran. */
export type MigrationNotice = {
  __typename?: 'MigrationNotice';
  /** The SQLSTATE. */
  code: Scalars['String']['output'];
  /** More of them. */
  detail?: Maybe<Scalars['String']['output']>;
  /** What to do about it. */
  hint?: Maybe<Scalars['String']['output']>;
  /** Postgres' own words. */
  message: Scalars['String']['output'];
  /** Such as NOTICE or WARNING. */
  severity: Scalars['String']['output'];
};

/** What became of a migration. */
export type MigrationPayload = {
  __typename?: 'MigrationPayload';
  /** Whether this very call applied it: false when it was applied before, with `dryRun`, and after rollbackMigration. */
  applied: Scalars['Boolean']['output'];
  /** Whether everything was rolled back because it was asked for. */
  dryRun: Scalars['Boolean']['output'];
  /** Milliseconds that the statements of this call took. */
  duration: Scalars['Float']['output'];
  /** The migration as recorded; with `dryRun` as it would be, after rollbackMigration as it was. */
  migration: Migration;
  /** What Postgres remarked, at most 1000. */
  notices: Array<MigrationNotice>;
};

/** How far a migration came. */
export type MigrationState =
  /** It is applied. */
  | 'APPLIED'
  /** It ran outside of a transaction and stopped in the middle; runMigration goes on. */
  | 'INCOMPLETE';

/** Where a file goes. */
export type MoveFileInput = {
  /** Bucket in which the file is. */
  bucket: Scalars['ID']['input'];
  /** Its path. */
  from: Scalars['String']['input'];
  /** Its new path. */
  to: Scalars['String']['input'];
  /** Another bucket; the same when left out. */
  toBucket?: InputMaybe<Scalars['ID']['input']>;
};

/** Everything that can be changed. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Asks for a challenge of a factor. Access: AUTHENTICATED. Limit: 30 calls in 5m. */
  challengeFactor?: Maybe<FactorChallenge>;
  /** Copies a file with its metadata. CONFLICT when the new path is taken and upsert is false. Access: AUTHENTICATED. */
  copyFile?: Maybe<StoredFile>;
  /** Makes a bucket. CONFLICT when the id is taken. Access: AUTHENTICATED. */
  createBucket?: Maybe<Bucket>;
  /** Signs up to 1000 files for reading, in the order in which they were asked for. Access: AUTHENTICATED. */
  createSignedUrls?: Maybe<Array<SignedUrl>>;
  /** A ticket to send the bytes straight to the streaming HTTP route: PUT once, or resumable by TUS. The policies are asked now. Access: AUTHENTICATED. */
  createUpload?: Maybe<UploadTicket>;
  /** Makes a user, without a message to them. A taken address is CONFLICT. Access: SERVICE_ROLE. */
  createUser?: Maybe<User>;
  /** Deletes an empty bucket. CONFLICT while there are files in it. Access: AUTHENTICATED. */
  deleteBucket?: Maybe<DeleteBucketPayload>;
  /** Deletes files, at most 1000. Answers with those that were deleted: hidden and missing ones are not among them. Access: AUTHENTICATED. */
  deleteFiles?: Maybe<Array<StoredFile>>;
  /** Deletes a user and ends their sessions. Access: SERVICE_ROLE. */
  deleteUser?: Maybe<DeleteUserPayload>;
  /** Deletes every file of a bucket. Storage allows it to service_role alone, and may only queue it. Access: SERVICE_ROLE. */
  emptyBucket?: Maybe<EmptyBucketPayload>;
  /** Begins a second factor. It counts once `verifyFactor` has proved it. Access: AUTHENTICATED. Limit: 30 calls in 5m. */
  enrollFactor?: Maybe<FactorEnrollment>;
  /** Ends a PKCE flow: gives tokens for the code that the redirect carried. Access: ANON. Limit: 30 calls in 5m. */
  exchangeAuthCode?: Maybe<AuthPayload>;
  /** Runs any one statement, outside of a transaction of ours, with the rights of the gateway’s login. It runs to its end however many rows are asked for. BEGIN, COMMIT and their like are refused (see executeTransaction), COPY from STDIN or to STDOUT and LISTEN too. Access: SERVICE_ROLE. */
  executeSql?: Maybe<SqlResult>;
  /** Runs all statements in one transaction: all of them or none. The failing one is named by `index` in the error. A conflict with another transaction is CONFLICT with `retryable`. Statements that would begin or end the transaction are refused before anything runs. Access: SERVICE_ROLE. */
  executeTransaction?: Maybe<Array<SqlResult>>;
  /** Makes a link, and sends nothing. Access: SERVICE_ROLE. */
  generateAuthLink?: Maybe<AuthLink>;
  /** Makes a user and sends an invitation. Access: SERVICE_ROLE. */
  inviteUser?: Maybe<User>;
  /** Calls an edge function with the credentials of the caller. Its answer is collected; to stream, call /functions/v1/<name> of this gateway. Access: ANON. Limit: 120 calls in 1m. */
  invokeFunction?: Maybe<FunctionResult>;
  /** Renames a file. CONFLICT when the new path is taken. Access: AUTHENTICATED. */
  moveFile?: Maybe<StoredFile>;
  /** Sends the nonce that `updateMe` may want for a new password. Access: AUTHENTICATED. Limit: 30 calls in 5m. */
  reauthenticate?: Maybe<MessagePayload>;
  /** Gives new tokens for a refresh token, which is spent by it. Access: ANON. Limit: 150 calls in 5m. */
  refreshSession?: Maybe<AuthPayload>;
  /** Sends a link to set a new password. An unknown address gets the same answer. Access: ANON. Limit: 30 calls in 5m. */
  requestPasswordReset?: Maybe<MessagePayload>;
  /** Sends a confirmation again. Nothing is told about whether the account exists. Access: ANON. Limit: 30 calls in 5m. */
  resendConfirmation?: Maybe<MessagePayload>;
  /** Runs the `down` of the newest applied migration and takes it out of the history. CONFLICT when it is not the newest or has no `down`. Access: SERVICE_ROLE. */
  rollbackMigration?: Maybe<MigrationPayload>;
  /** Applies a migration, one at a time across all gateways. Applied already with the same content: `applied` is false; with other content: CONFLICT. A failing statement rolls everything back and is named by `index`, `line` and SQLSTATE. Access: SERVICE_ROLE. */
  runMigration?: Maybe<MigrationPayload>;
  /** Sends a message to a channel. True once Realtime has taken it; to a private channel that needs Realtime 2.96.3 (else NOT_CONFIGURED). Access: ANON. Limit: 600 calls in 1m. */
  sendBroadcast?: Maybe<Scalars['Boolean']['output']>;
  /** Sends a one-time code, or a magic link, to sign in with. Access: ANON. Limit: 30 calls in 5m. */
  sendOtp?: Maybe<MessagePayload>;
  /** Signs in with a password. An unknown account and a wrong password answer alike. Access: ANON. Limit: 30 calls in 5m. */
  signIn?: Maybe<AuthPayload>;
  /** Makes a user without an address, who may add one later with `updateMe`. Access: ANON. Limit: 30 calls in 1h. */
  signInAnonymously?: Maybe<AuthPayload>;
  /** Ends sessions of the signed-in user. Access: AUTHENTICATED. */
  signOut?: Maybe<SignOutPayload>;
  /** Creates an account. A known address gets the same answer where addresses are confirmed. Access: ANON. Limit: 30 calls in 5m. */
  signUp?: Maybe<AuthPayload>;
  /** Removes a factor. A verified one needs a session at aal2. Access: AUTHENTICATED. */
  unenrollFactor?: Maybe<UnenrollFactorPayload>;
  /** Changes a bucket. Files that are in it already stay as they are. Access: AUTHENTICATED. */
  updateBucket?: Maybe<Bucket>;
  /** Changes the account of the signed-in user. Access: AUTHENTICATED. Limit: 60 calls in 5m. */
  updateMe?: Maybe<User>;
  /** Changes a user. A taken address is CONFLICT. Access: SERVICE_ROLE. */
  updateUser?: Maybe<User>;
  /** Stores a file of a multipart request; its bytes stream through. Answered from the upload itself: a caller who may insert but not read still gets success. Bigger files go through createUpload. Access: AUTHENTICATED. */
  uploadFile?: Maybe<StoredFile>;
  /** Answers a challenge: the session goes on at aal2, with new tokens. Access: AUTHENTICATED. Limit: 15 calls in 1m. */
  verifyFactor?: Maybe<AuthPayload>;
  /** Signs in with a code or the hash of a link, and confirms what it was sent for. Access: ANON. Limit: 30 calls in 5m. */
  verifyOtp?: Maybe<AuthPayload>;
};


/** Everything that can be changed. */
export type MutationChallengeFactorArgs = {
  factorId: Scalars['UUID']['input'];
};


/** Everything that can be changed. */
export type MutationCopyFileArgs = {
  input: CopyFileInput;
};


/** Everything that can be changed. */
export type MutationCreateBucketArgs = {
  input: CreateBucketInput;
};


/** Everything that can be changed. */
export type MutationCreateSignedUrlsArgs = {
  bucket: Scalars['ID']['input'];
  expiresIn?: InputMaybe<Scalars['Duration']['input']>;
  paths: Array<Scalars['String']['input']>;
};


/** Everything that can be changed. */
export type MutationCreateUploadArgs = {
  input: CreateUploadInput;
};


/** Everything that can be changed. */
export type MutationCreateUserArgs = {
  input: CreateUserInput;
};


/** Everything that can be changed. */
export type MutationDeleteBucketArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be changed. */
export type MutationDeleteFilesArgs = {
  bucket: Scalars['ID']['input'];
  paths: Array<Scalars['String']['input']>;
};


/** Everything that can be changed. */
export type MutationDeleteUserArgs = {
  id: Scalars['UUID']['input'];
  soft?: Scalars['Boolean']['input'];
};


/** Everything that can be changed. */
export type MutationEmptyBucketArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be changed. */
export type MutationEnrollFactorArgs = {
  input: EnrollFactorInput;
};


/** Everything that can be changed. */
export type MutationExchangeAuthCodeArgs = {
  code: Scalars['String']['input'];
  codeVerifier: Scalars['String']['input'];
};


/** Everything that can be changed. */
export type MutationExecuteSqlArgs = {
  maxRows?: InputMaybe<Scalars['Int']['input']>;
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  statement: Scalars['String']['input'];
  timeout?: InputMaybe<Scalars['Duration']['input']>;
};


/** Everything that can be changed. */
export type MutationExecuteTransactionArgs = {
  isolation?: IsolationLevel;
  statements: Array<SqlStatementInput>;
  timeout?: InputMaybe<Scalars['Duration']['input']>;
};


/** Everything that can be changed. */
export type MutationGenerateAuthLinkArgs = {
  input: GenerateAuthLinkInput;
};


/** Everything that can be changed. */
export type MutationInviteUserArgs = {
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  email: Scalars['EmailAddress']['input'];
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};


/** Everything that can be changed. */
export type MutationInvokeFunctionArgs = {
  body?: InputMaybe<Scalars['JSON']['input']>;
  headers?: InputMaybe<Scalars['JSONObject']['input']>;
  method?: HttpMethod;
  name: Scalars['String']['input'];
};


/** Everything that can be changed. */
export type MutationMoveFileArgs = {
  input: MoveFileInput;
};


/** Everything that can be changed. */
export type MutationRefreshSessionArgs = {
  refreshToken: Scalars['String']['input'];
};


/** Everything that can be changed. */
export type MutationRequestPasswordResetArgs = {
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  email: Scalars['EmailAddress']['input'];
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};


/** Everything that can be changed. */
export type MutationResendConfirmationArgs = {
  input: ResendInput;
};


/** Everything that can be changed. */
export type MutationRollbackMigrationArgs = {
  version: Scalars['ID']['input'];
};


/** Everything that can be changed. */
export type MutationRunMigrationArgs = {
  input: RunMigrationInput;
};


/** Everything that can be changed. */
export type MutationSendBroadcastArgs = {
  channel: Scalars['String']['input'];
  event: Scalars['String']['input'];
  payload: Scalars['JSON']['input'];
  private?: Scalars['Boolean']['input'];
};


/** Everything that can be changed. */
export type MutationSendOtpArgs = {
  input: SendOtpInput;
};


/** Everything that can be changed. */
export type MutationSignInArgs = {
  input: SignInInput;
};


/** Everything that can be changed. */
export type MutationSignInAnonymouslyArgs = {
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  data?: InputMaybe<Scalars['JSONObject']['input']>;
};


/** Everything that can be changed. */
export type MutationSignOutArgs = {
  scope?: SignOutScope;
};


/** Everything that can be changed. */
export type MutationSignUpArgs = {
  input: SignUpInput;
};


/** Everything that can be changed. */
export type MutationUnenrollFactorArgs = {
  factorId: Scalars['UUID']['input'];
};


/** Everything that can be changed. */
export type MutationUpdateBucketArgs = {
  id: Scalars['ID']['input'];
  input: UpdateBucketInput;
};


/** Everything that can be changed. */
export type MutationUpdateMeArgs = {
  input: UpdateUserInput;
};


/** Everything that can be changed. */
export type MutationUpdateUserArgs = {
  id: Scalars['UUID']['input'];
  input: AdminUpdateUserInput;
};


/** Everything that can be changed. */
export type MutationUploadFileArgs = {
  input: UploadFileInput;
};


/** Everything that can be changed. */
export type MutationVerifyFactorArgs = {
  input: VerifyFactorInput;
};


/** Everything that can be changed. */
export type MutationVerifyOtpArgs = {
  input: VerifyOtpInput;
};

/** What a code or link is for. */
export type OtpType =
  /** Any code that came by mail. */
  | 'EMAIL'
  /** Confirms a new e-mail address. */
  | 'EMAIL_CHANGE'
  /** Accepts an invitation. */
  | 'INVITE'
  /** Signs in by link. */
  | 'MAGICLINK'
  /** Confirms a new phone number. */
  | 'PHONE_CHANGE'
  /** Signs in to set a new password. */
  | 'RECOVERY'
  /** Confirms a sign-up by e-mail. */
  | 'SIGNUP'
  /** A code that came by text message. */
  | 'SMS';

/** Where a page lies in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Cursor of the last edge: the next `after`. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether more follows `endCursor`. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether something came before `startCursor`. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first edge; null on an empty page. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** What a policy is about. */
export type PolicyCommand =
  /** All of the others. */
  | 'ALL'
  /** Rows of DELETE. */
  | 'DELETE'
  /** Rows of INSERT. */
  | 'INSERT'
  /** Rows of SELECT. */
  | 'SELECT'
  /** Rows of UPDATE. */
  | 'UPDATE';

/** A change of one row. `record` and `oldRecord` are encoded as `SqlResult.rows` are. */
export type PostgresChange = {
  __typename?: 'PostgresChange';
  /** The columns the caller may select. */
  columns: Array<ChangeColumn>;
  /** When the transaction committed, in milliseconds. Rows of one transaction share it; null for RESYNC. */
  commitTimestamp?: Maybe<Scalars['DateTime']['output']>;
  /** Why the row is incomplete, such as being over 1 MB: fetch it. Usually empty. */
  errors: Array<Scalars['String']['output']>;
  /** For UPDATE and DELETE the row as it was: its primary key alone, unless REPLICA IDENTITY is FULL. */
  oldRecord?: Maybe<Scalars['JSONObject']['output']>;
  /** The row as it is now; null for DELETE and RESYNC. Large values that did not change may be absent. */
  record?: Maybe<Scalars['JSONObject']['output']>;
  /** Schema of the table. */
  schema: Scalars['String']['output'];
  /** The table; null for RESYNC of a whole schema. */
  table?: Maybe<Scalars['String']['output']>;
  /** What happened, or RESYNC. */
  type: PostgresChangeType;
};

/** What a change tells. */
export type PostgresChangeType =
  /** A row was removed. */
  | 'DELETE'
  /** A row was added. */
  | 'INSERT'
  /** Changes may have been missed: fetch again what is shown. The subscription goes on. */
  | 'RESYNC'
  /** A row was changed. */
  | 'UPDATE';

/** What can happen to a row. */
export type PostgresEvent =
  /** A row was removed. */
  | 'DELETE'
  /** A row was added. */
  | 'INSERT'
  /** A row was changed. */
  | 'UPDATE';

/** Somebody on a channel. */
export type Presence = {
  __typename?: 'Presence';
  /** The key they chose, or a random one. */
  key: Scalars['String']['output'];
  /** What they tell of themselves; one for each time they are present under the key. */
  metas: Array<Scalars['JSONObject']['output']>;
};

/** Who is on a channel. */
export type PresenceUpdate = {
  __typename?: 'PresenceUpdate';
  /** Who came or changed; empty for SYNC. */
  joined: Array<Presence>;
  /** Who left or was as this before; empty for SYNC. */
  left: Array<Presence>;
  /** Everybody who is there now. */
  state: Array<Presence>;
  /** SYNC or DIFF. */
  type: PresenceUpdateType;
};

/** What a presence event tells. */
export type PresenceUpdateType =
  /** Somebody came, changed or left. */
  | 'DIFF'
  /** The whole state: at the start, and again after a gap. */
  | 'SYNC';

/** What a publication tells of. */
export type PublicationEvent =
  /** Deleted rows. */
  | 'DELETE'
  /** New rows. */
  | 'INSERT'
  /** Emptied tables. */
  | 'TRUNCATE'
  /** Changed rows. */
  | 'UPDATE';

/** Everything that can be read. */
export type Query = {
  __typename?: 'Query';
  /** What the auth service has switched on. Access: ANON. */
  authSettings?: Maybe<AuthSettings>;
  /** One bucket. NOT_FOUND when it is missing or hidden. Access: AUTHENTICATED. */
  bucket?: Maybe<Bucket>;
  /** The buckets that the caller may see. Access: AUTHENTICATED. */
  buckets?: Maybe<Array<Bucket>>;
  /** The functions, procedures and aggregates of a schema, by name and arguments. Access: SERVICE_ROLE. */
  databaseFunctions?: Maybe<Array<DatabaseFunction>>;
  /** The roles by name, without those that Postgres predefines (`pg_…`). Access: SERVICE_ROLE. */
  databaseRoles?: Maybe<Array<DatabaseRole>>;
  /** Source text with the types of the tables, views, functions and enums of some schemas, as postgres-meta writes them. NOT_CONFIGURED without META_URL. Access: SERVICE_ROLE. */
  databaseTypes?: Maybe<Scalars['String']['output']>;
  /** The plan of one statement. With `analyze` the statement runs, read-only and rolled back; writes are refused. Access: SERVICE_ROLE. */
  explain?: Maybe<ExplainResult>;
  /** All extensions that the server has, installed or not, by name. Access: SERVICE_ROLE. */
  extensions?: Maybe<Array<DatabaseExtension>>;
  /** One file. NOT_FOUND when it is missing or hidden. Access: AUTHENTICATED. */
  file?: Maybe<StoredFile>;
  /** What lies under a prefix, up to the next slash. A bucket that is missing or hidden is empty. Access: AUTHENTICATED. */
  files?: Maybe<FileEntryConnection>;
  /** SQL laid out for people to read, one clause to a line. Nothing is run. NOT_CONFIGURED without META_URL. Access: SERVICE_ROLE. */
  formatSql?: Maybe<Scalars['String']['output']>;
  /** The state of this gateway. A bad token does not stop it. Access: ANON. */
  health: Health;
  /** The signed-in user, fresh from the auth service. A service key has none: FORBIDDEN, reason `no_user`. Access: AUTHENTICATED. */
  me?: Maybe<User>;
  /** One migration; null when the version is not known. Access: SERVICE_ROLE. */
  migration?: Maybe<Migration>;
  /** The migrations of the database, oldest version first, whichever tool applied them. FORBIDDEN says in `grants` what the login needs. Access: SERVICE_ROLE. */
  migrations?: Maybe<MigrationConnection>;
  /** Where to send a browser to sign in with a provider. Access: ANON. */
  oauthUrl?: Maybe<Scalars['URL']['output']>;
  /** The publications by name. Access: SERVICE_ROLE. */
  publications?: Maybe<Array<DatabasePublication>>;
  /** The schemas of the database by name. Access: SERVICE_ROLE. */
  schemas?: Maybe<Array<DatabaseSchema>>;
  /** The state of every service, probed at once; answers are shared for a second. Access: ANON. */
  services: Array<ServiceHealth>;
  /** Runs one reading statement (SELECT, VALUES, TABLE, WITH … SELECT, SHOW, EXPLAIN) in a READ ONLY transaction that is always rolled back; settings, locks and prepared statements are taken back too. Not taken back: what functions do outside of transactions, as far as the reading login may call such functions. Access: SERVICE_ROLE. */
  sql?: Maybe<SqlResult>;
  /** One table, view or foreign table; null when there is none of that name. Access: SERVICE_ROLE. */
  table?: Maybe<DatabaseTable>;
  /** The tables, views and foreign tables of a schema by name. The number of SQL statements depends on what is selected, never on how many tables there are. Access: SERVICE_ROLE. */
  tables?: Maybe<DatabaseTableConnection>;
  /** One user; null when there is none with this id. Access: SERVICE_ROLE. */
  user?: Maybe<User>;
  /** All users, the oldest first. Access: SERVICE_ROLE. */
  users?: Maybe<UserConnection>;
  /** Who is asking: the role, user and claims that the access rules see. Access: ANON. */
  viewer: Viewer;
};


/** Everything that can be read. */
export type QueryBucketArgs = {
  id: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryDatabaseFunctionsArgs = {
  schema?: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryDatabaseTypesArgs = {
  language: TypeLanguage;
  schemas?: InputMaybe<Array<Scalars['String']['input']>>;
};


/** Everything that can be read. */
export type QueryExplainArgs = {
  analyze?: Scalars['Boolean']['input'];
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  statement: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryFileArgs = {
  bucket: Scalars['ID']['input'];
  path: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryFilesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  bucket: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
  prefix?: Scalars['String']['input'];
  sortBy?: InputMaybe<FileSort>;
};


/** Everything that can be read. */
export type QueryFormatSqlArgs = {
  sql: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryMigrationArgs = {
  version: Scalars['ID']['input'];
};


/** Everything that can be read. */
export type QueryMigrationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/** Everything that can be read. */
export type QueryOauthUrlArgs = {
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  provider: Scalars['String']['input'];
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
  scopes?: InputMaybe<Array<Scalars['String']['input']>>;
};


/** Everything that can be read. */
export type QuerySchemasArgs = {
  includeSystem?: Scalars['Boolean']['input'];
};


/** Everything that can be read. */
export type QuerySqlArgs = {
  maxRows?: InputMaybe<Scalars['Int']['input']>;
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  statement: Scalars['String']['input'];
  timeout?: InputMaybe<Scalars['Duration']['input']>;
};


/** Everything that can be read. */
export type QueryTableArgs = {
  name: Scalars['String']['input'];
  schema?: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryTablesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
  schema?: Scalars['String']['input'];
};


/** Everything that can be read. */
export type QueryUserArgs = {
  id: Scalars['UUID']['input'];
};


/** Everything that can be read. */
export type QueryUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};

/** Which confirmation is sent again, and to whom. */
export type ResendInput = {
  /** Solution of the captcha, where the service wants one. */
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  /** PKCE: SHA-256 of the code verifier, base64url. The link then carries a code for `exchangeAuthCode`. */
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  /** E-mail address; or phone. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** E.164 number; or email. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Where the link in the message leads in the end; the service decides whether it may. */
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
  /** Which message. */
  type: ResendType;
};

/** Which message is sent again. */
export type ResendType =
  /** Confirmation of a new address. */
  | 'EMAIL_CHANGE'
  /** Confirmation of a new number. */
  | 'PHONE_CHANGE'
  /** Confirmation of a sign-up by e-mail. */
  | 'SIGNUP'
  /** Confirmation of a sign-up by phone. */
  | 'SMS';

/** ANON < AUTHENTICATED < SERVICE_ROLE: a higher role may do what a lower one may. */
export type Role =
  /** Anybody: no credential, or an anon or publishable key. */
  | 'ANON'
  /** A signed-in user. */
  | 'AUTHENTICATED'
  /** A service_role or secret key: row level security does not apply. */
  | 'SERVICE_ROLE';

/** A migration to apply. */
export type RunMigrationInput = {
  /** SQL that undoes it; kept with the migration and used by rollbackMigration. */
  down?: InputMaybe<Scalars['String']['input']>;
  /** Run everything, answer what would be recorded, and roll back. Needs `transactional`. */
  dryRun?: Scalars['Boolean']['input'];
  /** What it does in a few words, at most 255 characters. */
  name: Scalars['String']['input'];
  /** Index of the statement to go on with, where `transactional: false` stopped in the middle: the one after those that ran, or the next one, to leave that one out. Needed after `unknown_statement`. */
  resumeFrom?: InputMaybe<Scalars['Int']['input']>;
  /** The statements, divided by semicolons; there may be none. Lines that pg_dump writes for psql (\restrict, \unrestrict) are skipped. BEGIN, COMMIT and their like are refused, other commands of psql and the data of COPY too. */
  sql: Scalars['String']['input'];
  /** False for statements that cannot run inside a transaction, such as CREATE INDEX CONCURRENTLY: they run one by one, and after a failure the same call goes on from the statement that failed. CONFLICT, reason `unknown_statement`, where the connection was lost while one of them ran that cannot be in a transaction. */
  transactional?: Scalars['Boolean']['input'];
  /** YYYYMMDDHHMMSS, chosen by the caller, so that a retry is the same migration. */
  version: Scalars['ID']['input'];
};

/** Where a one-time code or magic link goes. */
export type SendOtpInput = {
  /** Solution of the captcha, where the service wants one. */
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  /** PKCE: SHA-256 of the code verifier, base64url. The link then carries a code for `exchangeAuthCode`. */
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  /** Whether an unknown address signs up by it. If not, it is FORBIDDEN, reason `otp_disabled`: that tells it from a known one. */
  createUser?: Scalars['Boolean']['input'];
  /** Begins `userMetadata` of a new user. */
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  /** E-mail address; or phone. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** E.164 number; or email. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Where the link in the message leads in the end; the service decides whether it may. */
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};

/** The state of one service behind this gateway. */
export type ServiceHealth = {
  __typename?: 'ServiceHealth';
  /** When the last probe began. */
  checkedAt: Scalars['DateTime']['output'];
  /** Whether calls to it are let through; null below SERVICE_ROLE. */
  circuit?: Maybe<CircuitState>;
  /** Milliseconds of the last probe; null when the service did not answer, and below SERVICE_ROLE. */
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

/** The tokens of a session. Keep them as you would a password. */
export type Session = {
  __typename?: 'Session';
  /** JWT for `Authorization: Bearer …`. */
  accessToken: Scalars['String']['output'];
  /** When the access token ends. */
  expiresAt: Scalars['DateTime']['output'];
  /** Seconds the access token lives from now. */
  expiresIn: Scalars['Int']['output'];
  /** The provider's own refresh token, where it gave one. */
  providerRefreshToken?: Maybe<Scalars['String']['output']>;
  /** The provider's own access token, once, after signing in with a provider. */
  providerToken?: Maybe<Scalars['String']['output']>;
  /** Good for one `refreshSession`, which gives the next one. */
  refreshToken: Scalars['String']['output'];
  /** Always `bearer`. */
  tokenType: Scalars['String']['output'];
};

/** An e-mail address or a phone number, and the password. */
export type SignInInput = {
  /** Solution of the captcha, where the service wants one. */
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  /** E-mail address; or phone. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** The password. */
  password: Scalars['String']['input'];
  /** E.164 number; or email. */
  phone?: InputMaybe<Scalars['String']['input']>;
};

/** Sessions have ended. Access tokens that were issued still live until they expire. */
export type SignOutPayload = {
  __typename?: 'SignOutPayload';
  /** Who signed out. */
  userId: Scalars['UUID']['output'];
};

/** Which sessions end. */
export type SignOutScope =
  /** All of the user. */
  | 'GLOBAL'
  /** This one. */
  | 'LOCAL'
  /** All but this one. */
  | 'OTHERS';

/** A new account: an e-mail address or a phone number, and a password. */
export type SignUpInput = {
  /** Solution of the captcha, where the service wants one. */
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  /** PKCE: SHA-256 of the code verifier, base64url. The link then carries a code for `exchangeAuthCode`. */
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  /** Begins `userMetadata`. */
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  /** E-mail address; or phone. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** At most 72 bytes. */
  password: Scalars['String']['input'];
  /** E.164 number; or email. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Where the link in the message leads in the end; the service decides whether it may. */
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};

/** A URL that works without a token, or why there is none. */
export type SignedUrl = {
  __typename?: 'SignedUrl';
  /** Why there is no URL. */
  error?: Maybe<Scalars['String']['output']>;
  /** The path as it was asked for. */
  path: Scalars['String']['output'];
  /** On this gateway; null when the file is missing or hidden. */
  url?: Maybe<Scalars['URL']['output']>;
};

/** Which end comes first. */
export type SortDirection =
  /** The smallest or oldest. */
  | 'ASC'
  /** The largest or newest. */
  | 'DESC';

/** A column of a result. */
export type SqlColumn = {
  __typename?: 'SqlColumn';
  /** Its name; names may repeat. */
  name: Scalars['String']['output'];
  /** The table it comes from, in `pg_class`; null for computed columns. */
  tableOid?: Maybe<Scalars['BigInt']['output']>;
  /** Its type as `format_type` writes it, without length and precision, such as `timestamp with time zone`; `unknown` where it could not be looked up after the statement was done. */
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
  /** One object per row, keyed by column name. int8 and numeric are strings, unsafe numbers inside json too; bytea is base64; date and time types are ISO 8601 text (timestamptz in UTC, microseconds kept); NaN and the infinities are strings; arrays are arrays; json nested deeper than 256 levels is its text. */
  rows: Array<Scalars['JSONObject']['output']>;
  /** True when there were more rows than `maxRows`, or than fit into the largest answer, or one that alone is too large for it. */
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

/** A file in a bucket. */
export type StoredFile = FileEntry & {
  __typename?: 'StoredFile';
  /** Id of the bucket. */
  bucket: Scalars['ID']['output'];
  /** The Cache-Control header that downloads get. */
  cacheControl?: Maybe<Scalars['String']['output']>;
  /** Media type, as it was given with the upload. */
  contentType?: Maybe<Scalars['String']['output']>;
  /** First upload. */
  createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** The bytes, on this gateway, with Range support. A private bucket’s wants the Authorization header: in an <img> use signedUrl. */
  downloadUrl: Scalars['URL']['output'];
  /** Changes with the content; quoted, as in the ETag header. */
  etag?: Maybe<Scalars['String']['output']>;
  /** Kept when the file is moved or replaced. */
  id: Scalars['UUID']['output'];
  /** Kept by Storage as it sees fit; null where it was not told. */
  lastAccessedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What the uploader said about the file. Lists do not carry it: it costs a call per file there. */
  metadata?: Maybe<Scalars['JSONObject']['output']>;
  /** The last segment of the path. */
  name: Scalars['String']['output'];
  /** The full key in the bucket; a folder’s ends with a slash. */
  path: Scalars['String']['output'];
  /** The bytes for everybody. Null when the bucket is private; a bucket that is hidden from the caller may be. */
  publicUrl?: Maybe<Scalars['URL']['output']>;
  /** The bytes for whoever has the URL, for a time. All of one operation are signed in one call. */
  signedUrl?: Maybe<Scalars['URL']['output']>;
  /** Bytes. */
  size?: Maybe<Scalars['BigInt']['output']>;
  /** Last change of content, place or metadata. */
  updatedAt?: Maybe<Scalars['DateTime']['output']>;
};


/** A file in a bucket. */
export type StoredFilePublicUrlArgs = {
  transform?: InputMaybe<ImageTransformInput>;
};


/** A file in a bucket. */
export type StoredFileSignedUrlArgs = {
  download?: InputMaybe<Scalars['String']['input']>;
  expiresIn?: InputMaybe<Scalars['Duration']['input']>;
  transform?: InputMaybe<ImageTransformInput>;
};

/** Everything that can be followed. */
export type Subscription = {
  __typename?: 'Subscription';
  /** Messages that are sent to a channel from now on, the caller’s own among them. A private channel is governed by the policies of `realtime.messages`. Access: ANON. */
  broadcasts: Broadcast;
  /** Changes of rows the caller may see. RESYNC says that events may have been missed: refetch. As in Supabase, a DELETE cannot be checked by row level security: it names only the primary key, to every matching subscriber. A row that leaves the filter or becomes invisible by an UPDATE gives no event. Access: ANON. */
  postgresChanges: PostgresChange;
  /** Who is on a channel. With `track`, the caller is present for as long as the subscription lives. Access: ANON. */
  presence: PresenceUpdate;
  /** The current state of every service, then one event each time a service changes. Access: ANON. */
  serviceHealth: ServiceHealth;
};


/** Everything that can be followed. */
export type SubscriptionBroadcastsArgs = {
  channel: Scalars['String']['input'];
  event?: InputMaybe<Scalars['String']['input']>;
  private?: Scalars['Boolean']['input'];
};


/** Everything that can be followed. */
export type SubscriptionPostgresChangesArgs = {
  event?: InputMaybe<PostgresEvent>;
  filter?: InputMaybe<Scalars['String']['input']>;
  resyncOnStart?: Scalars['Boolean']['input'];
  schema?: Scalars['String']['input'];
  table?: InputMaybe<Scalars['String']['input']>;
};


/** Everything that can be followed. */
export type SubscriptionPresenceArgs = {
  channel: Scalars['String']['input'];
  key?: InputMaybe<Scalars['String']['input']>;
  private?: Scalars['Boolean']['input'];
  track?: InputMaybe<Scalars['JSON']['input']>;
};

/** What has rows. */
export type TableKind =
  /** A table of another server. */
  | 'FOREIGN_TABLE'
  /** A view whose rows are stored. */
  | 'MATERIALIZED_VIEW'
  /** A table whose rows live in its partitions. */
  | 'PARTITIONED_TABLE'
  /** An ordinary table, or a partition of one. */
  | 'TABLE'
  /** A view. */
  | 'VIEW';

/** What a trigger fires at. */
export type TriggerEvent =
  /** At DELETE. */
  | 'DELETE'
  /** At INSERT. */
  | 'INSERT'
  /** At TRUNCATE. */
  | 'TRUNCATE'
  /** At UPDATE. */
  | 'UPDATE';

/** How often a trigger fires. */
export type TriggerLevel =
  /** Once for each row. */
  | 'ROW'
  /** Once for the statement. */
  | 'STATEMENT';

/** Whether a trigger fires, by `session_replication_role`. */
export type TriggerMode =
  /** For all changes. */
  | 'ALWAYS'
  /** Never. */
  | 'DISABLED'
  /** As usual: not for changes that come by replication. */
  | 'ORIGIN'
  /** Only for changes that come by replication. */
  | 'REPLICA';

/** When a trigger fires. */
export type TriggerTiming =
  /** After the change. */
  | 'AFTER'
  /** Before the change. */
  | 'BEFORE'
  /** In place of the change; for views. */
  | 'INSTEAD_OF';

/** A language that types are written in. */
export type TypeLanguage =
  /** Structs with json tags. */
  | 'GO'
  /** Pydantic models. */
  | 'PYTHON'
  /** Codable structs. */
  | 'SWIFT'
  /** The `Database` type that supabase-js takes. */
  | 'TYPESCRIPT';

/** A factor was removed. */
export type UnenrollFactorPayload = {
  __typename?: 'UnenrollFactorPayload';
  /** Which one. */
  factorId: Scalars['UUID']['output'];
};

/** What changes; what is left out stays. null takes a limit away. */
export type UpdateBucketInput = {
  /** Such as `image/png` or `image/*`. */
  allowedMimeTypes?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Bytes of the largest file. */
  fileSizeLimit?: InputMaybe<Scalars['BigInt']['input']>;
  /** Everybody may read. */
  public?: InputMaybe<Scalars['Boolean']['input']>;
};

/** What a user changes of their own account. What is left out stays; null clears nothing and is refused. */
export type UpdateUserInput = {
  /** The present password, where the service wants it. */
  currentPassword?: InputMaybe<Scalars['String']['input']>;
  /** Merged into `userMetadata` at the top level; null removes a key. */
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  /** New address: it is confirmed by mail first. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** The code that `reauthenticate` sent, where the service wants it. */
  nonce?: InputMaybe<Scalars['String']['input']>;
  /** New password, at most 72 bytes. All other sessions end. */
  password?: InputMaybe<Scalars['String']['input']>;
  /** New E.164 number: it may have to be confirmed first. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Where the link in the mail leads in the end. */
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};

/** A file and where it goes. */
export type UploadFileInput = {
  /** Id of the bucket. */
  bucket: Scalars['ID']['input'];
  /** Seconds that browsers may keep the file, or a Cache-Control that begins with max-age. */
  cacheControl?: InputMaybe<Scalars['String']['input']>;
  /** In place of the part’s own. */
  contentType?: InputMaybe<Scalars['String']['input']>;
  /** The part of the multipart request. */
  file: Scalars['File']['input'];
  /** Kept with the file. */
  metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  /** Full key in the bucket, without a slash in front. */
  path: Scalars['String']['input'];
  /** Replace a file at this path. */
  upsert?: Scalars['Boolean']['input'];
};

/** A request that sends bytes to this gateway. */
export type UploadRequest = {
  __typename?: 'UploadRequest';
  /** Headers to send, by name. */
  headers: Scalars['JSONObject']['output'];
  /** With which method it begins. */
  method: HttpMethod;
  /** Where to. */
  url: Scalars['URL']['output'];
};

/** Leave to send one file to one path, by either of two ways. Treat it as a password. */
export type UploadTicket = {
  __typename?: 'UploadTicket';
  /** By when the upload has to begin. */
  expiresAt: Scalars['DateTime']['output'];
  /** All bytes in one request. */
  put: UploadRequest;
  /** The beginning of a TUS 1.0.0 upload, which survives interruptions. */
  resumable: UploadRequest;
};

/** A user of the auth service. */
export type User = {
  __typename?: 'User';
  /** What administrators keep of the user, in the tokens too; the user cannot change it. */
  appMetadata: Scalars['JSONObject']['output'];
  /** End of a ban, which may be past; null without one. */
  bannedUntil?: Maybe<Scalars['DateTime']['output']>;
  /** When the last confirmation was sent, if ever. */
  confirmationSentAt?: Maybe<Scalars['DateTime']['output']>;
  /** Sign-up. */
  createdAt: Scalars['DateTime']['output'];
  /** When the user was softly deleted; null for everybody else. */
  deletedAt?: Maybe<Scalars['DateTime']['output']>;
  /** E-mail address; null without one. */
  email?: Maybe<Scalars['String']['output']>;
  /** When the address was confirmed; null before. */
  emailConfirmedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Second factors. In lists they are fetched user by user; null when the user has gone meanwhile. */
  factors?: Maybe<Array<Factor>>;
  /** Id: `sub` of the tokens. */
  id: Scalars['UUID']['output'];
  /** Ways in which the user signs in. In lists they are fetched user by user; null when the user has gone meanwhile. */
  identities?: Maybe<Array<Identity>>;
  /** When an invitation was sent; null for users who came by themselves. */
  invitedAt?: Maybe<Scalars['DateTime']['output']>;
  /** True until the user adds an e-mail address or phone number. */
  isAnonymous: Scalars['Boolean']['output'];
  /** Last sign-in; null before the first. */
  lastSignInAt?: Maybe<Scalars['DateTime']['output']>;
  /** Address that waits for its confirmation, if any. */
  newEmail?: Maybe<Scalars['String']['output']>;
  /** Number that waits for its confirmation, if any. */
  newPhone?: Maybe<Scalars['String']['output']>;
  /** Phone number in digits, without the plus; null without one. */
  phone?: Maybe<Scalars['String']['output']>;
  /** When the number was confirmed; null before. */
  phoneConfirmedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the last magic link or password reset was sent, if ever. */
  recoverySentAt?: Maybe<Scalars['DateTime']['output']>;
  /** Database role of the tokens: `authenticated`, unless an administrator gave another. */
  role: Scalars['String']['output'];
  /** Last change; null where the service does not tell. */
  updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What the user keeps of themselves, in the tokens too: never a ground for access. */
  userMetadata: Scalars['JSONObject']['output'];
};

/** A page of User. */
export type UserConnection = {
  __typename?: 'UserConnection';
  /** The page, each item with its cursor. */
  edges: Array<UserEdge>;
  /** The page without cursors. */
  nodes: Array<User>;
  /** Where the page lies. */
  pageInfo: PageInfo;
  /** How many there are in all; null where the upstream does not say. */
  totalCount?: Maybe<Scalars['Int']['output']>;
};

/** One User of a page, with its cursor. */
export type UserEdge = {
  __typename?: 'UserEdge';
  /** Where this edge lies: usable as `after`. */
  cursor: Scalars['String']['output'];
  /** The User. */
  node: User;
};

/** The answer to a challenge. */
export type VerifyFactorInput = {
  /** The challenge. */
  challengeId: Scalars['UUID']['input'];
  /** Six digits. */
  code: Scalars['String']['input'];
  /** The factor. */
  factorId: Scalars['UUID']['input'];
};

/** A code with the address it was sent to, or the hash that a link carries. */
export type VerifyOtpInput = {
  /** Solution of the captcha, where the service wants one. */
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  /** Address the code was sent to. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** Number the code was sent to. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Where the link in the message leads in the end; the service decides whether it may. */
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
  /** The code; or tokenHash. */
  token?: InputMaybe<Scalars['String']['input']>;
  /** The hash of a link; or token with an address. */
  tokenHash?: InputMaybe<Scalars['String']['input']>;
  /** What it is for. */
  type: OtpType;
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

/** Why a password does not meet the policy. */
export type WeakPassword = {
  __typename?: 'WeakPassword';
  /** `length`, `characters` or `pwned` (known from a leak). */
  reasons: Array<Scalars['String']['output']>;
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