import type { Call } from '../../viewer/call.ts';

/** The caller's verified credentials as an upstream wants them: never a key of the gateway's own. */
export function callerHeaders(call: Pick<Call, 'viewer'>): Record<string, string> {
  const headers: Record<string, string> = {};
  if (call.viewer.token !== undefined) headers['authorization'] = `Bearer ${call.viewer.token}`;
  if (call.viewer.apikey !== undefined) headers['apikey'] = call.viewer.apikey;
  return headers;
}

/** Who called, for the upstream's own logs and limits: exactly one address, the one that we have verified. */
export function traceHeaders(
  call: Pick<Call, 'requestId' | 'clientAddress' | 'userAgent'>,
): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': call.requestId,
    'user-agent': call.userAgent ?? 'bunbun',
  };
  if (call.clientAddress !== undefined) headers['x-forwarded-for'] = call.clientAddress;
  return headers;
}
