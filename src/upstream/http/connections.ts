import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { buildConnector, Client, type Dispatcher, Pool } from 'undici';

export interface ConnectionOptions {
  /** How many there may be at a time; more requests wait. */
  readonly connections: number;
  readonly connectMs: number;
  /** Whether a success of the service shows that it has read the request's body. */
  readonly successReadsBody: boolean;
}

/** As undici's; for handlers that are plain objects. */
export interface Connections extends Pick<Dispatcher, 'dispatch'> {
  destroy(): Promise<void>;
}

/**
 * Connections to one service, one for each request that is under way. One that carried a body is used again only when
 * a success came after all of it was sent: a service that refuses may leave the body unread and keep the connection,
 * and whoever came next would wait behind those bytes.
 */
export function openConnections(origin: string, options: ConnectionOptions): Connections {
  const connect = buildConnector({ timeout: options.connectMs, keepAlive: true });
  const takers = new WeakMap<Dispatcher.DispatchOptions, (socket: () => Socket | undefined) => void>();

  class Connection extends Client {
    readonly #socket: () => Socket | undefined;
    constructor(to: URL, socket: () => Socket | undefined, by: buildConnector.connector) {
      super(to, {
        pipelining: 1,
        // Node's servers close idle sockets after 5 s: we must be the first, or a request meets a closing socket.
        keepAliveTimeout: 4_000,
        keepAliveMaxTimeout: 60_000,
        connect: by,
      });
      this.#socket = socket;
    }
    override dispatch(sent: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
      takers.get(sent)?.(this.#socket);
      return super.dispatch(sent, handler);
    }
  }

  const pool = new Pool(origin, {
    connections: options.connections,
    factory(to) {
      let socket: Socket | undefined;
      return new Connection(
        to,
        () => socket,
        (wanted, done) =>
          connect(wanted, (...result) => {
            socket = result[1] ?? undefined;
            done(...result);
          }),
      );
    },
  });

  return {
    destroy: () => pool.destroy(),
    dispatch(sent, handler) {
      const { body, method } = sent;
      if (body === undefined || body === null) return pool.dispatch(sent, handler);
      let socketOf: () => Socket | undefined = () => undefined;
      takers.set(sent, (taken) => {
        socketOf = taken;
      });
      const canBeKept = options.successReadsBody && !withoutUseOfBody.has(method);
      let keep = false;
      return pool.dispatch(sent, {
        ...handler,
        onResponseStart(controller, status, headers, text) {
          if (status >= 200) keep = canBeKept && status < 300 && isSent(body, socketOf());
          handler.onResponseStart?.(controller, status, headers, text);
        },
        onResponseEnd(controller, trailers) {
          if (!keep) cut(body, socketOf());
          handler.onResponseEnd?.(controller, trailers);
        },
      });
    },
  };
}

/** A service answers them whatever comes with them. */
const withoutUseOfBody: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

type Body = Dispatcher.DispatchOptions['body'];

function isSent(body: Body, socket: Socket | undefined): boolean {
  return (!(body instanceof Readable) || body.readableEnded) && socket?.writableLength === 0;
}

/** Resets it: what the service has not read would else wait in the system, and the port with it. */
function cut(body: Body, socket: Socket | undefined): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
  if (body instanceof Readable) body.destroy();
}
