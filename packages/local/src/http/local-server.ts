import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { dropUnread } from './drop-unread.ts';

/** A server of the local stack, listening on loopback. */
export interface LocalServer {
  /** Origin without a trailing slash, such as `http://127.0.0.1:43121`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface LocalServerParts {
  /** Whether the `Host` of a request is one of ours; all others are answered with 421. */
  readonly isOurs: (request: IncomingMessage) => boolean;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Answers in place of `answer`, which has thrown `error`, unless an answer has begun. */
  readonly fail: (error: unknown, request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly http?: ServerOptions;
}

/** Listens on any free port of 127.0.0.1. What handlers leave unread of a request does not hold up the next one. */
export async function startLocalServer(parts: LocalServerParts): Promise<LocalServer> {
  const server = createServer(parts.http ?? {}, (request, response) => {
    dropUnread(request, response);
    if (!parts.isOurs(request)) {
      response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8' }).end('Misdirected Request\n');
      return;
    }
    parts.answer(request, response).catch((error: unknown) => parts.fail(error, request, response));
  });
  if (parts.upgrade) server.on('upgrade', parts.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a local server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
