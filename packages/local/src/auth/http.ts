import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { readBody } from '../http/read-body.ts';

const apiVersion = '2024-01-01';
const maxBodyBytes = 1024 * 1024;

export interface ShownPostgresError {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; hint?: string; detail?: string };
}

/** An answer that is an error of Supabase Auth: `code` is its error code, not an HTTP status. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly status: number;
  readonly code: string;
  readonly reasons: readonly string[] | undefined;
  /** What Postgres said, which the old form of errors shows instead. */
  readonly postgres: ShownPostgresError | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      reasons?: readonly string[] | undefined;
      postgres?: ShownPostgresError | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.status = status;
    this.code = code;
    this.reasons = more.reasons;
    this.postgres = more.postgres;
  }
}

/** 400 validation_failed, the commonest answer to a malformed request. */
export function invalid(message: string): AuthError {
  return new AuthError(400, 'validation_failed', message);
}

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

export interface AuthResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; `text` goes out as it is. */
  readonly json?: unknown;
  readonly text?: string;
}

export type Handler = (request: AuthRequest) => Promise<AuthResponse> | AuthResponse;

export interface Route {
  readonly method: string;
  /** Segments that begin with a colon become `params`. */
  readonly path: string;
  readonly handle: Handler;
}

/** 200 with a JSON body. */
export function ok(json: unknown, headers: Readonly<Record<string, string>> = {}): AuthResponse {
  return { status: 200, json, headers };
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

/** Answers in the error form that the caller asked for with X-Supabase-Api-Version. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: AuthError): void {
  const asked = request.headers['x-supabase-api-version'];
  const modern = typeof asked === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(asked) && asked >= apiVersion;
  const weak = error.reasons === undefined ? {} : { weak_password: { reasons: error.reasons } };
  const body = modern
    ? { code: error.code, message: error.message, ...weak }
    : {
        code: error.status,
        error_code: error.code,
        msg: error.message,
        ...(error.status >= 500 ? { error_id: crypto.randomUUID() } : {}),
        ...weak,
      };
  if (!modern && error.postgres !== undefined) {
    // The sentence of the step goes along: who reads only that looks in the right place.
    const { status, body: shown } = error.postgres;
    response.setHeader('x-sb-error-code', error.code);
    send(response, { status, json: { ...shown, msg: error.message } });
    return;
  }
  if (modern) response.setHeader('x-supabase-api-version', apiVersion);
  if (!(modern && error.reasons !== undefined)) response.setHeader('x-sb-error-code', error.code);
  send(response, { status: error.status, json: body });
}

/** Writes an answer. */
export function send(response: ServerResponse, answer: AuthResponse): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.json !== undefined) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer.json));
    return;
  }
  if (answer.text !== undefined && !response.hasHeader('content-type')) {
    response.setHeader('content-type', 'text/plain; charset=utf-8');
  }
  response.end(answer.text);
}

/** Finds the route of a decoded path; `methodKnown` says that another method would have matched. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route?: Route; params: Record<string, string>; pathKnown: boolean } {
  const segments = path.split('/');
  let pathKnown = false;
  for (const route of routes) {
    const pattern = route.path.split('/');
    if (pattern.length !== segments.length) continue;
    const params: Record<string, string> = {};
    const fits = pattern.every((part, index) => {
      const segment = segments[index] ?? '';
      if (part.startsWith(':')) params[part.slice(1)] = segment;
      return part.startsWith(':') ? segment !== '' : part === segment;
    });
    if (!fits) continue;
    pathKnown = true;
    if (route.method === method) return { route, params, pathKnown };
  }
  return { params: {}, pathKnown };
}
