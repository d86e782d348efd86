import { z } from 'zod';
import { AppError } from '../../../lib/app-error.ts';
import type { UpstreamResponse } from '../../../upstream/http/types.ts';
import { largestBodyBytes } from './input.ts';

const details = { service: 'META' };
/** All that postgres-meta says about a failure. */
const failureBody = z.object({ error: z.string() });

export function sqlTooLarge(): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', 'The SQL is larger than postgres-meta takes.', {
    details: { ...details, maxBytes: largestBodyBytes },
  });
}

/**
 * What an answer that is not a success means. postgres-meta answers 500 to nearly everything, also to what the caller
 * did wrong, and has no codes. Its words may name hosts, so they stay in the cause.
 */
export function toMetaError(answer: UpstreamResponse, call: 'types' | 'format'): AppError {
  const { status } = answer;
  const parsed = failureBody.safeParse(answer.body);
  const said = parsed.success ? parsed.data.error : '';
  const options = { details, cause: new Error(`postgres-meta answered ${status}: ${said}`) };
  if (/body is too large/i.test(said) || status === 413) return sqlTooLarge();
  if (status === 408 || status === 504) {
    return new AppError('TIMEOUT', 'postgres-meta had no answer of the database in time.', options);
  }
  if (status === 503 || /too many clients|ECONNREFUSED|ENOTFOUND|Connection terminated|timeout/i.test(said)) {
    return new AppError('UPSTREAM_UNAVAILABLE', 'postgres-meta cannot work at the moment.', options);
  }
  if (status === 401 || status === 403) {
    return new AppError(
      'FORBIDDEN',
      'The gateway before postgres-meta does not let this caller through.',
      options,
    );
  }
  if (call === 'format' && status >= 400 && said !== '') {
    return new AppError(
      'BAD_SQL',
      'The SQL cannot be formatted: the formatter does not understand it.',
      options,
    );
  }
  return new AppError('UPSTREAM_ERROR', `postgres-meta answered ${status}.`, options);
}
