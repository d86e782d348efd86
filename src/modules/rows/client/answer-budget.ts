import { AppError } from '../../../lib/app-error.ts';
import type { Call } from '../../../viewer/call.ts';
import type { DbAnswer } from './reading.ts';

/** How much all answers of one operation may hold together, however many `db` it has. */
export interface AnswerBudget {
  /** What another answer may have, in bytes. */
  leftOf(call: Call): number;
  /** Counts an answer that is there. Throws PAYLOAD_TOO_LARGE where those that came at the same time are too much with it. */
  spend(call: Call, answer: DbAnswer): void;
}

export function createAnswerBudget(maxBytes: number): AnswerBudget {
  const spent = new WeakMap<Call, number>();
  return {
    leftOf: (call) => Math.max(0, maxBytes - (spent.get(call) ?? 0)),
    spend(call, { texts }) {
      // No text has more characters than bytes, and to count these takes a walk.
      const sum = texts.reduce((before, { length }) => before + length, spent.get(call) ?? 0);
      spent.set(call, sum);
      if (sum <= maxBytes) return;
      throw new AppError(
        'PAYLOAD_TOO_LARGE',
        'The answers of the operation are larger than they may be together: ask for fewer rows.',
        { details: { limit: maxBytes } },
      );
    },
  };
}
