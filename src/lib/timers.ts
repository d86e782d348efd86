/** The longest delay Node keeps: a longer one fires at once. */
export const longestDelayMs = 2 ** 31 - 1;

/** Stops a timer; a second call does nothing. */
export type Cancel = () => void;

/** Timers that are counted, never hold the process open, and may be set further away than Node allows. */
export interface Timers {
  /** Calls `run` once after `ms` milliseconds, however many those are. */
  after(ms: number, run: () => void): Cancel;
  /** Timers that have neither fired nor been cancelled. */
  readonly active: number;
}

/** A fresh set of counted timers. */
export function createTimers(): Timers {
  let active = 0;
  return {
    get active() {
      return active;
    },
    after(ms, run) {
      const due = Date.now() + ms;
      let handle: NodeJS.Timeout | undefined;
      const arm = (left: number) => {
        handle = setTimeout(fire, Math.min(Math.max(left, 0), longestDelayMs));
        handle.unref();
      };
      const fire = () => {
        const left = due - Date.now();
        if (ms > longestDelayMs && left > 0) {
          arm(left);
          return;
        }
        handle = undefined;
        active -= 1;
        run();
      };
      active += 1;
      arm(ms);
      return () => {
        if (handle === undefined) return;
        clearTimeout(handle);
        handle = undefined;
        active -= 1;
      };
    },
  };
}
