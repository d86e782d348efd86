import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { loadConfig } from '../../src/gateway/config.ts';
import { createOperationEngine } from '../../src/graphql/engine/engine.ts';
import { createBuilder } from '../../src/graphql/kit/create-builder.ts';
import { createOriginCheck } from '../../src/http/origin-check.ts';
import { createUpgradeRouter } from '../../src/http/upgrade-router.ts';
import { createByteBudget } from '../../src/lib/byte-budget.ts';
import { clientAddress } from '../../src/lib/client-address.ts';
import { createPlaces } from '../../src/lib/places.ts';
import { createClientPlaces } from '../../src/limits/client-places.ts';
import { createFieldRateLimit } from '../../src/limits/field-rate-limit.ts';
import type { Call } from '../../src/viewer/call.ts';
import { createViewerResolver } from '../../src/viewer/resolver.ts';
import {
  createWebSocketServer,
  type GraphQLWebSocketServer,
  type WebSocketLimits,
} from '../../src/websocket/server.ts';
import { silentLog } from './test-call.ts';
import { testSecret } from './tokens.ts';

/** A GraphQL WebSocket server over a small schema whose running subscriptions are counted. */
export interface WebSocketGateway {
  readonly server: GraphQLWebSocketServer;
  readonly url: string;
  /** Subscriptions whose source is open just now. */
  readonly opened: { now: number; ever: number };
  /** Mutations that wait for the test to call them. */
  readonly held: (() => void)[];
  /** Tokens the running subscriptions were told of. */
  readonly renewed: string[];
  client(options?: Partial<ClientOptions>): Client;
  close(): Promise<void>;
}

const limits: WebSocketLimits = {
  initTimeoutMs: 1_000,
  keepAliveMs: 10_000,
  maxOperations: 10,
  maxBufferedBytes: 1_000_000,
  maxMessageBytes: 100_000,
};

