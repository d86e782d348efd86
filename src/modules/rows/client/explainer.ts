import { queriedTables } from '../../../upstream/postgres/rows/compile/queried-tables.ts';
import type { ReadQuery } from '../../../upstream/postgres/rows/compile/query.ts';
import {
  type ExplainDeps,
  type ExplainedTable,
  explainTables,
} from '../../../upstream/postgres/rows/explain/explain-tables.ts';
import type { Call } from '../../../viewer/call.ts';
import { databaseRole } from '../../../viewer/database-role.ts';
import type { RowsState } from './rows-state.ts';
import { visibleNames } from './visible-names.ts';

export interface ExplainerDeps extends ExplainDeps {
  readonly state: () => RowsState | undefined;
  /** For one explanation. */
  readonly timeoutMs: number;
}

export type Explain = (queries: readonly ReadQuery[], call: Call) => Promise<readonly ExplainedTable[]>;

/** Says of the tables that queries touch what the caller sees of them, and why. */
export function createExplain({ state, timeoutMs, ...deps }: ExplainerDeps): Explain {
  return async (queries, { viewer, headers, signal }) => {
    const role = databaseRole(viewer);
    return await explainTables(
      deps,
      queriedTables(queries),
      { role, claims: viewer.claims, headers },
      {
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        timeoutMs,
        maxBytes: maxAnswerBytes,
        names: visibleNames(state(), role),
      },
    );
  };
}

/** Of a number. */
const maxAnswerBytes = 1_024;
