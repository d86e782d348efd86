export const circuitStates = ['CLOSED', 'HALF_OPEN', 'OPEN'] as const;
export type CircuitState = (typeof circuitStates)[number];

/** The right to make one call. Exactly one of the three is called when the call has ended; more are ignored. */
export interface Passage {
  succeeded(): void;
  failed(): void;
  /** The call told nothing about the service: the caller left before an answer came. */
  abandoned(): void;
}

export interface Circuit {
  readonly state: CircuitState;
  /** A passage, or undefined while the circuit is open or its one probe is under way. */
  enter(): Passage | undefined;
}

export interface CircuitOptions {
  onChange?: (state: CircuitState) => void;
  /** Milliseconds from any fixed origin. @default performance.now */
  now?: () => number;
}

/** Failures within the window from which on the circuit may open. */
const minimumFailures = 5;
/** Share of failures among all calls of the window, 0 to 1, that opens it. */
const failureShare = 0.5;
const windowMs = 10_000;
/** How long it stays open the first time; doubled after each failed probe. */
const openMs = 2_000;
const maxOpenMs = 30_000;

/**
 * A circuit breaker that lets one probe through when its time is over. Written here because a caller who hangs up
 * in the middle of a probe must neither close nor open the circuit, which the breaker libraries cannot express.
 */
export function createCircuit(options: CircuitOptions = {}): Circuit {
  const { onChange, now = () => performance.now() } = options;
  let state: CircuitState = 'CLOSED';
  let openUntil = 0;
  let nextOpenMs = openMs;
  let probing = false;
  // Two half windows: the counts of the older one fade out at once when the newer one is full.
  let older = { calls: 0, failures: 0 };
  let newer = { calls: 0, failures: 0 };
  let halfEndsAt = now() + windowMs / 2;

  const become = (next: CircuitState) => {
    if (next === state) return;
    state = next;
    onChange?.(next);
  };
  const turnWindow = () => {
    const time = now();
    if (time < halfEndsAt) return;
    older = time < halfEndsAt + windowMs / 2 ? newer : { calls: 0, failures: 0 };
    newer = { calls: 0, failures: 0 };
    halfEndsAt = time + windowMs / 2;
  };
  const open = () => {
    openUntil = now() + nextOpenMs;
    nextOpenMs = Math.min(nextOpenMs * 2, maxOpenMs);
    become('OPEN');
  };
  const close = () => {
    older = { calls: 0, failures: 0 };
    newer = { calls: 0, failures: 0 };
    nextOpenMs = openMs;
    become('CLOSED');
  };
  const count = (failed: boolean) => {
    turnWindow();
    newer.calls += 1;
    if (!failed) return;
    newer.failures += 1;
    const failures = older.failures + newer.failures;
    if (failures >= minimumFailures && failures / (older.calls + newer.calls) >= failureShare) open();
  };
  const passage = (isProbe: boolean): Passage => {
    let settled = false;
    const settle = (then: () => void) => () => {
      if (settled) return;
      settled = true;
      if (isProbe) probing = false;
      then();
    };
    return {
      succeeded: settle(() => {
        if (isProbe) close();
        else if (state === 'CLOSED') count(false);
      }),
      failed: settle(() => {
        if (isProbe) open();
        else if (state === 'CLOSED') count(true);
      }),
      abandoned: settle(() => undefined),
    };
  };

  return {
    get state() {
      return state;
    },
    enter() {
      if (state === 'CLOSED') return passage(false);
      if (probing || (state === 'OPEN' && now() < openUntil)) return undefined;
      probing = true;
      become('HALF_OPEN');
      return passage(true);
    },
  };
}
