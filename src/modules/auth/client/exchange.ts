import type { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import { notConfigured } from '../../../lib/not-configured.ts';
import type { HttpUpstream, UpstreamResponse } from '../../../upstream/http/types.ts';
import type { Call } from '../../../viewer/call.ts';
import { toAuthError, withCode } from './errors.ts';

export interface AuthExchangeDeps {
  /** Undefined where the deployment has no auth service. */
  readonly upstream: HttpUpstream | undefined;
  /** True when the service stands behind a gateway that wants an API key with every call. */
  readonly needsApiKey: boolean;
}

export interface AuthRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Whether a repeat is harmless. */
  readonly idempotent?: boolean;
  /** Asks for errors in the form before 2024, which shows more of a database's refusal. */
  readonly legacyErrors?: boolean;
}

/** Sends one request to the auth service and reads its answer. */
export interface AuthExchange {
  /** The answer as `schema` reads it. Throws AppError for every other answer. */
  ask<T>(request: AuthRequest, schema: z.ZodType<T>, call: Call): Promise<T>;
  /** As `ask`, with the headers of the answer. */
  askWithHeaders<T>(
    request: AuthRequest,
    schema: z.ZodType<T>,
    call: Call,
  ): Promise<{ value: T; headers: UpstreamResponse['headers'] }>;
  /** For answers that say nothing beyond their success. */
  tell(request: AuthRequest, call: Call): Promise<void>;
}

function unreadable(cause?: unknown): AppError {
  return new AppError('UPSTREAM_ERROR', 'AUTH gave an answer that cannot be read.', {
    cause,
    details: { service: 'AUTH' },
  });
}

/** Who gave up waiting for the service, or lost it, cannot say that it did nothing. */
function refusalOf(
  { method, idempotent = method === 'GET' }: AuthRequest,
  answer: UpstreamResponse,
): AppError {
  const error = toAuthError(answer);
  const gaveUp = answer.status === 502 || answer.status === 504;
  if (idempotent || !gaveUp || error.code === 'UPSTREAM_ERROR') return error;
  return withCode(error, 'OUTCOME_UNKNOWN', 'AUTH took the request but its answer never came.');
}

/** Makes the exchange. Throws NOT_CONFIGURED at each call when the service, or the key it needs, is missing. */
export function createAuthExchange({ upstream, needsApiKey }: AuthExchangeDeps): AuthExchange {
  async function send(request: AuthRequest, call: Call): Promise<UpstreamResponse> {
    if (upstream === undefined) throw notConfigured('AUTH');
    if (needsApiKey && call.viewer.apikey === undefined) {
      throw notConfigured('AUTH', 'SUPABASE_ANON_KEY is not set, and AUTH needs a key.');
    }
    const answer = await upstream.request({
      method: request.method,
      path: request.path,
      ...(request.query === undefined ? {} : { query: request.query }),
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.idempotent === undefined ? {} : { idempotent: request.idempotent }),
      headers: request.legacyErrors ? {} : { 'x-supabase-api-version': '2024-01-01' },
      call,
    });
    if (answer.status < 200 || answer.status >= 300) throw refusalOf(request, answer);
    return answer;
  }

  async function askWithHeaders<T>(request: AuthRequest, schema: z.ZodType<T>, call: Call) {
    const answer = await send(request, call);
    const parsed = schema.safeParse(answer.body);
    if (!parsed.success) throw unreadable(parsed.error);
    return { value: parsed.data, headers: answer.headers };
  }

  return {
    askWithHeaders,
    ask: async (request, schema, call) => (await askWithHeaders(request, schema, call)).value,
    async tell(request, call) {
      await send(request, call);
    },
  };
}
