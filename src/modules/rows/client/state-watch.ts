import { AppError } from '../../../lib/app-error.ts';
import { backOff } from '../../../lib/back-off.ts';
import { type Cancel, createTimers } from '../../../lib/timers.ts';
import type { Logger } from '../../../observability/logger.ts';
import type { RowsState } from './rows-state.ts';

export interface StateSource {
  /** One cheap statement. */
  fingerprint(): Promise<string>;
  read(): Promise<RowsState>;
}

export interface StateWatch {
  /** Undefined until something could be read. */
  readonly current: RowsState | undefined;
  /** Looks whether the database is another one by now. Settles when `current` is what it is; never rejects. */
  refresh(): Promise<void>;
  /** The same for a change that was told of: many that come together are looked for together. */
  changed(): Promise<void>;
  /** The same for what strangers can cause: at most once a second, for which they wait. */
  recheck(): Promise<void>;
  /** As `recheck`, but nobody waits who comes sooner. Rejects where nothing was ever read. */
  reconsider(): Promise<void>;
  close(): void;
}

export interface StateWatchDeps {
  readonly source: StateSource;
  /** What has to be done before what was read is `current`. */
  readonly prepare: (state: RowsState) => Promise<void>;
  /** Called with what was read, before it is `current`. */
  readonly onRead: (state: RowsState) => void;
  readonly log: Logger;
}

const pollEveryMs = 30_000;
const recheckEveryMs = 1_000;
const changedEveryMs = 250;
const firstPauseMs = 250;
const longestPauseMs = 10_000;
const leastPause = 0.5;

/** Keeps what was read of the database up to date: asked to look, and by itself every 30 seconds. */
export function watchState({ source, prepare, onRead, log }: StateWatchDeps): StateWatch {
  const timers = createTimers();
  let current: RowsState | undefined;
  let running: Promise<void> | undefined;
  /** Somebody asked while it was being looked: what he knows of may not have been seen. */
  let again = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let cancel: Cancel = () => undefined;
  let closed = false;

  async function look(): Promise<void> {
    lookedAt = performance.now();
    try {
      const fingerprint = await source.fingerprint();
      if (fingerprint !== current?.fingerprint) {
        const state = await source.read();
        await prepare(state);
        onRead(state);
        current = state;
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      log.warn({ err: error, failures }, 'the tables of the database cannot be read');
    }
  }

  function plan(): void {
    cancel();
    if (closed) return;
    const pause =
      failures === 0 ? pollEveryMs : backOff(failures - 1, firstPauseMs, longestPauseMs, leastPause);
    cancel = timers.after(pause, () => void refresh());
  }

  async function run(): Promise<void> {
    do {
      again = false;
      await look();
    } while (again && !closed);
    running = undefined;
    plan();
  }

  function refresh(): Promise<void> {
    if (closed) return Promise.resolve();
    if (running) again = true;
    running ??= run();
    return running;
  }

  /** Looks so long after the last look at the earliest; whoever comes until then waits for the same look. */
  function paced(everyMs: number) {
    let waiting: Promise<void> | undefined;
    return {
      get waiting() {
        return waiting;
      },
      look(): Promise<void> {
        waiting ??= pause(lookedAt + everyMs - performance.now()).then(() => {
          waiting = undefined;
          return refresh();
        });
        return waiting;
      },
    };
  }
  const changes = paced(changedEveryMs);

  async function pause(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => timers.after(ms, resolve));
  }

  return {
    get current() {
      return current;
    },
    refresh,
    changed: changes.look,
    recheck: paced(recheckEveryMs).look,
    async reconsider() {
      const looking = changes.waiting ?? running;
      if (looking) await looking;
      else if (performance.now() - lookedAt > recheckEveryMs) await refresh();
      if (current === undefined) {
        throw new AppError('UPSTREAM_UNAVAILABLE', 'The tables of the database could not be read yet.', {
          details: { service: 'POSTGRES' },
        });
      }
    },
    close() {
      closed = true;
      cancel();
    },
  };
}
