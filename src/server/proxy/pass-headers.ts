import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ProxyRoute } from './proxy-route.ts';

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Ours to set, or able to change what an upstream believes about the caller. */
const neverPassed = new Set([
  'apikey',
  'authorization',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'redirect_to',
  'sb-forwarded-for',
  'via',
  'x-api-key',
  'x-connection-encrypted',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-jwt-aud',
  'x-original-url',
  'x-real-ip',
  'x-request-id',
  'x-rewrite-url',
]);

function namedByConnection(headers: IncomingHttpHeaders): Set<string> {
  return new Set(
    String(headers.connection ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  );
}

/** What goes to the service of a client's headers: first what belongs to one hop is dropped, then the route decides. */
export function passedRequestHeaders(request: IncomingMessage, route: ProxyRoute): Record<string, string> {
  const dropped = namedByConnection(request.headers);
  const rule = route.requestHeaders;
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || hopByHop.has(name) || neverPassed.has(name) || dropped.has(name)) continue;
    // Some servers read `_` as `-`: a name with one could pass for another header.
    if (name.includes('_')) continue;
    if ('only' in rule ? !rule.only.has(name) : rule.except.has(name)) continue;
    passed[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return passed;
}

/** Headers of an answer for the client. CORS is ours alone: two answers to it contradict each other. */
export function passedAnswerHeaders(
  headers: IncomingHttpHeaders,
  route: ProxyRoute,
): Record<string, string | string[]> {
  const dropped = namedByConnection(headers);
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopByHop.has(name) || dropped.has(name)) continue;
    if (
      name.startsWith('access-control-') ||
      name === 'server' ||
      name === 'via' ||
      name === 'x-powered-by'
    ) {
      continue;
    }
    if (name === 'location' || route.hiddenAnswerHeaders?.has(name)) continue;
    passed[name] = value;
  }
  return { ...passed, ...route.addedAnswerHeaders?.(String(headers['content-type'] ?? '')) };
}
