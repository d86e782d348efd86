import type { IncomingMessage, Server } from 'node:http';
import { createCors } from '../http/cors.ts';
import { createHealthRoutes, type Phase } from '../http/health-routes.ts';
import { createProxy } from '../http/proxy/proxy.ts';
import type { SecurityHeaders } from '../http/security-headers.ts';
import { createHttpServer } from '../http/server.ts';
import { watchUnreadAnswers } from '../http/unread-answers.ts';
import type { ProxyRoute } from '../module/proxy-route.ts';
import type { Metrics } from '../observability/metrics.ts';
import { createGraphQLHandler, type GraphQLHandlerDeps } from './graphql-handler.ts';
import { metricsAccess } from './modes.ts';

export interface GatewayServerDeps extends GraphQLHandlerDeps {
  /** What passes through to the services. */
  readonly routes: readonly ProxyRoute[];
  readonly phase: () => Phase;
  /** Required services that are not up. */
  readonly missing: () => Promise<readonly string[]>;
  readonly metrics: Metrics;
  readonly headers: SecurityHeaders;
  readonly hostAllowed: (request: IncomingMessage) => boolean;
}

/** The HTTP server: GraphQL, health and the pass-through. Upgrades and listening are the gateway's. */
export function createGatewayServer(deps: GatewayServerDeps): Server {
  const { config, callers, limits, routes, phase, missing, metrics, headers, hostAllowed, draining, log } =
    deps;
  const { publicUrl, allowedOrigins = [], maxUnreadBytes } = config.server;
  const { rateLimit } = limits;
  const proxy = createProxy({ ...callers, routes, publicUrl, rateLimit, log, draining });
  const server = createHttpServer({
    routes: {
      '/graphql': createGraphQLHandler(deps),
      ...createHealthRoutes({ phase, missing, metrics, metricsAccess: metricsAccess(config) }),
    },
    passThrough: proxy.handle,
    cors: createCors({ allowedOrigins, development: config.mode === 'dev', log }),
    hostAllowed,
    headers,
    log,
  });
  const unread = watchUnreadAnswers(server, {
    clientAddress: callers.clientAddress,
    maxBytes: maxUnreadBytes,
    cut: () => metrics.limitHit('MAX_UNREAD'),
    log,
  });
  metrics.holdings('bunbun_unread_bytes', 'What MAX_UNREAD bounds.', () => ({ answers: unread.bytes }));
  return server;
}
