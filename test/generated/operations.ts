export type Maybe<T> = T;
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
  BigInt: { input: string | number; output: string; }
  DateTime: { input: string; output: string; }
  Duration: { input: string; output: string; }
  EmailAddress: { input: string; output: string; }
  File: { input: File; output: File; }
  JSON: { input: unknown; output: unknown; }
  JSONObject: { input: Record<string, unknown>; output: Record<string, unknown>; }
  URL: { input: string; output: string; }
  UUID: { input: string; output: string; }
};

export type AdminUpdateUserInput = {
  appMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
  banDuration?: InputMaybe<Scalars['String']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  emailConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  password?: InputMaybe<Scalars['String']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  phoneConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  role?: InputMaybe<Scalars['String']['input']>;
  userMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
};

export type AuthLinkType =
  | 'EMAIL_CHANGE_CURRENT'
  | 'EMAIL_CHANGE_NEW'
  | 'INVITE'
  | 'MAGICLINK'
  | 'RECOVERY'
  | 'SIGNUP';

export type BroadcastType =
  | 'MESSAGE'
  | 'RESYNC';

export type CircuitState =
  | 'CLOSED'
  | 'HALF_OPEN'
  | 'OPEN';

export type ConstraintType =
  | 'CHECK'
  | 'EXCLUSION'
  | 'PRIMARY_KEY'
  | 'UNIQUE';

export type CopyFileInput = {
  bucket: Scalars['ID']['input'];
  from: Scalars['String']['input'];
  to: Scalars['String']['input'];
  toBucket?: InputMaybe<Scalars['ID']['input']>;
  upsert?: Scalars['Boolean']['input'];
};

export type CreateBucketInput = {
  allowedMimeTypes?: InputMaybe<Array<Scalars['String']['input']>>;
  fileSizeLimit?: InputMaybe<Scalars['BigInt']['input']>;
  id: Scalars['ID']['input'];
  name?: InputMaybe<Scalars['String']['input']>;
  public?: Scalars['Boolean']['input'];
};

export type CreateUploadInput = {
  bucket: Scalars['ID']['input'];
  cacheControl?: InputMaybe<Scalars['String']['input']>;
  contentType?: InputMaybe<Scalars['String']['input']>;
  metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  path: Scalars['String']['input'];
  size?: InputMaybe<Scalars['BigInt']['input']>;
  upsert?: Scalars['Boolean']['input'];
};

export type CreateUserInput = {
  appMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
  banDuration?: InputMaybe<Scalars['String']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  emailConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  password?: InputMaybe<Scalars['String']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  phoneConfirm?: InputMaybe<Scalars['Boolean']['input']>;
  role?: InputMaybe<Scalars['String']['input']>;
  userMetadata?: InputMaybe<Scalars['JSONObject']['input']>;
};

export type EmptyBucketStatus =
  | 'DONE'
  | 'QUEUED';

export type EnrollFactorInput = {
  friendlyName?: InputMaybe<Scalars['String']['input']>;
  issuer?: InputMaybe<Scalars['String']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  type?: EnrollFactorType;
};

export type EnrollFactorType =
  | 'PHONE'
  | 'TOTP';

export type FactorStatus =
  | 'UNVERIFIED'
  | 'VERIFIED';

export type FactorType =
  | 'PHONE'
  | 'TOTP'
  | 'WEBAUTHN';

export type FileSort = {
  by?: FileSortKey;
  direction?: SortDirection;
};

export type FileSortKey =
  | 'CREATED_AT'
  | 'NAME'
  | 'UPDATED_AT';

export type ForeignKeyAction =
  | 'CASCADE'
  | 'NO_ACTION'
  | 'RESTRICT'
  | 'SET_DEFAULT'
  | 'SET_NULL';

export type FunctionArgumentMode =
  | 'IN'
  | 'INOUT'
  | 'OUT'
  | 'TABLE'
  | 'VARIADIC';

export type FunctionKind =
  | 'AGGREGATE'
  | 'FUNCTION'
  | 'PROCEDURE'
  | 'WINDOW';

export type FunctionVolatility =
  | 'IMMUTABLE'
  | 'STABLE'
  | 'VOLATILE';

export type GenerateAuthLinkInput = {
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  email: Scalars['EmailAddress']['input'];
  newEmail?: InputMaybe<Scalars['EmailAddress']['input']>;
  password?: InputMaybe<Scalars['String']['input']>;
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
  type: AuthLinkType;
};

export type HealthStatus =
  | 'DEGRADED'
  | 'DOWN'
  | 'OK';

export type HttpMethod =
  | 'DELETE'
  | 'GET'
  | 'HEAD'
  | 'OPTIONS'
  | 'PATCH'
  | 'POST'
  | 'PUT';

export type IdentityGeneration =
  | 'ALWAYS'
  | 'BY_DEFAULT';

export type ImageFormat =
  | 'AVIF'
  | 'ORIGIN';

export type ImageResize =
  | 'CONTAIN'
  | 'COVER'
  | 'FILL';

export type ImageTransformInput = {
  format?: InputMaybe<ImageFormat>;
  height?: InputMaybe<Scalars['Int']['input']>;
  quality?: InputMaybe<Scalars['Int']['input']>;
  resize?: InputMaybe<ImageResize>;
  width?: InputMaybe<Scalars['Int']['input']>;
};

export type IsolationLevel =
  | 'READ_COMMITTED'
  | 'REPEATABLE_READ'
  | 'SERIALIZABLE';

export type MigrationState =
  | 'APPLIED'
  | 'INCOMPLETE';

export type MoveFileInput = {
  bucket: Scalars['ID']['input'];
  from: Scalars['String']['input'];
  to: Scalars['String']['input'];
  toBucket?: InputMaybe<Scalars['ID']['input']>;
};

export type OtpType =
  | 'EMAIL'
  | 'EMAIL_CHANGE'
  | 'INVITE'
  | 'MAGICLINK'
  | 'PHONE_CHANGE'
  | 'RECOVERY'
  | 'SIGNUP'
  | 'SMS';

export type PolicyCommand =
  | 'ALL'
  | 'DELETE'
  | 'INSERT'
  | 'SELECT'
  | 'UPDATE';

export type PostgresChangeType =
  | 'DELETE'
  | 'INSERT'
  | 'RESYNC'
  | 'UPDATE';

export type PostgresEvent =
  | 'DELETE'
  | 'INSERT'
  | 'UPDATE';

export type PresenceUpdateType =
  | 'DIFF'
  | 'SYNC';

export type PublicationEvent =
  | 'DELETE'
  | 'INSERT'
  | 'TRUNCATE'
  | 'UPDATE';

export type ResendInput = {
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
  type: ResendType;
};

export type ResendType =
  | 'EMAIL_CHANGE'
  | 'PHONE_CHANGE'
  | 'SIGNUP'
  | 'SMS';

export type RlsExplainAs = {
  claims?: InputMaybe<Scalars['JSONObject']['input']>;
  headers?: InputMaybe<Scalars['JSONObject']['input']>;
  role: Scalars['String']['input'];
};

export type Role =
  | 'ANON'
  | 'AUTHENTICATED'
  | 'SERVICE_ROLE';

export type RunMigrationInput = {
  down?: InputMaybe<Scalars['String']['input']>;
  dryRun?: Scalars['Boolean']['input'];
  name: Scalars['String']['input'];
  resumeFrom?: InputMaybe<Scalars['Int']['input']>;
  sql: Scalars['String']['input'];
  transactional?: Scalars['Boolean']['input'];
  version: Scalars['ID']['input'];
};

export type SendOtpInput = {
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  createUser?: Scalars['Boolean']['input'];
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};

export type ServiceName =
  | 'API_GATEWAY'
  | 'AUTH'
  | 'FUNCTIONS'
  | 'META'
  | 'POSTGRES'
  | 'POSTGREST'
  | 'REALTIME'
  | 'STORAGE';

export type ServiceStatus =
  | 'DEGRADED'
  | 'DOWN'
  | 'NOT_CONFIGURED'
  | 'UP';

export type SignInInput = {
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  password: Scalars['String']['input'];
  phone?: InputMaybe<Scalars['String']['input']>;
};

export type SignOutScope =
  | 'GLOBAL'
  | 'LOCAL'
  | 'OTHERS';

export type SignUpInput = {
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  codeChallenge?: InputMaybe<Scalars['String']['input']>;
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  password: Scalars['String']['input'];
  phone?: InputMaybe<Scalars['String']['input']>;
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};

export type SortDirection =
  | 'ASC'
  | 'DESC';

export type SqlStatementInput = {
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>>>;
  statement: Scalars['String']['input'];
};

export type TableKind =
  | 'FOREIGN_TABLE'
  | 'MATERIALIZED_VIEW'
  | 'PARTITIONED_TABLE'
  | 'TABLE'
  | 'VIEW';

export type TriggerEvent =
  | 'DELETE'
  | 'INSERT'
  | 'TRUNCATE'
  | 'UPDATE';

export type TriggerLevel =
  | 'ROW'
  | 'STATEMENT';

export type TriggerMode =
  | 'ALWAYS'
  | 'DISABLED'
  | 'ORIGIN'
  | 'REPLICA';

export type TriggerTiming =
  | 'AFTER'
  | 'BEFORE'
  | 'INSTEAD_OF';

export type TypeLanguage =
  | 'GO'
  | 'PYTHON'
  | 'SWIFT'
  | 'TYPESCRIPT';

export type UpdateBucketInput = {
  allowedMimeTypes?: InputMaybe<Array<Scalars['String']['input']>>;
  fileSizeLimit?: InputMaybe<Scalars['BigInt']['input']>;
  public?: InputMaybe<Scalars['Boolean']['input']>;
};

export type UpdateUserInput = {
  currentPassword?: InputMaybe<Scalars['String']['input']>;
  data?: InputMaybe<Scalars['JSONObject']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  nonce?: InputMaybe<Scalars['String']['input']>;
  password?: InputMaybe<Scalars['String']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
};

export type UploadFileInput = {
  bucket: Scalars['ID']['input'];
  cacheControl?: InputMaybe<Scalars['String']['input']>;
  contentType?: InputMaybe<Scalars['String']['input']>;
  file: Scalars['File']['input'];
  metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  path: Scalars['String']['input'];
  upsert?: Scalars['Boolean']['input'];
};

export type VerifyFactorInput = {
  challengeId: Scalars['UUID']['input'];
  code: Scalars['String']['input'];
  factorId: Scalars['UUID']['input'];
};

export type VerifyOtpInput = {
  captchaToken?: InputMaybe<Scalars['String']['input']>;
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  redirectTo?: InputMaybe<Scalars['URL']['input']>;
  token?: InputMaybe<Scalars['String']['input']>;
  tokenHash?: InputMaybe<Scalars['String']['input']>;
  type: OtpType;
};

/** An enum describing what kind of type a given `__Type` is. */
export type __TypeKind =
  /** Indicates this type is a scalar. */
  | 'SCALAR'
  /** Indicates this type is an object. `fields` and `interfaces` are valid fields. */
  | 'OBJECT'
  /** Indicates this type is an interface. `fields`, `interfaces`, and `possibleTypes` are valid fields. */
  | 'INTERFACE'
  /** Indicates this type is a union. `possibleTypes` is a valid field. */
  | 'UNION'
  /** Indicates this type is an enum. `enumValues` is a valid field. */
  | 'ENUM'
  /** Indicates this type is an input object. `inputFields` is a valid field. */
  | 'INPUT_OBJECT'
  /** Indicates this type is a list. `ofType` is a valid field. */
  | 'LIST'
  /** Indicates this type is a non-null. `ofType` is a valid field. */
  | 'NON_NULL';

/** A Directive can be adjacent to many parts of the GraphQL language, a __DirectiveLocation describes one such possible adjacencies. */
export type __DirectiveLocation =
  /** Location adjacent to a query operation. */
  | 'QUERY'
  /** Location adjacent to a mutation operation. */
  | 'MUTATION'
  /** Location adjacent to a subscription operation. */
  | 'SUBSCRIPTION'
  /** Location adjacent to a field. */
  | 'FIELD'
  /** Location adjacent to a fragment definition. */
  | 'FRAGMENT_DEFINITION'
  /** Location adjacent to a fragment spread. */
  | 'FRAGMENT_SPREAD'
  /** Location adjacent to an inline fragment. */
  | 'INLINE_FRAGMENT'
  /** Location adjacent to a variable definition. */
  | 'VARIABLE_DEFINITION'
  /** Location adjacent to a schema definition. */
  | 'SCHEMA'
  /** Location adjacent to a scalar definition. */
  | 'SCALAR'
  /** Location adjacent to an object type definition. */
  | 'OBJECT'
  /** Location adjacent to a field definition. */
  | 'FIELD_DEFINITION'
  /** Location adjacent to an argument definition. */
  | 'ARGUMENT_DEFINITION'
  /** Location adjacent to an interface definition. */
  | 'INTERFACE'
  /** Location adjacent to a union definition. */
  | 'UNION'
  /** Location adjacent to an enum definition. */
  | 'ENUM'
  /** Location adjacent to an enum value definition. */
  | 'ENUM_VALUE'
  /** Location adjacent to an input object type definition. */
  | 'INPUT_OBJECT'
  /** Location adjacent to an input object field definition. */
  | 'INPUT_FIELD_DEFINITION'
  /** Location adjacent to a directive definition. */
  | 'DIRECTIVE_DEFINITION';

export type Operation_140796aeVariables = Exact<{ [key: string]: never; }>;


export type Operation_140796ae = { health: { status: HealthStatus } };

export type Operation_f34542deVariables = Exact<{ [key: string]: never; }>;


export type Operation_f34542de = { sql: { rows: Array<Record<string, unknown>> } };

export type Operation_0b8e1b25Variables = Exact<{ [key: string]: never; }>;


export type Operation_0b8e1b25 = { me: { id: string, email: string, role: string, createdAt: string, userMetadata: Record<string, unknown> } };

export type Operation_4dc83bfcVariables = Exact<{ [key: string]: never; }>;


export type Operation_4dc83bfc = { postgresChanges: { type: PostgresChangeType, record: Record<string, unknown> } };

export type Operation_04477fadVariables = Exact<{ [key: string]: never; }>;


export type Operation_04477fad = { sql: { rowCount: number } };

export type Operation_14508f30Variables = Exact<{
  file: Scalars['File']['input'];
}>;


export type Operation_14508f30 = { uploadFile: { size: string } };

export type Operation_76c26d11Variables = Exact<{ [key: string]: never; }>;


export type Operation_76c26d11 = { files: { nodes: Array<
      | { signedUrl: string }
      | Record<PropertyKey, never>
    > } };

export type Operation_c3f39675Variables = Exact<{ [key: string]: never; }>;


export type Operation_c3f39675 = { signUp: { session: { accessToken: string } } };

export type Operation_c84ab4dbVariables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_c84ab4db = { runMigration: { applied: boolean } };

export type Operation_140e8b61Variables = Exact<{
  s: Scalars['String']['input'];
}>;


export type Operation_140e8b61 = { executeSql: { command: string } };

export type Operation_dfd5f52aVariables = Exact<{
  v?: InputMaybe<Scalars['Boolean']['input']>;
}>;


export type Operation_dfd5f52a = { createUpload: { __typename: 'UploadTicket' } };

export type Operation_a321c588Variables = Exact<{
  contentType: Scalars['String']['input'];
}>;


export type Operation_a321c588 = { createUpload: { put: { url: string, method: HttpMethod, headers: Record<string, unknown> }, resumable: { url: string, method: HttpMethod, headers: Record<string, unknown> } } };

export type Operation_1c3253c8Variables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_1c3253c8 = { runMigration: { applied: boolean, migration: { state: MigrationState, statements: Array<string> } } };

export type Operation_fbeb3290Variables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_fbeb3290 = { runMigration: { applied: boolean, migration: { statements: Array<string> } } };

export type Operation_4f917885Variables = Exact<{ [key: string]: never; }>;


export type Operation_4f917885 = { sql: { values: Array<Array<unknown>> } };

export type Operation_ba4e6f36Variables = Exact<{
  id: Scalars['UUID']['input'];
  input: AdminUpdateUserInput;
}>;


export type Operation_ba4e6f36 = { updateUser: { email: string, phone: string, role: string, bannedUntil: string, emailConfirmedAt: string, phoneConfirmedAt: string, appMetadata: Record<string, unknown>, userMetadata: Record<string, unknown> } };

export type Operation_66c7add6Variables = Exact<{
  input: UpdateUserInput;
}>;


export type Operation_66c7add6 = { updateMe: { email: string } };

