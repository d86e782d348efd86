import { createServer, type Server } from 'node:http';
import { type SecurityHeaders, setSecurityHeaders } from './security-headers.ts';

/** `/metrics` on a port of its own, for everybody who reaches it. Not listening yet. */
export function createMetricsServer(
  metrics: { readonly contentType: string; text(): Promise<string> },
  headers: SecurityHeaders,
): Server {
  return createServer((request, response) => {
    setSecurityHeaders(response, headers);
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
