import type { IdempotencyKey } from '../../../../viewer/idempotency-key.ts';
import { stopped } from '../../failure.ts';
import { tooLate } from '../../guard.ts';
import { commit } from '../../sql/commit.ts';
import type { CompiledQuery } from '../compile/query.ts';
import { withinBytes } from './byte-limit.ts';
import { cleanSession, rollback } from './clean-session.ts';
import { beginUnderKey, endKey } from './keyed-transaction.ts';
import type { ReadRowsOptions } from './read-rows.ts';
import type { RowsAnswer, RowsCaller } from './rows-caller.ts';
import type { RowsSession } from './rows-pools.ts';
import { type FirstFailure, frame, sendPlaced, statementSteps, wholeTransaction } from './rows-steps.ts';
import { settingsStep } from './settings.ts';

export interface WriteRowsOptions extends ReadRowsOptions {
  readonly signal: AbortSignal;
  /** When, on the clock of `performance`, there is no time left. */
  readonly until: number;
}

/** What a write is done once under, and how its result becomes the text that is kept, and comes back. */
export interface KeyedWrite<T> {
  readonly key: IdempotencyKey;
  toText(result: T): string;
  fromText(text: string): T;
}

/**
 * What `work` runs is one transaction, which is committed when it has resolved. Under a key it is run only where nothing
 * was done under the key before: else the result of that is given.
 */
export async function writeRows<T>(
  session: RowsSession,
  caller: RowsCaller,
  options: WriteRowsOptions,
  first: FirstFailure,
  work: (run: (statement: CompiledQuery) => Promise<RowsAnswer>) => Promise<T>,
  keyed?: KeyedWrite<T>,
): Promise<T> {
  const { pooled, preRequest, signal, until } = options;
  const settings = settingsStep(caller, { ...options, readOnly: false });
  let begun = false;
  let sent = 0;
  let bytesLeft = options.maxBytes;
  let leavesTraces = preRequest !== undefined;

  // A request to cancel ends what runs, and nothing runs between two statements.
  const refuseLate = (): void => {
    if (first.error !== undefined) throw first.error;
    if (signal.aborted) throw stopped(signal);
    if (performance.now() > until) throw tooLate();
  };
  const run = async (statement: CompiledQuery): Promise<RowsAnswer> => {
    refuseLate();
    const index = sent;
    sent += 1;
    const placed = statementSteps(caller, statement, index, {
      settings,
      preRequest,
      afterTraces: leavesTraces && index > 0,
    });
    leavesTraces ||= statement.leavesTraces;
    const steps = begun ? placed : [frame('begin'), ...placed];
    begun = true;
    const { answers, bytes } = await withinBytes(session, bytesLeft, () => sendPlaced(session, steps, first));
    bytesLeft -= bytes;
    return answers[0] ?? { text: null, cut: null };
  };

  try {
    if (keyed !== undefined) {
      begun = true;
      const before = await beginUnderKey(session, keyed.key, first);
      if (before !== undefined) {
        await rollback(session);
        return keyed.fromText(before);
      }
    }
    const result = await work(run);
    refuseLate();
    if (keyed !== undefined) await endKey(session, keyed.key, keyed.toText(result), first);
    // A pooler leaves us the backend until it is cleaned.
    if (begun) await end(session, first, pooled && leavesTraces ? 'keep backend' : undefined);
    return result;
  } catch (error) {
    if (begun && !session.closed) await rollback(session);
    // What `work` made of it says less to whoever looks after the connection.
    throw first.error ?? error;
  } finally {
    if (leavesTraces && !session.closed) await cleanSession(session, pooled);
  }
}

async function end(
  session: RowsSession,
  first: FirstFailure,
  then: Parameters<typeof commit>[1],
): Promise<void> {
  try {
    await commit(session, then);
  } catch (error) {
    first.error ??= error;
    first.place = wholeTransaction;
    throw error;
  }
}
