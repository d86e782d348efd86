import { setTimeout as delay } from 'node:timers/promises';
import { createOperationEngine } from '../graphql/engine/engine.ts';
import { closeHttpServer } from '../http/close-server.ts';
import { watchConnections } from '../http/connection-watch.ts';
import type { Phase } from '../http/health-routes.ts';
import { type ListeningAddress, listen } from '../http/listen.ts';
import { createMetricsServer } from '../http/metrics-server.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { createUpgradeRouter } from '../http/upgrade-router.ts';
import { packageVersion } from '../lib/package-version.ts';
import type { Upgrade } from '../module/upgrade.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { createWebSocketServer } from '../websocket/server.ts';
import { createCallers } from './callers.ts';
import { checkRateLimitNames } from './check-rate-limit-names.ts';
import type { Config } from './config.ts';
import { createGatewayServer } from './gateway-server.ts';
import { createIdempotency } from './idempotency.ts';
import { joinModules } from './joined-modules.ts';
import { createLifecycle } from './lifecycle.ts';
import { drainTimes, hostCheck, introspectionFor } from './modes.ts';
import { modules } from './modules.ts';
import { countOperations, logOperations } from './operation-observers.ts';
import { createPools } from './pools.ts';
import { createSchema, schemaChoice } from './schema.ts';
import { createSharedLimits } from './shared-limits.ts';
import { startModules } from './start-modules.ts';

/** One process's worth of a gateway, with everything that holds state inside. */
export interface Gateway {
  /**
   * Starts to listen; rejects when the port is taken or the configuration does not hold against the services. Ready
   * only when `announce`, which tells others where it listens, is done.
   */
  listen(announce?: (address: ListeningAddress) => void | Promise<void>): Promise<ListeningAddress>;
  /** What keeps callers from what they could have, in sentences. Nothing has to listen for it. */
  diagnose(): Promise<readonly string[]>;
  /** Drains and ends everything, within the configured time. */
  close(): Promise<void>;
}

/** Puts the gateway together. Nothing listens and nothing connects until it is asked to. */
export function createGateway(config: Config, overrides: { readonly log?: Logger } = {}): Gateway {
  const { server: settings, observability } = config;
  const schema = createSchema();
  checkRateLimitNames(config.rateLimits.byField, schema);
  const log = overrides.log ?? createLogger({ level: observability.logLevel });
  const metrics = createMetrics();
  const lifecycle = createLifecycle(log);
  let phase: Phase = 'starting';
  let stopping = false;
  const draining = () => stopping;

  const callers = createCallers(config, log);
  const limits = createSharedLimits(config, metrics);
  const { places, rateLimit, bodies } = limits;
  const pools = createPools(config, lifecycle, log);
  const idempotency = createIdempotency(config, pools, lifecycle, log);
  const deployment = { schema, pools, callers, places, rateLimit, metrics, log, lifecycle };
  const { services, started } = startModules(modules, config, deployment);
  const { routes, requestHeaders, ...joined } = joinModules(started);
  const engine = createOperationEngine({
    schemas: schemaChoice(schema, started),
    services,
    rateLimit,
    limits: config.graphql,
    introspection: introspectionFor(config),
    observers: [countOperations(metrics), logOperations(log)],
    idempotency,
    log,
  });

  const webSockets = createWebSocketServer({
    engine,
    ...callers,
    requestHeaders,
    limits: { ...config.websocket, maxMessageBytes: settings.maxJsonBytes },
    places,
    operationPlaces: limits.operationPlaces,
    bodies,
    log,
  });
  metrics.holdings('bunbun_websocket', 'What the GraphQL WebSocket server holds.', webSockets.stats);
  const headers = securityHeaders(settings.publicUrl);
  const hostAllowed = hostCheck(config);
  const http = { config, engine, callers, requestHeaders, limits, metrics, headers, draining, log };
  const server = createGatewayServer({
    ...http,
    hostAllowed,
    routes,
    phase: () => phase,
    missing: () => joined.missing(settings.readyRequires),
  });
  const connections = watchConnections(server);
  const upgrades: readonly Upgrade[] = [...joined.upgrades, webSockets];
  server.on('upgrade', createUpgradeRouter({ upgrades, hostAllowed, draining }));
  const { metricsPort } = observability;
  const metricsServer = metricsPort === undefined ? undefined : createMetricsServer(metrics, headers);
  if (metricsServer) lifecycle.add('metrics', () => closeHttpServer(metricsServer, 0));
  lifecycle.add('http', () => closeHttpServer(server, settings.shutdownMs));
  for (const upgrade of upgrades) lifecycle.add(upgrade.path, () => upgrade.close(drainTimes(config)));

  return {
    async listen(announce) {
      // What is made in the database is there before anybody reads or follows its schema.
      await idempotency?.prepare();
      await joined.check();
      const { host, port } = settings;
      const address = await listen(server, { host, port, variable: 'PORT' });
      if (metricsServer && metricsPort !== undefined) {
        await listen(metricsServer, { host, port: metricsPort, variable: 'METRICS_PORT' });
      }
      await announce?.(address);
      phase = 'ready';
      log.info({ version: packageVersion, ...address }, 'listening');
      return address;
    },
    diagnose: joined.diagnose,
    async close() {
      const delayMs = phase === 'ready' ? settings.drainDelayMs : 0;
      phase = 'draining';
      connections.leave();
      // Whoever balances the load has to learn of it first.
      if (delayMs > 0) await delay(delayMs);
      stopping = true;
      await lifecycle.end(settings.shutdownMs + 2_000);
    },
  };
}
