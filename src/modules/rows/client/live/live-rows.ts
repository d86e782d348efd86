import { createHash } from 'node:crypto';
import type { EventQueue } from '../../../../lib/fan-out/event-queue.ts';
import { createLru, type Lru } from '../../../../lib/lru.ts';
import { createSingleFlight } from '../../../../lib/single-flight.ts';
import type { Logger } from '../../../../observability/logger.ts';
import type { PostgresPools } from '../../../../upstream/postgres/pools.ts';
import type { TableRead } from '../../../../upstream/postgres/rows/catalogue/tables-read.ts';
import type { ReadQuery } from '../../../../upstream/postgres/rows/compile/query.ts';
import { explained, findTablesRead } from '../../../../upstream/postgres/rows/live/find-tables-read.ts';
import { createTableSignals } from '../../../../upstream/postgres/rows/live/table-signals.ts';
import type { Call } from '../../../../viewer/call.ts';
import { databaseRole } from '../../../../viewer/database-role.ts';
import type { RequestHeaders } from '../../../../viewer/request-headers.ts';
import {
  type Asker,
  createReadings,
  type Failed,
  type Reading,
  type ReadingDeps,
  type Readings,
  statementOf,
} from '../reading.ts';
import { visibleNames } from '../visible-names.ts';
import { createLiveQueries } from './live-queries.ts';
import type { LiveAnswer } from './live-run.ts';
import { createTableWatcher, type TableChanges } from './table-watcher.ts';
import { inTotalOrder } from './total-order.ts';

export interface LiveRows {
  /**
   * Answers all queries as `read` does: at once, and whenever the answer is another one. Ends with what `failed` makes of
   * an error, such as a deadline or an answer that is too large, and with OutdatedSchema when the queries have to be made
   * anew. Throws what `failed` makes of a query that cannot be compiled, and RATE_LIMITED.
   */
  follow(queries: readonly ReadQuery[], call: Call, failed: Failed): EventQueue<LiveAnswer>;
  /** What was read of the database is something else by now. */
  outdated(): void;
  stats(): { readonly liveQueries: number; readonly liveViewers: number };
  close(): Promise<void>;
}

export interface LiveRowsDeps extends ReadingDeps {
  readonly pools: Pick<PostgresPools, 'general' | 'listen'>;
  readonly tableChanges: TableChanges;
  /** Looks whether what was read of the database is something else by now. */
  readonly recheck: () => Promise<void>;
  /** Connections for reading, which all operations share. */
  readonly connections: number;
  readonly log: Logger;
}

const perCaller = 100;
/** All of it is sent for each change, and kept for those who come later. */
const largestAnswerBytes = 4 * 1024 * 1024;
const findTimeoutMs = 10_000;
/** Shapes of queries whose tables are remembered. */
const mostShapes = 1_000;

/** The rows of a database as they change. */
export function createLiveRows(deps: LiveRowsDeps): LiveRows {
  const { pools, tableChanges, limits, recheck, log } = deps;
  const maxBytes = Math.min(limits.maxBytes, largestAnswerBytes);
  const readings = createReadings({ ...deps, limits: { ...limits, maxBytes } });
  const watcher = createTableWatcher(createTableSignals(pools, log), tableChanges);
  const memory = createTableMemory(readings, pools);
  // Whatever is live leaves connections to those who ask once.
  const width = Math.max(1, Math.floor(deps.connections / 2));
  const live = createLiveQueries({ width, perCaller, watcher, recheck, log });

  return {
    follow(queries, call, failed) {
      const { grants } = visibleNames(deps.state(), databaseRole(call.viewer));
      const reading = readings.compile(
        queries.map((query) => inTotalOrder(query, grants)),
        failed,
      );
      const { headers } = call;
      return live.follow(
        keyOf(reading, headers),
        {
          read: (viewer, signal) => readings.answer(reading, { viewer, headers }, signal),
          tables: (viewer) => memory.of(reading, { viewer, headers }),
        },
        call,
        (error) => toError(failed(statementOf(error), error)),
      );
    },
    outdated() {
      memory.forget();
      live.outdated();
    },
    stats: live.stats,
    async close() {
      live.close();
      memory.close();
      await watcher.close();
    },
  };
}

/**
 * Remembers the tables of queries that differ in their values alone: they depend on the role, and on nobody. Who asks
 * for the same at once waits for one answer.
 */
function createTableMemory(readings: Readings, pools: Pick<PostgresPools, 'general'>) {
  const closing = new AbortController();
  const flights = createSingleFlight<readonly TableRead[]>();
  let known: Lru<string, readonly TableRead[]> = createLru(mostShapes);
  let generation = 0;

  async function find(reading: Reading, asker: Asker): Promise<readonly TableRead[]> {
    const { statements } = reading;
    const { signal } = closing;
    const plans = await readings.run(statements.map(explained), asker, signal);
    return await pools.general.withSession({ signal, timeoutMs: findTimeoutMs }, ({ sql }) =>
      findTablesRead(
        sql,
        statements,
        plans.map(({ text }): unknown => JSON.parse(text ?? 'null')),
      ),
    );
  }

  return {
    async of(reading: Reading, asker: Asker): Promise<readonly TableRead[]> {
      const texts = reading.statements.map(({ text }) => text);
      const key = hashOf([databaseRole(asker.viewer), generation, ...texts]);
      const before = known.get(key);
      if (before !== undefined) return before;
      const found = await flights.run(key, () => find(reading, asker));
      known.set(key, found);
      return found;
    },
    forget() {
      generation += 1;
      known = createLru(mostShapes);
    },
    close: () => closing.abort(),
  };
}

/** All that is asked for, and what policies may know of the request. */
function keyOf({ statements }: Reading, headers: RequestHeaders): string {
  return hashOf([headers, ...statements.map(({ text, params }) => [text, params])]);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
