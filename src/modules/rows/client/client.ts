import { AppError } from '../../../lib/app-error.ts';
import { compileRead } from '../../../upstream/postgres/rows/compile/compile-read.ts';
import type { CompiledQuery, ReadQuery } from '../../../upstream/postgres/rows/compile/query.ts';
import { RowsError } from '../../../upstream/postgres/rows/run/rows-error.ts';
import type { RowsRunner } from '../../../upstream/postgres/rows/run/rows-runner.ts';
import type { Call } from '../../../viewer/call.ts';
import { databaseRole } from '../../../viewer/database-role.ts';
import { callsFunction } from './calls-function.ts';
import type { RowsState } from './rows-state.ts';

/** Answers of several queries, in their order. */
interface ReadAnswer {
  /** As JSON. */
  readonly texts: readonly string[];
  /** Lists that have more rows than one may have: of which query, and where in its answer, in response keys. */
  readonly truncated: readonly { readonly index: number; readonly path: readonly string[] }[];
}

export interface RowsClient {
  /**
   * Answers all queries out of one snapshot, as the caller. `failed` makes the error to throw of what went wrong, with the
   * index of the query where it is one's. Beside what the database refuses, that is BAD_USER_INPUT, PAYLOAD_TOO_LARGE,
   * TIMEOUT and UPSTREAM_UNAVAILABLE.
   */
  read(
    queries: readonly ReadQuery[],
    call: Call,
    failed: (index: number | undefined, error: unknown) => unknown,
  ): Promise<ReadAnswer>;
}

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

  /** The model and the grants as the caller's schema had them: errors speak of nothing else. */
  function namesFor(role: string) {
    const current = state();
    const grants = current?.grants.get(role);
    if (current === undefined || grants === undefined) {
      throw new AppError('UPSTREAM_UNAVAILABLE', 'The tables of the database could not be read yet.', {
        details: { service: 'POSTGRES' },
      });
    }
    return { model: current.model, grants };
  }

  return {
    async read(queries, { viewer, signal }, failed) {
      const role = databaseRole(viewer);
      const statements = queries.map((query, index): CompiledQuery => {
        try {
          return compileRead(query, { maxRows });
        } catch (error) {
          throw failed(index, error);
        }
      });
      try {
        const answers = await runner.read({ role, claims: viewer.claims }, statements, {
          signal,
          timeoutMs,
          maxBytes,
          callsFunction: queries.some(callsFunction),
          names: namesFor(role),
        });
        return {
          texts: answers.map(({ text }) => text ?? 'null'),
          truncated: answers.flatMap(({ cut }, index) =>
            cutPaths(statements[index], cut).map((path) => ({ index, path })),
          ),
        };
      } catch (error) {
        throw failed(error instanceof RowsError ? error.statement : undefined, error);
      }
    },
  };
}

function cutPaths(statement: CompiledQuery | undefined, cut: string | null): (readonly string[])[] {
  if (!cut || statement === undefined) return [];
  return cut.split(',').flatMap((index) => statement.lists.slice(Number(index), Number(index) + 1));
}
