import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  type GraphQLError,
  GraphQLSchema,
  parse,
} from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { OperationEngine } from '../graphql/engine/engine.ts';
import { toClientError } from '../graphql/engine/errors.ts';
import type { Transport } from '../graphql/engine/transport.ts';
import { unsupportedRequest } from '../graphql/engine/unsupported-request.ts';
import { noRoomForBody } from '../http/request-body.ts';
import { AppError } from '../lib/app-error.ts';
import type { ByteBudget } from '../lib/byte-budget.ts';
import { defaultQueueLimits } from '../lib/event-queue.ts';
import { isRecord } from '../lib/is-record.ts';
import { isTooDeep, mostLevels } from '../lib/nesting.ts';
import type { Places } from '../lib/places.ts';
import { refuseUpgrade } from '../lib/refuse-upgrade.ts';
import { createTimers } from '../lib/timers.ts';
import { type ClientPlaces, clientOf } from '../limits/client-places.ts';
import type { Upgrade } from '../module/upgrade.ts';
import type { Logger } from '../observability/logger.ts';
import type { ViewerResolver } from '../viewer/resolver.ts';
import { watchArrivingMessage } from './arriving-message.ts';
import { type Connection, createConnection, tryAgainLater } from './connection.ts';
import { createMessageTurns } from './message-turns.ts';
import { type Runnable, RunningOperation } from './operation.ts';
import { createOutlet, createWriteBatch } from './outlet.ts';
import { createSharedOperations } from './shared-operations.ts';

export interface WebSocketLimits {
  /** Milliseconds for `connection_init` on a new socket. */
  readonly initTimeoutMs: number;
  /** Milliseconds between two pings; a client that answers none in that time is dropped. */
  readonly keepAliveMs: number;
  /** Running operations of one socket. */
  readonly maxOperations: number;
  /** Unsent bytes after which a client that does not read is dropped. */
  readonly maxBufferedBytes: number;
  /** Largest message of a client; a larger one closes with 1009. */
  readonly maxMessageBytes: number;
}

export interface WebSocketServerDeps {
  readonly engine: OperationEngine;
  readonly viewers: ViewerResolver;
  readonly clientAddress: (request: IncomingMessage) => string | undefined;
  readonly originAllowed: (request: IncomingMessage) => boolean;
  readonly limits: WebSocketLimits;
  /** A socket that finds none is closed with 1013, which its client tries again after. */
  readonly places: ClientPlaces;
  /** Of all running operations. */
  readonly operationPlaces: Places<'operation'>;
  /** Counts what running operations were sent, and what has come of messages that are not whole yet. */
  readonly bodies: ByteBudget;
  readonly log: Logger;
}

/** GraphQL over WebSocket (`graphql-transport-ws`). */
export interface GraphQLWebSocketServer extends Upgrade {
  /** Sockets, running operations, executions that operations share, timers, and bytes that wait for slow readers. */
  stats(): Record<'sockets' | 'operations' | 'shared' | 'timers' | 'waitingBytes', number>;
}

/** graphql-ws wants a schema, and a document to learn the kind of operation from; the real ones are the engine's. */
const noSchema = new GraphQLSchema({});
const kinds = {
  query: parse('query { __typename }'),
  mutation: parse('mutation { __typename }'),
  subscription: parse('subscription { __typename }'),
};

/** Sockets over a limit that have not answered their close; the one that has had the longest time goes for the next. */
const mostRefused = 1_000;

