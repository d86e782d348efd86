import { z } from 'zod';
import { serviceNames } from '../lib/service-name.ts';
import { apiKey, opaqueKeys } from './opaque-keys.ts';
import {
  byteSize,
  duration,
  flag,
  keySet,
  list,
  listOf,
  oneOf,
  origins,
  postgresUrl,
  rateLimits,
  serviceUrl,
  text,
  wholeNumber,
} from './value-schemas.ts';
import { optional, withDefault } from './variable.ts';

const hour = 3_600_000;
const day = 24 * hour;

const yesNo = '`true` or `false`';
const aDuration = 'a duration such as `500ms`, `30s` or `15m`';
const aSize = 'a size such as `64kb` or `5mb`';
const aUrl = 'an http or https URL without user, query and fragment';
const aDatabaseUrl = 'a URL that begins with `postgres://` or `postgresql://`';
const pairs = 'a comma-separated list of `key=jwt`, each JWT with the matching role';

/** Every environment variable there is. The reference page, the defaults and the error messages come from here. */
export const environmentSchema = z.object({
  // ---- Process -----------------------------------------------------------------------
  NODE_ENV: withDefault(oneOf(['production', 'development', 'test']), {
    group: 'Process',
    description: '`production` always serves: the local stack refuses to start.',
    shape: '`production`, `development` or `test`',
    default: 'development',
  }),
  PORT: withDefault(wholeNumber(0, 65_535), {
    group: 'Process',
    description: 'Port of everything: GraphQL, WebSocket, pass-through, health. 0 takes a free one.',
    shape: 'a port number from 0 to 65535',
    default: '4000',
  }),
  HOST: optional(text, {
    group: 'Process',
    description: 'Address to listen on. Default: `127.0.0.1` in dev, `::` (IPv6 and IPv4) in serve.',
    shape: 'an address or host name',
  }),
  LOG_LEVEL: withDefault(oneOf(['debug', 'info', 'warn', 'error', 'silent']), {
    group: 'Process',
    description: 'The least severe lines that are written.',
    shape: '`debug`, `info`, `warn`, `error` or `silent`',
    default: 'info',
  }),
  SHUTDOWN_TIMEOUT: withDefault(duration(0, hour), {
    group: 'Process',
    description: 'How long a stop waits for what is running.',
    shape: aDuration,
    default: '10s',
  }),
  BUNBUN_DATA_DIR: withDefault(text, {
    group: 'Process',
    description: "The local stack's data folder.",
    shape: 'a path',
    default: '.bunbun',
  }),

  // ---- The public side ---------------------------------------------------------------
  PUBLIC_URL: optional(serviceUrl, {
    group: 'Public side',
    description:
      'Where clients reach the gateway: the only source of absolute URLs that it hands out. Required in serve; in dev `http://localhost:PORT`.',
    shape: aUrl,
  }),
  ALLOWED_ORIGINS: optional(origins, {
    group: 'Public side',
    description:
      'Origins that may call from a browser (CORS and WebSocket). Off until set; never with credentials.',
    shape: 'a comma-separated list of origins such as `https://app.example.com`, or `*`',
  }),
  TRUSTED_PROXIES: withDefault(wholeNumber(0, 20), {
    group: 'Public side',
    description:
      'How many reverse proxies stand in front. The client address is that many entries from the right of X-Forwarded-For; with 0 it is the socket.',
    shape: 'a number from 0 to 20',
    default: '0',
  }),
  GRAPHIQL: optional(flag, {
    group: 'Public side',
    description: 'Serve GraphiQL to browsers. Default: on in dev, off in production.',
    shape: yesNo,
  }),
  INTROSPECTION: optional(oneOf(['true', 'false', 'service_role']), {
    group: 'Public side',
    description:
      'Who may introspect and is given field suggestions. Default: everyone in dev, `service_role` in serve.',
    shape: '`true`, `false` or `service_role`',
  }),
  METRICS_TOKEN: optional(text.min(16), {
    group: 'Public side',
    description:
      'Bearer token that opens `/metrics`. Without it and without METRICS_PORT there is no `/metrics` in serve.',
    shape: 'a text of at least 16 characters',
    secret: true,
  }),
  METRICS_PORT: optional(wholeNumber(1, 65_535), {
    group: 'Public side',
    description: 'A port of its own for `/metrics`, without a token: keep it inside your network.',
    shape: 'a port number from 1 to 65535',
  }),
  READY_REQUIRES: withDefault(listOf(serviceNames), {
    group: 'Public side',
    description: 'Services without which `/ready` answers 503. Default: none.',
    shape: `a comma-separated list out of ${serviceNames.join(', ')}`,
    default: '',
  }),

  // ---- Services ----------------------------------------------------------------------
  SUPABASE_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      "Origin of Supabase's own gateway (Kong, Envoy). The services that are not given below are reached through it, under their usual paths.",
    shape: aUrl,
  }),
  API_GATEWAY_URL: optional(serviceUrl, {
    group: 'Services',
    description: "Supabase's gateway, only to report on its health. Default: SUPABASE_URL.",
    shape: aUrl,
    aliases: ['KONG_URL'],
  }),
  AUTH_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Auth (GoTrue): its root such as `http://auth:9999`, or its path behind a gateway, `…/auth/v1`.',
    shape: aUrl,
  }),
  STORAGE_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Storage: its root such as `http://storage:5000`, or its path behind a gateway, `…/storage/v1`.',
    shape: aUrl,
  }),
  META_URL: optional(serviceUrl, {
    group: 'Services',
    description: 'postgres-meta: its root such as `http://meta:8080`, or its path behind a gateway, `…/pg`.',
    shape: aUrl,
  }),
  POSTGREST_URL: optional(serviceUrl, {
    group: 'Services',
    description: 'PostgREST: its root such as `http://rest:3000`, or its path behind a gateway, `…/rest/v1`.',
    shape: aUrl,
  }),
  REALTIME_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Realtime: its root such as `http://realtime:4000` (then REALTIME_TENANT names the tenant), or its path behind a gateway, `…/realtime/v1`.',
    shape: aUrl,
  }),
  FUNCTIONS_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Edge functions: their root such as `http://functions:9000`, or their path behind a gateway, `…/functions/v1`.',
    shape: aUrl,
  }),
  REALTIME_TENANT: withDefault(text.regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/), {
    group: 'Services',
    description: 'Host header for Realtime when it is reached directly: its first label names the tenant.',
    shape: 'a host name',
    default: 'realtime-dev',
  }),
  REALTIME_DELETES: withDefault(oneOf(['all', 'service_role']), {
    group: 'Services',
    description:
      'Who is told of deleted rows. Row level security cannot be applied to them; `service_role` keeps them from lower roles.',
    shape: '`all` or `service_role`',
    default: 'all',
  }),
  IMAGE_TRANSFORMATION: withDefault(flag, {
    group: 'Services',
    description: 'Storage transforms images (it runs with imgproxy): `transform` arguments work.',
    shape: yesNo,
    default: 'false',
  }),
  UPSTREAM_CONNECT_TIMEOUT: withDefault(duration(10, hour), {
    group: 'Services',
    description: 'For a connection to a service.',
    shape: aDuration,
    default: '2s',
  }),
  UPSTREAM_TIMEOUT: withDefault(duration(10, hour), {
    group: 'Services',
    description:
      'For the answer of a service, repeats included. Streamed bodies are timed by UPSTREAM_IDLE_TIMEOUT.',
    shape: aDuration,
    default: '10s',
  }),
  UPSTREAM_IDLE_TIMEOUT: withDefault(duration(100, day), {
    group: 'Services',
    description: 'Longest pause in a streamed body.',
    shape: aDuration,
    default: '60s',
  }),
  UPSTREAM_CONNECTIONS: withDefault(wholeNumber(1, 10_000), {
    group: 'Services',
    description: 'Connections to each service at most.',
    shape: 'a number from 1 to 10000',
    default: '64',
  }),
  UPSTREAM_MAX_ANSWER: withDefault(byteSize(1_024), {
    group: 'Services',
    description:
      'Largest answer of a service that is held in memory. Files are streamed and not bounded by it.',
    shape: aSize,
    default: '5mb',
  }),
  FUNCTIONS_TIMEOUT: withDefault(duration(100, hour), {
    group: 'Services',
    description: 'For the answer of an edge function.',
    shape: aDuration,
    default: '60s',
  }),

  // ---- Database ----------------------------------------------------------------------
  DATABASE_URL: optional(postgresUrl, {
    group: 'Database',
    description: 'Postgres, for `executeSql`, transactions and migrations.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_URL_READ: optional(postgresUrl, {
    group: 'Database',
    description:
      'Login for `sql`, without superuser and the other rights that reach outside a transaction. Default: DATABASE_URL.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_DIRECT_URL: optional(postgresUrl, {
    group: 'Database',
    description:
      'Past the pooler. With DATABASE_POOLER=transaction, LISTEN, session locks and migrations outside a transaction need it.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_POOLER: withDefault(oneOf(['session', 'transaction']), {
    group: 'Database',
    description:
      '`transaction` when DATABASE_URL leads to a pooler in transaction mode (Supavisor, pgbouncer): no prepared statements and no session state.',
    shape: '`session` or `transaction`',
    default: 'session',
  }),
  DATABASE_SSLMODE: optional(oneOf(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']), {
    group: 'Database',
    description:
      "TLS to Postgres, over what the URL's `sslmode` says. Default: `verify-full`, and `prefer` within private networks.",
    shape: '`disable`, `prefer`, `require`, `verify-ca` or `verify-full`',
  }),
  DATABASE_CA: optional(text.regex(/-----BEGIN CERTIFICATE-----/), {
    group: 'Database',
    description: 'Certificate authority of the Postgres server, PEM; DATABASE_CA_FILE names a file instead.',
    shape: 'a PEM certificate',
    secret: true,
  }),
  ALLOW_PRIVILEGED_SQL: withDefault(flag, {
    group: 'Database',
    description:
      'Accept a read login that is superuser or may read files. Its SELECTs can then leave the transaction.',
    shape: yesNo,
    default: 'false',
  }),
  ALLOW_OUT_OF_ORDER_MIGRATIONS: withDefault(flag, {
    group: 'Database',
    description: 'Apply a migration whose version is below the newest applied one.',
    shape: yesNo,
    default: 'false',
  }),
  DATABASE_POOL_SIZE: withDefault(wholeNumber(1, 1_000), {
    group: 'Database',
    description: 'Connections of this process for writing.',
    shape: 'a number from 1 to 1000',
    default: '10',
  }),
  DATABASE_READ_POOL_SIZE: withDefault(wholeNumber(1, 1_000), {
    group: 'Database',
    description: 'Connections of this process for `sql`.',
    shape: 'a number from 1 to 1000',
    default: '10',
  }),
  DATABASE_POOL_WAIT: withDefault(duration(1, hour), {
    group: 'Database',
    description: 'How long a statement waits for a free connection.',
    shape: aDuration,
    default: '5s',
  }),
  DATABASE_MAX_TIMEOUT: withDefault(duration(100, day), {
    group: 'Database',
    description: 'The largest `timeout` that a caller may ask for.',
    shape: aDuration,
    default: '5m',
  }),
  DATABASE_MAX_ROWS: withDefault(wholeNumber(1, 1_000_000), {
    group: 'Database',
    description: 'The largest `maxRows` that a caller may ask for.',
    shape: 'a number from 1 to 1000000',
    default: '10000',
  }),
  DATABASE_MAX_RESULT: withDefault(byteSize(1_024), {
    group: 'Database',
    description: 'Largest result of one statement; what does not fit is cut off and marked as truncated.',
    shape: aSize,
    default: '10mb',
  }),

  // ---- Credentials -------------------------------------------------------------------
  JWT_SECRET: optional(text.min(32), {
    group: 'Credentials',
    description: 'Shared secret of HS256 tokens.',
    shape: 'a text of at least 32 characters',
    secret: true,
  }),
  JWKS: optional(keySet, {
    group: 'Credentials',
    description: 'Keys that tokens are verified with, inline.',
    shape: 'a JSON Web Key Set, `{"keys":[…]}`',
    secret: true,
  }),
  JWKS_URL: optional(serviceUrl, {
    group: 'Credentials',
    description:
      'Where the public keys are published. Default, when there is neither JWT_SECRET nor JWKS: `/.well-known/jwks.json` of Auth.',
    shape: aUrl,
  }),
  JWT_AUDIENCE: optional(list, {
    group: 'Credentials',
    description: 'Accepted `aud` of user tokens. Not checked unless set.',
    shape: 'a comma-separated list',
  }),
  JWT_ISSUER: optional(text, {
    group: 'Credentials',
    description: 'Expected `iss` of user tokens. Not checked unless set.',
    shape: 'a text',
  }),
  JWT_CLOCK_TOLERANCE: withDefault(duration(0, 300_000), {
    group: 'Credentials',
    description: 'How far the clocks of Auth and of the gateway may differ.',
    shape: 'a duration up to `5m`',
    default: '5s',
  }),
  TOKEN_CACHE_SIZE: withDefault(wholeNumber(0, 10_000_000), {
    group: 'Credentials',
    description: 'Verified tokens that are remembered, each for at most a minute.',
    shape: 'a number from 0 to 10000000',
    default: '10000',
  }),
  EXTRA_AUTHENTICATED_ROLES: withDefault(list, {
    group: 'Credentials',
    description: 'Values of `role` in tokens that count as AUTHENTICATED, beside `authenticated`.',
    shape: 'a comma-separated list',
    default: '',
  }),
  REQUIRE_API_KEY: withDefault(flag, {
    group: 'Credentials',
    description: "Supabase's own rule: every call carries a known `apikey`.",
    shape: yesNo,
    default: 'false',
  }),
  SUPABASE_ANON_KEY: optional(apiKey('anon'), {
    group: 'Credentials',
    description: 'Key that stands for callers without a credential of their own.',
    shape: 'a JWT with the role anon, or one of SUPABASE_PUBLISHABLE_KEYS',
    secret: true,
    aliases: ['ANON_KEY'],
  }),
  SUPABASE_SERVICE_KEY: optional(apiKey('service_role'), {
    group: 'Credentials',
    description: "The gateway's own service key: for probes and its own tables, never lent to a caller.",
    shape: 'a JWT with the role service_role, or one of SUPABASE_SECRET_KEYS',
    secret: true,
    aliases: ['SERVICE_ROLE_KEY', 'SUPABASE_SERVICE_ROLE_KEY'],
  }),
  SUPABASE_PUBLISHABLE_KEYS: optional(opaqueKeys('anon'), {
    group: 'Credentials',
    description: 'Opaque `sb_publishable_…` keys, each with the anon JWT that it stands for.',
    shape: pairs,
    secret: true,
  }),
  SUPABASE_SECRET_KEYS: optional(opaqueKeys('service_role'), {
    group: 'Credentials',
    description: 'Opaque `sb_secret_…` keys, each with the service_role JWT that it stands for.',
    shape: pairs,
    secret: true,
  }),

  // ---- Limits ------------------------------------------------------------------------
  MAX_BODY: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Largest GraphQL request, files not counted.',
    shape: aSize,
    default: '16mb',
  }),
  MAX_UPLOAD: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Largest file of a multipart request. Bigger ones go through `createUpload`.',
    shape: aSize,
    default: '50mb',
  }),
  MAX_UPLOAD_FILES: withDefault(wholeNumber(1, 1_000), {
    group: 'Limits',
    description: 'Files in one multipart request.',
    shape: 'a number from 1 to 1000',
    default: '10',
  }),
  MAX_PROXY_BODY: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Largest request body that is passed through to a service.',
    shape: aSize,
    default: '5gb',
  }),
  MAX_TOKENS: withDefault(wholeNumber(10, 1_000_000), {
    group: 'Limits',
    description: 'Lexical tokens of a document.',
    shape: 'a number from 10 to 1000000',
    default: '4000',
  }),
  MAX_DEPTH: withDefault(wholeNumber(1, 1_000), {
    group: 'Limits',
    description: 'Nesting of fields.',
    shape: 'a number from 1 to 1000',
    default: '15',
  }),
  MAX_ALIASES: withDefault(wholeNumber(0, 10_000), {
    group: 'Limits',
    description: 'Aliases of an operation.',
    shape: 'a number from 0 to 10000',
    default: '30',
  }),
  MAX_ROOT_FIELDS: withDefault(wholeNumber(1, 10_000), {
    group: 'Limits',
    description: 'Root fields of an operation, fragments resolved.',
    shape: 'a number from 1 to 10000',
    default: '30',
  }),
  MAX_DIRECTIVES: withDefault(wholeNumber(0, 10_000), {
    group: 'Limits',
    description: 'Directives in a document.',
    shape: 'a number from 0 to 10000',
    default: '50',
  }),
  MAX_COST: withDefault(wholeNumber(1, 100_000_000), {
    group: 'Limits',
    description: 'Cost of an operation: each field 1, times the sizes of the lists above it.',
    shape: 'a number from 1 to 100000000',
    default: '20000',
  }),
  RATE_LIMITS: withDefault(rateLimits, {
    group: 'Limits',
    description: 'Other limits than the `@rateLimit` of the schema, by field.',
    shape: 'JSON such as `{"signIn":{"limit":10,"window":"5m"}}`',
    default: '{}',
  }),
  RATE_LIMIT_KEYS: withDefault(wholeNumber(100, 100_000_000), {
    group: 'Limits',
    description:
      'Callers whose calls are counted at a time; beyond it the one that called least recently is forgotten.',
    shape: 'a number from 100 to 100000000',
    default: '100000',
  }),
  MAX_SIGNED_URL_EXPIRY: withDefault(duration(1_000, 10 * 365 * day), {
    group: 'Limits',
    description: 'The largest `expiresIn` of signed URLs.',
    shape: aDuration,
    default: '24h',
  }),
  WS_INIT_TIMEOUT: withDefault(duration(100, hour), {
    group: 'Limits',
    description: 'For `connection_init` on a new WebSocket.',
    shape: aDuration,
    default: '5s',
  }),
  WS_KEEP_ALIVE: withDefault(duration(100, hour), {
    group: 'Limits',
    description: 'Between two pings on a WebSocket, and two comments in an event stream.',
    shape: aDuration,
    default: '15s',
  }),
  WS_MAX_SOCKETS: withDefault(wholeNumber(1, 10_000_000), {
    group: 'Limits',
    description: 'WebSockets of this process. One more is closed with 4429.',
    shape: 'a number from 1 to 10000000',
    default: '10000',
  }),
  WS_MAX_OPERATIONS: withDefault(wholeNumber(1, 100_000), {
    group: 'Limits',
    description: 'Running operations of one WebSocket.',
    shape: 'a number from 1 to 100000',
    default: '100',
  }),
  WS_MAX_BUFFERED: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Unsent bytes after which a WebSocket that does not read is closed.',
    shape: aSize,
    default: '4mb',
  }),
});
