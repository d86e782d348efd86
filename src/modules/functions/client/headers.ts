import type { IncomingHttpHeaders } from 'node:http';
import { mayComeFromCaller } from '../../../upstream/http/edge-headers.ts';

/** The headers that a caller may give to a function; the rest is left out. The body is ours to measure. */
export function passedToFunction(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== 'content-length' && mayComeFromCaller(name)),
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
