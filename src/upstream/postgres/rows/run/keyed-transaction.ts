import type { IdempotencyKey } from '../../../../viewer/idempotency-key.ts';
import {
  claimFailure,
  claimOf,
  claimStatement,
  endStatement,
  stillRunning,
} from '../../idempotency/claim.ts';
import type { RowsSession } from './rows-pools.ts';
import { type FirstFailure, frame, sendPlaced, wholeTransaction } from './rows-steps.ts';

/**
 * Begins a transaction with the claim of a key, as the login: no caller has a right to the keys. It waits for another
 * transaction under the same key. Gives the answer of what was done before; undefined where it is ours to do.
 */
export async function beginUnderKey(
  session: RowsSession,
  key: IdempotencyKey,
  first: FirstFailure,
): Promise<string | undefined> {
  const claim = { step: claimStatement(key), place: wholeTransaction, answers: true };
  try {
    const [{ text = null, cut = null } = {}] = await sendPlaced(session, [frame('begin'), claim], first);
    const claimed = claimOf(text, cut);
    if (claimed.state === 'running') throw stillRunning();
    return claimed.state === 'done' ? claimed.answer : undefined;
  } catch (error) {
    first.error = claimFailure(error) ?? error;
    throw error;
  }
}

/** Keeps the answer, as the login again. Triggers that wait for the end of the transaction are the caller's still. */
export async function endKey(
  session: RowsSession,
  key: IdempotencyKey,
  answer: string,
  first: FirstFailure,
): Promise<void> {
  const end = { step: endStatement(key, answer), place: wholeTransaction, answers: false };
  await sendPlaced(session, [frame('set constraints all immediate'), frame('reset role'), end], first);
}
