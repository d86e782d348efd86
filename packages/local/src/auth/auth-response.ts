import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthError } from './auth-error.ts';

const apiVersion = '2024-01-01';

export interface AuthResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; `text` goes out as it is. */
  readonly json?: unknown;
  readonly text?: string;
}

/** 200 with a JSON body. */
export function ok(json: unknown, headers: Readonly<Record<string, string>> = {}): AuthResponse {
  return { status: 200, json, headers };
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
