import { createFairLine } from '../../../../lib/fair-line.ts';
import type { Cancel, Timers } from '../../../../lib/timers.ts';

/** Whose turn a join takes: a user, or an address where nobody has signed in. */
export interface JoinCaller {
  readonly kind: 'service' | 'user' | 'anon';
  readonly key: string;
}

/** Lets joins out one after another: Realtime closes a whole socket whose tenant joins too fast. */
export interface Pacer {
  /**
   * Runs `join` when its turn comes, at once when nobody waits: those who have signed in before those who have not, and
   * callers in turns. Undefined when too many of the caller's wait already.
   */
  enqueue(join: () => void, caller: JoinCaller): Cancel | undefined;
  /** Lets nothing out for a while, after upstream said that it was too much. */
  pause(ms: number): void;
  readonly waiting: number;
}

export interface PacerLimits {
  /** Up to a second's worth goes out at once. */
  readonly joinsPerSecond: number;
  /** Of one caller, who is not service_role. */
  readonly waitingJoins: number;
}

export function createPacer(limits: PacerLimits, timers: Timers): Pacer {
  const perSecond = limits.joinsPerSecond;
  const signedIn = createFairLine<() => void>();
  const anonymous = createFairLine<() => void>();
  let tokens = perSecond;
  let countedAt = Date.now();
  let pausedUntil = 0;
  let stopTimer: Cancel | undefined;

  const waiting = () => signedIn.size + anonymous.size;
  const refill = () => {
    const now = Date.now();
    tokens = Math.min(perSecond, tokens + ((now - countedAt) / 1_000) * perSecond);
    countedAt = now;
  };
  const mayRelease = () => tokens >= 1 && Date.now() >= pausedUntil;
  const release = () => {
    stopTimer = undefined;
    refill();
    while (mayRelease()) {
      const join = signedIn.take() ?? anonymous.take();
      if (join === undefined) break;
      tokens -= 1;
      join();
    }
    arm();
  };
  const arm = () => {
    if (waiting() === 0 || stopTimer !== undefined) return;
    const forToken = ((1 - tokens) / perSecond) * 1_000;
    stopTimer = timers.after(Math.max(forToken, pausedUntil - Date.now(), 1), release);
  };

  return {
    enqueue(join, { kind, key }) {
      refill();
      if (waiting() === 0 && mayRelease()) {
        tokens -= 1;
        join();
        return () => undefined;
      }
      const line = kind === 'anon' ? anonymous : signedIn;
      if (kind !== 'service' && line.waitingOf(key) >= limits.waitingJoins) return undefined;
      const entry = () => join();
      line.add(key, entry);
      arm();
      return () => {
        line.remove(key, entry);
        if (waiting() > 0) return;
        stopTimer?.();
        stopTimer = undefined;
      };
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, Date.now() + ms);
      tokens = Math.min(tokens, 1);
    },
    get waiting() {
      return waiting();
    },
  };
}
