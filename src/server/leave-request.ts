import type { IncomingMessage } from 'node:http';

/** Longest time in which a request that was answered early is still read. */
const mostMs = 2_000;

/**
 * Reads on a little after an early answer, so that a client that is still sending sees the answer and not a reset.
 * Resolves at the end of the request, after `mostBytes` or after 2 s; whoever waited closes the connection then.
 */
export async function leaveRequest(request: IncomingMessage, mostBytes = 1024 * 1024): Promise<void> {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  await new Promise<void>((resolve) => {
    let seen = 0;
    const timer = setTimeout(resolve, mostMs);
    request.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      if (seen > mostBytes) resolve();
    });
    request.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    request.once('end', resolve);
    request.resume();
  });
}
