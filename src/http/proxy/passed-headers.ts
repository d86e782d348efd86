import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { HeaderRule, ProxyRoute } from '../../module/proxy-route.ts';
import { hopByHop, mayComeFromCaller } from '../../upstream/http/edge-headers.ts';
import { securityHeaderNames } from '../security-headers.ts';

function namedByConnection(headers: IncomingHttpHeaders): Set<string> {
  return new Set(
    String(headers.connection ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  );
}

/** What goes to the service of a client's headers: first what belongs to one hop is dropped, then `rule` decides. */
export function passedRequestHeaders(request: IncomingMessage, rule: HeaderRule): Record<string, string> {
  const dropped = namedByConnection(request.headers);
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || dropped.has(name) || !mayComeFromCaller(name)) continue;
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
    if (securityHeaderNames.has(name)) continue;
    if (name === 'location' || route.hiddenAnswerHeaders?.has(name)) continue;
    passed[name] = value;
  }
  if (active.test(headers['content-type'] ?? '')) {
    // Its own policy stays beside it: a browser keeps to both.
    passed['content-security-policy'] = [passed['content-security-policy'] ?? [], 'sandbox'].flat();
  }
  return passed;
}

/** Types that a browser would run scripts of, in the origin that GraphiQL is on. */
const active = /html|xml|xsl|multipart|^$/i;
