import { AppError } from '../lib/app-error.ts';
import { stopped } from './postgres-failure.ts';

interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: AppError) => void;
}

export interface AcquireQueue<T> {
  readonly size: number;
  /** Rejects with UPSTREAM_UNAVAILABLE after the time limit, or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<T>;
  /** Hands `value` to whoever waits longest; somebody must be waiting. */
  give(value: T): void;
  rejectAll(error: AppError): void;
}

/** Who waits for a connection, first come first served, each for a bounded time. */
export function createAcquireQueue<T>(timeoutMs: number): AcquireQueue<T> {
  const waiters = new Set<Waiter<T>>();

  return {
    get size() {
      return waiters.size;
    },
    wait: (signal) =>
      new Promise<T>((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter);
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
        };
        const waiter: Waiter<T> = {
          resolve: (value) => {
            leave();
            resolve(value);
          },
          reject: (error) => {
            leave();
            reject(error);
          },
        };
        const onAbort = () => waiter.reject(stopped(signal));
        const timer = setTimeout(() => waiter.reject(exhausted()), timeoutMs);
        signal.addEventListener('abort', onAbort);
        waiters.add(waiter);
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

function exhausted(): AppError {
  return new AppError('UPSTREAM_UNAVAILABLE', 'All connections to Postgres are busy.', {
    details: { service: 'POSTGRES', reason: 'pool_exhausted' },
  });
}
