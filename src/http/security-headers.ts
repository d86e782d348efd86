import type { ServerResponse } from 'node:http';

const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/** What every answer says to browsers; that they must come by TLS where our public address says so. */
export type SecurityHeaders = Readonly<Record<string, string>>;

export function securityHeaders(publicUrl: string): SecurityHeaders {
  return publicUrl.startsWith('https:')
    ? { ...always, 'strict-transport-security': 'max-age=31536000' }
    : always;
}

export function setSecurityHeaders(response: ServerResponse, headers: SecurityHeaders): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** Names that no service sets in our place. */
export const securityHeaderNames: ReadonlySet<string> = new Set([
  ...Object.keys(always),
  'strict-transport-security',
]);
