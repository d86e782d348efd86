import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Throws away what a handler has left of a request, once it is answered: unread, it would keep the next one on the
 * same connection from being read. Node itself does so only for a request that nobody has begun to read.
 */
export function dropUnread(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (request.readableEnded) return;
    request.unpipe();
    request.resume();
  });
}
