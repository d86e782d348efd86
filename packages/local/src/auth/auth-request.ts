import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { readBody } from '../http/read-body.ts';
import { AuthError } from './auth-error.ts';

const maxBodyBytes = 1024 * 1024;

export interface AuthRequest {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** First address of X-Forwarded-For, else the peer. */
  readonly ip: string;
  readonly userAgent: string;
  /**
   * The JSON body as `schema` reads it; unknown fields are dropped. An unparsable, empty or wrongly typed body is 400
   * bad_json, unless `mayBeEmpty`.
   */
  body<T>(schema: z.ZodType<T>, mayBeEmpty?: boolean): Promise<T>;
}

/** Wraps a node request for the handlers. */
export function toAuthRequest(
  request: IncomingMessage,
  url: URL,
  params: Readonly<Record<string, string>>,
): AuthRequest {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')[0]
    ?.trim();
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    params,
    query: url.searchParams,
    headers: request.headers,
    ip:
      forwarded === undefined || forwarded === '' ? (request.socket.remoteAddress ?? '127.0.0.1') : forwarded,
    userAgent: request.headers['user-agent'] ?? '',
    async body(schema, mayBeEmpty = false) {
      const bytes = await readBody(request, maxBodyBytes);
      if (bytes === undefined) {
        throw new AuthError(413, 'request_entity_too_large', 'Request body is too large');
      }
      const text = bytes.toString('utf8');
      let value: unknown = {};
      if (text !== '' || !mayBeEmpty) {
        try {
          value = JSON.parse(text);
        } catch {
          throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
        }
      }
      const parsed = schema.safeParse(value);
      if (!parsed.success) {
        throw new AuthError(400, 'bad_json', 'Could not read the request body: a field has the wrong type');
      }
      return parsed.data;
    },
  };
}
