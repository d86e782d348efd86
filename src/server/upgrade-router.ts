import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { requestProblem } from './request-check.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Hands an upgrade to the handler of its exact path; others get 404, hosts that are not ours 421, and all 503 while draining. */
export function createUpgradeRouter(deps: {
  readonly routes: Readonly<Record<string, UpgradeHandler>>;
  readonly hostAllowed: (request: IncomingMessage) => boolean;
  /** @default () => false */
  readonly draining?: () => boolean;
}): UpgradeHandler {
  const routes = new Map(Object.entries(deps.routes));
  return (request, socket, head) => {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const handler = routes.get(path);
    const problem = requestProblem(request);
    if (problem !== undefined) refuseUpgrade(socket, problem.status, problem.text);
    else if (deps.draining?.() === true) refuseUpgrade(socket, 503, 'Service Unavailable');
    else if (!deps.hostAllowed(request)) refuseUpgrade(socket, 421, 'Misdirected Request');
    else if (handler === undefined) refuseUpgrade(socket, 404, 'Not Found');
    else handler(request, socket, head);
  };
}

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
