import type { IncomingMessage, ServerResponse } from 'node:http';

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const exposedHeaders = [
  'accept-ranges',
  'content-disposition',
  'content-range',
  'content-location',
  'etag',
  'link',
  'location',
  'retry-after',
  'x-request-id',
  'x-sb-error-code',
  'x-supabase-api-version',
  'x-total-count',
  'tus-resumable',
  'upload-offset',
  'upload-length',
  'upload-expires',
  'upload-defer-length',
  'upload-metadata',
  'tus-extension',
  'tus-max-size',
  'tus-version',
].join(', ');

/**
 * Answers preflights and marks answers for the configured origins; never with credentials, so a cookie buys nothing.
 * Without configured origins nothing is added and a browser's other pages stay out. Returns true when it has answered.
 */
export function createCors(allowedOrigins: readonly string[]) {
  const any = allowedOrigins.includes('*');
  const allowed = new Set(allowedOrigins);
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const origin = request.headers.origin;
    if (origin === undefined || allowedOrigins.length === 0) return false;
    response.setHeader('vary', 'origin');
    if (!any && !allowed.has(origin)) return false;
    response.setHeader('access-control-allow-origin', any ? '*' : origin);
    response.setHeader('access-control-expose-headers', exposedHeaders);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      return false;
    }
    const wanted = request.headers['access-control-request-headers'];
    response.writeHead(204, {
      'access-control-allow-methods': allowedMethods,
      ...(wanted === undefined ? {} : { 'access-control-allow-headers': wanted }),
      'access-control-max-age': '7200',
    });
    response.end();
    return true;
  };
}