export type Operation_d2cc0676Variables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_d2cc0676 = { user: { email: string, phone: string, role: string, bannedUntil: string, emailConfirmedAt: string, phoneConfirmedAt: string, appMetadata: Record<string, unknown>, userMetadata: Record<string, unknown> } };

export type Operation_c06803edVariables = Exact<{
  input: CreateUserInput;
}>;


export type Operation_c06803ed = { createUser: { id: string } };

export type Operation_811d3d0eVariables = Exact<{
  input: SignInInput;
}>;


export type Operation_811d3d0e = { signIn: { session: { accessToken: string } } };

export type Operation_a8a035f8Variables = Exact<{
  input: SignUpInput;
}>;


export type Operation_a8a035f8 = { signUp: { user: { phone: string, userMetadata: Record<string, unknown> } } };

export type Operation_55f59854Variables = Exact<{
  input: UpdateBucketInput;
}>;


export type Operation_55f59854 = { updateBucket: { public: boolean, fileSizeLimit: string, allowedMimeTypes: Array<string> } };

export type Operation_abf9ab13Variables = Exact<{ [key: string]: never; }>;


export type Operation_abf9ab13 = { createBucket: { id: string } };

export type Operation_edd097b7Variables = Exact<{
  f: Scalars['File']['input'];
  p: Scalars['String']['input'];
}>;


export type Operation_edd097b7 = { uploadFile: { size: string } };

export type Operation_ffdfc90cVariables = Exact<{
  p: Scalars['String']['input'];
}>;


export type Operation_ffdfc90c = { moveFile: { path: string } };

export type Operation_66a77debVariables = Exact<{
  p: Scalars['String']['input'];
}>;


export type Operation_66a77deb = { copyFile: { path: string } };

export type Operation_1ca8f20cVariables = Exact<{
  p: Scalars['String']['input'];
}>;


export type Operation_1ca8f20c = { file: { path: string } };

export type Operation_46c738bfVariables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_46c738bf = { updateUser: { id: string } };

export type Operation_961ada74Variables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_961ada74 = { updateUser: { id: string } };

export type Operation_9be7244cVariables = Exact<{
  f: Scalars['String']['input'];
}>;


export type Operation_9be7244c = { users: { totalCount: number, nodes: Array<{ email: string }> } };

export type Operation_a3f75dbeVariables = Exact<{
  f: Scalars['String']['input'];
}>;


export type Operation_a3f75dbe = { users: { totalCount: number } };

export type Operation_d3d9e77dVariables = Exact<{
  input: SignInInput;
}>;


export type Operation_d3d9e77d = { signIn: { user: { id: string, role: string } } };

export type Operation_8e3a0df5Variables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_8e3a0df5 = { user: { id: string } };

export type Operation_8819ecebVariables = Exact<{ [key: string]: never; }>;


export type Operation_8819eceb = { users: { totalCount: number, nodes: Array<{ id: string }> } };

export type Operation_cbb12df2Variables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_cbb12df2 = { deleteUser: { userId: string } };

export type Operation_75929576Variables = Exact<{
  input: SignUpInput;
}>;


export type Operation_75929576 = { signUp: { user: { id: string } } };

export type Operation_25749bceVariables = Exact<{ [key: string]: never; }>;


export type Operation_25749bce = { signIn: { user: { id: string } } };

export type Operation_e9160716Variables = Exact<{ [key: string]: never; }>;


export type Operation_e9160716 = { refreshSession: { user: { id: string } } };

export type Operation_91f5eae6Variables = Exact<{ [key: string]: never; }>;


export type Operation_91f5eae6 = { authSettings: { signUpDisabled: boolean } };

export type Operation_cc53ee3cVariables = Exact<{ [key: string]: never; }>;


export type Operation_cc53ee3c = { createUser: { id: string } };

export type Operation_ab2754f7Variables = Exact<{ [key: string]: never; }>;


export type Operation_ab2754f7 = { users: { totalCount: number, nodes: Array<{ email: string, identities: Array<{ id: string }>, factors: Array<{ id: string }> }> } };

export type Operation_61dc1293Variables = Exact<{ [key: string]: never; }>;


export type Operation_61dc1293 = { me: { createdAt: string, updatedAt: string, factors: Array<{ id: string }> } };

export type Operation_dfc2a237Variables = Exact<{ [key: string]: never; }>;


export type Operation_dfc2a237 = { refreshSession: { session: { refreshToken: string } } };

export type Operation_2db41071Variables = Exact<{
  input: SignUpInput;
}>;


export type Operation_2db41071 = { signUp: { confirmationRequired: boolean } };

export type Operation_14222866Variables = Exact<{
  input: SignUpInput;
}>;


export type Operation_14222866 = { signUp: { confirmationRequired: boolean, user: { id: string, email: string, identities: Array<{ provider: string }>, factors: Array<{ id: string, status: FactorStatus }> }, session: { accessToken: string, refreshToken: string, tokenType: string, expiresIn: number, expiresAt: string }, weakPassword: { reasons: Array<string> } } };

export type Operation_8a3426d3Variables = Exact<{
  input: SignInInput;
}>;


export type Operation_8a3426d3 = { signIn: { user: { id: string }, session: { accessToken: string, refreshToken: string } } };

export type Operation_70b197e8Variables = Exact<{
  token: Scalars['String']['input'];
}>;


export type Operation_70b197e8 = { refreshSession: { user: { id: string, email: string }, session: { accessToken: string, refreshToken: string } } };

export type Operation_9e71635dVariables = Exact<{ [key: string]: never; }>;


export type Operation_9e71635d = { me: { id: string, email: string, isAnonymous: boolean, userMetadata: Record<string, unknown>, identities: Array<{ provider: string }>, factors: Array<{ id: string, status: FactorStatus }> } };

export type Operation_384fb009Variables = Exact<{ [key: string]: never; }>;


export type Operation_384fb009 = { signInAnonymously: { user: { email: string, phone: string, isAnonymous: boolean }, session: { accessToken: string } } };

export type Operation_76168073Variables = Exact<{
  input: SignUpInput;
}>;


export type Operation_76168073 = { signUp: { user: { phone: string }, session: { expiresIn: number } } };

export type Operation_874920f7Variables = Exact<{
  input: SignInInput;
}>;


export type Operation_874920f7 = { signIn: { user: { email: string } } };

export type Operation_e1f3851cVariables = Exact<{ [key: string]: never; }>;


export type Operation_e1f3851c = { signInAnonymously: { user: { isAnonymous: boolean } } };

export type Operation_13b67527Variables = Exact<{
  t: Scalars['String']['input'];
}>;


export type Operation_13b67527 = { refreshSession: { session: { refreshToken: string } } };

export type Operation_4d1db0d5Variables = Exact<{
  scope: SignOutScope;
}>;


export type Operation_4d1db0d5 = { signOut: { userId: string } };

export type Operation_3380818aVariables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_3380818a = { updateUser: { bannedUntil: string } };

export type Operation_0cc86ef7Variables = Exact<{
  input: VerifyOtpInput;
}>;


export type Operation_0cc86ef7 = { verifyOtp: { user: { email: string }, session: { accessToken: string } } };

export type Operation_a43d1185Variables = Exact<{
  input: SendOtpInput;
}>;


export type Operation_a43d1185 = { sendOtp: { sent: boolean, messageId: string } };

export type Operation_62fbe085Variables = Exact<{
  email: Scalars['EmailAddress']['input'];
}>;


export type Operation_62fbe085 = { requestPasswordReset: { sent: boolean, messageId: string } };

export type Operation_1a0414adVariables = Exact<{ [key: string]: never; }>;


export type Operation_1a0414ad = { updateMe: { id: string } };

export type Operation_a99089c5Variables = Exact<{
  input: SendOtpInput;
}>;


export type Operation_a99089c5 = { sendOtp: { sent: boolean } };

export type Operation_f21d536dVariables = Exact<{
  code: Scalars['String']['input'];
  v: Scalars['String']['input'];
}>;


export type Operation_f21d536d = { exchangeAuthCode: { user: { email: string } } };

export type Operation_25f99492Variables = Exact<{
  input: ResendInput;
}>;


export type Operation_25f99492 = { resendConfirmation: { sent: boolean } };

export type Operation_ac4bd9a0Variables = Exact<{
  input: UpdateUserInput;
}>;


export type Operation_ac4bd9a0 = { updateMe: { email: string, newEmail: string, userMetadata: Record<string, unknown> } };

export type Operation_3c3c530aVariables = Exact<{
  input: UpdateUserInput;
}>;


export type Operation_3c3c530a = { updateMe: { id: string } };

export type Operation_5332a4faVariables = Exact<{ [key: string]: never; }>;


export type Operation_5332a4fa = { reauthenticate: { sent: boolean } };

export type Operation_b13a66b4Variables = Exact<{ [key: string]: never; }>;


export type Operation_b13a66b4 = { me: { id: string } };

export type Operation_9ed594f0Variables = Exact<{ [key: string]: never; }>;


export type Operation_9ed594f0 = { updateMe: { id: string } };

export type Operation_5b326147Variables = Exact<{ [key: string]: never; }>;


export type Operation_5b326147 = { signOut: { userId: string } };

export type Operation_ef97ec72Variables = Exact<{ [key: string]: never; }>;


export type Operation_ef97ec72 = { enrollFactor: { factorId: string } };

export type Operation_8e4b6f14Variables = Exact<{ [key: string]: never; }>;


export type Operation_8e4b6f14 = { challengeFactor: { challengeId: string } };

export type Operation_72149ecbVariables = Exact<{ [key: string]: never; }>;


export type Operation_72149ecb = { unenrollFactor: { factorId: string } };

export type Operation_3f6fb395Variables = Exact<{ [key: string]: never; }>;


export type Operation_3f6fb395 = { authSettings: { providers: Array<string>, signUpDisabled: boolean, mailerAutoconfirm: boolean } };

export type Operation_65fcd143Variables = Exact<{
  p: Scalars['String']['input'];
}>;


export type Operation_65fcd143 = { oauthUrl: string };

export type Operation_568d6d2cVariables = Exact<{
  input: EnrollFactorInput;
}>;


export type Operation_568d6d2c = { enrollFactor: { factorId: string, type: FactorType, friendlyName: string, qrCode: string, secret: string, uri: string } };

export type Operation_a90d98d9Variables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_a90d98d9 = { challengeFactor: { challengeId: string, expiresAt: string } };

export type Operation_f0ab1bebVariables = Exact<{
  input: VerifyFactorInput;
}>;


export type Operation_f0ab1beb = { verifyFactor: { user: { factors: Array<{ id: string, status: FactorStatus }> }, session: { accessToken: string } } };

export type Operation_e3191c39Variables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_e3191c39 = { unenrollFactor: { factorId: string } };

export type Operation_d8f2a8cfVariables = Exact<{ [key: string]: never; }>;


export type Operation_d8f2a8cf = { signInAnonymously: { session: { accessToken: string } } };

export type Operation_3d00467bVariables = Exact<{
  input: CreateUserInput;
}>;


export type Operation_3d00467b = { createUser: { id: string, email: string, role: string, appMetadata: Record<string, unknown> } };

export type Operation_f228e26dVariables = Exact<{ [key: string]: never; }>;


export type Operation_f228e26d = { users: { totalCount: number } };

export type Operation_b496e582Variables = Exact<{
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_b496e582 = { users: { totalCount: number, nodes: Array<{ email: string }>, edges: Array<{ cursor: string }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, endCursor: string } } };

export type Operation_1181866fVariables = Exact<{
  f: Scalars['String']['input'];
}>;


export type Operation_1181866f = { users: { nodes: Array<{ email: string, identities: Array<{ provider: string }>, factors: Array<{ id: string }> }> } };

export type Operation_16a5cff8Variables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_16a5cff8 = { a: { email: string }, b: { email: string } };

export type Operation_4a39f751Variables = Exact<{ [key: string]: never; }>;


export type Operation_4a39f751 = { user: { id: string } };

export type Operation_d3a64d1eVariables = Exact<{
  input: CreateUserInput;
}>;


export type Operation_d3a64d1e = { createUser: { role: string } };

export type Operation_0d717fc9Variables = Exact<{
  id: Scalars['UUID']['input'];
  input: AdminUpdateUserInput;
}>;


export type Operation_0d717fc9 = { updateUser: { id: string } };

export type Operation_6f73fb03Variables = Exact<{
  id: Scalars['UUID']['input'];
  soft: Scalars['Boolean']['input'];
}>;


export type Operation_6f73fb03 = { deleteUser: { userId: string } };

export type Operation_2514ca3cVariables = Exact<{
  id: Scalars['UUID']['input'];
}>;


export type Operation_2514ca3c = { user: { deletedAt: string } };

export type Operation_372cf059Variables = Exact<{
  email: Scalars['EmailAddress']['input'];
}>;


export type Operation_372cf059 = { inviteUser: { email: string, invitedAt: string } };

export type Operation_ffc89d64Variables = Exact<{
  input: GenerateAuthLinkInput;
}>;


export type Operation_ffc89d64 = { generateAuthLink: { actionLink: string, emailOtp: string, hashedToken: string, verificationType: string, redirectTo: string, user: { email: string } } };

export type Operation_a44a281eVariables = Exact<{
  input: VerifyOtpInput;
}>;


export type Operation_a44a281e = { verifyOtp: { user: { email: string, userMetadata: Record<string, unknown> } } };

export type Operation_9722578fVariables = Exact<{
  input: GenerateAuthLinkInput;
}>;


export type Operation_9722578f = { generateAuthLink: { hashedToken: string } };

export type Operation_45266738Variables = Exact<{
  input: VerifyOtpInput;
}>;


export type Operation_45266738 = { verifyOtp: { user: { id: string, email: string } } };

export type Operation_1864d20cVariables = Exact<{ [key: string]: never; }>;


export type Operation_1864d20c = { __schema: { types: Array<{ name: string, fields: Array<{ name: string }>, inputFields: Array<{ name: string }> }> } };

export type Operation_8a1a5d15Variables = Exact<{
  input: SignInInput;
}>;


export type Operation_8a1a5d15 = { signIn: { session: { accessToken: string, refreshToken: string } } };

export type Operation_00a0cf0aVariables = Exact<{ [key: string]: never; }>;


export type Operation_00a0cf0a = { enrollFactor: { secret: string } };

export type Operation_b2204b50Variables = Exact<{
  t: Scalars['String']['input'];
}>;


export type Operation_b2204b50 = { refreshSession: { user: { id: string } } };

export type Operation_97b22db9Variables = Exact<{
  input: SignInInput;
}>;


export type Operation_97b22db9 = { signIn: { user: { id: string } } };

export type Operation_d110b886Variables = Exact<{ [key: string]: never; }>;


export type Operation_d110b886 = { viewer: { role: Role } };

export type Operation_9c495c8fVariables = Exact<{ [key: string]: never; }>;


export type Operation_9c495c8f = { authSettings: { samlEnabled: boolean } };

export type Operation_2cabdf49Variables = Exact<{ [key: string]: never; }>;


export type Operation_2cabdf49 = { signIn: { __typename: 'AuthPayload' } };

export type Operation_bde5c94bVariables = Exact<{ [key: string]: never; }>;


export type Operation_bde5c94b = { broadcasts: { type: BroadcastType } };

export type Operation_ef984542Variables = Exact<{ [key: string]: never; }>;


export type Operation_ef984542 = { sql: { rows: Array<Record<string, unknown>> } };

export type Operation_44607b5cVariables = Exact<{ [key: string]: never; }>;


export type Operation_44607b5c = { sql: { rows: Array<Record<string, unknown>> } };

export type Operation_debb3a02Variables = Exact<{ [key: string]: never; }>;


export type Operation_debb3a02 = { executeSql: { rowCount: number } };

export type Operation_b2e684a5Variables = Exact<{
  file: Scalars['File']['input'];
}>;


export type Operation_b2e684a5 = { uploadFile: { path: string } };

export type Operation_3286445aVariables = Exact<{ [key: string]: never; }>;


export type Operation_3286445a = { broadcasts: { type: BroadcastType } };

export type Room = { broadcasts: { type: BroadcastType } };

export type Operation_22b689d4Variables = Exact<{
  statement: Scalars['String']['input'];
}>;


export type Operation_22b689d4 = { sql: { rows: Array<Record<string, unknown>> } };

export type Operation_8a0a3244Variables = Exact<{ [key: string]: never; }>;


export type Operation_8a0a3244 = { viewer: { role: Role, userId: string }, me: { email: string }, buckets: Array<{ id: string }> };

export type Operation_ccd1efceVariables = Exact<{
  input: SignUpInput;
}>;


export type Operation_ccd1efce = { signUp: { confirmationRequired: boolean, session: { accessToken: string } } };

export type Operation_cc5b8ea9Variables = Exact<{
  input: VerifyOtpInput;
}>;


