import type { Cancel, Timers } from '../../lib/timers.ts';

/** Lets joins out one after another: Realtime closes a whole socket whose tenant joins too fast. */
export interface Pacer {
  /** Runs `join` when its turn comes, at once when nobody waits. */
  enqueue(join: () => void): Cancel;
  /** Lets nothing out for a while, after upstream said that it was too much. */
  pause(ms: number): void;
  readonly waiting: number;
}

/** A pacer for `perSecond` joins a second, up to a second's worth at once. */
export function createPacer(perSecond: number, timers: Timers): Pacer {
  const waiting = new Set<() => void>();
  let tokens = perSecond;
  let countedAt = Date.now();
  let pausedUntil = 0;
  let stopTimer: Cancel | undefined;

  const refill = () => {
    const now = Date.now();
    tokens = Math.min(perSecond, tokens + ((now - countedAt) / 1_000) * perSecond);
    countedAt = now;
  };
  const release = () => {
    stopTimer = undefined;
    refill();
    for (const join of waiting) {
      if (tokens < 1 || Date.now() < pausedUntil) break;
      tokens -= 1;
      waiting.delete(join);
      join();
    }
    arm();
  };
  const arm = () => {
    if (waiting.size === 0 || stopTimer !== undefined) return;
    const forToken = ((1 - tokens) / perSecond) * 1_000;
    stopTimer = timers.after(Math.max(forToken, pausedUntil - Date.now(), 1), release);
  };

  return {
    enqueue(join) {
      const entry = () => join();
      refill();
      if (waiting.size === 0 && tokens >= 1 && Date.now() >= pausedUntil) {
        tokens -= 1;
        join();
        return () => undefined;
      }
      waiting.add(entry);
      arm();
      return () => {
        waiting.delete(entry);
        if (waiting.size > 0) return;
        stopTimer?.();
        stopTimer = undefined;
      };
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, Date.now() + ms);
      tokens = Math.min(tokens, 1);
    },
    get waiting() {
      return waiting.size;
    },
  };
}
