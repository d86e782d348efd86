import { AppError } from '../../../../lib/app-error.ts';
import { backOff } from '../../../../lib/back-off.ts';
import type { FairTurns } from '../../../../lib/fair-turns.ts';
import type { Group, Member, Source } from '../../../../lib/fan-out/group.ts';
import type { Timers } from '../../../../lib/timers.ts';
import type { Logger } from '../../../../observability/logger.ts';
import type { TableRead } from '../../../../upstream/postgres/rows/catalogue/tables-read.ts';
import type { Viewer } from '../../../../viewer/viewer.ts';
import type { DbAnswer } from '../reading.ts';
import { createAlarm } from './alarm.ts';
import type { LiveMode, TableWatch, TableWatcher } from './table-watcher.ts';

export interface LiveAnswer extends DbAnswer {
  readonly mode: LiveMode;
}

export type LiveMember = Member<LiveAnswer, Error> & { readonly ticket: Viewer };
export type LiveGroup = Group<LiveAnswer, LiveMember, Error>;

/** A query that is answered again and again, for all who share it. */
export interface LiveQuery {
  read(viewer: Viewer, signal: AbortSignal): Promise<DbAnswer>;
  /** The tables that it reads. Others may wait for the same: it goes on when one has left. */
  tables(viewer: Viewer): Promise<readonly TableRead[]>;
}

export interface LiveRunDeps {
  readonly turns: FairTurns;
  readonly watcher: TableWatcher;
  readonly timers: Timers;
  /** Looks whether the schema is another one, and ends all groups where it is. */
  readonly recheck: () => Promise<void>;
  readonly log: Logger;
}

const debounceMs = 250;
/** For what nothing tells of: the clock, tables in the text of functions. */
const safetyPollMs = 30_000;
const pollMs = 5_000;
const firstPauseMs = 250;
const longestPauseMs = 10_000;
const leastPause = 0.5;

/** Begins to answer a query for a group, until that is closed. Turns are taken for `owner`. */
export function openLiveRun(
  query: LiveQuery,
  owner: string,
  group: LiveGroup,
  deps: LiveRunDeps,
): Source<LiveAnswer, Viewer> {
  const { turns, watcher, timers, recheck, log } = deps;
  const abort = new AbortController();
  const { signal } = abort;
  const alarm = createAlarm(timers, debounceMs);
  let viewer: Viewer | undefined;
  let latest: LiveAnswer | undefined;
  let watching: TableWatch | undefined;
  let failures = 0;

  async function watch(as: Viewer): Promise<void> {
    const tables = await turns.run(owner, () => query.tables(as));
    if (!signal.aborted) watching = watcher.watch(tables, alarm.changed);
  }

  function modeNow(): LiveMode {
    return watching?.mode ?? 'poll';
  }

  async function answer(as: Viewer): Promise<void> {
    const found = { ...(await turns.run(owner, () => query.read(as, signal))), mode: modeNow() };
    if (signal.aborted) return;
    failures = 0;
    if (latest !== undefined && isSameAnswer(latest, found)) return;
    latest = found;
    group.push(found, bytesOf(found));
  }

  /** True where it goes on: what is passing leaves the last answer as it is. */
  async function survives(error: unknown): Promise<boolean> {
    if (signal.aborted) return false;
    if (latest !== undefined && isPassing(error)) {
      failures += 1;
      log.debug({ err: error, failures }, 'a live query could not be answered');
      return true;
    }
    // What is gone for a query may be so because the schema is another one, which is noticed a little later.
    await recheck();
    if (!signal.aborted) group.end(error instanceof Error ? error : new Error(String(error)));
    return false;
  }

  function pauseMs(): number {
    if (failures > 0) return backOff(failures - 1, firstPauseMs, longestPauseMs, leastPause);
    // Not all that began together at once.
    return (modeNow() === 'poll' ? pollMs : safetyPollMs) * (0.9 + Math.random() * 0.2);
  }

  async function run(): Promise<void> {
    while (!signal.aborted && viewer !== undefined) {
      try {
        if (watching === undefined) await watch(viewer);
        await answer(viewer);
      } catch (error) {
        if (!(await survives(error))) return;
      }
      await alarm.sleep(pauseMs());
    }
  }

  return {
    isLive: true,
    lingerMs: 0,
    missed: () => latest,
    greeting: () => latest,
    use(ticket) {
      const isFirst = viewer === undefined;
      viewer = ticket;
      if (isFirst) void run();
    },
    close() {
      abort.abort();
      alarm.stop();
      watching?.stop();
    },
  };
}

export function isSameAnswer(one: LiveAnswer, other: LiveAnswer): boolean {
  return (
    one === other ||
    (one.mode === other.mode &&
      one.texts.every((text, index) => text === other.texts[index]) &&
      one.truncated.length === other.truncated.length)
  );
}

function bytesOf({ texts }: DbAnswer): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** The database is away, or met something else at the same time. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  return error.code === 'UPSTREAM_UNAVAILABLE' || error.details['retryable'] === true;
}
