import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/read-body.ts';
import { type CheckedObject, checkObject } from './checked-object.ts';
import { refuse, StorageError } from './storage-error.ts';

const maxJsonBytes = 1024 * 1024;

/** One request and the means to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** As sent, query included. */
  readonly url: string;
  /** Path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export function openExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    request,
    response,
    method: request.method ?? 'GET',
    url,
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
  };
}

/** The JSON body, checked to be an object. Throws as Storage does for JSON that is empty, broken or over 1 MiB. */
export async function readFields(exchange: Exchange): Promise<CheckedObject> {
  return checkObject(await readJson(exchange), 'body');
}

/** Undefined where the request does not say that it has JSON. */
export async function readJson({ request }: Exchange): Promise<unknown> {
  const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
  if (Number(request.headers['content-length'] ?? 0) > maxJsonBytes) throw refuse.jsonTooLarge();
  const bytes = await readBody(request, maxJsonBytes);
  if (bytes === undefined) throw refuse.jsonTooLarge();
  if (!isJson) return undefined;
  if (bytes.byteLength === 0)
    throw refuse.unreadable("Body cannot be empty when content-type is set to 'application/json'");
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    return parsed;
  } catch {
    throw refuse.unreadable("Body is not valid JSON but content-type is set to 'application/json'");
  }
}

export function checkQuery(exchange: Exchange): CheckedObject {
  return checkObject(Object.fromEntries(exchange.query), 'querystring');
}

/** Throws the validation error that a missing header is to Storage. */
export function requireAuthorization({ request }: Exchange): string {
  const given = request.headers.authorization;
  if (given === undefined) throw refuse.validation("headers must have required property 'authorization'");
  return given;
}

export function header({ request }: Exchange, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

export function sendJson(
  { response, method }: Exchange,
  status: number,
  body: unknown,
  contentType = 'application/json; charset=utf-8',
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
  });
  response.end(method === 'HEAD' ? undefined : text);
}

export function sendText({ response, method }: Exchange, status: number, text: string): void {
  response.writeHead(status, {
    ...(text === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' }),
    'content-length': Buffer.byteLength(text),
  });
  response.end(method === 'HEAD' ? undefined : text);
}

/** Tells a refusal in Storage's shape; anything else is our own fault and says nothing. */
export function sendError(exchange: Exchange, error: unknown): void {
  const { response } = exchange;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const refusal = error instanceof StorageError ? error : refuse.internal();
  // Storage behaviour: unknown routes are answered by another handler, which leaves the charset out.
  const isNoRoute = refusal.httpStatus === 404;
  sendJson(exchange, refusal.httpStatus, refusal.body, isNoRoute ? 'application/json' : undefined);
}
