import { OutdatedSchema } from '../../../module/outdated-schema.ts';
import { sqlState } from '../../../upstream/postgres/failure.ts';
import type { ReadQuery } from '../../../upstream/postgres/rows/compile/query.ts';
import type { WriteQuery } from '../../../upstream/postgres/rows/compile/write-query.ts';
import type { RowsModel } from '../../../upstream/postgres/rows/model/model.ts';
import type { RowsRunner } from '../../../upstream/postgres/rows/run/rows-runner.ts';
import { performWrite } from '../../../upstream/postgres/rows/write/perform-write.ts';
import type { StatementAnswer } from '../../../upstream/postgres/rows/write/write-run.ts';
import type { Call } from '../../../viewer/call.ts';
import { createAnswerBudget } from './answer-budget.ts';
import { keyedWrite } from './keyed-write.ts';
import { ownerOf } from './owner-of.ts';
import {
  answerOf,
  createReadings,
  type DbAnswer,
  type Failed,
  type ReadingDeps,
  statementOf,
} from './reading.ts';

export interface RowsClient {
  /** Answers all queries out of one snapshot. */
  readonly read: Answerer<ReadQuery>;
  /**
   * Does all that is asked for in one transaction, one after another; under the key of the call once. Nothing is done where
   * it throws, but for OUTCOME_UNKNOWN: the connection was lost when it was to be committed.
   */
  readonly write: Answerer<WriteQuery>;
}

/**
 * Answers as the caller. `model` is what the queries were made of, and `failed` makes the error to throw of what went
 * wrong, with the index of the query where it is one's.
 * Beside what the database refuses, that is BAD_USER_INPUT, PAYLOAD_TOO_LARGE, TIMEOUT and UPSTREAM_UNAVAILABLE, and
 * OutdatedSchema when the queries have to be made anew.
 */
export type Answerer<Query> = (
  queries: readonly Query[],
  model: RowsModel,
  call: Call,
  failed: Failed,
) => Promise<DbAnswer>;

export interface RowsClientDeps extends ReadingDeps {
  readonly runner: Pick<RowsRunner, 'read' | 'write'>;
  /** Looks whether the database is another one by now. */
  readonly recheck: () => Promise<void>;
}

/** The rows of a database, as those who ask may see them. */
export function createRowsClient(deps: RowsClientDeps): RowsClient {
  const { runner, limits, state, recheck } = deps;
  const readings = createReadings(deps);
  const budget = createAnswerBudget(limits.maxBytes);
  /** The service role has connections of its own, and all of them. */
  const limitsOf = (call: Call) => ({
    owner: call.viewer.kind === 'service' ? undefined : ownerOf(call.viewer, call.clientAddress),
    maxBytes: budget.leftOf(call),
  });

  /** Of what names something that is gone: whether it is this gateway that was behind. */
  async function explained(error: unknown, model: RowsModel): Promise<unknown> {
    if (!missing.has(sqlState(error) ?? '')) return error;
    if (state()?.model === model) await recheck();
    return state()?.model === model ? error : new OutdatedSchema(error);
  }

  return {
    async read(queries, model, call, failed) {
      const reading = readings.compile(queries, failed);
      try {
        const answer = await readings.answer(reading, call, call.signal, limitsOf(call));
        budget.spend(call, answer);
        return answer;
      } catch (error) {
        throw failed(statementOf(error), await explained(error, model));
      }
    },

    async write(queries, model, call, failed) {
      let running: number | undefined;
      try {
        const { caller, options } = readings.callFor(call, call.signal, limitsOf(call));
        const answer = await runner.write(
          caller,
          options,
          async (transaction) => {
            const answers: StatementAnswer[] = [];
            for (const [index, query] of queries.entries()) {
              running = index;
              answers.push(await performWrite(query, limits, transaction.run));
            }
            running = undefined;
            return answerOf(answers);
          },
          call.keyed && keyedWrite(call.keyed),
        );
        // Fields of a mutation come one after another: it is not more than was left.
        budget.spend(call, answer);
        return answer;
      } catch (error) {
        throw failed(running, await explained(error, model));
      }
    },
  };
}

/** undefined_column, undefined_table, undefined_function. */
const missing: ReadonlySet<string> = new Set(['42703', '42P01', '42883']);
