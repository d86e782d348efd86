import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Hands an upgrade to the handler of its exact path; others get 404, and hosts that are not ours 421. */
export function createUpgradeRouter(deps: {
  readonly routes: Readonly<Record<string, UpgradeHandler>>;
  readonly hostAllowed: (request: IncomingMessage) => boolean;
}): UpgradeHandler {
  const routes = new Map(Object.entries(deps.routes));
  return (request, socket, head) => {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const handler = routes.get(path);
    if (!deps.hostAllowed(request)) refuseUpgrade(socket, 421, 'Misdirected Request');
    else if (handler === undefined) refuseUpgrade(socket, 404, 'Not Found');
    else handler(request, socket, head);
  };
}

/** Answers an upgrade that is not taken, in plain HTTP. */
export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
