import { clientOf } from '../../../limits/client-places.ts';
import type { ReadQuery } from '../../../upstream/postgres/rows/compile/query.ts';
import type { WriteQuery } from '../../../upstream/postgres/rows/compile/write-query.ts';
import type { RowsRunner } from '../../../upstream/postgres/rows/run/rows-runner.ts';
import { performWrite } from '../../../upstream/postgres/rows/write/perform-write.ts';
import type { StatementAnswer } from '../../../upstream/postgres/rows/write/write-run.ts';
import type { Call } from '../../../viewer/call.ts';
import { writeCallsFunction } from './calls-function.ts';
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
   * Does all that is asked for in one transaction, one after another. Nothing is done where it throws, but for
   * OUTCOME_UNKNOWN: the connection was lost when it was to be committed.
   */
  readonly write: Answerer<WriteQuery>;
}

/**
 * Answers as the caller. `failed` makes the error to throw of what went wrong, with the index of the query where it is one's.
 * Beside what the database refuses, that is BAD_USER_INPUT, PAYLOAD_TOO_LARGE, TIMEOUT and UPSTREAM_UNAVAILABLE.
 */
export type Answerer<Query> = (queries: readonly Query[], call: Call, failed: Failed) => Promise<DbAnswer>;

export interface RowsClientDeps extends ReadingDeps {
  readonly runner: Pick<RowsRunner, 'read' | 'write'>;
}

/** The rows of a database, as those who ask may see them. */
export function createRowsClient(deps: RowsClientDeps): RowsClient {
  const { runner, limits } = deps;
  const readings = createReadings(deps);
  return {
    async read(queries, call, failed) {
      const { viewer, signal } = call;
      const reading = readings.compile(queries, failed);
      try {
        return await readings.answer(reading, viewer, signal, ownerOf(call));
      } catch (error) {
        throw failed(statementOf(error), error);
      }
    },

    async write(queries, call, failed) {
      const { viewer, signal } = call;
      const calls = queries.some(writeCallsFunction);
      let running: number | undefined;
      try {
        const { caller, options } = readings.callFor(viewer, signal, calls, ownerOf(call));
        return await runner.write(caller, options, async (transaction) => {
          const answers: StatementAnswer[] = [];
          for (const [index, query] of queries.entries()) {
            running = index;
            answers.push(await performWrite(query, limits.maxRows, transaction.run));
          }
          running = undefined;
          return answerOf(answers);
        });
      } catch (error) {
        throw failed(running, error);
      }
    },
  };
}

/** Who has a share of the connections: a user, whoever is anonymous at one address; the service role has all of its own. */
function ownerOf({ viewer, clientAddress }: Call): string | undefined {
  if (viewer.kind === 'service') return undefined;
  if (viewer.kind === 'user' && viewer.userId !== '') return `user ${viewer.userId}`;
  return `client ${clientOf(clientAddress)}`;
}
