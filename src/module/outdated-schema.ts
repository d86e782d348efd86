import { AppError } from '../lib/app-error.ts';

/**
 * What a root field rejects with, having done nothing, and the source of a subscription ends with, when the schema that
 * its operation was read by is another one by now: the engine prepares the operation anew, and goes on with what comes
 * of that. Where it has done so already, callers get it as it is.
 */
export class OutdatedSchema extends AppError {
  constructor(cause?: unknown) {
    super('CONFLICT', 'The tables were changed while this was answered: ask again.', {
      details: { reason: 'schema_changed', retryable: true },
      cause,
    });
  }
}
