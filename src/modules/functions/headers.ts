import type { IncomingHttpHeaders } from 'node:http';

// Ours to set, of one hop, or able to change what a function believes about its caller.
const notForCallers: ReadonlySet<string> = new Set([
  'apikey',
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'sb-forwarded-for',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-api-key',
  'x-connection-encrypted',
  'x-jwt-aud',
  'x-original-url',
  'x-real-ip',
  'x-request-id',
  'x-rewrite-url',
]);

/** The headers that a caller may give to a function; the rest is left out. */
export function passedToFunction(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !notForCallers.has(name) && !name.startsWith('x-forwarded-') && !name.includes('_'),
    ),
  );
}

const shown: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-language',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'link',
  'retry-after',
  'vary',
  'www-authenticate',
]);
const infrastructure =
  /^x-(powered-by|served-by|kong-|envoy-|forwarded-|relay-|sb-|deno-|real-ip|request-id)/;

/** The headers of a function's answer that clients see: the usual ones, and the function's own `x-` headers. */
export function shownToCaller(headers: IncomingHttpHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (shown.has(name) || (name.startsWith('x-') && !infrastructure.test(name))) {
      passed[name] = Array.isArray(value) ? value.join(', ') : value;
    }
  }
  return passed;
}
