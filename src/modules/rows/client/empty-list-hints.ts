import { createLru } from '../../../lib/lru.ts';
import type { Logger } from '../../../observability/logger.ts';
import type { ReadQuery } from '../../../upstream/postgres/rows/compile/query.ts';
import type { Call } from '../../../viewer/call.ts';
import type { RowsClient } from './client.ts';
import type { Explain } from './explainer.ts';

export interface EmptyListHints {
  /** The same reading; of callers whom policies may bind, empty lists are explained in the log, after the answer. */
  around(read: RowsClient['read']): RowsClient['read'];
  close(): void;
}

/** Queries whose hint was given: a page that asks again and again gets it once. */
const mostTold = 200;

/** For development: what an answer does not say, the terminal does. One hint is made at a time; others are left out. */
export function createEmptyListHints(explain: Explain, log: Logger): EmptyListHints {
  const told = createLru<string, true>(mostTold);
  const closing = new AbortController();
  let busy = false;

  async function explainToLog(queries: readonly ReadQuery[], call: Call): Promise<void> {
    try {
      const { role, sub } = call.viewer.claims;
      const tables = await explain(queries, { ...call, signal: closing.signal });
      log.info(
        { requestId: call.requestId, as: { role, sub }, tables },
        'a list under db is empty: of each table how many rows there are, and how many the caller sees',
      );
    } catch (error) {
      log.debug({ err: error }, 'why a list under db is empty could not be found out');
    } finally {
      busy = false;
    }
  }

  function tell(queries: readonly ReadQuery[], call: Call): void {
    const key = `${call.viewer.identity} ${queries.map(placeOf).join(' ')}`;
    if (busy || closing.signal.aborted || told.get(key) === true) return;
    told.set(key, true);
    busy = true;
    void explainToLog(queries, call);
  }

  return {
    around: (read) => async (queries, model, call, failed) => {
      const answer = await read(queries, model, call, failed);
      if (call.viewer.kind !== 'service' && answer.texts.includes('[]')) tell(queries, call);
      return answer;
    },
    close: () => closing.abort(),
  };
}

function placeOf(query: ReadQuery): string {
  if (query.kind === 'call') return query.fn.id;
  return 'table' in query ? query.table.id : query.from.table.id;
}
