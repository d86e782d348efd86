import type { Cancel, Timers } from '../../../../lib/timers.ts';
import type { Logger } from '../../../../observability/logger.ts';

export interface CanaryDeps {
  /** Changes the canary's row; resolves when that is committed. */
  touch(): Promise<void>;
  /** Follows that row; `changed` is called for each change that comes back, `ended` when none will any more. */
  follow(signal: AbortSignal, changed: () => void, ended: () => void): Promise<void>;
  /** Two changes in a row did not come back: row changes are dead. `times` counts since one last came back. */
  died(times: number): void;
  readonly timers: Timers;
  readonly log: Logger;
  /** Milliseconds between two changes. */
  readonly everyMs: number;
  /** Milliseconds for a change to come back. @default 5_000 */
  readonly answerMs?: number;
}

/** A watch over channels that are joined but dead, which Realtime tells nobody about. */
export interface Canary {
  /** Keeps watch until the returned function is called, as often as it was asked. */
  keep(): () => void;
  /** True from a death until a change comes back. */
  readonly dead: boolean;
}

const mostDoublings = 5;

/** Watches only while somebody follows row changes. */
export function createCanary(deps: CanaryDeps): Canary {
  const { timers, log, everyMs, answerMs = 5_000 } = deps;
  let users = 0;
  let misses = 0;
  let deaths = 0;
  let awaited = false;
  let trouble: string | undefined;
  let watch: { readonly abort: AbortController; following: boolean; cancel?: Cancel } | undefined;

  const next = (run: () => void, ms: number) => {
    if (watch === undefined) return;
    watch.cancel?.();
    watch.cancel = timers.after(ms, run);
  };
  const heard = () => {
    misses = 0;
    deaths = 0;
    awaited = false;
    trouble = undefined;
    next(beat, everyMs);
  };
  const missed = () => {
    misses += 1;
    log.warn({ misses }, 'a row change of the canary did not come back');
    if (misses >= 2) {
      misses = 0;
      deaths += 1;
      deps.died(deaths);
    }
    // Where a new join does not help, everybody would fetch anew again and again.
    next(beat, everyMs * 2 ** Math.min(Math.max(deaths - 1, 0), mostDoublings));
  };
  const beat = () => {
    const own = watch;
    if (own === undefined) return;
    const ended = () => {
      own.following = false;
      if (watch !== own) return;
      awaited = false;
      next(beat, everyMs);
    };
    const begin = own.following ? Promise.resolve() : deps.follow(own.abort.signal, heard, ended);
    begin
      .then(async () => {
        own.following = true;
        if (watch !== own) return;
        awaited = true;
        await deps.touch();
        // Counted from the commit: a database that is slow is not dead. The change may be here already.
        if (watch === own && awaited) next(missed, answerMs);
      })
      .catch((error: unknown) => {
        // Trouble with the database or the join says nothing about dead channels.
        if (watch !== own) return;
        const message = error instanceof Error ? error.message : String(error);
        if (message !== trouble) log.warn({ err: error }, 'the canary cannot keep watch');
        trouble = message;
        next(beat, everyMs);
      });
  };

  return {
    get dead() {
      return deaths > 0;
    },
    keep() {
      users += 1;
      if (watch === undefined) {
        watch = { abort: new AbortController(), following: false };
        misses = 0;
        next(beat, everyMs);
      }
      let kept = true;
      return () => {
        if (!kept) return;
        kept = false;
        users -= 1;
        if (users > 0 || watch === undefined) return;
        watch.cancel?.();
        watch.abort.abort();
        watch = undefined;
        deaths = 0;
      };
    },
  };
}
