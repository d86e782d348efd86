import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { groupBy } from '../lib/group-by.ts';
import { clientOf } from '../limits/client-places.ts';
import type { Logger } from '../observability/logger.ts';

export interface UnreadAnswersDeps {
  readonly clientAddress: (request: IncomingMessage) => string | undefined;
  /** What all clients together may leave unread, in bytes. */
  readonly maxBytes: number;
  /** Milliseconds after which an HTTP client that has taken nothing of its answer is cut. @default 60_000 */
  readonly stillMs?: number;
  /** Told of each connection that is cut for `maxBytes`. */
  readonly cut: () => void;
  readonly log: Logger;
}

export interface UnreadAnswers {
  /** Bytes that were written for clients and that these had not taken at the last look. */
  readonly bytes: number;
}

/** Milliseconds between two looks. */
const lookMs = 250;
const usualStillMs = 60_000;

interface Reader {
  readonly socket: Socket;
  /** Of a WebSocket: keeping its request would keep all of it for as long as the socket. */
  client: string | undefined;
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  /** When it was first seen with something unread, without a look at which there was nothing. */
  since: number | undefined;
}

/**
 * Bounds what is in memory because clients do not read, whatever it is: answers, streams, results on WebSockets. Nothing
 * is counted when it is written. From time to time it looks at all connections; where they hold too much, it cuts that
 * which leaves most, and of such that which has waited longest, of the client who leaves most unread, until they do not.
 * Of all that waits behind one address, as behind a proxy, slow readers of little are no remedy. To refuse the answer that
 * comes last would be a refusal for whoever reads, and of a change that has been made already.
 */
export function watchUnreadAnswers(server: Server, deps: UnreadAnswersDeps): UnreadAnswers {
  const { clientAddress, maxBytes, stillMs = usualStillMs, cut, log } = deps;
  const readers = new Map<Socket, Reader>();
  let unread = 0;

  server.on('connection', (socket: Socket) => {
    readers.set(socket, { socket, client: undefined, exchange: undefined, since: undefined });
    socket.once('close', () => readers.delete(socket));
  });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const reader = readers.get(request.socket);
    if (reader) reader.exchange = { request, response };
  });
  server.prependListener('upgrade', (request: IncomingMessage) => {
    const reader = readers.get(request.socket);
    if (reader) Object.assign(reader, { client: clientOf(clientAddress(request)), exchange: undefined });
  });

  const clientOfReader = ({ client, exchange }: Reader): string =>
    client ?? clientOf(exchange && clientAddress(exchange.request));

  function look(): void {
    const now = performance.now();
    const behind: Reader[] = [];
    unread = 0;
    for (const reader of readers.values()) {
      const bytes = reader.socket.writableLength;
      if (bytes === 0) caughtUp(reader);
      else {
        fellBehind(reader, now, stillMs);
        behind.push(reader);
        unread += bytes;
      }
    }
    if (unread > maxBytes) cutLargest(behind);
  }

  function cutLargest(behind: readonly Reader[]): void {
    const clients = [...groupBy(behind, clientOfReader).values()].map((own) => ({
      bytes: own.reduce((sum, { socket }) => sum + socket.writableLength, 0),
      // The last one is cut first.
      own: own.toSorted((a, b) => unreadOf(a) - unreadOf(b) || (b.since ?? 0) - (a.since ?? 0)),
    }));
    const byLevel = groupBy(clients, ({ bytes }) => roughly(bytes));
    for (let level = roughly(unread); level > 0; level -= 1) {
      const most = byLevel.get(level)?.sort((a, b) => waitingSince(a.own) - waitingSince(b.own)) ?? [];
      // Who leaves as much also without the one that is cut comes to stand behind the others, and has his turn again.
      for (const client of most) {
        if (unread <= maxBytes) return;
        const reader = client.own.pop();
        if (reader === undefined) continue;
        client.bytes -= cutReader(reader);
        const left = roughly(client.bytes);
        const others = byLevel.get(left);
        if (others === undefined) byLevel.set(left, [client]);
        else others.push(client);
      }
    }
  }

  /** Gives how much it had left unread. */
  function cutReader({ socket }: Reader): number {
    const bytes = socket.writableLength;
    unread -= bytes;
    log.warn({ bytes }, 'cut a client that does not read what it asked for');
    cut();
    socket.destroy();
    return bytes;
  }

  server.once('listening', () => {
    const looking = setInterval(look, lookMs);
    looking.unref();
    server.once('close', () => clearInterval(looking));
  });
  return {
    get bytes() {
      return unread;
    },
  };
}

/** Who leaves about as much as another one has not left more. */
function roughly(bytes: number): number {
  return Math.ceil(bytes / (1024 * 1024));
}

function unreadOf({ socket }: Reader): number {
  return roughly(socket.writableLength);
}

function waitingSince(own: readonly Reader[]): number {
  return own.at(-1)?.since ?? Number.POSITIVE_INFINITY;
}

/** Of an answer under way the connection ends when nothing moves on it; Node looks into what the system holds. */
function fellBehind(reader: Reader, now: number, stillMs: number): void {
  if (reader.since !== undefined) return;
  reader.since = now;
  if (reader.exchange !== undefined) reader.socket.setTimeout(stillMs);
}

/** After an answer Node has set the time for the next request. */
function caughtUp(reader: Reader): void {
  if (reader.since === undefined) return;
  reader.since = undefined;
  if (reader.exchange?.response.writableFinished === false) reader.socket.setTimeout(0);
}
