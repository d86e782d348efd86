import type { Call } from '../../viewer/call.ts';
import { callerHeaders, traceHeaders } from './caller-headers.ts';
import { hopByHop } from './edge-headers.ts';

export type HeaderInput = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Written by the connection pool, and by us. */
const ownedByTransport = new Set([...hopByHop, 'expect', 'x-forwarded-for', 'x-request-id']);

/**
 * What goes out: the caller's credentials (unless `credentials` is `none`), then what the client method asks for,
 * then id and address, which nobody overrides. Names are lower case.
 */
export function requestHeaders(
  call: Call,
  input: HeaderInput | undefined,
  options: { credentials: 'caller' | 'none'; host: string | undefined; contentType: string | undefined },
): Record<string, string> {
  const headers = options.credentials === 'caller' ? callerHeaders(call) : {};
  if (options.contentType !== undefined) headers['content-type'] = options.contentType;
  const trace = traceHeaders(call);
  if (trace['user-agent'] !== undefined) headers['user-agent'] = trace['user-agent'];
  for (const [name, value] of Object.entries(input ?? {})) {
    const lower = name.toLowerCase();
    if (value === undefined || ownedByTransport.has(lower)) continue;
    headers[lower] = typeof value === 'string' ? value : value.join(lower === 'cookie' ? '; ' : ', ');
  }
  const { 'user-agent': _given, ...fixed } = trace;
  Object.assign(headers, fixed);
  if (options.host !== undefined) headers['host'] = options.host;
  return headers;
}
