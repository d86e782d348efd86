import { z } from 'zod';
import { AppError, type ErrorCode } from '../../../lib/app-error.ts';
import type { UpstreamResponse } from '../../../upstream/http/types.ts';
import { hookReason, meaningOf } from './reasons.ts';

const wireError = z.object({
  code: z.union([z.string(), z.number()]).nullish(),
  error_code: z.string().nullish(),
  error: z.string().nullish(),
  error_description: z.string().nullish(),
  msg: z.string().nullish(),
  message: z.string().nullish(),
  weak_password: z.object({ reasons: z.array(z.string()).nullish() }).nullish(),
});

// A word, such as `otp_expired` or Postgres' 23505: callers see it, so nothing else may pass for one.
const plainCode = /^\w{1,64}$/;

function reasonOf(wire: z.infer<typeof wireError>): string | undefined {
  const code = wire.error_code || wire.code;
  if (typeof code === 'string' && code !== '') return plainCode.test(code) ? code : undefined;
  // OAuth's own form has no code of Supabase Auth's: id_token and the like.
  return wire.error ? 'validation_failed' : undefined;
}

/** Seconds: of the Retry-After header, else of the sentence that names them. */
function retryAfterOf(answer: UpstreamResponse, message: string): number | undefined {
  const header = Number(answer.headers['retry-after']);
  if (Number.isFinite(header) && header > 0) return Math.ceil(header);
  const [, seconds] = /after (\d{1,6}) seconds?/.exec(message) ?? [];
  return seconds === undefined ? undefined : Math.max(1, Number(seconds));
}

function withoutCode(answer: UpstreamResponse): AppError {
  const details = { service: 'AUTH' };
  if (answer.status === 429) {
    const retryAfter = retryAfterOf(answer, '');
    return new AppError('RATE_LIMITED', 'Too many requests to the auth service.', {
      details: { ...details, ...(retryAfter === undefined ? {} : { retryAfter }) },
    });
  }
  if (answer.status >= 502 && answer.status <= 504) {
    return new AppError('UPSTREAM_UNAVAILABLE', 'AUTH cannot be reached.', { details });
  }
  return new AppError('UPSTREAM_ERROR', 'AUTH gave an answer that cannot be read.', {
    details,
    privileged: { upstreamStatus: answer.status },
  });
}

const maxWords = 500;
const maxPrivilegedWords = 2_000;
// No lone half of a pair where the text was cut.
const cutPair = /[\ud800-\udbff]$/;

/** One line of `text`, cut before it is looked at. */
function oneLine(text: string): string {
  return text
    .slice(0, maxWords)
    .replace(cutPair, '')
    .split(/[\p{Cc}\s]+/u)
    .join(' ')
    .trim();
}

// Its sentences name a step, never a value: nothing but letters may stand in them.
const failedStep = /^(?:Database error|Error) [a-z_' ]+$/i;
const wrongPassword = 'Invalid login credentials';

/**
 * Those words of the service that are for the caller: what the operator wrote in an Auth Hook, and which step failed.
 * All others are its own.
 */
function publicWords(reason: string, words: string): string | undefined {
  const line = oneLine(words);
  const byHook =
    reason === hookReason ||
    reason === 'mfa_verification_rejected' ||
    (reason === 'invalid_credentials' && line !== wrongPassword);
  if (byHook) return line === '' ? undefined : line;
  return reason === 'unexpected_failure' && words.length <= 100 && failedStep.test(line) ? line : undefined;
}

/**
 * The error of an answer that is no success: our code by Supabase Auth's code, which goes along as `reason`. Its own
 * words are for SERVICE_ROLE alone, but for those that `publicWords` lets through.
 */
export function toAuthError(answer: UpstreamResponse): AppError {
  const parsed = wireError.safeParse(answer.body);
  const reason = parsed.success ? reasonOf(parsed.data) : undefined;
  if (!parsed.success || reason === undefined) return withoutCode(answer);
  const wire = parsed.data;
  const words = wire.message ?? wire.msg ?? wire.error_description ?? '';
  const [code, message] = meaningOf(reason, answer.status);
  const retryAfter = code === 'RATE_LIMITED' ? retryAfterOf(answer, words) : undefined;
  return new AppError(code, publicWords(reason, words) ?? message, {
    details: {
      reason,
      ...(wire.weak_password ? { weakPassword: { reasons: wire.weak_password.reasons ?? [] } } : {}),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(code === 'UPSTREAM_ERROR' ? { service: 'AUTH' } : {}),
    },
    privileged: { upstreamMessage: words.slice(0, maxPrivilegedWords), upstreamStatus: answer.status },
  });
}

/** The same error with another code: where one reason means different things to different callers. */
export function withCode(error: AppError, code: ErrorCode, message: string): AppError {
  return new AppError(code, message, {
    cause: error.cause,
    details: error.details,
    privileged: error.privileged,
  });
}
