import { sqlState } from '../../failure.ts';
import { isPostgresError, ServerError } from '../../postgres-error.ts';
import type { CompiledQuery } from '../compile/query.ts';
import type { Step } from './pipeline-driver.ts';
import type { RowsAnswer, RowsCaller } from './rows-caller.ts';
import type { Place } from './rows-error.ts';
import type { RowsSession } from './rows-pools.ts';

/** A step of a transaction, and the place that an error of it has. */
export interface PlacedStep {
  readonly step: Step;
  readonly place: Place;
  /** Its value is an answer. */
  readonly answers: boolean;
}

/** What failed first in a transaction. */
export interface FirstFailure {
  place: Place;
  error: unknown;
}

export interface StatementOptions {
  /** What makes the rest of the transaction the caller's: see `settingsStep`. */
  readonly settings: Step;
  /** `pgrst.db_pre_request`, quoted: a function that is called before each statement, and may refuse it. */
  readonly preRequest: string | undefined;
  /** True after a statement of the same transaction that may have left something. */
  readonly afterTraces: boolean;
}

/** Statement number `index` of a transaction, with what goes before it. */
export function statementSteps(
  { role }: RowsCaller,
  { text, params }: CompiledQuery,
  index: number,
  options: StatementOptions,
): PlacedStep[] {
  const { settings, preRequest, afterTraces } = options;
  const before = (step: Step, part: Place['part']) => ({ step, place: { part, index }, answers: false });
  return [
    // Settings of its own that a function made for the transaction, such as older names of the claims.
    ...(afterTraces ? [before({ text: 'reset all', params: [] }, 'settings')] : []),
    before(settings, 'settings'),
    ...(preRequest === undefined
      ? []
      : [before({ text: `select ${preRequest}()`, params: [], planFor: role }, 'statement')]),
    {
      step: { text, params, planFor: role },
      place: { part: 'statement', index },
      answers: true,
    },
  ];
}

/** A step that begins or ends the transaction. */
export function frame(text: string): PlacedStep {
  return { step: { text, params: [] }, place: wholeTransaction, answers: false };
}

/** Of what is no single statement's. */
export const wholeTransaction: Place = { part: 'statement', index: undefined };

/** Sends all steps at once, and gives the answers. What fails first in the transaction is noted in `first`. */
export async function sendPlaced(
  { sql }: RowsSession,
  placed: readonly PlacedStep[],
  first: FirstFailure,
): Promise<readonly RowsAnswer[]> {
  try {
    const rows = await sql.exchange(placed.map(({ step }) => step));
    return rows.flatMap(([text = null, cut = null], index) =>
      placed[index]?.answers ? [{ text, cut }] : [],
    );
  } catch (error) {
    if (isStalePlan(error)) sql.forgetPlans();
    if (first.error === undefined) {
      first.error = error;
      const step = error instanceof ServerError ? placed[error.step] : undefined;
      first.place = step?.place ?? wholeTransaction;
    }
    throw error;
  }
}

/** Another attempt may succeed: it met others, or a statement that was prepared is no longer what it was. */
export function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01' || isStalePlan(error);
}

/** A function may deallocate what was prepared or take a name, and tables may change. */
function isStalePlan(error: unknown): boolean {
  if (!isPostgresError(error)) return false;
  const { code, routine } = error;
  return code === '26000' || code === '42P05' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}
