import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { chooseMode, type Mode } from './mode.ts';
import { isSignedWith, type OpaqueKey } from './opaque-keys.ts';
import { type Environment, type ReadFile, readEnvironment, type Values } from './read-environment.ts';
import { type ServiceEndpoint, serviceEndpoints } from './service-urls.ts';

export type Config = ReturnType<typeof nest>;

export interface LoadOptions {
  /** @default chooseMode(env) */
  mode?: Mode;
  /** Reads the files that NAME_FILE variables name. */
  readFile?: ReadFile;
}

/** The configuration of one process, nested and frozen. Throws ConfigError with every problem at once. */
export function loadConfig(env: Environment, options: LoadOptions = {}): Config {
  const mode = options.mode ?? chooseMode(env);
  const readFile = options.readFile ?? ((path) => readFileSync(path, 'utf8'));
  const { given, values, problems } = readEnvironment(env, readFile);
  if (mode === 'serve') {
    if (!given.has('PUBLIC_URL')) {
      problems.push('PUBLIC_URL must be set: the http or https URL where clients reach this gateway.');
    }
    const verifiers = ['JWT_SECRET', 'JWKS', 'JWKS_URL', 'AUTH_URL', 'SUPABASE_URL'];
    if (!verifiers.some((name) => given.has(name))) {
      problems.push('JWT_SECRET, JWKS or JWKS_URL must be set: without one no token can be verified.');
    }
  }
  if (given.has('DATABASE_URL_READ') && !given.has('DATABASE_URL')) {
    problems.push('DATABASE_URL must be set when DATABASE_URL_READ is set.');
  }
  if (values?.METRICS_PORT !== undefined && values.METRICS_PORT === values.PORT) {
    problems.push('METRICS_PORT must be another port than PORT.');
  }
  if (values !== undefined && values.MAX_BODIES < values.MAX_BODY) {
    problems.push('MAX_BODIES must be at least MAX_BODY.');
  }
  if (values !== undefined) problems.push(...unpairedKeys(values), ...keysOfAnotherSecret(values));
  if (values === undefined || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(nest(values, mode));
}

function unpairedKeys(values: Values): string[] {
  const unpaired = (key: string | undefined, pairs: readonly OpaqueKey[] = []) =>
    key?.startsWith('sb_') && !pairs.some((pair) => pair.key === key);
  const problems: string[] = [];
  if (unpaired(values.SUPABASE_ANON_KEY, values.SUPABASE_PUBLISHABLE_KEYS)) {
    problems.push('SUPABASE_ANON_KEY must be a JWT with the role anon, or one of SUPABASE_PUBLISHABLE_KEYS.');
  }
  if (unpaired(values.SUPABASE_SERVICE_KEY, values.SUPABASE_SECRET_KEYS)) {
    problems.push(
      'SUPABASE_SERVICE_KEY must be a JWT with the role service_role, or one of SUPABASE_SECRET_KEYS.',
    );
  }
  return problems;
}

/** Services verify the keys with the secret: with one of another installation every call would fail, and late. */
function keysOfAnotherSecret(values: Values): string[] {
  if (values.JWT_SECRET === undefined) return [];
  const inline = (values.JWKS?.keys ?? []).flatMap(({ kty, k }) =>
    kty === 'oct' && typeof k === 'string' ? [Buffer.from(k, 'base64url')] : [],
  );
  const secrets = [values.JWT_SECRET, ...inline];
  const jwts = (pairs: readonly OpaqueKey[] | undefined) => (pairs ?? []).map(({ jwt }) => jwt);
  const keys = {
    SUPABASE_ANON_KEY: legacyKeys(values.SUPABASE_ANON_KEY),
    SUPABASE_SERVICE_KEY: legacyKeys(values.SUPABASE_SERVICE_KEY),
    SUPABASE_PUBLISHABLE_KEYS: jwts(values.SUPABASE_PUBLISHABLE_KEYS),
    SUPABASE_SECRET_KEYS: jwts(values.SUPABASE_SECRET_KEYS),
  };
  return Object.entries(keys)
    .filter(([, ofName]) => !ofName.every((jwt) => isSignedWith(jwt, secrets)))
    .map(([name]) => `${name} must be signed with JWT_SECRET: what is given was made with another secret.`);
}

function legacyKeys(key: string | undefined): string[] {
  return key === undefined || key.startsWith('sb_') ? [] : [key];
}

/** Auth publishes its keys; it is asked only where nothing else says how tokens are signed. */
function derivedJwksUrl(values: Values, auth: ServiceEndpoint | undefined): string | undefined {
  if (auth === undefined || values.JWT_SECRET !== undefined || values.JWKS !== undefined) return undefined;
  return `${auth.url}/.well-known/jwks.json`;
}

function nest(values: Values, mode: Mode) {
  const dev = mode === 'dev';
  const services = serviceEndpoints(values);
  return {
    mode,
    production: values.NODE_ENV === 'production',
    server: {
      port: values.PORT,
      host: values.HOST ?? (dev ? '127.0.0.1' : '::'),
      publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
      /** Undefined: CORS is off. */
      allowedOrigins: values.ALLOWED_ORIGINS,
      trustedProxies: values.TRUSTED_PROXIES,
      drainDelayMs: values.DRAIN_DELAY ?? (dev ? 0 : 5_000),
      shutdownMs: values.SHUTDOWN_TIMEOUT,
      maxBodyBytes: values.MAX_BODY,
      maxJsonBytes: Math.min(values.MAX_JSON_BODY, values.MAX_BODY),
      maxBodiesBytes: values.MAX_BODIES,
      maxUploadBytes: values.MAX_UPLOAD,
      maxUploadFiles: values.MAX_UPLOAD_FILES,
      maxUploadHeldBytes: values.MAX_UPLOAD_HELD,
      maxUploadsHeldBytes: values.MAX_UPLOADS_HELD,
      maxProxyBodyBytes: values.MAX_PROXY_BODY,
      readyRequires: values.READY_REQUIRES,
    },
    websocket: {
      initTimeoutMs: values.WS_INIT_TIMEOUT,
      keepAliveMs: values.WS_KEEP_ALIVE,
      maxSockets: values.WS_MAX_SOCKETS,
      maxSocketsPerClient: values.WS_MAX_SOCKETS_PER_CLIENT,
      maxOperationsPerClient: values.WS_MAX_OPERATIONS_PER_CLIENT,
      maxOperations: values.WS_MAX_OPERATIONS,
      maxBufferedBytes: values.WS_MAX_BUFFERED,
    },
    graphql: {
      graphiql: values.GRAPHIQL ?? (dev && values.NODE_ENV !== 'production'),
      introspection: values.INTROSPECTION ?? (dev ? ('true' as const) : ('service_role' as const)),
      maxDocumentBytes: values.MAX_DOCUMENT,
      maxVariables: values.MAX_VARIABLES,
      maxTokens: values.MAX_TOKENS,
      maxDepth: values.MAX_DEPTH,
      maxAliases: values.MAX_ALIASES,
      maxRootFields: values.MAX_ROOT_FIELDS,
      maxDirectives: values.MAX_DIRECTIVES,
      maxCost: values.MAX_COST,
    },
    rateLimits: { byField: values.RATE_LIMITS, maxKeys: values.RATE_LIMIT_KEYS },
    observability: {
      logLevel: values.LOG_LEVEL,
      metricsToken: values.METRICS_TOKEN,
      metricsPort: values.METRICS_PORT,
    },
    services,
    upstream: {
      connectMs: values.UPSTREAM_CONNECT_TIMEOUT,
      answerMs: values.UPSTREAM_TIMEOUT,
      idleMs: values.UPSTREAM_IDLE_TIMEOUT,
      connections: values.UPSTREAM_CONNECTIONS,
      maxAnswerBytes: values.UPSTREAM_MAX_ANSWER,
    },
    database: {
      url: values.DATABASE_URL,
      readUrl: values.DATABASE_URL_READ ?? values.DATABASE_URL,
      directUrl: values.DATABASE_DIRECT_URL,
      pooler: values.DATABASE_POOLER,
      sslmode: values.DATABASE_SSLMODE,
      ca: values.DATABASE_CA,
      allowPrivilegedSql: values.ALLOW_PRIVILEGED_SQL,
      poolSize: values.DATABASE_POOL_SIZE,
      readPoolSize: values.DATABASE_READ_POOL_SIZE,
      poolWaitMs: values.DATABASE_POOL_WAIT,
      maxTimeoutMs: values.DATABASE_MAX_TIMEOUT,
      maxRows: values.DATABASE_MAX_ROWS,
      maxResultBytes: values.DATABASE_MAX_RESULT,
    },
    migrations: { allowOutOfOrder: values.ALLOW_OUT_OF_ORDER_MIGRATIONS },
    viewer: {
      jwtSecret: values.JWT_SECRET,
      jwks: values.JWKS,
      jwksUrl: values.JWKS_URL ?? derivedJwksUrl(values, services.AUTH),
      audience: values.JWT_AUDIENCE,
      issuer: values.JWT_ISSUER,
      clockToleranceMs: values.JWT_CLOCK_TOLERANCE,
      tokenCacheSize: values.TOKEN_CACHE_SIZE,
      extraAuthenticatedRoles: values.EXTRA_AUTHENTICATED_ROLES,
      requireApiKey: values.REQUIRE_API_KEY,
      anonKey: values.SUPABASE_ANON_KEY,
      serviceKey: values.SUPABASE_SERVICE_KEY,
      publishableKeys: values.SUPABASE_PUBLISHABLE_KEYS ?? [],
      secretKeys: values.SUPABASE_SECRET_KEYS ?? [],
    },
    storage: {
      maxSignedUrlExpiryMs: values.MAX_SIGNED_URL_EXPIRY,
      imageTransformation: values.IMAGE_TRANSFORMATION,
    },
    realtime: {
      tenant: values.REALTIME_TENANT,
      deletes: values.REALTIME_DELETES,
      /** Undefined: there is no canary. */
      canaryEveryMs: values.REALTIME_CANARY,
      maxSockets: values.REALTIME_MAX_SOCKETS,
    },
    functions: { answerMs: values.FUNCTIONS_TIMEOUT },
    local: {
      dataDir: values.BUNBUN_DATA_DIR,
      pgBin: values.PG_BIN,
      jwtAlgorithm: values.LOCAL_JWT_ALGORITHM,
      autoconfirm: values.LOCAL_AUTOCONFIRM,
    },
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
