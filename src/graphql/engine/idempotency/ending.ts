import type { ExecutionResult, GraphQLError } from 'graphql';
import type { ErrorCode } from '../../../lib/app-error.ts';
import type { Ending } from '../../../upstream/postgres/idempotency/idempotency-store.ts';
import { textOfResult } from './kept-result.ts';

/** What a field fails with that has done nothing. */
const refusals: ReadonlySet<unknown> = new Set<ErrorCode>([
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'TIMEOUT',
  'NOT_CONFIGURED',
  'SHUTTING_DOWN',
]);

/**
 * How a mutation ended, by the result that its caller got. It was refused where each of its fields was before it did
 * anything. What failed in any other way may have been done; else, where one field was, the answer counts.
 */
export function endingOf(result: ExecutionResult): Ending {
  const { data, errors = [] } = result;
  if (data === undefined) return 'refused';
  if (data === null) return 'unknown';
  const endings = Object.entries(data).map(([name, value]) =>
    value === null ? endingOfNull(errors.filter(({ path }) => path?.[0] === name)) : 'done',
  );
  if (endings.includes('unknown')) return 'unknown';
  return endings.includes('done') || endings.length === 0 ? { answer: textOfResult(result) } : 'refused';
}

/** A field that has an error further down has been resolved before. */
function endingOfNull(errors: readonly GraphQLError[]): 'done' | 'refused' | 'unknown' {
  if (errors.length === 0) return 'done';
  const refused = errors.every(
    ({ path, extensions }) => path?.length === 1 && refusals.has(extensions['code']),
  );
  return refused ? 'refused' : 'unknown';
}
