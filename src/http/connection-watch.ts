import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionWatch {
  /** From now on each answer is the last of its connection, and says so. */
  leave(): void;
}

interface Held {
  requests: number;
  /** Bytes that had come at the last look. */
  seen: number | undefined;
}

/**
 * Follows the connections of a server, and takes over which of them are idle: those without a request under way on
 * which nothing has come since the last look, so that a request that is on its way is not cut. Node itself takes one
 * that has brought no request yet for a busy one.
 */
export function watchConnections(server: Server): ConnectionWatch {
  const connections = new Map<Socket, Held>();
  const unanswered = new Set<ServerResponse>();
  let leaving = false;

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { requests: 0, seen: undefined });
    socket.once('close', () => connections.delete(socket));
  });
  // They are in other hands from now on.
  server.on('upgrade', ({ socket }: IncomingMessage) => connections.delete(socket));
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const held = connections.get(socket);
    if (held) held.requests += 1;
    if (leaving) response.setHeader('connection', 'close');
    else unanswered.add(response);
    response.once('close', () => {
      unanswered.delete(response);
      if (held) held.requests -= 1;
    });
  });

  server.closeIdleConnections = () => {
    for (const [socket, held] of connections) {
      const still = held.seen === socket.bytesRead;
      held.seen = socket.bytesRead;
      if (still && held.requests === 0) socket.destroySoon();
    }
  };

  return {
    leave() {
      leaving = true;
      for (const response of unanswered) {
        if (!response.headersSent) response.setHeader('connection', 'close');
      }
      unanswered.clear();
    },
  };
}
