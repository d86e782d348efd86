import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../lib/app-error.ts';

const details = { service: 'FUNCTIONS' };

/** Supabase marks answers that its relay gave because the function itself gave none. */
export function assertFromFunction(status: number, headers: IncomingHttpHeaders): void {
  if (headers['x-relay-error'] !== 'true') return;
  throw new AppError('UPSTREAM_ERROR', 'The function could not be run.', {
    details,
    privileged: { status },
  });
}

export function answerTooLarge(maxBytes: number): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', `The function's answer is larger than ${maxBytes} bytes.`, {
    details: { ...details, maxBytes },
  });
}

/** The answer had begun: the function ran, but nobody knows how far. */
export function answerBroken(cause: unknown): AppError {
  return new AppError('UPSTREAM_ERROR', "The function's answer broke off.", { cause, details });
}

export function answerTooSlow(timeoutMs: number): AppError {
  return new AppError('TIMEOUT', `The function's answer was not complete after ${timeoutMs} ms.`, {
    details: { ...details, timeoutMs },
  });
}