export function createWebSocketServer(deps: WebSocketServerDeps): GraphQLWebSocketServer {
  const { limits, log } = deps;
  const timers = createTimers();
  const connections = new Set<Connection>();
  const refused = new Set<WebSocket>();
  let draining = false;
  let stopPings: (() => void) | undefined;

  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols,
    clientTracking: false,
    // One message of a socket in each turn of the event loop, however many came in one piece.
    allowSynchronousEvents: false,
  });

  /** One timer for all sockets: two for each would be most of an idle socket's memory. */
  const ping = () => {
    for (const connection of connections) {
      if (!connection.alive) connection.socket.terminate();
      else {
        connection.alive = false;
        connection.socket.ping();
      }
    }
    stopPings = connections.size === 0 ? undefined : timers.after(limits.keepAliveMs, ping);
  };

  const transportOf = (connection: Connection, signal: AbortSignal): Transport => {
    const { viewer } = connection;
    // graphql-ws lets nobody subscribe before connection_init was accepted.
    if (viewer === undefined) throw new Error('An operation came before its connection was accepted.');
    return {
      requestId: randomUUID(),
      clientAddress: connection.clientAddress,
      userAgent: connection.userAgent,
      signal,
      viewer: (ignoreAuthorization) =>
        ignoreAuthorization ? connection.withoutAuthorization() : viewer.current,
      renewal: viewer,
      backlog: connection.backlog,
    };
  };
  const clientError = (error: AppError) =>
    toClientError(error, { requestId: randomUUID(), role: 'ANON', log });
  const tooMany = (holder: string, limit: number) =>
    new AppError('RATE_LIMITED', `${holder} runs ${limit} operations, its limit.`, {
      details: { limit, retryAfter: 1 },
    });

  const turns = createMessageTurns<Connection>((connection, message) => {
    connection.alive = true;
    if (!connection.takesMessages || refusesUnsupported(connection, message)) return;
    connection.messageLength = message.length;
    connection.handle?.(message).catch((error: unknown) => {
      log.error({ err: error }, 'a WebSocket message could not be handled');
      connection.close(CloseCode.InternalServerError, 'Internal server error');
    });
  });
  const batch = createWriteBatch();
  const shared = createSharedOperations((result) =>
    Buffer.from(JSON.stringify(withoutHints(result) ?? result)),
  );
  /** The same operation, run together with those of the same identity where the field allows it. */
  const sharedOrOwn = (
    prepared: Runnable,
    transport: Transport,
    { socket, raw, viewer, backlog }: Connection,
    id: string,
  ): Runnable => {
    const sharing = prepared.sharing();
    if (sharing === undefined || viewer === undefined) return prepared;
    const subscription = shared.subscribe({
      key: createHash('sha256').update(JSON.stringify(prepared.params)).digest('base64'),
      sharing,
      viewer,
      start(signal, common) {
        // What waits for a reader waits in its outlet.
        const { backlog: _, ...rest } = transport;
        const own = { ...rest, signal, viewer: () => common.current, renewal: common };
        const again = deps.engine.prepare(prepared.params, own);
        return again.type === 'refused' ? again.result : again.run();
      },
      outlet: (missed) =>
        createOutlet({ socket, raw, id, limits: defaultQueueLimits, backlog, batch, missed }),
    });
    return { ...prepared, run: () => subscription };
  };

  /** graphql-ws would close the socket for an operation without a text, with all that runs on it. */
  const refusesUnsupported = ({ viewer, socket }: Connection, message: string): boolean => {
    if (viewer === undefined || !message.includes('"persistedQuery"')) return false;
    const parsed = parsedOrUndefined(message);
    if (!isRecord(parsed) || parsed['type'] !== 'subscribe' || typeof parsed['id'] !== 'string') return false;
    const error = unsupportedRequest(parsed['payload']);
    if (error === undefined) return false;
    const payload = [withoutHint(clientError(error))];
    void send(socket, JSON.stringify({ id: parsed['id'], type: 'error', payload }));
    return true;
  };

  const protocol = makeServer<Record<string, unknown>, { connection: Connection }>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: ({ extra, connectionParams }) => extra.connection.initialise(connectionParams),
    onPing: ({ extra }, payload) => extra.connection.refresh(payload),
    onSubscribe({ extra, subscriptions }, id, payload) {
      const { connection } = extra;
      // As the protocol counts: what the client has completed is no longer among them.
      if (Object.keys(subscriptions).length > limits.maxOperations) {
        return [clientError(tooMany('This socket', limits.maxOperations))];
      }
      const abort = new AbortController();
      const transport = transportOf(connection, abort.signal);
      const { query, variables, operationName } = payload;
      const params = { query, variables: variables ?? null, operationName: operationName ?? null };
      // Also those that no operation asks for: they are written out to find who shares it.
      if (isTooDeep(variables)) {
        const message = `variables: JSON must not be nested deeper than ${mostLevels} levels.`;
        return [clientError(new AppError('BAD_USER_INPUT', message))];
      }
      const prepared = deps.engine.prepare(params, transport);
      // Returned, not thrown: a throw closes the socket, with every other subscription on it.
      if (prepared.type === 'refused') {
        return prepared.result.errors ?? [clientError(new AppError('INTERNAL_SERVER_ERROR', 'Refused.'))];
      }
      const place = deps.operationPlaces.take('operation', connection.client);
      if (place.free === undefined) return [clientError(tooMany('This client', place.limit))];
      const hold = deps.bodies.hold(connection.client);
      if (!hold.grow(connection.messageLength)) {
        place.free();
        return [clientError(noRoomForBody())];
      }
      const running = new RunningOperation(sharedOrOwn(prepared, transport, connection, id), abort, {
        ended() {
          place.free();
          hold.release();
          connection.ended(id, running);
        },
        expired: connection.expire,
      });
      connection.operations.set(id, running);
      return {
        schema: noSchema,
        document: kinds[prepared.type],
        contextValue: running,
      };
    },
    execute: runningOf,
    subscribe: runningOf,
    onNext: (_context, _id, _payload, _args, result) => withoutHints(result),
    onError: (_context, _id, _payload, errors) => errors.map(withoutHint),
  });

  const opened = (
    socket: WebSocket,
    raw: Duplex,
    request: IncomingMessage,
    clientAddress: string | undefined,
    freePlace: () => void,
  ) => {
    const connection = createConnection(socket, raw, request, clientAddress, {
      resolve: (credentials) => deps.viewers.resolve(credentials),
      timers,
    });
    connections.add(connection);
    watchArrivingMessage({
      socket,
      raw,
      client: connection.client,
      bodies: deps.bodies,
      timers,
      noRoom: () => connection.close(tryAgainLater, 'try_again_later'),
    });
    stopPings ??= timers.after(limits.keepAliveMs, ping);
    socket.on('pong', () => {
      connection.alive = true;
    });
    // What a client broke (a frame too large, invalid UTF-8) is told by the close that ws sends by itself.
    socket.on('error', (error) => log.debug({ err: error.message }, 'WebSocket of a client failed'));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => send(socket, data),
        close: (code, reason) => connection.close(code, reason),
        onPing: (payload) => answerPing(socket, payload),
        onMessage(handle) {
          connection.handle = handle;
          socket.on('message', (data) => {
            connection.alive = true;
            if (connection.takesMessages) turns.push(connection, String(data));
          });
        },
      },
      { connection },
    );
    socket.once('close', (code, reason) => {
      freePlace();
      connections.delete(connection);
      turns.drop(connection);
      connection.dispose();
      if (connections.size === 0) {
        stopPings?.();
        stopPings = undefined;
      }
      closed(code, String(reason)).catch((error: unknown) =>
        log.error({ err: error }, 'a socket did not end well'),
      );
    });
  };

  /**
   * Closed, not refused at the upgrade: that is an error of the network to graphql-ws' client, and its end. It holds no
   * place, so it may not stay for as long as it likes not to answer the close.
   */
  const refuse = (socket: WebSocket): void => {
    const [longest] = refused;
    if (longest !== undefined && refused.size >= mostRefused) {
      refused.delete(longest);
      longest.terminate();
    }
    refused.add(socket);
    socket.on('error', () => undefined);
    const forget = timers.after(limits.initTimeoutMs, () => socket.terminate());
    socket.once('close', () => {
      forget();
      refused.delete(socket);
    });
    socket.close(tryAgainLater, 'try_again_later');
  };

  const answerPing = async (socket: WebSocket, payload: Record<string, unknown> | undefined) => {
    if (isTooDeep(payload)) {
      socket.close(CloseCode.BadRequest, `JSON must not be nested deeper than ${mostLevels} levels`);
      return;
    }
    await send(socket, JSON.stringify(pongFor(payload)));
  };
  const send = (socket: WebSocket, data: string) =>
    new Promise<void>((resolve) => {
      if (socket.readyState !== socket.OPEN) {
        resolve();
        return;
      }
      if (socket.bufferedAmount > limits.maxBufferedBytes) {
        log.warn({ bufferedBytes: socket.bufferedAmount }, 'dropped a WebSocket client that does not read');
        // A close frame would wait behind what it does not read.
        socket.terminate();
      }
      // A send that fails is followed by the socket's close.
      socket.send(data, () => resolve());
    });

  return {
    path: '/graphql',
    // Drains: each socket closes with 1001 once it has its answers; then cuts what is left.
    upgrade(request, socket, head) {
      if (draining) refuseUpgrade(socket, 503, 'Service Unavailable');
      else if (!deps.originAllowed(request)) refuseUpgrade(socket, 403, 'Forbidden');
      else {
        wss.handleUpgrade(request, socket, head, (webSocket) => {
          const address = deps.clientAddress(request);
          const place = deps.places.take('websocket', clientOf(address));
          if (place.free === undefined) {
            refuse(webSocket);
            return;
          }
          opened(webSocket, socket, request, address, place.free);
        });
      }
    },
    stats() {
      let operations = 0;
      let waitingBytes = 0;
      for (const connection of connections) {
        operations += connection.operations.size;
        waitingBytes += connection.backlog.bytes;
      }
      const sockets = connections.size;
      return { sockets, operations, shared: shared.running, timers: timers.active, waitingBytes };
    },
    async close(times) {
      draining = true;
      stopPings?.();
      stopPings = undefined;
      for (const socket of refused) socket.terminate();
      if (connections.size === 0) return;
      const cancels: (() => void)[] = [];
      const later = (ms: number, run: () => void) => cancels.push(timers.after(ms, run));
      await new Promise<void>((resolve) => {
        for (const { socket, leave } of connections) {
          socket.once('close', () => {
            if (connections.size === 0) resolve();
          });
          later(times.graceMs + Math.random() * times.spreadMs, leave);
        }
        later(times.graceMs + times.spreadMs + times.closeMs, () => {
          for (const { socket } of connections) socket.terminate();
        });
      });
      for (const cancel of cancels) cancel();
    },
  };
}

function runningOf(args: ExecutionArgs): RunningOperation {
  if (args.contextValue instanceof RunningOperation) return args.contextValue;
  throw new Error('An operation was not prepared.');
}

/** The echo the protocol asks for, but never of a credential. */
function pongFor(payload: Record<string, unknown> | undefined) {
  const isSecret = Object.keys(payload ?? {}).some((name) => /^(authorization|apikey)$/i.test(name));
  return payload === undefined || isSecret ? { type: 'pong' } : { type: 'pong', payload };
}

/** Hints for HTTP mean nothing here. */
function withoutHint(error: GraphQLError) {
  const { http: _, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

function withoutHints(result: {
  errors?: readonly GraphQLError[] | undefined;
}): FormattedExecutionResult | undefined {
  const { errors, ...rest } = result;
  return errors === undefined ? undefined : { ...rest, errors: errors.map(withoutHint) };
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
