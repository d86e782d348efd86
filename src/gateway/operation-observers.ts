import type { OperationObserver } from '../graphql/engine/observers.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';

/** Codes that say that a limit of ours was reached. */
const limitCodes: ReadonlySet<string> = new Set([
  'OPERATION_TOO_COMPLEX',
  'RATE_LIMITED',
  'PAYLOAD_TOO_LARGE',
]);

/** Counts operations, and the subscriptions that run. */
export function countOperations(metrics: Metrics): OperationObserver {
  return {
    began({ type }) {
      if (type === 'subscription') metrics.subscriptionStarted();
    },
    ended({ type }, { code, milliseconds }) {
      if (type === 'subscription' && milliseconds !== undefined) metrics.subscriptionEnded();
      metrics.operation(type, code, (milliseconds ?? 0) / 1000);
      if (limitCodes.has(code)) metrics.limitHit(code);
    },
  };
}

const maxNameLength = 100;

/** Writes the one line of each operation. */
export function logOperations(log: Logger): OperationObserver {
  return {
    ended({ requestId, type, name, role }, { code, milliseconds }) {
      // The name is the client's text.
      const operation = name?.slice(0, maxNameLength);
      log.info({ requestId, type, operation, role, code, milliseconds }, 'operation');
    },
  };
}
