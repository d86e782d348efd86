import { AppError } from '../../lib/app-error.ts';
import { stopped } from './failure.ts';

interface Waiter<T> {
  readonly until: number;
  readonly resolve: (value: T) => void;
  readonly reject: (error: AppError) => void;
}

export interface AcquireQueue<T> {
  readonly size: number;
  /**
   * Rejects with UPSTREAM_UNAVAILABLE after the queue's time limit, TIMEOUT after the caller's, or when `signal`
   * aborts.
   */
  wait(signal: AbortSignal, callerTimeoutMs: number): Promise<T>;
  /** Hands `value` to whoever waits longest; somebody must be waiting. */
  give(value: T): void;
  rejectAll(error: AppError): void;
}

/** Who waits for a connection, first come first served, each for a bounded time: `timeoutMs`, or less if it says so. */
export function createAcquireQueue<T>(timeoutMs: number): AcquireQueue<T> {
  const waiters = new Set<Waiter<T>>();
  let timer: NodeJS.Timeout | undefined;

  // All wait equally long, so one timer, for the first in the queue, does for all but those in a hurry.
  function arm(): void {
    const [first] = waiters;
    timer = first && setTimeout(expire, Math.max(1, first.until - performance.now()));
    timer?.unref();
  }

  function expire(): void {
    const now = performance.now();
    for (const waiter of waiters) {
      if (waiter.until > now) break;
      waiter.reject(exhausted('UPSTREAM_UNAVAILABLE'));
    }
    arm();
  }

  return {
    get size() {
      return waiters.size;
    },
    wait: (signal, callerTimeoutMs) =>
      new Promise<T>((resolve, reject) => {
        const onAbort = () => waiter.reject(stopped(signal));
        const hurry =
          callerTimeoutMs < timeoutMs
            ? setTimeout(() => waiter.reject(exhausted('TIMEOUT')), callerTimeoutMs)
            : undefined;
        const leave = () => {
          waiters.delete(waiter);
          clearTimeout(hurry);
          signal.removeEventListener('abort', onAbort);
        };
        const waiter: Waiter<T> = {
          until: performance.now() + timeoutMs,
          resolve: (value) => {
            leave();
            resolve(value);
          },
          reject: (error) => {
            leave();
            reject(error);
          },
        };
        signal.addEventListener('abort', onAbort);
        waiters.add(waiter);
        if (timer === undefined) arm();
      }),
    give(value) {
      const [first] = waiters;
      first?.resolve(value);
    },
    rejectAll(error) {
      for (const waiter of [...waiters]) waiter.reject(error);
    },
  };
}

function exhausted(code: 'TIMEOUT' | 'UPSTREAM_UNAVAILABLE'): AppError {
  return new AppError(code, 'All connections to Postgres are busy.', {
    details: { service: 'POSTGRES', reason: 'pool_exhausted' },
  });
}
