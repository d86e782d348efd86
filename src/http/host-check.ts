import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface HostCheckOptions {
  /** Names beside localhost, such as that of PUBLIC_URL. */
  readonly names?: readonly string[];
  /** Any address, as long as it is an address and no name: for a server that was opened to the network on purpose. */
  readonly anyAddress?: boolean;
}

/**
 * Tells whether a request names a host that this server answers to. In development a page on any site could otherwise
 * point its own name at 127.0.0.1 and talk to the local stack (DNS rebinding).
 */
export function createHostCheck({ names = [], anyAddress = false }: HostCheckOptions = {}) {
  const known = new Set([...loopbackNames, ...names.map((name) => name.toLowerCase())]);
  return (request: IncomingMessage): boolean => {
    const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    return known.has(host) || (anyAddress && isIP(host.replace(/^\[|\]$/g, '')) !== 0);
  };
}
