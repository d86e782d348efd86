import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../observability/logger.ts';
import { isLoopbackOrigin } from './loopback-origin.ts';

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const exposedHeaders = [
  'accept-ranges',
  'content-disposition',
  'content-range',
  'content-location',
  'etag',
  'idempotency-replayed',
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

export interface CorsOptions {
  readonly allowedOrigins: readonly string[];
  /** Pages of this machine may call too. */
  readonly development: boolean;
  readonly log: Logger;
}

/** Origins whose refusal is told. A page can make up as many as it likes. */
const maxTold = 100;
const maxOriginLength = 200;

/**
 * Answers preflights and marks answers for the configured origins; never with credentials, so a cookie buys nothing.
 * Without configured origins nothing is added and a browser's other pages stay out. Returns true when it has answered.
 */
export function createCors({ allowedOrigins, development, log }: CorsOptions) {
  const any = allowedOrigins.includes('*');
  const allowed = new Set(allowedOrigins);
  const told = new Set<string>();
  const isAllowed = (origin: string): boolean =>
    any || allowed.has(origin) || (development && isLoopbackOrigin(origin));

  /** A browser tells its page no more than that something failed: whoever runs us can read why. */
  function tell(given: string): void {
    const origin = given.slice(0, maxOriginLength);
    if (told.size >= maxTold || told.has(origin)) return;
    told.add(origin);
    log.warn({ origin }, 'a page of another origin was refused: ALLOWED_ORIGINS does not name it');
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const { origin } = request.headers;
    if (origin === undefined) return false;
    const isPreflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (allowedOrigins.length > 0 || development) response.setHeader('vary', 'origin');
    if (!isAllowed(origin)) {
      if (isPreflight) {
        response.once('finish', () => {
          // A function may have answered it.
          if (!response.hasHeader('access-control-allow-origin')) tell(origin);
        });
      }
      return false;
    }
    response.setHeader('access-control-allow-origin', any ? '*' : origin);
    response.setHeader('access-control-expose-headers', exposedHeaders);
    if (!isPreflight) return false;
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
