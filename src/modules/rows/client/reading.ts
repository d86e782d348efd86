import { compileRead } from '../../../upstream/postgres/rows/compile/compile-read.ts';
import { cutLists } from '../../../upstream/postgres/rows/compile/cut-lists.ts';
import type {
  CompiledQuery,
  CompiledRead,
  ReadQuery,
} from '../../../upstream/postgres/rows/compile/query.ts';
import type { RowsAnswer, RowsCaller } from '../../../upstream/postgres/rows/run/rows-caller.ts';
import { RowsError } from '../../../upstream/postgres/rows/run/rows-error.ts';
import type { RowsCallOptions, RowsRunner } from '../../../upstream/postgres/rows/run/rows-runner.ts';
import type { StatementAnswer } from '../../../upstream/postgres/rows/write/write-run.ts';
import type { Call } from '../../../viewer/call.ts';
import { databaseRole } from '../../../viewer/database-role.ts';
import type { RowsState } from './rows-state.ts';
import { visibleNames } from './visible-names.ts';

/** Answers of several queries, in their order. */
export interface DbAnswer {
  /** As JSON. */
  readonly texts: readonly string[];
  /** Lists that have more rows than one may have: of which query, and where in its answer, in response keys. */
  readonly truncated: readonly { readonly index: number; readonly path: readonly string[] }[];
}

/** Makes the error to throw of what went wrong, with the index of the query where it is one's. */
export type Failed = (index: number | undefined, error: unknown) => unknown;

/** Who asks, and what policies may know of the request. */
export type Asker = Pick<Call, 'viewer' | 'headers'>;

/** Queries that were compiled. */
export interface Reading {
  readonly statements: readonly CompiledRead[];
}

interface ReadingLimits {
  readonly maxRows: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface ReadingDeps {
  readonly runner: Pick<RowsRunner, 'read'>;
  readonly state: () => RowsState | undefined;
  readonly limits: ReadingLimits;
}

/** What of a call is not as for all. */
type OwnLimits = Partial<Pick<RowsCallOptions, 'owner' | 'maxBytes'>>;

export interface Readings {
  /** Throws what `failed` makes of a query that cannot be compiled. */
  compile(queries: readonly ReadQuery[], failed: Failed): Reading;
  /** Answers out of one snapshot, as who asks. Rejects with what the database refuses, as it is. */
  answer(reading: Reading, asker: Asker, signal: AbortSignal, own?: OwnLimits): Promise<DbAnswer>;
  /** Runs statements as who asks. */
  run(
    statements: readonly CompiledQuery[],
    asker: Asker,
    signal: AbortSignal,
    own?: OwnLimits,
  ): Promise<readonly RowsAnswer[]>;
  /** Who calls, and within which limits. Throws UPSTREAM_UNAVAILABLE where nothing could be read of the database yet. */
  callFor(
    asker: Asker,
    signal: AbortSignal,
    own?: OwnLimits,
  ): { readonly caller: RowsCaller; readonly options: RowsCallOptions };
}

export function createReadings({ runner, state, limits }: ReadingDeps): Readings {
  const { timeoutMs, maxBytes } = limits;

  const callFor: Readings['callFor'] = ({ viewer, headers }, signal, own) => {
    const role = databaseRole(viewer);
    const names = visibleNames(state(), role);
    return {
      caller: { role, claims: viewer.claims, headers },
      options: { signal, timeoutMs, maxBytes, names, ...own },
    };
  };

  const run: Readings['run'] = async (statements, asker, signal, own) => {
    const { caller, options } = callFor(asker, signal, own);
    return await runner.read(caller, statements, options);
  };

  return {
    callFor,
    run,
    compile: (queries, failed) => ({
      statements: queries.map((query, index) => {
        try {
          return compileRead(query, limits);
        } catch (error) {
          throw failed(index, error);
        }
      }),
    }),
    async answer(reading, asker, signal, own) {
      const { statements } = reading;
      const answers = await run(statements, asker, signal, own);
      return answerOf(
        statements.map((statement, index) => {
          const { text, cut } = answers[index] ?? nothing;
          return { text, truncated: cutLists(statement, cut) };
        }),
      );
    },
  };
}

const nothing = { text: null, cut: null };

/** Which statement an error is of. */
export function statementOf(error: unknown): number | undefined {
  return error instanceof RowsError ? error.statement : undefined;
}

/** The answer of all, from that of each. */
export function answerOf(answers: readonly StatementAnswer[]): DbAnswer {
  return {
    texts: answers.map(({ text }) => text ?? 'null'),
    truncated: answers.flatMap(({ truncated }, index) => truncated.map((path) => ({ index, path }))),
  };
}
