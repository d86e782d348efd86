import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Requests of a connection that may wait for the answers to earlier ones. */
const mostRequestsWaiting = 64;

/**
 * Hands on the requests of a connection one after another, each after the answer to the one before and in a later turn
 * of the event loop: thousands that come in one write hold up nobody else. A connection that sends many more than it
 * has answers to is cut, which whoever sends ahead must be ready for.
 */
export function oneAtATime(listener: Listener): Listener {
  /** What waits, for connections that have a request under way. */
  const lines = new WeakMap<Socket, [IncomingMessage, ServerResponse][]>();

  function begin(
    line: [IncomingMessage, ServerResponse][],
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    const { socket } = request;
    response.once('close', () => {
      if (line.length === 0) lines.delete(socket);
      else setImmediate(next, line, socket);
    });
    listener(request, response);
  }
  function next(line: [IncomingMessage, ServerResponse][], socket: Socket) {
    const waiting = line.shift();
    if (waiting !== undefined && !socket.destroyed) begin(line, ...waiting);
  }

  return (request, response) => {
    const { socket } = request;
    const line = lines.get(socket);
    if (line === undefined) {
      const own: [IncomingMessage, ServerResponse][] = [];
      lines.set(socket, own);
      begin(own, request, response);
    } else if (line.length < mostRequestsWaiting) line.push([request, response]);
    else socket.destroy();
  };
}
