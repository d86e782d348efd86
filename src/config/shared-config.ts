import type { Mode } from './mode.ts';
import type { OpaqueKey } from './opaque-keys.ts';
import type { SharedValues } from './shared-variables.ts';

/** What is configured and no module's own, nested by what it is about. */
export type SharedConfig = ReturnType<typeof sharedConfig>;

/** The shared configuration out of the values of its variables, with what the mode adds where they say nothing. */
export function sharedConfig(values: SharedValues, mode: Mode) {
  const dev = mode === 'dev';
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
      maxUnreadBytes: values.MAX_UNREAD,
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
    upstream: {
      /** Supabase's own gateway, under which the services have their usual paths. */
      gatewayUrl: values.SUPABASE_URL,
      connectMs: values.UPSTREAM_CONNECT_TIMEOUT,
      answerMs: values.UPSTREAM_TIMEOUT,
      idleMs: values.UPSTREAM_IDLE_TIMEOUT,
      connections: values.UPSTREAM_CONNECTIONS,
      maxAnswerBytes: values.UPSTREAM_MAX_ANSWER,
    },
    database: {
      url: values.DATABASE_URL,
      readUrl: values.DATABASE_URL_READ ?? values.DATABASE_URL,
      rowsUrl: values.DATABASE_URL_ROWS,
      rowsServiceUrl: values.DATABASE_URL_ROWS_SERVICE ?? values.DATABASE_URL,
      directUrl: values.DATABASE_DIRECT_URL,
      pooler: values.DATABASE_POOLER,
      sslmode: values.DATABASE_SSLMODE,
      ca: values.DATABASE_CA,
      /** The local stack makes the login for reading SQL itself. */
      refusesPrivilegedSql: !dev && !values.ALLOW_PRIVILEGED_SQL,
      poolSize: values.DATABASE_POOL_SIZE,
      readPoolSize: values.DATABASE_READ_POOL_SIZE,
      poolWaitMs: values.DATABASE_POOL_WAIT,
      maxTimeoutMs: values.DATABASE_MAX_TIMEOUT,
      idempotencyMs: values.IDEMPOTENCY_TTL,
    },
    viewer: {
      jwtSecret: values.JWT_SECRET,
      jwks: values.JWKS,
      jwksUrl: values.JWKS_URL,
      audience: values.JWT_AUDIENCE,
      issuer: values.JWT_ISSUER,
      clockToleranceMs: values.JWT_CLOCK_TOLERANCE,
      tokenCacheSize: values.TOKEN_CACHE_SIZE,
      extraAuthenticatedRoles: values.EXTRA_AUTHENTICATED_ROLES,
      requireApiKey: values.REQUIRE_API_KEY,
      anonKey: values.SUPABASE_ANON_KEY,
      serviceKey: values.SUPABASE_SERVICE_KEY,
      anonJwt: keyJwt(values.SUPABASE_ANON_KEY, values.SUPABASE_PUBLISHABLE_KEYS),
      serviceJwt: keyJwt(values.SUPABASE_SERVICE_KEY, values.SUPABASE_SECRET_KEYS),
      publishableKeys: values.SUPABASE_PUBLISHABLE_KEYS ?? [],
      secretKeys: values.SUPABASE_SECRET_KEYS ?? [],
    },
    local: {
      dataDir: values.BUNBUN_DATA_DIR,
      pgBin: values.PG_BIN,
      jwtAlgorithm: values.LOCAL_JWT_ALGORITHM,
      autoconfirm: values.LOCAL_AUTOCONFIRM,
    },
  };
}

/** A key as a JWT: an opaque one is a name for it that Realtime does not know. */
function keyJwt(given: string | undefined, opaque: readonly OpaqueKey[] = []): string | undefined {
  return given?.startsWith('sb_') ? opaque.find(({ key }) => key === given)?.jwt : given;
}
