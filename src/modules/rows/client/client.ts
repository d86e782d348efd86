import { compileRead } from '../../../upstream/postgres/rows/compile/compile-read.ts';
import { cutLists } from '../../../upstream/postgres/rows/compile/cut-lists.ts';
import type { CompiledQuery, ReadQuery } from '../../../upstream/postgres/rows/compile/query.ts';
import type { WriteQuery } from '../../../upstream/postgres/rows/compile/write-query.ts';
import { RowsError } from '../../../upstream/postgres/rows/run/rows-error.ts';
import type { RowsRunner } from '../../../upstream/postgres/rows/run/rows-runner.ts';
import { performWrite } from '../../../upstream/postgres/rows/write/perform-write.ts';
import type { StatementAnswer } from '../../../upstream/postgres/rows/write/write-run.ts';
import type { Call } from '../../../viewer/call.ts';
import { databaseRole } from '../../../viewer/database-role.ts';
import { callsFunction, writeCallsFunction } from './calls-function.ts';
import type { RowsState } from './rows-state.ts';
import { visibleNames } from './visible-names.ts';

/** Answers of several queries, in their order. */
interface DbAnswer {
  /** As JSON. */
  readonly texts: readonly string[];
  /** Lists that have more rows than one may have: of which query, and where in its answer, in response keys. */
  readonly truncated: readonly { readonly index: number; readonly path: readonly string[] }[];
}

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
export type Answerer<Query> = (
  queries: readonly Query[],
  call: Call,
  failed: (index: number | undefined, error: unknown) => unknown,
) => Promise<DbAnswer>;

export interface RowsClientDeps {
  readonly runner: RowsRunner;
  readonly state: () => RowsState | undefined;
  readonly limits: {
    readonly maxRows: number;
    readonly timeoutMs: number;
    readonly maxBytes: number;
  };
}

/** The rows of a database, as those who ask may see them. */
export function createRowsClient({ runner, state, limits }: RowsClientDeps): RowsClient {
  const { maxRows, timeoutMs, maxBytes } = limits;

  function callFor({ viewer, signal }: Call, callsFunction: boolean) {
    const role = databaseRole(viewer);
    const caller = { role, claims: viewer.claims };
    return {
      caller,
      options: { signal, timeoutMs, maxBytes, callsFunction, names: visibleNames(state(), role) },
    };
  }

  return {
    async read(queries, call, failed) {
      const statements = queries.map((query, index): CompiledQuery => {
        try {
          return compileRead(query, { maxRows });
        } catch (error) {
          throw failed(index, error);
        }
      });
      try {
        const { caller, options } = callFor(call, queries.some(callsFunction));
        const answers = await runner.read(caller, statements, options);
        return answerOf(
          statements.map((statement, index) => {
            const { text, cut } = answers[index] ?? nothing;
            return { text, truncated: cutLists(statement, cut) };
          }),
        );
      } catch (error) {
        throw failed(error instanceof RowsError ? error.statement : undefined, error);
      }
    },

    async write(queries, call, failed) {
      let running: number | undefined;
      try {
        const { caller, options } = callFor(call, queries.some(writeCallsFunction));
        return await runner.write(caller, options, async (transaction) => {
          const answers: StatementAnswer[] = [];
          for (const [index, query] of queries.entries()) {
            running = index;
            answers.push(await performWrite(query, maxRows, transaction.run));
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

const nothing = { text: null, cut: null };

function answerOf(answers: readonly StatementAnswer[]): DbAnswer {
  return {
    texts: answers.map(({ text }) => text ?? 'null'),
    truncated: answers.flatMap(({ truncated }, index) => truncated.map((path) => ({ index, path }))),
  };
}
