import type { IncomingMessage } from 'node:http';
import { isLoopbackOrigin } from './loopback-origin.ts';

/**
 * Tells whether an upgrade may go on. Browsers apply no CORS to WebSockets, so a page of any site could open one: its
 * Origin must be ours, a configured one, or in development any on this machine. Other programs send no Origin.
 */
export function createOriginCheck(options: {
  readonly allowedOrigins: readonly string[];
  readonly publicUrl: string;
  readonly development: boolean;
}) {
  const any = options.allowedOrigins.includes('*');
  const allowed = new Set([...options.allowedOrigins, new URL(options.publicUrl).origin]);
  return (request: IncomingMessage): boolean => {
    const { origin } = request.headers;
    if (origin === undefined || any || allowed.has(origin)) return true;
    return options.development && isLoopbackOrigin(origin);
  };
}
