import type { IncomingMessage } from 'node:http';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ReadRequestHeaders } from '../http/request-headers.ts';
import { isTooDeep, mostLevels } from '../lib/nesting.ts';
import { refuseUpgrade } from '../lib/refuse-upgrade.ts';
import { createTimers } from '../lib/timers.ts';
import { type ClientPlaces, clientOf } from '../limits/client-places.ts';
import type { Upgrade } from '../module/upgrade.ts';
import type { ViewerResolver } from '../viewer/resolver.ts';
import { watchArrivingMessage } from './arriving-message.ts';
import { createBoundedSend } from './bounded-send.ts';
import { type Connection, createConnection, tryAgainLater } from './connection.ts';
import { drain } from './drain.ts';
import { createKeepAlive } from './keep-alive.ts';
import { createMessageTurns } from './message-turns.ts';
import { pongMessage } from './messages.ts';
import { createProtocol, type ProtocolDeps } from './protocol.ts';
import { createRefusedSockets } from './refused-sockets.ts';

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

export interface WebSocketServerDeps extends Omit<ProtocolDeps, 'send' | 'timers'> {
  readonly viewers: ViewerResolver;
  readonly clientAddress: (request: IncomingMessage) => string | undefined;
  readonly originAllowed: (request: IncomingMessage) => boolean;
  readonly requestHeaders: ReadRequestHeaders;
  readonly limits: WebSocketLimits;
  /** A socket that finds none is closed with 1013, which its client tries again after. */
  readonly places: ClientPlaces;
}

/** GraphQL over WebSocket (`graphql-transport-ws`). */
export interface GraphQLWebSocketServer extends Upgrade {
  /** Sockets, running operations, executions that operations share, timers, and bytes that wait for slow readers. */
  stats(): Record<'sockets' | 'operations' | 'shared' | 'timers' | 'waitingBytes', number>;
}

export function createWebSocketServer(deps: WebSocketServerDeps): GraphQLWebSocketServer {
  const { limits, log } = deps;
  const timers = createTimers();
  const connections = new Set<Connection>();
  const refused = createRefusedSockets(limits.initTimeoutMs, timers);
  const keepAlive = createKeepAlive(connections, limits.keepAliveMs, timers);
  const send = createBoundedSend(limits.maxBufferedBytes, log);
  const protocol = createProtocol({ ...deps, send, timers });
  // Made once: a function that is made at an upgrade keeps the request in memory for as long as its socket.
  const connectionDeps = { resolve: deps.viewers.resolve, timers };
  let draining = false;

  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols,
    clientTracking: false,
    // One message of a socket in each turn of the event loop, however many came in one piece.
    allowSynchronousEvents: false,
  });

  const turns = createMessageTurns<Connection>((connection, message) => {
    connection.alive = true;
    if (!connection.takesMessages || protocol.refusesUnsupported(connection, message)) return;
    connection.messageLength = message.length;
    connection.handle?.(message).catch((error: unknown) => {
      log.error({ err: error }, 'a WebSocket message could not be handled');
      connection.close(CloseCode.InternalServerError, 'Internal server error');
    });
  });

  const answerPing = async (socket: WebSocket, payload: Record<string, unknown> | undefined) => {
    if (isTooDeep(payload)) {
      socket.close(CloseCode.BadRequest, `JSON must not be nested deeper than ${mostLevels} levels`);
      return;
    }
    await send(socket, pongMessage(payload));
  };

  /** Has the protocol speak with a connection; gives what is to be told of its close. */
  const speak = (connection: Connection) => {
    const { socket } = connection;
    return protocol.opened(
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
  };

  const open = (connection: Connection, freePlace: () => void) => {
    const { socket, raw, client } = connection;
    connections.add(connection);
    watchArrivingMessage({
      socket,
      raw,
      client,
      bodies: deps.bodies,
      timers,
      noRoom: () => connection.close(tryAgainLater, 'try_again_later'),
    });
    keepAlive.start();
    socket.on('pong', () => {
      connection.alive = true;
    });
    // What a client broke (a frame too large, invalid UTF-8) is told by the close that ws sends by itself.
    socket.on('error', (error) => log.debug({ err: error.message }, 'WebSocket of a client failed'));
    const closed = speak(connection);
    socket.once('close', (code, reason) => {
      freePlace();
      connections.delete(connection);
      turns.drop(connection);
      connection.dispose();
      if (connections.size === 0) keepAlive.stop();
      closed(code, String(reason)).catch((error: unknown) =>
        log.error({ err: error }, 'a socket did not end well'),
      );
    });
  };

  return {
    path: '/graphql',
    upgrade(request, raw, head) {
      const headers = deps.requestHeaders(request);
      if (draining) refuseUpgrade(raw, 503, 'Service Unavailable');
      else if (!deps.originAllowed(request)) refuseUpgrade(raw, 403, 'Forbidden');
      else if (headers === undefined) refuseUpgrade(raw, 431, 'Request Header Fields Too Large');
      else {
        wss.handleUpgrade(request, raw, head, (socket) => {
          const clientAddress = deps.clientAddress(request);
          const place = deps.places.take('websocket', clientOf(clientAddress));
          if (place.free === undefined) {
            refused.add(socket);
            return;
          }
          open(
            createConnection(socket, raw, request, { clientAddress, headers }, connectionDeps),
            place.free,
          );
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
      return { sockets, operations, shared: protocol.shared, timers: timers.active, waitingBytes };
    },
    // Each socket closes with 1001 once it has its answers.
    async close(times) {
      draining = true;
      keepAlive.stop();
      refused.terminate();
      await drain(connections, times, timers);
    },
  };
}
