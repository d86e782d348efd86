import type { Readable } from 'node:stream';
import { AppError } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import { notConfigured } from '../../../lib/not-configured.ts';
import type { HttpUpstream, StreamOptions } from '../../../upstream/http/types.ts';
import type { Call } from '../../../viewer/call.ts';
import { answerBroken, answerTooLarge, answerTooSlow, assertFromFunction } from './errors.ts';
import { passedToFunction, shownToCaller } from './headers.ts';
import type { Invocation } from './input.ts';
import type { FunctionAnswer } from './types.ts';

export interface FunctionsClientDeps {
  /** Undefined where no functions are configured. */
  readonly upstream: HttpUpstream | undefined;
  /** From the call to the answer's last byte, in milliseconds. */
  readonly answerMs: number;
  readonly maxAnswerBytes: number;
}

export interface FunctionsClient {
  /**
   * Calls an edge function with the caller's own credentials. Any status is an answer. Throws NOT_CONFIGURED,
   * BAD_USER_INPUT, PAYLOAD_TOO_LARGE, UPSTREAM_UNAVAILABLE (also while this function's circuit is open),
   * UPSTREAM_ERROR, TIMEOUT, or OUTCOME_UNKNOWN when a function that may write gave no answer.
   */
  invoke(invocation: Invocation, call: Call): Promise<FunctionAnswer>;
}

/** Edge functions over HTTP. Each name has a circuit of its own: one broken function does not stop the others. */
export function createFunctionsClient(deps: FunctionsClientDeps): FunctionsClient {
  return {
    async invoke(invocation, call) {
      if (deps.upstream === undefined)
        throw notConfigured('FUNCTIONS', 'Edge functions are not part of this deployment.');
      const started = performance.now();
      const { body, contentType } = requestBody(invocation);
      const options: StreamOptions = {
        method: invocation.method,
        path: `/${invocation.name}`,
        headers: {
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
          ...passedToFunction(invocation.headers),
        },
        call,
        circuitKey: invocation.name,
        timeoutMs: deps.answerMs,
        idleMs: deps.answerMs,
        body,
      };
      const answer = await deps.upstream.stream(options);
      try {
        assertFromFunction(answer.status, answer.headers);
        const left = deps.answerMs - (performance.now() - started);
        const bytes = await collect(answer.body, deps.maxAnswerBytes, left, deps.answerMs);
        const type = answer.headers['content-type'];
        return {
          status: answer.status,
          headers: shownToCaller(answer.headers),
          contentType: type,
          bytes,
        };
      } finally {
        answer.body.destroy();
      }
    },
  };
}

/** Text goes out as it is when the caller names a type that is not JSON, everything else as JSON. */
function requestBody({ method, body, headers }: Invocation): {
  body: Uint8Array | undefined;
  contentType: string | undefined;
} {
  if (body === undefined || body === null) return { body: undefined, contentType: undefined };
  if (method === 'GET' || method === 'HEAD') {
    throw badInput(['body'], `body: a ${method} request has none.`, {
      issue: `a ${method} request has none`,
    });
  }
  const given = headers['content-type'];
  const raw = typeof body === 'string' && given !== undefined && !/[/+]json\b/i.test(given);
  return {
    body: Buffer.from(raw ? body : JSON.stringify(body)),
    contentType: given ?? 'application/json',
  };
}

async function collect(body: Readable, maxBytes: number, leftMs: number, answerMs: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => body.destroy(answerTooSlow(answerMs)), Math.max(1, leftMs));
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes) throw answerTooLarge(maxBytes);
      chunks.push(bytes);
    }
    return Buffer.concat(chunks, size);
  } catch (error) {
    throw error instanceof AppError ? error : answerBroken(error);
  } finally {
    clearTimeout(timer);
  }
}
