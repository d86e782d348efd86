import type { IncomingMessage } from 'node:http';

/**
 * Whether the `Host` of a request is a name of this machine or one of `more`: a page of another origin must not reach
 * a local server through DNS rebinding.
 */
export function createHostCheck(more: readonly string[] = []): (request: IncomingMessage) => boolean {
  const allowed = new Set(['localhost', '127.0.0.1', '[::1]', ...more]);
  return (request) => allowed.has(hostName(request));
}

/** The name in `Host`, in small letters, without the port. */
export function hostName({ headers }: IncomingMessage): string {
  return (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
}
