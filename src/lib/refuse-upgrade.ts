import type { Duplex } from 'node:stream';

/** For a client to take its refusal and close. */
const refusalMs = 5_000;

/** Answers an upgrade that is not taken, in plain HTTP; 503 is for clients that try again. */
export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  socket.on('error', () => socket.destroy());
  // The HTTP server has let go of it: nobody else would notice that it ended, or end it.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), refusalMs).unref();
  socket.once('close', () => clearTimeout(cut));
  const retryAfter = status === 503 ? 'Retry-After: 5\r\n' : '';
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\n${retryAfter}Content-Length: 0\r\n\r\n`);
}