export async function startWebSocketGateway(
  overrides: Partial<WebSocketLimits> = {},
  options: {
    development?: boolean;
    maxSockets?: number;
    shares?: { sockets: number; operations: number };
  } = {},
): Promise<WebSocketGateway> {
  const opened = { now: 0, ever: 0 };
  const held: (() => void)[] = [];
  const renewed: string[] = [];
  const builder = createBuilder();
  builder.queryFields((t) => ({
    who: t.string({
      directives: { auth: { requires: 'ANON' } },
      resolve: (_root, _args, { call }) => String(call.viewer.claims['sub'] ?? call.viewer.role),
    }),
    text: t.string({
      directives: { auth: { requires: 'ANON' } },
      args: { length: t.arg.int({ required: true }) },
      resolve: (_root, { length }) => 'x'.repeat(length),
    }),
    slow: t.string({
      directives: { auth: { requires: 'ANON' } },
      resolve: (_root, _args, { call }) =>
        new Promise<string>((resolve) => {
          opened.now += 1;
          opened.ever += 1;
          call.signal.addEventListener('abort', () => {
            opened.now -= 1;
            resolve('left');
          });
        }),
    }),
    broken: t.string({
      directives: { auth: { requires: 'ANON' } },
      resolve: () => {
        throw new Error('a secret of the inside');
      },
    }),
  }));
  builder.mutationFields((t) => ({
    nothing: t.boolean({ directives: { auth: { requires: 'ANON' } }, resolve: () => true }),
    held: t.boolean({
      directives: { auth: { requires: 'ANON' } },
      resolve: () => new Promise<boolean>((resolve) => held.push(() => resolve(true))),
    }),
  }));
  async function* silence(signal: AbortSignal, stop: () => void): AsyncGenerator<number> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    stop();
  }
  const open = (call: Call) => {
    opened.now += 1;
    opened.ever += 1;
    const unsubscribe = call.renewal?.subscribe((viewer) => renewed.push(viewer.token ?? ''));
    return () => {
      opened.now -= 1;
      unsubscribe?.();
    };
  };
  builder.subscriptionFields((t) => ({
    silent: t.int({
      directives: { auth: { requires: 'ANON' } },
      subscribe: (_root, _args, { call }) => silence(call.signal, open(call)),
      resolve: (value: number) => value,
    }),
    count: t.int({
      directives: { auth: { requires: 'ANON' } },
      args: { to: t.arg.int({ required: true }) },
      subscribe: async function* (_root, { to }) {
        for (let value = 1; value <= to; value += 1) yield value;
      },
      resolve: (value: number) => value,
    }),
    restricted: t.int({
      directives: { auth: { requires: 'SERVICE_ROLE' } },
      subscribe: (_root, _args, { call }) => silence(call.signal, open(call)),
      resolve: (value: number) => value,
    }),
  }));
  const config = loadConfig({ JWT_SECRET: testSecret }, { mode: 'dev' });
  const schema = builder.toSchema();
  const engine = createOperationEngine({
    schemas: { forEverybody: () => schema },
    services: {} as never,
    idempotency: undefined,
    rateLimit: createFieldRateLimit({
      take: () => ({ ok: true, retryAfterMs: 0 }),
      giveBack: () => undefined,
    }),
    log: silentLog,
    limits: config.graphql,
    introspection: 'everybody',
    observers: [],
  });
  const server = createWebSocketServer({
    engine,
    viewers: createViewerResolver(config.viewer, { log: silentLog }),
    clientAddress: (request) => clientAddress(request, 1),
    requestHeaders: () => ({}),
    originAllowed: createOriginCheck({
      allowedOrigins: ['https://app.example.com'],
      publicUrl: 'https://api.example.com',
      development: options.development ?? false,
    }),
    limits: { ...limits, ...overrides },
    places: createClientPlaces({
      max: options.maxSockets ?? 100,
      maxPerClient: options.shares?.sockets ?? 100,
    }),
    operationPlaces: createPlaces({ max: 1_000, maxPerClient: options.shares?.operations ?? 1_000 }, [
      'operation',
    ]),
    bodies: createByteBudget({ maxBytes: 10_000_000, maxBytesPerClient: 10_000_000 }),
    log: silentLog,
  });
  const http: Server = createServer((_request, response) => response.writeHead(404).end());
  http.on('upgrade', createUpgradeRouter({ upgrades: [server], hostAllowed: () => true }));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/graphql`;
  return {
    server,
    url,
    opened,
    held,
    renewed,
    client: (clientOptions) =>
      createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, ...clientOptions }),
    async close() {
      await server.close({ graceMs: 0, spreadMs: 0, closeMs: 200 });
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** A bare socket that speaks the protocol by hand. */
export interface RawClient {
  readonly socket: WebSocket;
  readonly messages: { readonly type: string; readonly id?: string; readonly payload?: unknown }[];
  readonly closed: Promise<{ code: number; reason: string }>;
  send(message: object | string): void;
  /** Resolves with the first message that fits, past or future. */
  message(fits: (message: RawClient['messages'][number]) => boolean): Promise<RawClient['messages'][number]>;
}

export async function rawClient(
  url: string,
  options: { origin?: string; headers?: Record<string, string>; protocol?: string } = {},
): Promise<RawClient> {
  const { protocol = 'graphql-transport-ws', ...rest } = options;
  const socket = new WebSocket(url, protocol === '' ? [] : [protocol], rest);
  const messages: RawClient['messages'] = [];
  const watchers = new Set<() => void>();
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    for (const watcher of [...watchers]) watcher();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  // What breaks later is told by the close.
  socket.on('error', () => undefined);
  return {
    socket,
    messages,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    message: (fits) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = messages.find(fits);
          if (found === undefined) return;
          watchers.delete(check);
          resolve(found);
        };
        watchers.add(check);
        socket.once('close', () => reject(new Error('the socket closed before the message came')));
        check();
      }),
  };
}

/** A raw client whose connection is accepted. */
export async function acceptedClient(url: string, payload?: object): Promise<RawClient> {
  const client = await rawClient(url);
  client.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
  await client.message(({ type }) => type === 'connection_ack');
  return client;
}

/** Resolves once `holds`; fails after ten seconds. */
export async function waitFor(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('the condition never held');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
