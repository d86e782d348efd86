import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { createOperationEngine } from '../graphql/engine/engine.ts';
import type { Services } from '../graphql/kit/context.ts';
import { limitedFields } from '../graphql/kit/rate-limit-directive.ts';
import { watchConnections } from '../http/connection-watch.ts';
import { createCors } from '../http/cors.ts';
import { createGraphiQL, wantsPage } from '../http/graphql/graphiql.ts';
import { createGraphQLHttp } from '../http/graphql/graphql-http.ts';
import { createHeldBytes } from '../http/graphql/multipart/held-bytes.ts';
import { createGraphQLYoga } from '../http/graphql/yoga.ts';
import { createHealthRoutes, type Phase } from '../http/health-routes.ts';
import { createHostCheck, type HostCheckOptions } from '../http/host-check.ts';
import { type ListeningAddress, listen } from '../http/listen.ts';
import { createMetricsServer } from '../http/metrics-server.ts';
import { createOriginCheck } from '../http/origin-check.ts';
import { createProxy } from '../http/proxy/proxy.ts';
import { requestTransport } from '../http/request-transport.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { createHttpServer, type Handler } from '../http/server.ts';
import { closeHttpServer, runShutdown } from '../http/shutdown.ts';
import { createUpgradeRouter } from '../http/upgrade-router.ts';
import { AppError } from '../lib/app-error.ts';
import { createByteBudget } from '../lib/byte-budget.ts';
import { clientAddress } from '../lib/client-address.ts';
import { createPlaces } from '../lib/places.ts';
import { isLoopbackHost } from '../lib/private-host.ts';
import { createVia } from '../lib/via.ts';
import { createClientPlaces } from '../limits/client-places.ts';
import { createFieldRateLimit, failedAttempts } from '../limits/field-rate-limit.ts';
import { createRateLimiter } from '../limits/rate-limiter.ts';
import { createAuthClient } from '../modules/auth/client/client.ts';
import { passedAuthRateLimits } from '../modules/auth/rate-limits.ts';
import { createFunctionsClient } from '../modules/functions/client/client.ts';
import { createHealthClient } from '../modules/health/client/client.ts';
import { probedUpstreams } from '../modules/health/probed-upstreams.ts';
import { createIntrospectionClient } from '../modules/introspection/client/client.ts';
import { createMetaClient } from '../modules/meta/client/client.ts';
import { createMigrationsClient } from '../modules/migrations/client/client.ts';
import { createCanaryRow } from '../modules/realtime/client/canary-row.ts';
import { type CanaryRow, createRealtimeClient } from '../modules/realtime/client/client.ts';
import { createFilterCheck } from '../modules/realtime/client/filter-check.ts';
import { createSchemaCheck, createTableDescriber } from '../modules/realtime/client/visible-table.ts';
import { realtimeEndpoint } from '../modules/realtime/endpoint.ts';
import { createRealtimeTunnel } from '../modules/realtime/tunnel.ts';
import { createDatabaseClient } from '../modules/sql/client/client.ts';
import { checkReadLogin } from '../modules/sql/reading-login.ts';
import { createStorageClient } from '../modules/storage/client/client.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createServiceUpstreams } from '../upstream/http/service-upstreams.ts';
import { createPostgresPools, type PostgresPools } from '../upstream/postgres/pools.ts';
import { createSchemaChanges } from '../upstream/postgres/schema-changes.ts';
import { createSqlTypes } from '../upstream/postgres/sql/sql-types.ts';
import { credentialsFromHeaders } from '../viewer/credentials.ts';
import { createViewerResolver } from '../viewer/resolver.ts';
import { createWebSocketServer } from '../websocket/server.ts';
import { passRoutes } from './pass-routes.ts';
import { createSchema } from './schema.ts';

/** For the look at the start whether Postgres lets us in. */
const loginCheckMs = 5_000;

export interface AppOverrides {
  readonly log?: Logger;
}

/** A gateway: one process's worth of it, with everything that holds state inside. */
export interface App {
  /**
   * Starts to listen; rejects when the port is taken or the configuration does not hold against the services. Ready
   * only when `announce`, which tells others where it listens, is done.
   */
  listen(announce?: (address: ListeningAddress) => void | Promise<void>): Promise<ListeningAddress>;
  /** Drains and ends everything, within the configured time. */
  close(): Promise<void>;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown';
}

