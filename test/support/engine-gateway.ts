import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createCallers } from '../../src/gateway/callers.ts';
import { loadConfig } from '../../src/gateway/config.ts';
import { createGraphQLHandler } from '../../src/gateway/graphql-handler.ts';
import { createSharedLimits } from '../../src/gateway/shared-limits.ts';
import { createOperationEngine } from '../../src/graphql/engine/engine.ts';
import type { OperationObserver } from '../../src/graphql/engine/observers.ts';
import type { SchemaChoice } from '../../src/graphql/engine/served-schema.ts';
import { createRequestHeaders } from '../../src/http/request-headers.ts';
import { createUpgradeRouter } from '../../src/http/upgrade-router.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createWebSocketServer, type GraphQLWebSocketServer } from '../../src/websocket/server.ts';
import { silentLog as log } from './test-call.ts';
import { testSecret } from './tokens.ts';

/** The operation engine behind all transports, over schemas of the test's own. */
export interface EngineGateway extends AsyncDisposable {
  readonly url: string;
  readonly webSocketUrl: string;
  readonly webSockets: GraphQLWebSocketServer;
  client(connectionParams?: Record<string, string>): Client;
}

export async function startEngineGateway(
  schemas: SchemaChoice,
  observers: readonly OperationObserver[] = [],
): Promise<EngineGateway> {
  const config = loadConfig({ JWT_SECRET: testSecret, GRAPHIQL: 'false' }, { mode: 'dev' });
  const callers = createCallers(config, log);
  const requestHeaders = createRequestHeaders([]);
  const limits = createSharedLimits(config, createMetrics({ process: false }));
  const engine = createOperationEngine({
    schemas,
    services: {} as never,
    idempotency: undefined,
    rateLimit: limits.rateLimit,
    log,
    limits: config.graphql,
    introspection: 'everybody',
    observers,
  });
  const webSockets = createWebSocketServer({
    engine,
    ...callers,
    requestHeaders,
    ...limits,
    limits: { ...config.websocket, maxMessageBytes: 100_000 },
    log,
  });
  const handle = createGraphQLHandler({
    config,
    engine,
    callers,
    requestHeaders,
    limits,
    draining: () => false,
    log,
  });
  const server = createServer((request, response) => void handle(request, response));
  server.on('upgrade', createUpgradeRouter({ upgrades: [webSockets], hostAllowed: () => true }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const webSocketUrl = `ws://127.0.0.1:${port}/graphql`;
  const clients: Client[] = [];
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    webSocketUrl,
    webSockets,
    client(connectionParams) {
      const client = createClient({
        url: webSocketUrl,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(connectionParams ? { connectionParams } : {}),
      });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.dispose();
      await webSockets.close({ graceMs: 0, spreadMs: 0, closeMs: 200 });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