export type Operation_cc5b8ea9 = { verifyOtp: { user: { email: string } } };

export type Operation_5c84a58bVariables = Exact<{ [key: string]: never; }>;


export type Operation_5c84a58b = { invokeFunction: { status: number } };

export type Operation_849fe60bVariables = Exact<{ [key: string]: never; }>;


export type Operation_849fe60b = { __schema: { queryType: { name: string } } };

export type Operation_6e44d7a6Variables = Exact<{
  statement: Scalars['String']['input'];
}>;


export type Operation_6e44d7a6 = { health: { status: HealthStatus, version: string }, viewer: { role: Role }, sql: { rows: Array<Record<string, unknown>>, rowCount: number, columns: Array<{ name: string, type: string }> } };

export type Operation_28b3dc03Variables = Exact<{ [key: string]: never; }>;


export type Operation_28b3dc03 = { viewer: { role: Role }, sql: { rowCount: number } };

export type Operation_682eb83dVariables = Exact<{
  statement: Scalars['String']['input'];
  rows?: InputMaybe<Scalars['Int']['input']>;
  time?: InputMaybe<Scalars['Duration']['input']>;
}>;


export type Operation_682eb83d = { sql: { values: Array<Array<unknown>>, truncated: boolean } };

export type Operation_c86feb56Variables = Exact<{ [key: string]: never; }>;


export type Operation_c86feb56 = { sql: { rowCount: number } };

export type Operation_31841ac5Variables = Exact<{ [key: string]: never; }>;


export type Operation_31841ac5 = { executeSql: { rowCount: number, truncated: boolean }, executeTransaction: Array<{ truncated: boolean }> };

export type Operation_3193ae25Variables = Exact<{
  name: Scalars['String']['input'];
  body?: InputMaybe<Scalars['JSON']['input']>;
  method?: HttpMethod;
  headers?: InputMaybe<Scalars['JSONObject']['input']>;
}>;


export type Operation_3193ae25 = { invokeFunction: { status: number, headers: Record<string, unknown>, contentType: string, body: unknown, text: string, base64: string } };

export type Operation_21bddba0Variables = Exact<{ [key: string]: never; }>;


export type Operation_21bddba0 = { signIn: { user: { id: string } } };

export type Operation_3ba85a90Variables = Exact<{ [key: string]: never; }>;


export type Operation_3ba85a90 = { serviceHealth: { name: ServiceName } };

export type Operation_e8cbc7c5Variables = Exact<{ [key: string]: never; }>;


export type Operation_e8cbc7c5 = { services: Array<{ name: ServiceName, status: ServiceStatus, latency: number, checkedAt: string, version: string, reason: string, circuit: CircuitState }> };

export type Operation_5cd62dbaVariables = Exact<{ [key: string]: never; }>;


export type Operation_5cd62dba = { health: { status: HealthStatus, uptime: number, version: string } };

export type Operation_5227a648Variables = Exact<{ [key: string]: never; }>;


export type Operation_5227a648 = { serviceHealth: { name: ServiceName, status: ServiceStatus, reason: string } };

export type Operation_bf100845Variables = Exact<{
  i: SignUpInput;
}>;


export type Operation_bf100845 = { signUp: { __typename: 'AuthPayload' } };

export type Operation_c1e89375Variables = Exact<{ [key: string]: never; }>;


export type Operation_c1e89375 = { signUp: { __typename: 'AuthPayload' } };

export type Operation_02014b9fVariables = Exact<{ [key: string]: never; }>;


export type Operation_02014b9f = { a: 'Query', b: 'Query' };

export type D = { a: 'Query', b: 'Query' };

export type C = { b: 'Query' };

export type Operation_2b32a03dVariables = Exact<{ [key: string]: never; }>;


export type Operation_2b32a03d = { executeSql: { rowCount: number } };

export type Operation_2555504cVariables = Exact<{ [key: string]: never; }>;


export type Operation_2555504c = { executeSql: { rowCount: number } };

export type Operation_962198d5Variables = Exact<{
  statement: Scalars['String']['input'];
}>;


export type Operation_962198d5 = { executeSql: { rowCount: number, rows: Array<Record<string, unknown>> } };

export type Operation_5ebe0525Variables = Exact<{ [key: string]: never; }>;


export type Operation_5ebe0525 = { executeSql: { rowCount: number } };

export type Operation_88ac923dVariables = Exact<{ [key: string]: never; }>;


export type Operation_88ac923d = { one: { rowCount: number }, two: { rowCount: number } };

export type Operation_399febf8Variables = Exact<{ [key: string]: never; }>;


export type Operation_399febf8 = { signIn: { session: { accessToken: string } } };

export type Operation_c015e6bfVariables = Exact<{ [key: string]: never; }>;


export type Operation_c015e6bf = { refreshSession: { session: { accessToken: string } } };

export type Operation_48d720a3Variables = Exact<{ [key: string]: never; }>;


export type Operation_48d720a3 = { generateAuthLink: { actionLink: string } };

export type Operation_89ef5f34Variables = Exact<{ [key: string]: never; }>;


export type Operation_89ef5f34 = { createSignedUrls: Array<{ path: string }> };

export type Operation_e2fda221Variables = Exact<{ [key: string]: never; }>;


export type Operation_e2fda221 = { invokeFunction: { status: number } };

export type Operation_fec11cf3Variables = Exact<{
  file: Scalars['File']['input'];
}>;


export type Operation_fec11cf3 = { uploadFile: { path: string, size: string } };

export type Operation_6ddd3cb8Variables = Exact<{
  schema: Scalars['String']['input'];
  name: Scalars['String']['input'];
}>;


export type Operation_6ddd3cb8 = { table: { id: string, name: string, sizeBytes: string, primaryKey: Array<string>, columns: Array<{ name: string, isPrimaryKey: boolean }>, indexes: Array<{ name: string }>, policies: Array<{ name: string }>, triggers: Array<{ name: string }>, constraints: Array<{ name: string }>, references: Array<{ name: string }>, referencedBy: Array<{ name: string }> } };

export type Operation_69ddd5f6Variables = Exact<{ [key: string]: never; }>;


export type Operation_69ddd5f6 = { tables: { nodes: Array<{ id: string, name: string, sizeBytes: string, primaryKey: Array<string>, columns: Array<{ name: string, isPrimaryKey: boolean }>, indexes: Array<{ name: string }>, policies: Array<{ name: string }>, triggers: Array<{ name: string }>, constraints: Array<{ name: string }>, references: Array<{ name: string }>, referencedBy: Array<{ name: string }> }> } };

export type Operation_fb124dfbVariables = Exact<{
  schema?: Scalars['String']['input'];
  name: Scalars['String']['input'];
}>;


export type Operation_fb124dfb = { table: { name: string } };

export type Operation_1b931b21Variables = Exact<{ [key: string]: never; }>;


export type Operation_1b931b21 = { executeSql: { rowCount: number } };

export type Operation_22096e22Variables = Exact<{ [key: string]: never; }>;


export type Operation_22096e22 = { executeSql: { rowCount: number } };

export type Operation_1dfd3efdVariables = Exact<{
  exact: Scalars['String']['input'];
  longer: Scalars['String']['input'];
}>;


export type Operation_1dfd3efd = { exact: { name: string }, longer: { name: string } };

export type Operation_3a06ff74Variables = Exact<{
  schema: Scalars['String']['input'];
  name: Scalars['String']['input'];
}>;


export type Operation_3a06ff74 = { table: { id: string, schema: string, name: string, owner: string, comment: string, kind: TableKind, rowEstimate: string, sizeBytes: string, rlsEnabled: boolean, rlsForced: boolean, replicaIdentity: string, partitionKey: string, primaryKey: Array<string>, columns: Array<{ name: string, position: number, type: string, typeSchema: string, default: string, isNullable: boolean, isIdentity: boolean, identityGeneration: IdentityGeneration, isGenerated: boolean, generationExpression: string, isUpdatable: boolean, isPrimaryKey: boolean, isUnique: boolean, enumValues: Array<string>, collation: string, comment: string }>, indexes: Array<{ id: string, schema: string, name: string, definition: string, method: string, columns: Array<string>, includedColumns: Array<string>, predicate: string, isUnique: boolean, isPrimary: boolean, isExclusion: boolean, isValid: boolean, isReplicaIdentity: boolean, isClustered: boolean, comment: string }>, policies: Array<{ id: string, name: string, command: PolicyCommand, isPermissive: boolean, roles: Array<string>, using: string, withCheck: string, comment: string }>, triggers: Array<{ id: string, name: string, timing: TriggerTiming, level: TriggerLevel, events: Array<TriggerEvent>, enabled: TriggerMode, condition: string, functionSchema: string, functionName: string, functionArguments: Array<string>, definition: string, comment: string }>, constraints: Array<{ id: string, name: string, type: ConstraintType, definition: string, columns: Array<string>, isDeferrable: boolean, isInitiallyDeferred: boolean, isValidated: boolean, comment: string }>, references: Array<{ id: string, name: string, schema: string, table: string, columns: Array<string>, referencedSchema: string, referencedTable: string, referencedColumns: Array<string>, onUpdate: ForeignKeyAction, onDelete: ForeignKeyAction, definition: string, isDeferrable: boolean, isInitiallyDeferred: boolean, isValidated: boolean, comment: string }>, referencedBy: Array<{ id: string, name: string, schema: string, table: string, columns: Array<string>, referencedTable: string }> } };

export type Operation_94ee22f3Variables = Exact<{ [key: string]: never; }>;


export type Operation_94ee22f3 = { tables: { totalCount: number, nodes: Array<{ name: string, kind: TableKind, sizeBytes: string, rowEstimate: string, partitionKey: string, columns: Array<{ name: string, isUpdatable: boolean }> }> } };

export type Operation_a9b0c1c6Variables = Exact<{ [key: string]: never; }>;


export type Operation_a9b0c1c6 = { table: { name: string } };

export type Operation_fa60bd3fVariables = Exact<{
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_fa60bd3f = { tables: { nodes: Array<{ name: string }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, endCursor: string } } };

export type Operation_5972721dVariables = Exact<{ [key: string]: never; }>;


export type Operation_5972721d = { schemas: Array<{ tables: { nodes: Array<{ name: string }> } }> };

export type Operation_99f94c51Variables = Exact<{
  after: Scalars['String']['input'];
}>;


export type Operation_99f94c51 = { bad: { nodes: Array<{ name: string }> }, good: { nodes: Array<{ name: string }> } };

export type Operation_81d6bf1cVariables = Exact<{ [key: string]: never; }>;


export type Operation_81d6bf1c = { databaseFunctions: Array<{ name: string, kind: FunctionKind, language: string, signature: string, returnType: string, isSetReturning: boolean, volatility: FunctionVolatility, isSecurityDefiner: boolean, isStrict: boolean, settings: Array<string>, comment: string, body: string, definition: string, arguments: Array<{ name: string, type: string, mode: FunctionArgumentMode, hasDefault: boolean }> }> };

export type Operation_f308e27cVariables = Exact<{ [key: string]: never; }>;


export type Operation_f308e27c = { schemas: Array<{ name: string, owner: string, comment: string, tables: { nodes: Array<{ name: string, schema: string }> } }>, extensions: Array<{ name: string, schema: string, version: string, isInstalled: boolean }>, databaseRoles: Array<{ name: string, isSuperuser: boolean, bypassesRls: boolean, canLogin: boolean, connectionLimit: number, memberOf: Array<string> }>, publications: Array<{ name: string, events: Array<PublicationEvent>, allTables: boolean, tables: Array<{ schema: string, name: string }> }> };

export type Operation_b657d3ecVariables = Exact<{ [key: string]: never; }>;


export type Operation_b657d3ec = { tables: { nodes: Array<{ name: string, rlsEnabled: boolean, comment: string }> } };

