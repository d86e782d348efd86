import type { IncomingMessage } from 'node:http';

/** Longest time in which a connection stays whose request was answered early. */
const mostMs = 2_000;

/**
 * For an answer that says `Connection: close` before all of its request has come; called before the answer ends. A
 * little is read on and the connection then closed in one direction only: cut at once, it would be reset, and a client
 * that is still sending would see that in place of the answer.
 */
export function leaveRequest(request: IncomingMessage, mostBytes = 1024 * 1024): void {
  const { socket } = request;
  if (request.complete || socket.destroyed) return;
  const close = socket.destroySoon.bind(socket);
  // What node calls once the answer is written.
  socket.destroySoon = () => {
    if (request.complete) return close();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), mostMs);
    socket.once('close', () => clearTimeout(timer));
    request.once('end', close);
  };
  request.unpipe();
  let seen = 0;
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    // It is held back from now on, as long as it stays.
    if (seen > mostBytes) request.pause();
  });
  request.resume();
}
