import { AppError } from '../../lib/app-error.ts';
import { badInput } from '../../lib/bad-input.ts';
import { isRecord } from '../../lib/is-record.ts';

/** Why a request that other servers understand is refused: a batch, or an operation by its hash alone. */
export function unsupportedRequest(body: unknown): AppError | undefined {
  if (Array.isArray(body)) {
    return badInput([], 'A request is one operation: batches are not supported.', {
      details: { reason: 'batch_not_supported' },
    });
  }
  if (!isRecord(body) || (body['query'] !== undefined && body['query'] !== null && body['query'] !== '')) {
    return undefined;
  }
  const { extensions } = body;
  if (!isRecord(extensions) || !isRecord(extensions['persistedQuery'])) return undefined;
  // Clients look for this message, and send the text then.
  return new AppError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
}
