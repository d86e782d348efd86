import { redactText } from './redaction.ts';

const maxCauses = 5;

/**
 * What is logged of an error: nothing but name, message, code, stack and causes. Drivers hang queries, parameters and
 * requests on their errors.
 */
export function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error))
    return typeof error === 'string' ? redactText(error) : { type: typeof error };
  return {
    type: error.name,
    message: redactText(error.message),
    ...('code' in error && error.code !== undefined ? { code: String(error.code) } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause !== undefined && depth < maxCauses
      ? { cause: serializeError(error.cause, depth + 1) }
      : {}),
  };
}
