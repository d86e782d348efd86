import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ProxyRoute } from '../../module/proxy-route.ts';

// Not `allow-credentials`: a cookie buys nothing here. Nor the way from a public site into a private network.
const answers = [
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
  'access-control-expose-headers',
] as const;

/** The CORS headers of a service that go to the client, beside what ours has put into `response` already. */
export function passedCors(
  given: IncomingHttpHeaders,
  { ownCors }: ProxyRoute,
  response: ServerResponse,
): Record<string, string> {
  if (ownCors === undefined) return {};
  const exposed = given['access-control-expose-headers'];
  if (response.hasHeader('access-control-allow-origin')) {
    const ours = response.getHeader('access-control-expose-headers');
    return exposed === undefined
      ? {}
      : { 'access-control-expose-headers': [ours ?? [], exposed].flat().join(', ') };
  }
  if (ownCors === 'names') return {};
  const passed: Record<string, string> = {};
  for (const name of answers) {
    const value = given[name];
    if (value !== undefined) passed[name] = String(value);
  }
  return passed;
}
