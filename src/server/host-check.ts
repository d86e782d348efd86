import type { IncomingMessage } from 'node:http';

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Tells whether a request names a host that this server answers to. In development a page on any site could otherwise
 * point its own name at 127.0.0.1 and talk to the local stack (DNS rebinding).
 */
export function createHostCheck(extraNames: readonly string[] = []) {
  const names = new Set([...loopbackNames, ...extraNames.map((name) => name.toLowerCase())]);
  return (request: IncomingMessage): boolean => {
    const host = (request.headers.host ?? '').toLowerCase();
    return names.has(host.replace(/:\d+$/, ''));
  };
}
