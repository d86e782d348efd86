import type { Cancel, Timers } from '../../../../lib/timers.ts';

/** What a live query sleeps by. */
export interface Alarm {
  /** Something may have changed: it rings when no more is waited for that comes together with it. */
  changed(): void;
  /** Resolves when it rings, at the latest after `ms` milliseconds; at once where it rang while nobody slept. */
  sleep(ms: number): Promise<void>;
  /** Whoever sleeps is woken, and it rings no more. */
  stop(): void;
}

/** `debounceMs`: from the first change on until it rings. */
export function createAlarm(timers: Timers, debounceMs: number): Alarm {
  let hasRung = false;
  let wake: (() => void) | undefined;
  let cancelDebounce: Cancel | undefined;
  let stopped = false;

  const ring = (): void => {
    cancelDebounce = undefined;
    if (wake) wake();
    else hasRung = true;
  };

  return {
    changed() {
      if (stopped) return;
      cancelDebounce ??= timers.after(debounceMs, ring);
    },
    async sleep(ms) {
      if (!hasRung && !stopped) {
        let cancel: Cancel | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          cancel = timers.after(ms, resolve);
        });
        cancel?.();
        wake = undefined;
      }
      hasRung = false;
    },
    stop() {
      stopped = true;
      cancelDebounce?.();
      wake?.();
    },
  };
}