/** A misspelt field would keep its default, and nobody would notice. */
function checkRateLimits(given: object, limited: ReadonlySet<string>): void {
  const problems = Object.keys(given)
    .filter((field) => !limited.has(field))
    .map((field) => `RATE_LIMITS must name fields that have a @rateLimit, which ${field} has not.`);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Puts the gateway together. Nothing listens and nothing connects until it is asked to. */
export function createApp(config: Config, overrides: AppOverrides = {}): App {
  const schema = createSchema();
  checkRateLimits(
    config.rateLimits.byField,
    new Set([...limitedFields(schema), failedAttempts, ...Object.keys(passedAuthRateLimits)]),
  );
  const log = overrides.log ?? createLogger({ level: config.observability.logLevel });
  const version = packageVersion();
  let phase: Phase = 'starting';
  let stopping = false;
  const refusing = () => stopping;

  const metrics = createMetrics();
  metrics.limitHit(failedAttempts, 0);
  const { maxSockets, maxSocketsPerClient, maxOperationsPerClient } = config.websocket;
  const places = createClientPlaces({ max: maxSockets, maxPerClient: maxSocketsPerClient }, metrics.limitHit);
  const operationPlaces = createPlaces(
    { max: Number.POSITIVE_INFINITY, maxPerClient: maxOperationsPerClient },
    ['operation'],
    () => metrics.limitHit('WS_MAX_OPERATIONS_PER_CLIENT'),
  );
  const viewers = createViewerResolver(config.viewer, { log });
  const pools = createPools(config, log);
  const sqlTypes = createSqlTypes({ onLearned: () => schemaChanges.follow() });
  const schemaChanges = createSchemaChanges({ pools, handlers: [sqlTypes.forget], log });
  const upstreams = createServiceUpstreams(config, { log, metrics });
  const realtime = createRealtimeClient({
    http: upstreams.byName.REALTIME?.upstream,
    tenant: config.realtime.tenant,
    anonKey: keyJwt(config.viewer.anonKey, config.viewer.publishableKeys),
    deletes: config.realtime.deletes,
    tableChecks: pools && {
      describe: createTableDescriber(pools.general, log),
      seesSchema: createSchemaCheck(pools.general, log),
      filterProblem: createFilterCheck(pools.general, log),
    },
    canary: canaryRow(config, pools, log),
    limits: { sockets: config.realtime.maxSockets },
    log,
  });
  const health = createHealthClient({
    version,
    upstreams: probedUpstreams(config, upstreams, () => realtime.changesAreDead),
    pingPostgres: pools?.ping,
    log,
  });
  const services: Services = {
    realtime,
    health,
    meta: createMetaClient({
      upstream: upstreams.byName.META?.upstream,
      behindGateway: upstreams.byName.META?.behindGateway ?? false,
    }),
    functions: createFunctionsClient({
      upstream: upstreams.byName.FUNCTIONS?.upstream,
      answerMs: config.functions.answerMs,
      maxAnswerBytes: config.upstream.maxAnswerBytes,
    }),
    storage: createStorageClient({
      upstream: upstreams.byName.STORAGE?.upstream,
      publicUrl: config.server.publicUrl,
      ...config.storage,
    }),
    auth: createAuthClient({
      upstream: upstreams.byName.AUTH?.upstream,
      behindGateway: upstreams.byName.AUTH?.behindGateway ?? false,
      publicUrl: config.server.publicUrl,
      extraRoles: config.viewer.extraAuthenticatedRoles,
    }),
    database: createDatabaseClient({ pools, types: sqlTypes, limits: config.database }),
    introspection: createIntrospectionClient({ pools }),
    migrations: createMigrationsClient({
      pools,
      allowOutOfOrder: config.migrations.allowOutOfOrder,
      timeoutMs: config.database.maxTimeoutMs,
      onSchemaChange: schemaChanges.changed,
    }),
  };
  const rateLimit = createFieldRateLimit(
    createRateLimiter({ maxKeys: config.rateLimits.maxKeys }),
    config.rateLimits.byField,
    metrics,
  );

  const engine = createOperationEngine({
    schema,
    services,
    rateLimit,
    limits: config.graphql,
    introspection: introspectionFor(config),
    metrics,
    log,
  });
  const yoga = createGraphQLYoga(engine, log);

  const heldFiles = createHeldBytes({
    maxRequestBytes: config.server.maxUploadHeldBytes,
    maxTotalBytes: config.server.maxUploadsHeldBytes,
  });
  const bodies = createByteBudget(
    {
      maxBytes: config.server.maxBodiesBytes,
      maxBytesPerClient: Math.max(config.server.maxBodiesBytes / 4, config.server.maxBodyBytes),
    },
    () => metrics.limitHit('MAX_BODIES'),
  );
  const graphqlHttp = createGraphQLHttp({
    engine,
    yoga,
    log,
    draining: refusing,
    maxBodyBytes: config.server.maxBodyBytes,
    maxJsonBytes: config.server.maxJsonBytes,
    bodies,
    upload: {
      maxFileBytes: config.server.maxUploadBytes,
      maxFiles: config.server.maxUploadFiles,
      held: heldFiles,
    },
  });
  const graphiql = config.graphql.graphiql ? createGraphiQL({ keepKey: config.mode === 'dev' }) : undefined;
  const transportDeps = {
    clientAddress: (request: IncomingMessage) => clientAddress(request, config.server.trustedProxies),
    viewer: (request: IncomingMessage, ignoreAuthorization: boolean, apikey?: string) => {
      const came = credentialsFromHeaders(request.rawHeaders);
      const credentials = apikey === undefined ? came : { ...came, apikey };
      return viewers.resolve(
        ignoreAuthorization ? { ...credentials, authorization: undefined } : credentials,
      );
    },
  };
  const graphqlDeps = { ...transportDeps, places };
  const graphql: Handler = async (request, response) => {
    if (graphiql && wantsPage(request)) await graphiql(request, response);
    else await graphqlHttp(request, response, requestTransport(request, response, graphqlDeps));
  };

  const hostAllowed = config.mode === 'dev' ? createHostCheck(developmentHosts(config)) : () => true;
  const proxy = createProxy({
    ...transportDeps,
    routes: passRoutes(config, upstreams),
    publicUrl: config.server.publicUrl,
    rateLimit,
    log,
    draining: refusing,
  });
  const originAllowed = createOriginCheck({
    allowedOrigins: config.server.allowedOrigins ?? [],
    publicUrl: config.server.publicUrl,
    development: config.mode === 'dev',
  });
  const webSockets = createWebSocketServer({
    engine,
    viewers,
    clientAddress: transportDeps.clientAddress,
    originAllowed,
    limits: { ...config.websocket, maxMessageBytes: config.server.maxJsonBytes },
    places,
    operationPlaces,
    bodies,
    log,
  });
  metrics.holdings('bunbun_websocket', 'What the GraphQL WebSocket server holds.', () => ({
    ...webSockets.stats(),
  }));
  metrics.holdings('bunbun_client_connections', 'What WS_MAX_SOCKETS bounds, by kind.', places.taken);
  metrics.holdings('bunbun_held_bytes', 'Bytes that are held for requests, by what they are.', () => ({
    files: heldFiles.total(),
    bodies: bodies.held,
  }));
  metrics.holdings('bunbun_realtime', 'What the client of Realtime holds.', () => ({ ...realtime.stats() }));
  const headers = securityHeaders(config.server.publicUrl);
  const server: Server = createHttpServer({
    routes: {
      '/graphql': graphql,
      ...createHealthRoutes({
        phase: () => phase,
        missing: () => health.missing(config.server.readyRequires),
        metrics,
        metricsAccess: metricsAccess(config),
      }),
    },
    passThrough: (request, response) => proxy.handle(request, response),
    cors: createCors({
      allowedOrigins: config.server.allowedOrigins ?? [],
      development: config.mode === 'dev',
      log,
    }),
    hostAllowed,
    headers,
    log,
  });

  const connections = watchConnections(server);

  const tunnel = createRealtimeTunnel({
    endpoint:
      upstreams.byName.REALTIME &&
      realtimeEndpoint(upstreams.byName.REALTIME.upstream.baseUrl, config.realtime.tenant),
    resolve: (credentials) => viewers.resolve(credentials),
    originAllowed,
    clientAddress: transportDeps.clientAddress,
    places,
    via: createVia(config.server.publicUrl),
    connectMs: config.upstream.answerMs,
    log,
  });
  const upgrades = { '/graphql': webSockets.upgrade, '/realtime/v1/websocket': tunnel.upgrade };
  server.on('upgrade', createUpgradeRouter({ routes: upgrades, hostAllowed, draining: refusing }));
  const { metricsPort } = config.observability;
  const metricsServer = metricsPort === undefined ? undefined : createMetricsServer(metrics, headers);
  // Clients of a deployment should not come back all at once; in development nobody wants to wait.
  const { shutdownMs } = config.server;
  const drain =
    config.mode === 'dev'
      ? { graceMs: 0, spreadMs: 0, closeMs: 1_000 }
      : { graceMs: shutdownMs / 4, spreadMs: shutdownMs / 2, closeMs: shutdownMs / 4 };

  return {
    async listen(announce) {
      if (refusesPrivilegedSql(config)) await checkDatabase(config, pools, log);
      const { host, port } = config.server;
      const address = await listen(server, { host, port, variable: 'PORT' });
      if (metricsServer && metricsPort !== undefined) {
        await listen(metricsServer, { host, port: metricsPort, variable: 'METRICS_PORT' });
      }
      await announce?.(address);
      phase = 'ready';
      log.info({ version, ...address }, 'listening');
      return address;
    },
    async close() {
      const delayMs = phase === 'ready' ? config.server.drainDelayMs : 0;
      phase = 'draining';
      connections.leave();
      // Whoever balances the load has to learn of it first.
      if (delayMs > 0) await delay(delayMs);
      stopping = true;
      await runShutdown(
        [
          { name: 'websocket', run: () => webSockets.close(drain) },
          { name: 'realtime', run: () => tunnel.close(drain.closeMs) },
          { name: 'http', run: () => closeHttpServer(server, shutdownMs) },
          { name: 'metrics', run: () => metricsServer && closeHttpServer(metricsServer, 0) },
          { name: 'health', run: () => health.close() },
          { name: 'upstreams', run: () => upstreams.close() },
          { name: 'postgres', run: async () => await pools?.end() },
        ],
        shutdownMs + 2_000,
        log,
      );
    },
  };
}

function developmentHosts({ server }: Config): HostCheckOptions {
  return { names: [new URL(server.publicUrl).hostname], anyAddress: !isLoopbackHost(server.host) };
}

function introspectionFor({ graphql }: Config): 'everybody' | 'service_role' | 'nobody' {
  if (graphql.introspection === 'service_role') return 'service_role';
  return graphql.introspection === 'true' ? 'everybody' : 'nobody';
}

/** A key as a JWT: an opaque one is a name for it that Realtime does not know. */
function keyJwt(given: string | undefined, opaque: Config['viewer']['secretKeys']): string | undefined {
  return given?.startsWith('sb_') ? opaque.find(({ key }) => key === given)?.jwt : given;
}

function canaryRow(config: Config, pools: PostgresPools | undefined, log: Logger): CanaryRow | undefined {
  const everyMs = config.realtime.canaryEveryMs;
  if (everyMs === undefined) return undefined;
  const token = keyJwt(config.viewer.serviceKey, config.viewer.secretKeys);
  if (pools === undefined || token === undefined) {
    log.warn(
      { code: 'NOT_CONFIGURED' },
      'REALTIME_CANARY needs DATABASE_URL and SUPABASE_SERVICE_KEY: there is no canary',
    );
    return undefined;
  }
  return createCanaryRow({ pool: pools.general, token, everyMs });
}

function createPools(config: Config, log: Logger): PostgresPools | undefined {
  const { database } = config;
  const { url, readUrl, directUrl, pooler, sslmode, ca } = database;
  if (url === undefined) return undefined;
  const sizes = {
    max: database.poolSize,
    readMax: database.readPoolSize,
    acquireTimeoutMs: database.poolWaitMs,
  };
  const refusePrivilegedRead = refusesPrivilegedSql(config);
  const urls = { url, readUrl, directUrl, pooler, sslMode: sslmode, ca };
  return createPostgresPools({ ...urls, ...sizes, refusePrivilegedRead, log });
}

/** The local stack makes the login for reading SQL itself. */
function refusesPrivilegedSql({ mode, database }: Config): boolean {
  return mode !== 'dev' && !database.allowPrivilegedSql;
}

/** Rejects when the login for reading SQL can do more than that. A database that is down is no reason not to start. */
async function checkDatabase(
  { database }: Config,
  pools: PostgresPools | undefined,
  log: Logger,
): Promise<void> {
  if (pools === undefined) return;
  const check = async (variable: string, run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_CONFIGURED') throw error;
      const refused = error instanceof AppError && error.details['reason'] === 'login_refused';
      log.warn(
        { err: error },
        `Postgres ${refused ? 'refuses' : 'did not answer at the start:'} ${variable}`,
      );
    }
  };
  const oneUrl = database.readUrl === database.url;
  await Promise.all([
    check(oneUrl ? 'DATABASE_URL' : 'DATABASE_URL_READ', () => checkReadLogin(pools)),
    oneUrl ? undefined : check('DATABASE_URL', () => pools.ping(AbortSignal.timeout(loginCheckMs))),
  ]);
}

/** In development everybody on this machine may look; elsewhere a token is needed, or a port of its own. */
function metricsAccess({ mode, server, observability }: Config): { token: string } | 'open' | undefined {
  if (observability.metricsToken !== undefined) return { token: observability.metricsToken };
  return mode === 'dev' && isLoopbackHost(server.host) ? 'open' : undefined;
}