export type Operation_ea970d8cVariables = Exact<{
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_ea970d8c = { tables: { totalCount: number, nodes: Array<{ name: string, primaryKey: Array<string>, columns: Array<{ name: string }>, indexes: Array<{ name: string }>, policies: Array<{ name: string }>, references: Array<{ referencedTable: string }> }>, pageInfo: { hasNextPage: boolean, endCursor: string } } };

export type Operation_0f731a14Variables = Exact<{ [key: string]: never; }>;


export type Operation_0f731a14 = { tables: { nodes: Array<{ indexes: Array<{ id: string, definition: string, isUnique: boolean }>, policies: Array<{ id: string, command: PolicyCommand, using: string, withCheck: string }>, triggers: Array<{ id: string, timing: TriggerTiming, events: Array<TriggerEvent>, enabled: TriggerMode }> }> } };

export type Operation_cc5ebc4bVariables = Exact<{ [key: string]: never; }>;


export type Operation_cc5ebc4b = { one: { signedUrl: string }, two: { publicUrl: string } };

export type Operation_fd42ec88Variables = Exact<{
  language: TypeLanguage;
  schemas?: InputMaybe<Array<Scalars['String']['input']> | Scalars['String']['input']>;
}>;


export type Operation_fd42ec88 = { databaseTypes: string };

export type Operation_56450b2cVariables = Exact<{
  sql: Scalars['String']['input'];
}>;


export type Operation_56450b2c = { formatSql: string };

export type Operation_e52e4216Variables = Exact<{ [key: string]: never; }>;


export type Operation_e52e4216 = { databaseTypes: string };

export type Operation_93f8206fVariables = Exact<{ [key: string]: never; }>;


export type Operation_93f8206f = { formatSql: string };

export type Operation_a2eccaa5Variables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_a2eccaa5 = { runMigration: { applied: boolean, duration: number, migration: { version: string, name: string, statements: Array<string>, checksum: string, down: string, appliedAt: string, appliedBy: string } } };

export type Operation_1d43e942Variables = Exact<{
  version: Scalars['ID']['input'];
}>;


export type Operation_1d43e942 = { rollbackMigration: { applied: boolean, duration: number, migration: { version: string, name: string, statements: Array<string>, checksum: string, down: string, appliedAt: string, appliedBy: string } } };

export type Operation_d94851edVariables = Exact<{ [key: string]: never; }>;


export type Operation_d94851ed = { migrations: { totalCount: number } };

export type Operation_50b86230Variables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_50b86230 = { runMigration: { applied: boolean, notices: Array<{ severity: string, message: string }>, migration: { statements: Array<string> } } };

export type Operation_aa93abb5Variables = Exact<{ [key: string]: never; }>;


export type Operation_aa93abb5 = { migration: { version: string, statementsRun: number, appliedAt: string } };

export type Operation_4c3e8418Variables = Exact<{
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_4c3e8418 = { migrations: { totalCount: number, nodes: Array<{ version: string, statements: Array<string> }>, pageInfo: { hasNextPage: boolean, endCursor: string } } };

export type Operation_81bfc713Variables = Exact<{ [key: string]: never; }>;


export type Operation_81bfc713 = { migration: { version: string } };

export type Operation_f3d90b19Variables = Exact<{ [key: string]: never; }>;


export type Operation_f3d90b19 = { migrations: { nodes: Array<{ version: string, name: string, statements: Array<string>, checksum: string, appliedAt: string }> } };

export type Operation_d609f492Variables = Exact<{ [key: string]: never; }>;


export type Operation_d609f492 = { migrations: { nodes: Array<{ version: string, name: string, statements: Array<string>, state: MigrationState, checksum: string }> }, migration: { name: string } };

export type Operation_d5c2c2a0Variables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_d5c2c2a0 = { runMigration: { applied: boolean, migration: { version: string, checksum: string } } };

export type Operation_fa87c79eVariables = Exact<{
  statement: Scalars['String']['input'];
}>;


export type Operation_fa87c79e = { sql: { columns: Array<{ type: string }> } };

export type Operation_b25e5689Variables = Exact<{ [key: string]: never; }>;


export type Operation_b25e5689 = { table: { columns: Array<{ name: string }>, indexes: Array<{ name: string }>, policies: Array<{ name: string }> } };

export type Operation_c215deeaVariables = Exact<{
  version: Scalars['ID']['input'];
}>;


export type Operation_c215deea = { migration: { state: MigrationState, statementsRun: number, statementRunning: number } };

export type Operation_b3ac6081Variables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_b3ac6081 = { runMigration: { applied: boolean, migration: { checksum: string } } };

export type Operation_e91dba55Variables = Exact<{ [key: string]: never; }>;


export type Operation_e91dba55 = { migrations: { nodes: Array<{ version: string, name: string, statements: Array<string> }> } };

export type Operation_24ba1521Variables = Exact<{ [key: string]: never; }>;


export type Operation_24ba1521 = { migrations: { nodes: Array<{ version: string }> } };

export type Operation_b0761a3cVariables = Exact<{
  input: RunMigrationInput;
}>;


export type Operation_b0761a3c = { runMigration: { applied: boolean, dryRun: boolean, duration: number, notices: Array<{ severity: string, message: string }>, migration: { version: string, name: string, statements: Array<string>, checksum: string, down: string, state: MigrationState, statementsRun: number, transactional: boolean, outOfOrder: boolean, appliedAt: string, appliedBy: string } } };

export type Operation_c9dd3dcfVariables = Exact<{
  version: Scalars['ID']['input'];
}>;


export type Operation_c9dd3dcf = { rollbackMigration: { applied: boolean, dryRun: boolean, duration: number, notices: Array<{ severity: string, message: string }>, migration: { version: string, name: string, statements: Array<string>, checksum: string, down: string, state: MigrationState, statementsRun: number, transactional: boolean, outOfOrder: boolean, appliedAt: string, appliedBy: string } } };

export type Operation_a5920f33Variables = Exact<{ [key: string]: never; }>;


export type Operation_a5920f33 = { executeSql: { rows: Array<Record<string, unknown>> } };

export type Operation_171cf83eVariables = Exact<{ [key: string]: never; }>;


export type Operation_171cf83e = { migration: { state: MigrationState, statementsRun: number, statements: Array<string>, appliedAt: string, transactional: boolean } };

export type Operation_cf2031bcVariables = Exact<{ [key: string]: never; }>;


export type Operation_cf2031bc = { migration: { name: string, statements: Array<string>, checksum: string, state: MigrationState } };

export type Operation_e659c88dVariables = Exact<{
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_e659c88d = { migrations: { totalCount: number, nodes: Array<{ version: string }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, endCursor: string } } };

export type Operation_e8946c8eVariables = Exact<{ [key: string]: never; }>;


export type Operation_e8946c8e = { __typename: 'Query' };

export type Operation_ee493d7cVariables = Exact<{
  note: Scalars['String']['input'];
}>;


export type Operation_ee493d7c = { viewer: { role: Role }, explainIt: { name: string } };

export type Operation_61b45644Variables = Exact<{ [key: string]: never; }>;


export type Operation_61b45644 = { sql: { rows: Array<Record<string, unknown>> } };

export type Operation_35436138Variables = Exact<{ [key: string]: never; }>;


export type Operation_35436138 = { a: { role: Role }, b: { role: Role } };

export type Operation_b513f9e0Variables = Exact<{ [key: string]: never; }>;


export type Operation_b513f9e0 = { serviceHealth: { name: ServiceName } };

export type Operation_3cf632b1Variables = Exact<{ [key: string]: never; }>;


export type Operation_3cf632b1 = { invokeFunction: { status: number } };

export type Operation_3de19708Variables = Exact<{ [key: string]: never; }>;


export type Operation_3de19708 = { sendBroadcast: boolean };

export type Operation_a001964eVariables = Exact<{
  private: Scalars['Boolean']['input'];
}>;


export type Operation_a001964e = { sendBroadcast: boolean };

export type Operation_d0d829b4Variables = Exact<{
  s: Scalars['String']['input'];
}>;


export type Operation_d0d829b4 = { executeSql: { rows: Array<Record<string, unknown>> } };

export type Operation_58eeaf25Variables = Exact<{ [key: string]: never; }>;


export type Operation_58eeaf25 = { postgresChanges: { type: PostgresChangeType, record: Record<string, unknown> } };

export type Operation_6de65996Variables = Exact<{ [key: string]: never; }>;


export type Operation_6de65996 = { services: Array<{ name: ServiceName, status: ServiceStatus, reason: string }> };

export type Operation_47704213Variables = Exact<{
  table: Scalars['String']['input'];
  filter?: InputMaybe<Scalars['String']['input']>;
  event?: InputMaybe<PostgresEvent>;
}>;


export type Operation_47704213 = { postgresChanges: { type: PostgresChangeType, schema: string, table: string, commitTimestamp: string, record: Record<string, unknown>, oldRecord: Record<string, unknown>, errors: Array<string>, columns: Array<{ name: string, type: string }> } };

export type Operation_9bf40691Variables = Exact<{ [key: string]: never; }>;


export type Operation_9bf40691 = { sql: { rows: Array<Record<string, unknown>> } };

export type Operation_2de4f29aVariables = Exact<{
  schema: Scalars['String']['input'];
}>;


export type Operation_2de4f29a = { postgresChanges: { type: PostgresChangeType } };

export type Operation_ba64ca7eVariables = Exact<{ [key: string]: never; }>;


export type Operation_ba64ca7e = { postgresChanges: { type: PostgresChangeType, table: string } };

export type Operation_badd6944Variables = Exact<{ [key: string]: never; }>;


export type Operation_badd6944 = { broadcasts: { type: BroadcastType, channel: string, event: string, payload: unknown } };

export type Operation_5ca5dee8Variables = Exact<{ [key: string]: never; }>;


export type Operation_5ca5dee8 = { sendBroadcast: boolean };

export type Operation_0ea23b03Variables = Exact<{ [key: string]: never; }>;


export type Operation_0ea23b03 = { broadcasts: { event: string, payload: unknown } };

export type Operation_47edba9bVariables = Exact<{ [key: string]: never; }>;


export type Operation_47edba9b = { sendBroadcast: boolean };

export type Operation_907d0fcdVariables = Exact<{ [key: string]: never; }>;


export type Operation_907d0fcd = { presence: { type: PresenceUpdateType, state: Array<{ key: string, metas: Array<Record<string, unknown>> }> } };

export type Operation_fc0bb3b7Variables = Exact<{ [key: string]: never; }>;


export type Operation_fc0bb3b7 = { presence: { type: PresenceUpdateType } };

export type Operation_33c763f4Variables = Exact<{
  file: Scalars['File']['input'];
}>;


export type Operation_33c763f4 = { uploadFile: { size: string } };

export type Operation_5827c026Variables = Exact<{ [key: string]: never; }>;


export type Operation_5827c026 = { services: Array<{ name: ServiceName, circuit: CircuitState }> };

export type Operation_b1a6edebVariables = Exact<{ [key: string]: never; }>;


export type Operation_b1a6edeb = { file: { signedUrl: string } };

export type Operation_07dda967Variables = Exact<{ [key: string]: never; }>;


export type Operation_07dda967 = { signIn: { session: { accessToken: string } } };

export type Operation_923b54afVariables = Exact<{ [key: string]: never; }>;


export type Operation_923b54af = { file: { signedUrl: string } };

export type F = { signedUrl: string };

export type Operation_442967b2Variables = Exact<{ [key: string]: never; }>;


export type Operation_442967b2 = { viewer: { role: Role, userId: string, claims: Record<string, unknown>, expiresAt: string } };

export type Operation_2c77c433Variables = Exact<{ [key: string]: never; }>;


export type Operation_2c77c433 = { viewer: { role: Role, userId: string, claims: Record<string, unknown> } };

export type Operation_b63583d6Variables = Exact<{ [key: string]: never; }>;


export type Operation_b63583d6 = { health: { status: HealthStatus }, viewer: { role: Role } };

export type Operation_1a377965Variables = Exact<{ [key: string]: never; }>;


export type Operation_1a377965 = { a: 'Query', b: 'Query' };

export type A = { a: 'Query', b: 'Query' };

export type Operation_636f2610Variables = Exact<{
  i: SignInInput;
}>;


export type Operation_636f2610 = { signIn: { __typename: 'AuthPayload' } };

export type Operation_795408d8Variables = Exact<{
  s: Scalars['String']['input'];
}>;


export type Operation_795408d8 = { sql: { rowCount: number } };

export type Operation_6261c3d1Variables = Exact<{
  a?: InputMaybe<Array<Scalars['JSON']['input']> | Scalars['JSON']['input']>;
}>;


export type Operation_6261c3d1 = { sql: { rowCount: number } };

export type Operation_00f5e0d8Variables = Exact<{
  operation: Scalars['String']['input'];
  variables?: InputMaybe<Scalars['JSONObject']['input']>;
  as: RlsExplainAs;
}>;


export type Operation_00f5e0d8 = { rlsExplain: { answer: unknown, tables: Array<{ table: string, rows: number, visible: number, atLeast: boolean, policies: Array<{ name: string, command: string, permissive: boolean, passed: number, missingClaims: Array<string> }> }> } };

export type Operation_4e98f038Variables = Exact<{
  operation: Scalars['String']['input'];
  as: RlsExplainAs;
}>;


export type Operation_4e98f038 = { runAs: unknown };

export type Operation_507984fcVariables = Exact<{
  role: Scalars['String']['input'];
}>;


export type Operation_507984fc = { schemaText: string };

export type Operation_9fd8dbf3Variables = Exact<{ [key: string]: never; }>;


export type Operation_9fd8dbf3 = { __type: { name: string }, __schema: { types: Array<{ name: string }> } };

export type Operation_3e85d7a6Variables = Exact<{
  operation: Scalars['String']['input'];
  as: RlsExplainAs;
}>;


export type Operation_3e85d7a6 = { rlsExplain: { answer: unknown, tables: Array<{ visible: number }> } };

export type Operation_31abc00bVariables = Exact<{
  operation: Scalars['String']['input'];
}>;


export type Operation_31abc00b = { runAs: unknown, rlsExplain: { answer: unknown } };

export type Operation_0092a94bVariables = Exact<{
  statement: Scalars['String']['input'];
}>;


export type Operation_0092a94b = { executeSql: { command: string } };

export type Operation_2e48df43Variables = Exact<{ [key: string]: never; }>;


export type Operation_2e48df43 = { __type: { fields: Array<{ name: string }> } };

export type Operation_d3140decVariables = Exact<{ [key: string]: never; }>;


export type Operation_d3140dec = { __schema: { types: Array<{ name: string, fields: Array<{ name: string }>, inputFields: Array<{ name: string }>, enumValues: Array<{ name: string }> }> } };

export type Operation_cabc1794Variables = Exact<{ [key: string]: never; }>;


export type Operation_cabc1794 = { services: Array<{ name: ServiceName, status: ServiceStatus }> };

export type Operation_0c7d31ceVariables = Exact<{ [key: string]: never; }>;


export type Operation_0c7d31ce = { health: { status: HealthStatus } };

export type Operation_5ead4ed5Variables = Exact<{
  text: Scalars['String']['input'];
  params?: InputMaybe<Array<InputMaybe<Scalars['JSON']['input']>> | InputMaybe<Scalars['JSON']['input']>>;
}>;


export type Operation_5ead4ed5 = { statement: { rowCount: number }, parameter: { values: Array<Array<unknown>> } };

export type Operation_c3b92765Variables = Exact<{
  s: Scalars['String']['input'];
}>;


export type Operation_c3b92765 = { sql: { values: Array<Array<unknown>>, rows: Array<Record<string, unknown>> } };

export type Operation_20da6ebdVariables = Exact<{
  file: Scalars['File']['input'];
  path: Scalars['String']['input'];
  upsert: Scalars['Boolean']['input'];
}>;


export type Operation_20da6ebd = { uploadFile: { id: string } };

export type Operation_bcbe3c19Variables = Exact<{ [key: string]: never; }>;


export type Operation_bcbe3c19 = { bucket: { id: string } };

export type Operation_6f3dffd0Variables = Exact<{ [key: string]: never; }>;


export type Operation_6f3dffd0 = { file: { id: string } };

export type Operation_02e641ceVariables = Exact<{ [key: string]: never; }>;


export type Operation_02e641ce = { createBucket: { id: string } };

export type Operation_24ed1492Variables = Exact<{ [key: string]: never; }>;


export type Operation_24ed1492 = { updateBucket: { id: string } };

export type Operation_aaf8ac6dVariables = Exact<{ [key: string]: never; }>;


export type Operation_aaf8ac6d = { deleteBucket: { bucketId: string } };

export type Operation_649e3e37Variables = Exact<{ [key: string]: never; }>;


export type Operation_649e3e37 = { emptyBucket: { status: EmptyBucketStatus } };

export type Operation_8788fa62Variables = Exact<{ [key: string]: never; }>;


export type Operation_8788fa62 = { createUpload: { expiresAt: string } };

export type Operation_013228bfVariables = Exact<{ [key: string]: never; }>;


export type Operation_013228bf = { createUpload: { expiresAt: string } };

export type Operation_e494ef50Variables = Exact<{ [key: string]: never; }>;


export type Operation_e494ef50 = { moveFile: { path: string } };

export type Operation_52307d5eVariables = Exact<{ [key: string]: never; }>;


export type Operation_52307d5e = { copyFile: { path: string } };

export type Operation_5ac4f6e5Variables = Exact<{ [key: string]: never; }>;


export type Operation_5ac4f6e5 = { buckets: Array<{ id: string }>, files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_59315455Variables = Exact<{ [key: string]: never; }>;


export type Operation_59315455 = { createSignedUrls: Array<{ url: string, error: string }>, deleteFiles: Array<{ path: string }> };

export type Operation_04781157Variables = Exact<{ [key: string]: never; }>;


export type Operation_04781157 = { createBucket: { id: string, name: string, public: boolean, fileSizeLimit: string, allowedMimeTypes: Array<string>, createdAt: string } };

export type Operation_907d5f2dVariables = Exact<{ [key: string]: never; }>;


export type Operation_907d5f2d = { createBucket: { id: string } };

export type Operation_ef6e8c98Variables = Exact<{ [key: string]: never; }>;


export type Operation_ef6e8c98 = { updateBucket: { public: boolean, fileSizeLimit: string } };

export type Operation_41eed6e7Variables = Exact<{ [key: string]: never; }>;


export type Operation_41eed6e7 = { deleteBucket: { bucketId: string } };

export type Operation_bf9f75baVariables = Exact<{ [key: string]: never; }>;


export type Operation_bf9f75ba = { emptyBucket: { bucketId: string, status: EmptyBucketStatus } };

export type Operation_b433b2b2Variables = Exact<{ [key: string]: never; }>;


export type Operation_b433b2b2 = { bucket: { id: string } };

export type Operation_3c057f57Variables = Exact<{ [key: string]: never; }>;


export type Operation_3c057f57 = { buckets: Array<{ id: string }> };

export type Operation_931854a2Variables = Exact<{ [key: string]: never; }>;


export type Operation_931854a2 = { files: { nodes: Array<
      | { __typename: 'Folder', path: string, name: string }
      | { __typename: 'StoredFile', path: string, name: string }
    >, pageInfo: { hasNextPage: boolean } } };

export type Operation_e4436730Variables = Exact<{
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_e4436730 = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    >, pageInfo: { hasNextPage: boolean, endCursor: string } } };

export type Operation_d5c8e36cVariables = Exact<{ [key: string]: never; }>;


export type Operation_d5c8e36c = { files: { edges: Array<{ cursor: string }> } };

export type Operation_9a0d19b5Variables = Exact<{
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_9a0d19b5 = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_1722e319Variables = Exact<{ [key: string]: never; }>;


export type Operation_1722e319 = { files: { nodes: Array<
      | { name: string }
      | { name: string }
    > }, bucket: { files: { nodes: Array<
        | { path: string }
        | { path: string }
      > } } };

export type Operation_9eb1bc79Variables = Exact<{ [key: string]: never; }>;


export type Operation_9eb1bc79 = { files: { pageInfo: { endCursor: string } } };

export type Operation_d06aa35aVariables = Exact<{
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_d06aa35a = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_dc2e6f88Variables = Exact<{
  first: Scalars['Int']['input'];
}>;


export type Operation_dc2e6f88 = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_428951e3Variables = Exact<{ [key: string]: never; }>;


export type Operation_428951e3 = { file: { id: string, bucket: string, path: string, name: string, size: string, contentType: string, etag: string, cacheControl: string, metadata: Record<string, unknown>, createdAt: string, updatedAt: string, downloadUrl: string, publicUrl: string }, open: { id: string } };

export type Operation_01047ed6Variables = Exact<{ [key: string]: never; }>;


export type Operation_01047ed6 = { files: { nodes: Array<
      | { signedUrl: string }
      | Record<PropertyKey, never>
    > } };

export type Operation_7dd89d71Variables = Exact<{ [key: string]: never; }>;


export type Operation_7dd89d71 = { createSignedUrls: Array<{ path: string, url: string, error: string }> };

export type Operation_9624d389Variables = Exact<{ [key: string]: never; }>;


export type Operation_9624d389 = { createSignedUrls: Array<{ url: string }> };

export type Operation_d73570d8Variables = Exact<{
  input: MoveFileInput;
}>;


export type Operation_d73570d8 = { moveFile: { id: string, path: string, etag: string } };

export type Operation_ada174feVariables = Exact<{
  input: CopyFileInput;
}>;


export type Operation_ada174fe = { copyFile: { path: string, size: string } };

export type Operation_9fb6d2bcVariables = Exact<{
  input: CopyFileInput;
}>;


export type Operation_9fb6d2bc = { copyFile: { path: string } };

export type Operation_aac48edeVariables = Exact<{
  paths: Array<Scalars['String']['input']> | Scalars['String']['input'];
}>;


export type Operation_aac48ede = { deleteFiles: Array<{ path: string }> };

export type Operation_2389a21eVariables = Exact<{
  path: Scalars['String']['input'];
}>;


export type Operation_2389a21e = { file: { id: string } };

export type Operation_a01451f1Variables = Exact<{ [key: string]: never; }>;


export type Operation_a01451f1 = { file: { signedUrl: string, publicUrl: string } };

export type Operation_16e44ebeVariables = Exact<{ [key: string]: never; }>;


export type Operation_16e44ebe = { createBucket: { id: string } };

export type Operation_d0c111e5Variables = Exact<{
  file: Scalars['File']['input'];
  path: Scalars['String']['input'];
}>;


export type Operation_d0c111e5 = { uploadFile: { size: string } };

export type Operation_6a1f9f3eVariables = Exact<{
  v?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_6a1f9f3e = { file: { signedUrl: string } };

export type Operation_76ee2a77Variables = Exact<{
  v: Scalars['String']['input'];
}>;


export type Operation_76ee2a77 = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_b15f5938Variables = Exact<{
  v?: InputMaybe<Scalars['BigInt']['input']>;
}>;


export type Operation_b15f5938 = { createUpload: { expiresAt: string } };

export type Operation_f470744dVariables = Exact<{
  v?: InputMaybe<Scalars['JSONObject']['input']>;
}>;


export type Operation_f470744d = { createUpload: { expiresAt: string } };

export type Operation_3986df06Variables = Exact<{
  v?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_3986df06 = { createUpload: { expiresAt: string } };

export type Operation_640c303bVariables = Exact<{
  v: Scalars['ID']['input'];
}>;


export type Operation_640c303b = { bucket: { id: string } };

export type Operation_144f3426Variables = Exact<{
  v: Scalars['ID']['input'];
}>;


export type Operation_144f3426 = { deleteFiles: Array<{ path: string }> };

export type Operation_3fc72b7dVariables = Exact<{
  v?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_3fc72b7d = { createUpload: { expiresAt: string } };

export type Operation_faaeba99Variables = Exact<{
  v: Scalars['ID']['input'];
}>;


export type Operation_faaeba99 = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_c23fe14aVariables = Exact<{
  v: Scalars['ID']['input'];
}>;


export type Operation_c23fe14a = { copyFile: { path: string } };

export type Operation_7f2b5dd4Variables = Exact<{
  v: Scalars['ID']['input'];
}>;


export type Operation_7f2b5dd4 = { copyFile: { path: string } };

export type Operation_049fb153Variables = Exact<{
  v?: InputMaybe<Array<Scalars['String']['input']> | Scalars['String']['input']>;
}>;


export type Operation_049fb153 = { createBucket: { id: string } };

export type Operation_7936367bVariables = Exact<{
  v: Scalars['String']['input'];
}>;


export type Operation_7936367b = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_e7b1a6efVariables = Exact<{
  v: Scalars['String']['input'];
}>;


export type Operation_e7b1a6ef = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_de6b6054Variables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type Operation_de6b6054 = { createBucket: { id: string } };

export type Operation_9da782e2Variables = Exact<{ [key: string]: never; }>;


export type Operation_9da782e2 = { files: { nodes: Array<
      | { path: string }
      | { path: string }
    > } };

export type Operation_6b09ae29Variables = Exact<{ [key: string]: never; }>;


export type Operation_6b09ae29 = { files: { nodes: Array<
      | { path: string }
      | { signedUrl: string, path: string }
    > } };

export type Operation_d6d39d77Variables = Exact<{ [key: string]: never; }>;


export type Operation_d6d39d77 = { open: { publicUrl: string }, docs: { downloadUrl: string, signedUrl: string } };

export type Operation_0fc66bccVariables = Exact<{
  path: Scalars['String']['input'];
}>;


export type Operation_0fc66bcc = { createUpload: { expiresAt: string, put: { url: string, method: HttpMethod, headers: Record<string, unknown> }, resumable: { url: string, method: HttpMethod, headers: Record<string, unknown> } } };

export type Operation_d81d70e9Variables = Exact<{
  path: Scalars['String']['input'];
}>;


export type Operation_d81d70e9 = { file: { contentType: string, cacheControl: string, metadata: Record<string, unknown> } };

export type Operation_e725def9Variables = Exact<{
  file: Scalars['File']['input'];
}>;


export type Operation_e725def9 = { uploadFile: { size: string } };

export type Operation_76915138Variables = Exact<{
  file: Scalars['File']['input'];
}>;


export type Operation_76915138 = { uploadFile: { size: string } };

export type Operation_b6ebde34Variables = Exact<{ [key: string]: never; }>;


export type Operation_b6ebde34 = { file: { signedUrl: string } };

export type Operation_2919b601Variables = Exact<{
  path: Scalars['String']['input'];
}>;


export type Operation_2919b601 = { createUpload: { expiresAt: string, put: { url: string, method: HttpMethod, headers: Record<string, unknown> }, resumable: { url: string, method: HttpMethod, headers: Record<string, unknown> } } };

export type Operation_9b0f3d3aVariables = Exact<{ [key: string]: never; }>;


export type Operation_9b0f3d3a = { file: { id: string } };

export type Operation_2b01b572Variables = Exact<{ [key: string]: never; }>;


export type Operation_2b01b572 = { file: { updatedAt: string } };

export type Operation_46784f27Variables = Exact<{ [key: string]: never; }>;


export type Operation_46784f27 = { files: { nodes: Array<
      | { signedUrl: string }
      | Record<PropertyKey, never>
    > } };

export type Operation_894cfb1cVariables = Exact<{
  paths: Array<Scalars['String']['input']> | Scalars['String']['input'];
}>;


export type Operation_894cfb1c = { createSignedUrls: Array<{ url: string }> };

export type Operation_23175783Variables = Exact<{ [key: string]: never; }>;


export type Operation_23175783 = { one: { nodes: Array<
      | { a: string, b: string, c: string }
      | Record<PropertyKey, never>
    > } };

export type Operation_705db25aVariables = Exact<{
  time?: InputMaybe<Scalars['Duration']['input']>;
}>;


export type Operation_705db25a = { file: { signedUrl: string, null: string } };

export type Operation_f1b95604Variables = Exact<{ [key: string]: never; }>;


export type Operation_f1b95604 = { createSignedUrls: Array<{ url: string }> };

export type Operation_73bbe841Variables = Exact<{
  file: Scalars['File']['input'];
  path: Scalars['String']['input'];
  bucket?: Scalars['ID']['input'];
  upsert?: Scalars['Boolean']['input'];
  metadata?: InputMaybe<Scalars['JSONObject']['input']>;
  cacheControl?: InputMaybe<Scalars['String']['input']>;
}>;


export type Operation_73bbe841 = { uploadFile: { id: string, path: string, size: string, contentType: string } };

export type Operation_6eb4f1b3Variables = Exact<{ [key: string]: never; }>;


export type Operation_6eb4f1b3 = { file: { cacheControl: string, metadata: Record<string, unknown>, contentType: string } };

export type Operation_3d42a7bcVariables = Exact<{
  a: Scalars['File']['input'];
  b: Scalars['File']['input'];
}>;


export type Operation_3d42a7bc = { one: { size: string }, two: { size: string, contentType: string } };

export type Operation_1f5d9975Variables = Exact<{ [key: string]: never; }>;


export type Operation_1f5d9975 = { broadcasts: { type: BroadcastType, payload: unknown } };

export type Operation_d4c3bd71Variables = Exact<{ [key: string]: never; }>;


export type Operation_d4c3bd71 = { presence: { type: PresenceUpdateType, state: Array<{ key: string, metas: Array<Record<string, unknown>> }> } };

export type Operation_915cb920Variables = Exact<{ [key: string]: never; }>;


export type Operation_915cb920 = { broadcasts: { type: BroadcastType, event: string } };

export type Operation_264f8a2aVariables = Exact<{ [key: string]: never; }>;


export type Operation_264f8a2a = { broadcasts: { type: BroadcastType, event: string, payload: unknown } };

export type Talk = { broadcasts: { type: BroadcastType, event: string, payload: unknown } };

export type Operation_85c1e325Variables = Exact<{ [key: string]: never; }>;


export type Operation_85c1e325 = { presence: { type: PresenceUpdateType } };

export type Operation_75839622Variables = Exact<{ [key: string]: never; }>;


export type Operation_75839622 = { postgresChanges: { type: PostgresChangeType, record: Record<string, unknown> } };

export type Operation_0e73d344Variables = Exact<{ [key: string]: never; }>;


export type Operation_0e73d344 = { postgresChanges: { type: PostgresChangeType, record: Record<string, unknown> } };

export type Todos = { postgresChanges: { type: PostgresChangeType, record: Record<string, unknown> } };

export type Operation_49ab2e71Variables = Exact<{ [key: string]: never; }>;


export type Operation_49ab2e71 = { postgresChanges: { type: PostgresChangeType, record: Record<string, unknown> } };

export type Operation_d9637aebVariables = Exact<{ [key: string]: never; }>;


export type Operation_d9637aeb = { postgresChanges: { type: PostgresChangeType } };

export type Operation_f78815caVariables = Exact<{
  i: SignInInput;
}>;


export type Operation_f78815ca = { signIn: { user: { id: string } } };

export interface Operations {
  "\n  subscription ($table: String!, $filter: String, $event: PostgresEvent) {\n    postgresChanges(table: $table, filter: $filter, event: $event, resyncOnStart: true) {\n      type schema table commitTimestamp columns { name type } record oldRecord errors\n    }\n  }": { data: Operation_47704213; variables: Operation_47704213Variables };
  "mutation ($a: File!, $b: File!) {\n      one: uploadFile(input: { bucket: \"docs\", path: \"many/1\", file: $a }) { size }\n      two: uploadFile(input: { bucket: \"docs\", path: \"many/2\", file: $b }) { size contentType } }": { data: Operation_3d42a7bc; variables: Operation_3d42a7bcVariables };
  "mutation ($code: String!, $v: String!) { exchangeAuthCode(code: $code, codeVerifier: $v) { user { email } } }": { data: Operation_f21d536d; variables: Operation_f21d536dVariables };
  "mutation ($contentType: String!) { createUpload(input: { bucket: \"txt\", path: \"t\", contentType: $contentType, size: 1, upsert: true }) {\n      put { url method headers } resumable { url method headers } } }": { data: Operation_a321c588; variables: Operation_a321c588Variables };
  "mutation ($email: EmailAddress!) { inviteUser(email: $email, data: { team: \"red\" }) { email invitedAt } }": { data: Operation_372cf059; variables: Operation_372cf059Variables };
  "mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { sent messageId } }": { data: Operation_62fbe085; variables: Operation_62fbe085Variables };
  "mutation ($f: File!, $p: String!) { uploadFile(input: { bucket: \"box\", path: $p, file: $f }) { size } }": { data: Operation_edd097b7; variables: Operation_edd097b7Variables };
  "mutation ($file: File!) {\n        uploadFile(input: { bucket: \"docs\", path: \"a.txt\", file: $file }) { path size } }": { data: Operation_fec11cf3; variables: Operation_fec11cf3Variables };
  "mutation ($file: File!) { uploadFile(input: { bucket: \"b\", path: \"a\", file: $file }) { size } }": { data: Operation_33c763f4; variables: Operation_33c763f4Variables };
  "mutation ($file: File!) { uploadFile(input: { bucket: \"b\", path: \"p\", file: $file }) { path } }": { data: Operation_b2e684a5; variables: Operation_b2e684a5Variables };
  "mutation ($file: File!) { uploadFile(input: { bucket: \"bench\", path: \"b\", upsert: true, file: $file }) { size } }": { data: Operation_14508f30; variables: Operation_14508f30Variables };
  "mutation ($file: File!) { uploadFile(input: { bucket: \"docs\", path: \"big/graphql\", file: $file }) { size } }": { data: Operation_e725def9; variables: Operation_e725def9Variables };
  "mutation ($file: File!) { uploadFile(input: { bucket: \"docs\", path: \"slow\", file: $file }) { size } }": { data: Operation_76915138; variables: Operation_76915138Variables };
  "mutation ($file: File!, $path: String!) { uploadFile(input: { bucket: \"docs\", path: $path, file: $file }) { size } }": { data: Operation_d0c111e5; variables: Operation_d0c111e5Variables };
  "mutation ($file: File!, $path: String!, $bucket: ID! = \"docs\", $upsert: Boolean! = false, $metadata: JSONObject, $cacheControl: String) {\n  uploadFile(input: { bucket: $bucket, path: $path, file: $file, upsert: $upsert, metadata: $metadata, cacheControl: $cacheControl }) {\n    id path size contentType } }": { data: Operation_73bbe841; variables: Operation_73bbe841Variables };
  "mutation ($file: File!, $path: String!, $upsert: Boolean!) { uploadFile(input: { bucket: \"docs\", path: $path, file: $file, upsert: $upsert }) { id } }": { data: Operation_20da6ebd; variables: Operation_20da6ebdVariables };
  "mutation ($i: SignInInput!) { signIn(input: $i) { user { id } } }": { data: Operation_f78815ca; variables: Operation_f78815caVariables };
  "mutation ($i: SignUpInput!) { signUp(input: $i) { __typename } }": { data: Operation_bf100845; variables: Operation_bf100845Variables };
  "mutation ($id: ID!) { createBucket(input: { id: $id }) { id } }": { data: Operation_de6b6054; variables: Operation_de6b6054Variables };
  "mutation ($id: UUID!) { challengeFactor(factorId: $id) { challengeId expiresAt } }": { data: Operation_a90d98d9; variables: Operation_a90d98d9Variables };
  "mutation ($id: UUID!) { deleteUser(id: $id) { userId } }": { data: Operation_cbb12df2; variables: Operation_cbb12df2Variables };
  "mutation ($id: UUID!) { unenrollFactor(factorId: $id) { factorId } }": { data: Operation_e3191c39; variables: Operation_e3191c39Variables };
  "mutation ($id: UUID!) { updateUser(id: $id, input: { banDuration: \"24h\" }) { bannedUntil } }": { data: Operation_3380818a; variables: Operation_3380818aVariables };
  "mutation ($id: UUID!) { updateUser(id: $id, input: { email: \"free@example.com\" }) { id } }": { data: Operation_961ada74; variables: Operation_961ada74Variables };
  "mutation ($id: UUID!) { updateUser(id: $id, input: { userMetadata: { a: 1 } }) { id } }": { data: Operation_46c738bf; variables: Operation_46c738bfVariables };
  "mutation ($id: UUID!, $input: AdminUpdateUserInput!) {\n  updateUser(id: $id, input: $input) {\n    email phone role bannedUntil emailConfirmedAt phoneConfirmedAt appMetadata userMetadata\n  }\n}": { data: Operation_ba4e6f36; variables: Operation_ba4e6f36Variables };
  "mutation ($id: UUID!, $input: AdminUpdateUserInput!) { updateUser(id: $id, input: $input) { id } }": { data: Operation_0d717fc9; variables: Operation_0d717fc9Variables };
  "mutation ($id: UUID!, $soft: Boolean!) { deleteUser(id: $id, soft: $soft) { userId } }": { data: Operation_6f73fb03; variables: Operation_6f73fb03Variables };
  "mutation ($input: CopyFileInput!) { copyFile(input: $input) { path size } }": { data: Operation_ada174fe; variables: Operation_ada174feVariables };
  "mutation ($input: CopyFileInput!) { copyFile(input: $input) { path } }": { data: Operation_9fb6d2bc; variables: Operation_9fb6d2bcVariables };
  "mutation ($input: CreateUserInput!) { createUser(input: $input) { id email role appMetadata } }": { data: Operation_3d00467b; variables: Operation_3d00467bVariables };
  "mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }": { data: Operation_c06803ed; variables: Operation_c06803edVariables };
  "mutation ($input: CreateUserInput!) { createUser(input: $input) { role } }": { data: Operation_d3a64d1e; variables: Operation_d3a64d1eVariables };
  "mutation ($input: EnrollFactorInput!) { enrollFactor(input: $input) {\n        factorId type friendlyName qrCode secret uri } }": { data: Operation_568d6d2c; variables: Operation_568d6d2cVariables };
  "mutation ($input: GenerateAuthLinkInput!) { generateAuthLink(input: $input) {\n        actionLink emailOtp hashedToken verificationType redirectTo user { email } } }": { data: Operation_ffc89d64; variables: Operation_ffc89d64Variables };
  "mutation ($input: GenerateAuthLinkInput!) { generateAuthLink(input: $input) { hashedToken } }": { data: Operation_9722578f; variables: Operation_9722578fVariables };
  "mutation ($input: MoveFileInput!) { moveFile(input: $input) { id path etag } }": { data: Operation_d73570d8; variables: Operation_d73570d8Variables };
  "mutation ($input: ResendInput!) { resendConfirmation(input: $input) { sent } }": { data: Operation_25f99492; variables: Operation_25f99492Variables };
  "mutation ($input: RunMigrationInput!) {\n        runMigration(input: $input) { applied notices { severity message } migration { statements } }\n      }": { data: Operation_50b86230; variables: Operation_50b86230Variables };
  "mutation ($input: RunMigrationInput!) {\n  runMigration(input: $input) { applied migration { version checksum } }\n}": { data: Operation_d5c2c2a0; variables: Operation_d5c2c2a0Variables };
  "mutation ($input: RunMigrationInput!) { runMigration(input: $input) {\n      applied dryRun duration notices { severity message }\n      migration { version name statements checksum down state statementsRun transactional outOfOrder appliedAt appliedBy } } }": { data: Operation_b0761a3c; variables: Operation_b0761a3cVariables };
  "mutation ($input: RunMigrationInput!) { runMigration(input: $input) {\n      applied duration migration { version name statements checksum down appliedAt appliedBy } } }": { data: Operation_a2eccaa5; variables: Operation_a2eccaa5Variables };
  "mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied migration { checksum } } }": { data: Operation_b3ac6081; variables: Operation_b3ac6081Variables };
  "mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied migration { state statements } } }": { data: Operation_1c3253c8; variables: Operation_1c3253c8Variables };
  "mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied migration { statements } } }": { data: Operation_fbeb3290; variables: Operation_fbeb3290Variables };
  "mutation ($input: RunMigrationInput!) { runMigration(input: $input) { applied } }": { data: Operation_c84ab4db; variables: Operation_c84ab4dbVariables };
  "mutation ($input: SendOtpInput!) { sendOtp(input: $input) { sent messageId } }": { data: Operation_a43d1185; variables: Operation_a43d1185Variables };
  "mutation ($input: SendOtpInput!) { sendOtp(input: $input) { sent } }": { data: Operation_a99089c5; variables: Operation_a99089c5Variables };
  "mutation ($input: SignInInput!) { signIn(input: $input) {\n      user { id } session { accessToken refreshToken } } }": { data: Operation_8a3426d3; variables: Operation_8a3426d3Variables };
  "mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken refreshToken } } }": { data: Operation_8a1a5d15; variables: Operation_8a1a5d15Variables };
  "mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }": { data: Operation_811d3d0e; variables: Operation_811d3d0eVariables };
  "mutation ($input: SignInInput!) { signIn(input: $input) { user { email } } }": { data: Operation_874920f7; variables: Operation_874920f7Variables };
  "mutation ($input: SignInInput!) { signIn(input: $input) { user { id role } } }": { data: Operation_d3d9e77d; variables: Operation_d3d9e77dVariables };
  "mutation ($input: SignInInput!) { signIn(input: $input) { user { id } } }": { data: Operation_97b22db9; variables: Operation_97b22db9Variables };
  "mutation ($input: SignUpInput!) { signUp(input: $input) {\n  user { id email identities { provider } factors { id status } }\n  session { accessToken refreshToken tokenType expiresIn expiresAt } confirmationRequired weakPassword { reasons } } }": { data: Operation_14222866; variables: Operation_14222866Variables };
  "mutation ($input: SignUpInput!) { signUp(input: $input) { confirmationRequired session { accessToken } } }": { data: Operation_ccd1efce; variables: Operation_ccd1efceVariables };
  "mutation ($input: SignUpInput!) { signUp(input: $input) { confirmationRequired } }": { data: Operation_2db41071; variables: Operation_2db41071Variables };
  "mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }": { data: Operation_75929576; variables: Operation_75929576Variables };
  "mutation ($input: SignUpInput!) { signUp(input: $input) { user { phone userMetadata } } }": { data: Operation_a8a035f8; variables: Operation_a8a035f8Variables };
  "mutation ($input: SignUpInput!) { signUp(input: $input) { user { phone } session { expiresIn } } }": { data: Operation_76168073; variables: Operation_76168073Variables };
  "mutation ($input: UpdateBucketInput!) {\n    updateBucket(id: \"limited\", input: $input) { public fileSizeLimit allowedMimeTypes } }": { data: Operation_55f59854; variables: Operation_55f59854Variables };
  "mutation ($input: UpdateUserInput!) { updateMe(input: $input) { email newEmail userMetadata } }": { data: Operation_ac4bd9a0; variables: Operation_ac4bd9a0Variables };
  "mutation ($input: UpdateUserInput!) { updateMe(input: $input) { email } }": { data: Operation_66c7add6; variables: Operation_66c7add6Variables };
  "mutation ($input: UpdateUserInput!) { updateMe(input: $input) { id } }": { data: Operation_3c3c530a; variables: Operation_3c3c530aVariables };
  "mutation ($input: VerifyFactorInput!) { verifyFactor(input: $input) {\n          user { factors { id status } } session { accessToken } } }": { data: Operation_f0ab1beb; variables: Operation_f0ab1bebVariables };
  "mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) {\n        user { email } session { accessToken } } }": { data: Operation_0cc86ef7; variables: Operation_0cc86ef7Variables };
  "mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) { user { email userMetadata } } }": { data: Operation_a44a281e; variables: Operation_a44a281eVariables };
  "mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) { user { email } } }": { data: Operation_cc5b8ea9; variables: Operation_cc5b8ea9Variables };
  "mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) { user { id email } } }": { data: Operation_45266738; variables: Operation_45266738Variables };
  "mutation ($p: String!) { copyFile(input: { bucket: \"box\", from: \"source\", to: $p }) { path } }": { data: Operation_66a77deb; variables: Operation_66a77debVariables };
  "mutation ($p: String!) { moveFile(input: { bucket: \"box\", from: \"source\", to: $p }) { path } }": { data: Operation_ffdfc90c; variables: Operation_ffdfc90cVariables };
  "mutation ($path: String!) { createUpload(input: { bucket: \"docs\", path: $path, contentType: \"text/plain\", size: 6, cacheControl: \"60\", metadata: { by: \"ticket\" } }) { put { url method headers } resumable { url method headers } expiresAt } }": { data: Operation_0fc66bcc; variables: Operation_0fc66bccVariables };
  "mutation ($path: String!) { createUpload(input: { bucket: \"docs\", path: $path, size: 1 }) {\n        put { url method headers } resumable { url method headers } expiresAt } }": { data: Operation_2919b601; variables: Operation_2919b601Variables };
  "mutation ($paths: [String!]!) { createSignedUrls(bucket: \"docs\", paths: $paths) { url } }": { data: Operation_894cfb1c; variables: Operation_894cfb1cVariables };
  "mutation ($paths: [String!]!) { deleteFiles(bucket: \"docs\", paths: $paths) { path } }": { data: Operation_aac48ede; variables: Operation_aac48edeVariables };
  "mutation ($private: Boolean!) {\n          sendBroadcast(channel: \"a/b\", event: \"e\", payload: { a: 1 }, private: $private)\n        }": { data: Operation_a001964e; variables: Operation_a001964eVariables };
  "mutation ($s: String!) { executeSql(statement: $s) { command } }": { data: Operation_140e8b61; variables: Operation_140e8b61Variables };
  "mutation ($s: String!) { executeSql(statement: $s) { rows } }": { data: Operation_d0d829b4; variables: Operation_d0d829b4Variables };
  "mutation ($scope: SignOutScope!) { signOut(scope: $scope) { userId } }": { data: Operation_4d1db0d5; variables: Operation_4d1db0d5Variables };
  "mutation ($statement: String!) { executeSql(statement: $statement) { command } }": { data: Operation_0092a94b; variables: Operation_0092a94bVariables };
  "mutation ($statement: String!) { executeSql(statement: $statement) { rowCount rows } }": { data: Operation_962198d5; variables: Operation_962198d5Variables };
  "mutation ($t: String!) { refreshSession(refreshToken: $t) { session { refreshToken } } }": { data: Operation_13b67527; variables: Operation_13b67527Variables };
  "mutation ($t: String!) { refreshSession(refreshToken: $t) { user { id } } }": { data: Operation_b2204b50; variables: Operation_b2204b50Variables };
  "mutation ($token: String!) { refreshSession(refreshToken: $token) {\n      user { id email } session { accessToken refreshToken } } }": { data: Operation_70b197e8; variables: Operation_70b197e8Variables };
  "mutation ($v: BigInt) { createUpload(input: { bucket: \"docs\", path: \"n\", size: $v }) { expiresAt } }": { data: Operation_b15f5938; variables: Operation_b15f5938Variables };
  "mutation ($v: Boolean) {\n      createUpload(input: { bucket: \"hunter2\", path: \"p\", upsert: $v }) { __typename }\n    }": { data: Operation_dfd5f52a; variables: Operation_dfd5f52aVariables };
  "mutation ($v: ID!) { copyFile(input: { bucket: \"docs\", from: \"x.txt\", to: \"y\", toBucket: $v }) { path } }": { data: Operation_7f2b5dd4; variables: Operation_7f2b5dd4Variables };
  "mutation ($v: ID!) { copyFile(input: { bucket: $v, from: \"x.txt\", to: \"y\" }) { path } }": { data: Operation_c23fe14a; variables: Operation_c23fe14aVariables };
  "mutation ($v: ID!) { deleteFiles(bucket: $v, paths: [\"x\"]) { path } }": { data: Operation_144f3426; variables: Operation_144f3426Variables };
  "mutation ($v: JSONObject) { createUpload(input: { bucket: \"docs\", path: \"m\", metadata: $v }) { expiresAt } }": { data: Operation_f470744d; variables: Operation_f470744dVariables };
  "mutation ($v: String) { createUpload(input: { bucket: \"docs\", path: \"h\", cacheControl: $v }) { expiresAt } }": { data: Operation_3fc72b7d; variables: Operation_3fc72b7dVariables };
  "mutation ($v: String) { createUpload(input: { bucket: \"docs\", path: \"h\", contentType: $v }) { expiresAt } }": { data: Operation_3986df06; variables: Operation_3986df06Variables };
  "mutation ($v: [String!]) { createBucket(input: { id: \"t\", allowedMimeTypes: $v }) { id } }": { data: Operation_049fb153; variables: Operation_049fb153Variables };
  "mutation ($version: ID!) { rollbackMigration(version: $version) {\n      applied dryRun duration notices { severity message }\n      migration { version name statements checksum down state statementsRun transactional outOfOrder appliedAt appliedBy } } }": { data: Operation_c9dd3dcf; variables: Operation_c9dd3dcfVariables };
  "mutation ($version: ID!) { rollbackMigration(version: $version) {\n      applied duration migration { version name statements checksum down appliedAt appliedBy } } }": { data: Operation_1d43e942; variables: Operation_1d43e942Variables };
  "mutation Invoke($name: String!, $body: JSON, $method: HttpMethod! = POST, $headers: JSONObject) {\n  invokeFunction(name: $name, body: $body, method: $method, headers: $headers) {\n    status headers contentType body text base64\n  }\n}": { data: Operation_3193ae25; variables: Operation_3193ae25Variables };
  "mutation SignIn { signIn(input: { email: \"a@example.com\", password: \"hunter2\" }) { user { id } } }": { data: Operation_21bddba0; variables: Operation_21bddba0Variables };
  "mutation {\n        createSignedUrls(bucket: \"docs\", paths: [\"theirs.txt\", \"none.txt\"]) { url error }\n        deleteFiles(bucket: \"docs\", paths: [\"theirs.txt\", \"none.txt\"]) { path } }": { data: Operation_59315455; variables: Operation_59315455Variables };
  "mutation {\n      executeSql(statement: \"select g from generate_series(1, 10) g\") { rowCount truncated }\n      executeTransaction(statements: [{ statement: \"select g from generate_series(1, 10) g\" }]) { truncated }\n    }": { data: Operation_31841ac5; variables: Operation_31841ac5Variables };
  "mutation {\n  signUp(input: { password: \"x\", email: \"nobody\" }) { __typename }\n}": { data: Operation_c1e89375; variables: Operation_c1e89375Variables };
  "mutation { challengeFactor(factorId: \"00000000-0000-4000-8000-000000000000\") { challengeId } }": { data: Operation_8e4b6f14; variables: Operation_8e4b6f14Variables };
  "mutation { copyFile(input: { bucket: \"docs\", from: \"theirs.txt\", to: \"mine.txt\" }) { path } }": { data: Operation_52307d5e; variables: Operation_52307d5eVariables };
  "mutation { createBucket(input: {\n      id: \"temp\", public: true, fileSizeLimit: \"1000\", allowedMimeTypes: [\"text/*\"] }) {\n      id name public fileSizeLimit allowedMimeTypes createdAt } }": { data: Operation_04781157; variables: Operation_04781157Variables };
  "mutation { createBucket(input: { id: \"limited\", public: true, fileSizeLimit: 10, allowedMimeTypes: [\"text/*\"] }) { id } }": { data: Operation_abf9ab13; variables: Operation_abf9ab13Variables };
  "mutation { createBucket(input: { id: \"lost\" }) { id } }": { data: Operation_16e44ebe; variables: Operation_16e44ebeVariables };
  "mutation { createBucket(input: { id: \"mine\" }) { id } }": { data: Operation_02e641ce; variables: Operation_02e641ceVariables };
  "mutation { createBucket(input: { id: \"temp\" }) { id } }": { data: Operation_907d5f2d; variables: Operation_907d5f2dVariables };
  "mutation { createSignedUrls(bucket: \"b\", paths: [\"p\"]) { path } }": { data: Operation_89ef5f34; variables: Operation_89ef5f34Variables };
  "mutation { createSignedUrls(bucket: \"docs\", paths: [\"a.txt\"]) { url } }": { data: Operation_f1b95604; variables: Operation_f1b95604Variables };
  "mutation { createSignedUrls(bucket: \"listing\", paths: [\"b.txt\"], expiresIn: \"25h\") { url } }": { data: Operation_9624d389; variables: Operation_9624d389Variables };
  "mutation { createSignedUrls(bucket: \"listing\", paths: [\"none\", \"b.txt\"], expiresIn: \"5m\") { path url error } }": { data: Operation_7dd89d71; variables: Operation_7dd89d71Variables };
  "mutation { createUpload(input: { bucket: \"docs\", path: \"mine.txt\" }) { expiresAt } }": { data: Operation_8788fa62; variables: Operation_8788fa62Variables };
  "mutation { createUpload(input: { bucket: \"docs\", path: \"theirs.txt\", upsert: true }) { expiresAt } }": { data: Operation_013228bf; variables: Operation_013228bfVariables };
  "mutation { createUser(input: { email: \"a@example.com\" }) { id } }": { data: Operation_cc53ee3c; variables: Operation_cc53ee3cVariables };
  "mutation { deleteBucket(id: \"docs\") { bucketId } }": { data: Operation_aaf8ac6d; variables: Operation_aaf8ac6dVariables };
  "mutation { deleteBucket(id: \"temp\") { bucketId } }": { data: Operation_41eed6e7; variables: Operation_41eed6e7Variables };
  "mutation { emptyBucket(id: \"docs\") { status } }": { data: Operation_649e3e37; variables: Operation_649e3e37Variables };
  "mutation { emptyBucket(id: \"temp\") { bucketId status } }": { data: Operation_bf9f75ba; variables: Operation_bf9f75baVariables };
  "mutation { enrollFactor(input: {}) { factorId } }": { data: Operation_ef97ec72; variables: Operation_ef97ec72Variables };
  "mutation { enrollFactor(input: {}) { secret } }": { data: Operation_00a0cf0a; variables: Operation_00a0cf0aVariables };
  "mutation { executeSql(statement: \"\"\"select current_user as role, current_setting('search_path') as path,\n        current_setting('statement_timeout') <> '77s' as timeout, (select count(*)::int from pg_prepared_statements) as prepared,\n        (select count(*)::int from pg_locks where locktype = 'advisory') as locks\"\"\") { rows } }": { data: Operation_a5920f33; variables: Operation_a5920f33Variables };
  "mutation { executeSql(statement: \"alter table short add column note text\") { rowCount } }": { data: Operation_22096e22; variables: Operation_22096e22Variables };
  "mutation { executeSql(statement: \"delete from runs\", maxRows: -1) { rowCount } }": { data: Operation_5ebe0525; variables: Operation_5ebe0525Variables };
  "mutation { executeSql(statement: \"insert into runs (note) values ('sql')\") { rowCount } }": { data: Operation_2b32a03d; variables: Operation_2b32a03dVariables };
  "mutation { executeSql(statement: \"insert into runs default values\") { rowCount } }": { data: Operation_2555504c; variables: Operation_2555504cVariables };
  "mutation { executeSql(statement: \"select 1\") { rowCount } }": { data: Operation_1b931b21; variables: Operation_1b931b21Variables };
  "mutation { executeSql(statement: \"select pg_sleep(60)\") { rowCount } }": { data: Operation_debb3a02; variables: Operation_debb3a02Variables };
  "mutation { generateAuthLink(input: { type: MAGICLINK, email: \"a@example.com\" }) { actionLink } }": { data: Operation_48d720a3; variables: Operation_48d720a3Variables };
  "mutation { invokeFunction(name: \"_internal\") { status } }": { data: Operation_3cf632b1; variables: Operation_3cf632b1Variables };
  "mutation { invokeFunction(name: \"f\") { status } }": { data: Operation_e2fda221; variables: Operation_e2fda221Variables };
  "mutation { invokeFunction(name: \"slow\") { status } }": { data: Operation_5c84a58b; variables: Operation_5c84a58bVariables };
  "mutation { moveFile(input: { bucket: \"docs\", from: \"theirs.txt\", to: \"mine.txt\" }) { path } }": { data: Operation_e494ef50; variables: Operation_e494ef50Variables };
  "mutation { one: executeSql(statement: \"insert into runs (note) values ('one')\") { rowCount }\n      two: executeSql(statement: \"delete from runs\", maxRows: -1) { rowCount } }": { data: Operation_88ac923d; variables: Operation_88ac923dVariables };
  "mutation { reauthenticate { sent } }": { data: Operation_5332a4fa; variables: Operation_5332a4faVariables };
  "mutation { refreshSession(refreshToken: \"abcdefghijkl\") { session { refreshToken } } }": { data: Operation_dfc2a237; variables: Operation_dfc2a237Variables };
  "mutation { refreshSession(refreshToken: \"x\") { session { accessToken } } }": { data: Operation_c015e6bf; variables: Operation_c015e6bfVariables };
  "mutation { refreshSession(refreshToken: \"x\") { user { id } } }": { data: Operation_e9160716; variables: Operation_e9160716Variables };
  "mutation { sendBroadcast(channel: \"chat\", event: \"hi\", payload: { from: \"graphql\", big: 1 }) }": { data: Operation_5ca5dee8; variables: Operation_5ca5dee8Variables };
  "mutation { sendBroadcast(channel: \"lobby\", event: \"e\", payload: { a: 1 }, private: true) }": { data: Operation_47edba9b; variables: Operation_47edba9bVariables };
  "mutation { sendBroadcast(channel: \"room\", event: \"e\", payload: { a: 1 }) }": { data: Operation_3de19708; variables: Operation_3de19708Variables };
  "mutation { signIn(input: { email: \"a@b.cd\", password: \"secret\" }) { __typename } }": { data: Operation_2cabdf49; variables: Operation_2cabdf49Variables };
  "mutation { signIn(input: { email: \"a@example.com\", password: \"long enough\" }) { session { accessToken } } }": { data: Operation_399febf8; variables: Operation_399febf8Variables };
  "mutation { signIn(input: { email: \"a@example.com\", password: \"secret1\" }) { user { id } } }": { data: Operation_25749bce; variables: Operation_25749bceVariables };
  "mutation { signIn(input: { email: \"a@example.com\", password: \"x\" }) { session { accessToken } } }": { data: Operation_07dda967; variables: Operation_07dda967Variables };
  "mutation { signInAnonymously { session { accessToken } } }": { data: Operation_d8f2a8cf; variables: Operation_d8f2a8cfVariables };
  "mutation { signInAnonymously { user { isAnonymous } } }": { data: Operation_e1f3851c; variables: Operation_e1f3851cVariables };
  "mutation { signInAnonymously(data: { a: 1 }) { user { email phone isAnonymous } session { accessToken } } }": { data: Operation_384fb009; variables: Operation_384fb009Variables };
  "mutation { signOut { userId } }": { data: Operation_5b326147; variables: Operation_5b326147Variables };
  "mutation { signUp(input: { email: \"ann@example.com\", password: \"correct horse battery\" }) { session { accessToken } } }": { data: Operation_c3f39675; variables: Operation_c3f39675Variables };
  "mutation { unenrollFactor(factorId: \"00000000-0000-4000-8000-000000000000\") { factorId } }": { data: Operation_72149ecb; variables: Operation_72149ecbVariables };
  "mutation { updateBucket(id: \"docs\", input: { public: true }) { id } }": { data: Operation_24ed1492; variables: Operation_24ed1492Variables };
  "mutation { updateBucket(id: \"temp\", input: { public: false, fileSizeLimit: null }) { public fileSizeLimit } }": { data: Operation_ef6e8c98; variables: Operation_ef6e8c98Variables };
  "mutation { updateMe(input: { data: {} }) { id } }": { data: Operation_9ed594f0; variables: Operation_9ed594f0Variables };
  "mutation { updateMe(input: { password: \"a new one\" }) { id } }": { data: Operation_1a0414ad; variables: Operation_1a0414adVariables };
  "mutation($i: SignInInput!) { signIn(input: $i) { __typename } }": { data: Operation_636f2610; variables: Operation_636f2610Variables };
  "query ($a: [JSON!]) { sql(statement: \"select 1\", params: $a) { rowCount } }": { data: Operation_6261c3d1; variables: Operation_6261c3d1Variables };
  "query ($after: String!) {\n        bad: tables(after: $after) { nodes { name } }\n        good: tables(schema: \"demo\", after: $after) { nodes { name } }\n      }": { data: Operation_99f94c51; variables: Operation_99f94c51Variables };
  "query ($after: String) { files(bucket: \"listing\", after: $after) { nodes { path } } }": { data: Operation_9a0d19b5; variables: Operation_9a0d19b5Variables };
  "query ($after: String) { files(bucket: \"listing\", after: $after, sortBy: { direction: DESC }) { nodes { path } } }": { data: Operation_d06aa35a; variables: Operation_d06aa35aVariables };
  "query ($after: String) { migrations(first: 2, after: $after) {\n          nodes { version } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }": { data: Operation_e659c88d; variables: Operation_e659c88dVariables };
  "query ($after: String) { tables(schema: \"crowd\", first: 1000, after: $after) {\n          nodes { name columns { name } primaryKey indexes { name } policies { name } references { referencedTable } }\n          pageInfo { hasNextPage endCursor } totalCount } }": { data: Operation_ea970d8c; variables: Operation_ea970d8cVariables };
  "query ($exact: String!, $longer: String!) {\n      exact: table(name: $exact) { name } longer: table(name: $longer) { name }\n    }": { data: Operation_1dfd3efd; variables: Operation_1dfd3efdVariables };
  "query ($f: String!) { users(filter: $f) { nodes { email identities { provider } factors { id } } } }": { data: Operation_1181866f; variables: Operation_1181866fVariables };
  "query ($f: String!) { users(filter: $f) { totalCount nodes { email } } }": { data: Operation_9be7244c; variables: Operation_9be7244cVariables };
  "query ($f: String!) { users(filter: $f) { totalCount } }": { data: Operation_a3f75dbe; variables: Operation_a3f75dbeVariables };
  "query ($first: Int!) { files(bucket: \"listing\", first: $first) { nodes { path } } }": { data: Operation_dc2e6f88; variables: Operation_dc2e6f88Variables };
  "query ($first: Int!, $after: String) { files(bucket: \"listing\", first: $first, after: $after) {\n          nodes { path } pageInfo { hasNextPage endCursor } } }": { data: Operation_e4436730; variables: Operation_e4436730Variables };
  "query ($first: Int!, $after: String) { migrations(first: $first, after: $after) {\n          totalCount nodes { version statements } pageInfo { hasNextPage endCursor } } }": { data: Operation_4c3e8418; variables: Operation_4c3e8418Variables };
  "query ($first: Int!, $after: String) { tables(schema: \"demo\", first: $first, after: $after) {\n        nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } } }": { data: Operation_fa60bd3f; variables: Operation_fa60bd3fVariables };
  "query ($first: Int!, $after: String) { users(first: $first, after: $after) {\n          totalCount nodes { email } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }": { data: Operation_b496e582; variables: Operation_b496e582Variables };
  "query ($id: UUID!) {\n  user(id: $id) { email phone role bannedUntil emailConfirmedAt phoneConfirmedAt appMetadata userMetadata }\n}": { data: Operation_d2cc0676; variables: Operation_d2cc0676Variables };
  "query ($id: UUID!) { a: user(id: $id) { email } b: user(id: $id) { email } }": { data: Operation_16a5cff8; variables: Operation_16a5cff8Variables };
  "query ($id: UUID!) { user(id: $id) { deletedAt } }": { data: Operation_2514ca3c; variables: Operation_2514ca3cVariables };
  "query ($id: UUID!) { user(id: $id) { id } }": { data: Operation_8e3a0df5; variables: Operation_8e3a0df5Variables };
  "query ($language: TypeLanguage!, $schemas: [String!]) {\n  databaseTypes(language: $language, schemas: $schemas)\n}": { data: Operation_fd42ec88; variables: Operation_fd42ec88Variables };
  "query ($operation: String!) {\n      runAs(operation: $operation, as: { role: \"authenticated\" })\n      rlsExplain(operation: $operation, as: { role: \"authenticated\" }) { answer }\n    }": { data: Operation_31abc00b; variables: Operation_31abc00bVariables };
  "query ($operation: String!, $as: RlsExplainAs!) {\n    rlsExplain(operation: $operation, as: $as) { tables { visible } answer }\n  }": { data: Operation_3e85d7a6; variables: Operation_3e85d7a6Variables };
  "query ($operation: String!, $as: RlsExplainAs!) { runAs(operation: $operation, as: $as) }": { data: Operation_4e98f038; variables: Operation_4e98f038Variables };
  "query ($operation: String!, $variables: JSONObject, $as: RlsExplainAs!) {\n  rlsExplain(operation: $operation, variables: $variables, as: $as) {\n    tables { table rows visible atLeast policies { name command permissive passed missingClaims } }\n    answer\n  }\n}": { data: Operation_00f5e0d8; variables: Operation_00f5e0d8Variables };
  "query ($p: String!) { file(bucket: \"box\", path: $p) { path } }": { data: Operation_1ca8f20c; variables: Operation_1ca8f20cVariables };
  "query ($p: String!) { oauthUrl(provider: $p) }": { data: Operation_65fcd143; variables: Operation_65fcd143Variables };
  "query ($path: String!) { file(bucket: \"docs\", path: $path) { contentType cacheControl metadata } }": { data: Operation_d81d70e9; variables: Operation_d81d70e9Variables };
  "query ($path: String!) { file(bucket: \"docs\", path: $path) { id } }": { data: Operation_2389a21e; variables: Operation_2389a21eVariables };
  "query ($role: String!) { schemaText(role: $role) }": { data: Operation_507984fc; variables: Operation_507984fcVariables };
  "query ($s: String!) { sql(statement: $s) { values rows } }": { data: Operation_c3b92765; variables: Operation_c3b92765Variables };
  "query ($schema: String! = \"public\", $name: String!) {\n  table(schema: $schema, name: $name) { name }\n}": { data: Operation_fb124dfb; variables: Operation_fb124dfbVariables };
  "query ($schema: String!, $name: String!) { table(schema: $schema, name: $name) {\n      id schema name owner comment kind rowEstimate sizeBytes rlsEnabled rlsForced replicaIdentity partitionKey primaryKey\n      columns { name position type typeSchema default isNullable isIdentity identityGeneration isGenerated\n        generationExpression isUpdatable isPrimaryKey isUnique enumValues collation comment }\n      indexes { id schema name definition method columns includedColumns predicate isUnique isPrimary isExclusion isValid\n        isReplicaIdentity isClustered comment }\n      policies { id name command isPermissive roles using withCheck comment }\n      triggers { id name timing level events enabled condition functionSchema functionName functionArguments definition comment }\n      constraints { id name type definition columns isDeferrable isInitiallyDeferred isValidated comment }\n      references { id name schema table columns referencedSchema referencedTable referencedColumns onUpdate onDelete\n        definition isDeferrable isInitiallyDeferred isValidated comment }\n      referencedBy { id name schema table columns referencedTable } } }": { data: Operation_3a06ff74; variables: Operation_3a06ff74Variables };
  "query ($schema: String!, $name: String!) { table(schema: $schema, name: $name) {\n  id name sizeBytes primaryKey columns { name isPrimaryKey } indexes { name } policies { name }\n  triggers { name } constraints { name } references { name } referencedBy { name } } }": { data: Operation_6ddd3cb8; variables: Operation_6ddd3cb8Variables };
  "query ($sql: String!) { formatSql(sql: $sql) }": { data: Operation_56450b2c; variables: Operation_56450b2cVariables };
  "query ($statement: String!) { sql(statement: $statement) { columns { type } } }": { data: Operation_fa87c79e; variables: Operation_fa87c79eVariables };
  "query ($statement: String!) { sql(statement: $statement) { rows } }": { data: Operation_22b689d4; variables: Operation_22b689d4Variables };
  "query ($statement: String!, $rows: Int, $time: Duration) {\n        sql(statement: $statement, maxRows: $rows, timeout: $time) { values truncated }\n      }": { data: Operation_682eb83d; variables: Operation_682eb83dVariables };
  "query ($text: String!, $params: [JSON]) {\n        statement: sql(statement: $text, timeout: \"5s\") { rowCount }\n        parameter: sql(statement: \"select length($1::text), cardinality($2::text[])\", params: $params) { values }\n      }": { data: Operation_5ead4ed5; variables: Operation_5ead4ed5Variables };
  "query ($time: Duration) {\n          file(bucket: \"docs\", path: \"a.txt\") { signedUrl null: signedUrl(expiresIn: $time) }\n        }": { data: Operation_705db25a; variables: Operation_705db25aVariables };
  "query ($v: ID!) { bucket(id: $v) { id } }": { data: Operation_640c303b; variables: Operation_640c303bVariables };
  "query ($v: ID!) { files(bucket: $v) { nodes { path } } }": { data: Operation_faaeba99; variables: Operation_faaeba99Variables };
  "query ($v: String!) { files(bucket: \"docs\", after: $v) { nodes { path } } }": { data: Operation_7936367b; variables: Operation_7936367bVariables };
  "query ($v: String!) { files(bucket: \"docs\", prefix: $v) { nodes { path } } }": { data: Operation_76ee2a77; variables: Operation_76ee2a77Variables };
  "query ($v: String!) { files(bucket: \"docs\", sortBy: { by: CREATED_AT }, after: $v) { nodes { path } } }": { data: Operation_e7b1a6ef; variables: Operation_e7b1a6efVariables };
  "query ($v: String) { file(bucket: \"docs\", path: \"x.txt\") { signedUrl(download: $v) } }": { data: Operation_6a1f9f3e; variables: Operation_6a1f9f3eVariables };
  "query ($version: ID!) {\n        migration(version: $version) { state statementsRun statementRunning }\n      }": { data: Operation_c215deea; variables: Operation_c215deeaVariables };
  "query FirstQuery($statement: String!) {\n        health { status version }\n        viewer { role }\n        sql(statement: $statement) { rows rowCount columns { name type } }\n      }": { data: Operation_6e44d7a6; variables: Operation_6e44d7a6Variables };
  "query Who($note: String!) { viewer { role } explainIt: __type(name: $note) { name } }": { data: Operation_ee493d7c; variables: Operation_ee493d7cVariables };
  "query { ...A ...A ...A } fragment A on Query { a: __typename b: __typename }": { data: Operation_1a377965; variables: Operation_1a377965Variables };
  "query($s: String!) { sql(statement: $s) { rowCount } }": { data: Operation_795408d8; variables: Operation_795408d8Variables };
  "subscription ($schema: String!) { postgresChanges(schema: $schema) { type } }": { data: Operation_2de4f29a; variables: Operation_2de4f29aVariables };
  "subscription Todos { postgresChanges(table: \"todos\", resyncOnStart: true) { type record } }": { data: Operation_75839622; variables: Operation_75839622Variables };
  "subscription Watch { serviceHealth { name } }": { data: Operation_b513f9e0; variables: Operation_b513f9e0Variables };
  "subscription { ...Room } fragment Room on Subscription { broadcasts(channel: \"room\") { type } }": { data: Operation_3286445a; variables: Operation_3286445aVariables };
  "subscription { ...Talk } fragment Talk on Subscription { broadcasts(channel: \"room\") { type event payload } }": { data: Operation_264f8a2a; variables: Operation_264f8a2aVariables };
  "subscription { ...Todos } fragment Todos on Subscription { postgresChanges(table: \"todos\", resyncOnStart: true) { type record } }": { data: Operation_0e73d344; variables: Operation_0e73d344Variables };
  "subscription { broadcasts(channel: \"chat\") { type channel event payload } }": { data: Operation_badd6944; variables: Operation_badd6944Variables };
  "subscription { broadcasts(channel: \"lobby\", private: true) { event payload } }": { data: Operation_0ea23b03; variables: Operation_0ea23b03Variables };
  "subscription { broadcasts(channel: \"room\") { type event } }": { data: Operation_915cb920; variables: Operation_915cb920Variables };
  "subscription { broadcasts(channel: \"room\") { type payload } }": { data: Operation_1f5d9975; variables: Operation_1f5d9975Variables };
  "subscription { broadcasts(channel: \"room\") { type } }": { data: Operation_bde5c94b; variables: Operation_bde5c94bVariables };
  "subscription { postgresChanges(schema: \"internal\", resyncOnStart: true) { type table } }": { data: Operation_ba64ca7e; variables: Operation_ba64ca7eVariables };
  "subscription { postgresChanges(table: \"a\", filter: \"x\") { type } }": { data: Operation_d9637aeb; variables: Operation_d9637aebVariables };
  "subscription { postgresChanges(table: \"bench\") { type record } }": { data: Operation_4dc83bfc; variables: Operation_4dc83bfcVariables };
  "subscription { postgresChanges(table: \"notes\", resyncOnStart: true) { type record } }": { data: Operation_58eeaf25; variables: Operation_58eeaf25Variables };
  "subscription { postgresChanges(table: \"todos\") { type record } }": { data: Operation_49ab2e71; variables: Operation_49ab2e71Variables };
  "subscription { presence(channel: \"people\", key: \"graphql\", track: { name: \"Ann\" }) { type state { key metas } } }": { data: Operation_907d0fcd; variables: Operation_907d0fcdVariables };
  "subscription { presence(channel: \"people\", track: 5) { type } }": { data: Operation_fc0bb3b7; variables: Operation_fc0bb3b7Variables };
  "subscription { presence(channel: \"room\") { type state { key metas } } }": { data: Operation_d4c3bd71; variables: Operation_d4c3bd71Variables };
  "subscription { presence(channel: \"room\", track: { at: 1 }) { type } }": { data: Operation_85c1e325; variables: Operation_85c1e325Variables };
  "subscription { serviceHealth { name status reason } }": { data: Operation_5227a648; variables: Operation_5227a648Variables };
  "subscription { serviceHealth { name } }": { data: Operation_3ba85a90; variables: Operation_3ba85a90Variables };
  "{\n      schemas { name owner comment tables(first: 2) { nodes { name schema } } }\n      extensions { name schema version isInstalled }\n      databaseRoles { name isSuperuser bypassesRls canLogin connectionLimit memberOf }\n      publications { name events allTables tables { schema name } } }": { data: Operation_f308e27c; variables: Operation_f308e27cVariables };
  "{ ...D ...D } fragment D on Query { a: __typename ...C ...C } fragment C on Query { b: __typename }": { data: Operation_02014b9f; variables: Operation_02014b9fVariables };
  "{ __schema { queryType { name } } }": { data: Operation_849fe60b; variables: Operation_849fe60bVariables };
  "{ __schema { types { name fields { name } inputFields { name } enumValues { name } } } }": { data: Operation_d3140dec; variables: Operation_d3140decVariables };
  "{ __schema { types { name fields { name } inputFields { name } } } }": { data: Operation_1864d20c; variables: Operation_1864d20cVariables };
  "{ __type(name: \"ThingsRow\") { fields { name } } }": { data: Operation_2e48df43; variables: Operation_2e48df43Variables };
  "{ __type(name: \"TodosRow\") { name } __schema { types { name } } }": { data: Operation_9fd8dbf3; variables: Operation_9fd8dbf3Variables };
  "{ __typename }": { data: Operation_e8946c8e; variables: Operation_e8946c8eVariables };
  "{ a: viewer { role } b: viewer { role } }": { data: Operation_35436138; variables: Operation_35436138Variables };
  "{ authSettings { providers signUpDisabled mailerAutoconfirm } }": { data: Operation_3f6fb395; variables: Operation_3f6fb395Variables };
  "{ authSettings { samlEnabled } }": { data: Operation_9c495c8f; variables: Operation_9c495c8fVariables };
  "{ authSettings { signUpDisabled } }": { data: Operation_91f5eae6; variables: Operation_91f5eae6Variables };
  "{ bucket(id: \"docs\") { id } }": { data: Operation_bcbe3c19; variables: Operation_bcbe3c19Variables };
  "{ bucket(id: \"temp\") { id } }": { data: Operation_b433b2b2; variables: Operation_b433b2b2Variables };
  "{ buckets { id } files(bucket: \"docs\") { nodes { path } } }": { data: Operation_5ac4f6e5; variables: Operation_5ac4f6e5Variables };
  "{ buckets { id } }": { data: Operation_3c057f57; variables: Operation_3c057f57Variables };
  "{ databaseFunctions(schema: \"demo\") { name kind language signature returnType\n      isSetReturning volatility isSecurityDefiner isStrict settings comment body definition\n      arguments { name type mode hasDefault } } }": { data: Operation_81d6bf1c; variables: Operation_81d6bf1cVariables };
  "{ databaseTypes(language: GO) }": { data: Operation_e52e4216; variables: Operation_e52e4216Variables };
  "{ file(bucket: \"b\", path: \"p\") {\n  signedUrl(expiresIn: 987654) } }": { data: Operation_b1a6edeb; variables: Operation_b1a6edebVariables };
  "{ file(bucket: \"b\", path: \"p\") { ...F } } fragment F on StoredFile { signedUrl }": { data: Operation_923b54af; variables: Operation_923b54afVariables };
  "{ file(bucket: \"docs\", path: \"a.txt\") { signedUrl(expiresIn: \"1m\") } }": { data: Operation_b6ebde34; variables: Operation_b6ebde34Variables };
  "{ file(bucket: \"docs\", path: \"a/hello.txt\") { cacheControl metadata contentType } }": { data: Operation_6eb4f1b3; variables: Operation_6eb4f1b3Variables };
  "{ file(bucket: \"docs\", path: \"late.txt\") { id } }": { data: Operation_9b0f3d3a; variables: Operation_9b0f3d3aVariables };
  "{ file(bucket: \"docs\", path: \"once.txt\") { updatedAt } }": { data: Operation_2b01b572; variables: Operation_2b01b572Variables };
  "{ file(bucket: \"docs\", path: \"theirs.txt\") { id } }": { data: Operation_6f3dffd0; variables: Operation_6f3dffd0Variables };
  "{ file(bucket: \"docs\", path: \"told.txt\") { id bucket path name size contentType etag cacheControl metadata createdAt updatedAt downloadUrl publicUrl } open: file(bucket: \"docs\", path: \"none\") { id } }": { data: Operation_428951e3; variables: Operation_428951e3Variables };
  "{ file(bucket: \"listing\", path: \"b.txt\") { signedUrl(transform: { width: 10 }) publicUrl(transform: { width: 10 }) } }": { data: Operation_a01451f1; variables: Operation_a01451f1Variables };
  "{ files(bucket: \"bench\", prefix: \"many/\") { nodes { ... on StoredFile { signedUrl } } } }": { data: Operation_76c26d11; variables: Operation_76c26d11Variables };
  "{ files(bucket: \"docs\") { nodes { path ... on StoredFile { signedUrl } } } }": { data: Operation_6b09ae29; variables: Operation_6b09ae29Variables };
  "{ files(bucket: \"docs\") { nodes { path } } }": { data: Operation_9da782e2; variables: Operation_9da782e2Variables };
  "{ files(bucket: \"docs\", prefix: \"many/\", first: 100) { nodes { ... on StoredFile { signedUrl } } } }": { data: Operation_46784f27; variables: Operation_46784f27Variables };
  "{ files(bucket: \"listing\") { nodes { __typename path name } pageInfo { hasNextPage } } }": { data: Operation_931854a2; variables: Operation_931854a2Variables };
  "{ files(bucket: \"listing\", first: 1) { pageInfo { endCursor } } }": { data: Operation_9eb1bc79; variables: Operation_9eb1bc79Variables };
  "{ files(bucket: \"listing\", first: 4) { edges { cursor } } }": { data: Operation_d5c8e36c; variables: Operation_d5c8e36cVariables };
  "{ files(bucket: \"listing\", prefix: \"a/\") { nodes { ... on StoredFile { signedUrl(download: \"x y.txt\") } } } }": { data: Operation_01047ed6; variables: Operation_01047ed6Variables };
  "{ files(bucket: \"listing\", prefix: \"a/\", sortBy: { by: CREATED_AT, direction: DESC }) { nodes { name } } bucket(id: \"listing\") { files(sortBy: { direction: DESC }, first: 2) { nodes { path } } } }": { data: Operation_1722e319; variables: Operation_1722e319Variables };
  "{ formatSql(sql: \"select 1\") }": { data: Operation_93f8206f; variables: Operation_93f8206fVariables };
  "{ health { status uptime version } }": { data: Operation_5cd62dba; variables: Operation_5cd62dbaVariables };
  "{ health { status } viewer { role } }": { data: Operation_b63583d6; variables: Operation_b63583d6Variables };
  "{ health { status } }": { data: Operation_140796ae; variables: Operation_140796aeVariables };
  "{ me { createdAt updatedAt factors { id } } }": { data: Operation_61dc1293; variables: Operation_61dc1293Variables };
  "{ me { id email isAnonymous userMetadata identities { provider } factors { id status } } }": { data: Operation_9e71635d; variables: Operation_9e71635dVariables };
  "{ me { id email role createdAt userMetadata } }": { data: Operation_0b8e1b25; variables: Operation_0b8e1b25Variables };
  "{ me { id } }": { data: Operation_b13a66b4; variables: Operation_b13a66b4Variables };
  "{ migration(version: \"20250101000000\") { name statements checksum state } }": { data: Operation_cf2031bc; variables: Operation_cf2031bcVariables };
  "{ migration(version: \"20260101000000\") { state statementsRun statements appliedAt transactional } }": { data: Operation_171cf83e; variables: Operation_171cf83eVariables };
  "{ migration(version: \"20260301000000\") { version statementsRun appliedAt } }": { data: Operation_aa93abb5; variables: Operation_aa93abb5Variables };
  "{ migration(version: \"5\") { version } }": { data: Operation_81bfc713; variables: Operation_81bfc713Variables };
  "{ migrations { nodes { version name statements checksum appliedAt } } }": { data: Operation_f3d90b19; variables: Operation_f3d90b19Variables };
  "{ migrations { nodes { version name statements state checksum } } migration(version: \"v1_beta\") { name } }": { data: Operation_d609f492; variables: Operation_d609f492Variables };
  "{ migrations { nodes { version name statements } } }": { data: Operation_e91dba55; variables: Operation_e91dba55Variables };
  "{ migrations { nodes { version } } }": { data: Operation_24ba1521; variables: Operation_24ba1521Variables };
  "{ migrations { totalCount } }": { data: Operation_d94851ed; variables: Operation_d94851edVariables };
  "{ one: file(bucket: \"private\", path: \"face.jpg\") {\n           signedUrl(transform: { width: 100, height: 100, resize: COVER, quality: 50, format: ORIGIN }, download: \"f.jpg\") }\n         two: file(bucket: \"avatars\", path: \"face.png\") { publicUrl(transform: { height: 20 }) } }": { data: Operation_cc5ebc4b; variables: Operation_cc5ebc4bVariables };
  "{ one: files(bucket: \"docs\", prefix: \"many/1\") { nodes { ... on StoredFile { a: signedUrl b: signedUrl(expiresIn: \"5m\") c: signedUrl(download: \"c\") } } } }": { data: Operation_23175783; variables: Operation_23175783Variables };
  "{ open: file(bucket: \"open\", path: \"urls.txt\") { publicUrl } docs: file(bucket: \"docs\", path: \"urls.txt\") { downloadUrl signedUrl(download: \"x.txt\") } }": { data: Operation_d6d39d77; variables: Operation_d6d39d77Variables };
  "{ schemas { tables(first: 1000000000) { nodes { name } } } }": { data: Operation_5972721d; variables: Operation_5972721dVariables };
  "{ services { name circuit } }": { data: Operation_5827c026; variables: Operation_5827c026Variables };
  "{ services { name status latency checkedAt version reason circuit } }": { data: Operation_e8cbc7c5; variables: Operation_e8cbc7c5Variables };
  "{ services { name status reason } }": { data: Operation_6de65996; variables: Operation_6de65996Variables };
  "{ services { name status } }": { data: Operation_cabc1794; variables: Operation_cabc1794Variables };
  "{ sql(statement: \"select * from every_type order by id desc\") { rows } }": { data: Operation_9bf40691; variables: Operation_9bf40691Variables };
  "{ sql(statement: \"select 1 as x\") { rows } }": { data: Operation_f34542de; variables: Operation_f34542deVariables };
  "{ sql(statement: \"select 1 from pg_stat_activity where wait_event = 'PgSleep'\") { rows } }": { data: Operation_ef984542; variables: Operation_ef984542Variables };
  "{ sql(statement: \"select 1\") { rowCount } }": { data: Operation_04477fad; variables: Operation_04477fadVariables };
  "{ sql(statement: \"select 1\", maxRows: 4) { rowCount } }": { data: Operation_c86feb56; variables: Operation_c86feb56Variables };
  "{ sql(statement: \"select hunter2\") { rows } }": { data: Operation_61b45644; variables: Operation_61b45644Variables };
  "{ sql(statement: \"select pg_sleep(60)\") { rows } }": { data: Operation_44607b5c; variables: Operation_44607b5cVariables };
  "{ sql(statement: \"select to_regclass('public.cities') as it\") { values } }": { data: Operation_4f917885; variables: Operation_4f917885Variables };
  "{ table(name: \"evolving\") { columns { name } indexes { name } policies { name } } }": { data: Operation_b25e5689; variables: Operation_b25e5689Variables };
  "{ table(name: \"nothing of the kind\") { name } }": { data: Operation_a9b0c1c6; variables: Operation_a9b0c1c6Variables };
  "{ tables(schema: \"demo\") { nodes {\n        indexes { id definition isUnique } policies { id command using withCheck }\n        triggers { id timing events enabled } } } }": { data: Operation_0f731a14; variables: Operation_0f731a14Variables };
  "{ tables(schema: \"demo\") { nodes { name kind sizeBytes rowEstimate partitionKey columns { name isUpdatable } } totalCount } }": { data: Operation_94ee22f3; variables: Operation_94ee22f3Variables };
  "{ tables(schema: \"demo\", first: 1000) { nodes {\n  id name sizeBytes primaryKey columns { name isPrimaryKey } indexes { name } policies { name }\n  triggers { name } constraints { name } references { name } referencedBy { name } } } }": { data: Operation_69ddd5f6; variables: Operation_69ddd5f6Variables };
  "{ tables(schema: \"many\", first: 1000) { nodes { name rlsEnabled comment } } }": { data: Operation_b657d3ec; variables: Operation_b657d3ecVariables };
  "{ user(id: \"00000000-0000-4000-8000-000000000000\") { id } }": { data: Operation_4a39f751; variables: Operation_4a39f751Variables };
  "{ users { totalCount nodes { email identities { id } factors { id } } } }": { data: Operation_ab2754f7; variables: Operation_ab2754f7Variables };
  "{ users { totalCount } }": { data: Operation_f228e26d; variables: Operation_f228e26dVariables };
  "{ users(filter: \"bare@\") { totalCount nodes { id } } }": { data: Operation_8819eceb; variables: Operation_8819ecebVariables };
  "{ viewer { role userId claims expiresAt } }": { data: Operation_442967b2; variables: Operation_442967b2Variables };
  "{ viewer { role userId claims } }": { data: Operation_2c77c433; variables: Operation_2c77c433Variables };
  "{ viewer { role userId } me { email } buckets { id } }": { data: Operation_8a0a3244; variables: Operation_8a0a3244Variables };
  "{ viewer { role } sql(statement: \"select 1\") { rowCount } }": { data: Operation_28b3dc03; variables: Operation_28b3dc03Variables };
  "{ viewer { role } }": { data: Operation_d110b886; variables: Operation_d110b886Variables };
  "{health{status}}": { data: Operation_0c7d31ce; variables: Operation_0c7d31ceVariables };
}
