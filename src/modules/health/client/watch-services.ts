import type { ServiceHealth } from './types.ts';

/** Where a feed gets its states from. */
export interface SnapshotSource {
  /** Calls back with each snapshot from now on; returns how to stop. */
  listen(onSnapshot: (services: readonly ServiceHealth[]) => void): () => void;
}

/**
 * Every service's present state, then a service again whenever what `visible` says of it changes. Holds at most one
 * state per service, however slowly it is read: a reader that was away gets the latest. Ends when `signal` aborts.
 */
export function watchServices(
  source: SnapshotSource,
  visible: (service: ServiceHealth) => string,
  signal: AbortSignal,
): AsyncIterableIterator<ServiceHealth> {
  const delivered = new Map<string, string>();
  const pending = new Map<string, ServiceHealth>();
  let waiting: ((result: IteratorResult<ServiceHealth>) => void)[] = [];
  let ended = false;

  const take = (): IteratorResult<ServiceHealth> | undefined => {
    for (const [name, service] of pending) {
      pending.delete(name);
      if (delivered.get(name) === visible(service)) continue;
      delivered.set(name, visible(service));
      return { done: false, value: service };
    }
    return undefined;
  };
  const stopListening = source.listen((services) => {
    for (const service of services) pending.set(service.name, service);
    while (waiting.length > 0) {
      const result = take();
      if (result === undefined) return;
      waiting.shift()?.(result);
    }
  });
  const end = (): void => {
    if (ended) return;
    ended = true;
    stopListening();
    signal.removeEventListener('abort', end);
    pending.clear();
    for (const resolve of waiting) resolve({ done: true, value: undefined });
    waiting = [];
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();

  const iterator: AsyncIterableIterator<ServiceHealth> = {
    next() {
      if (ended) return Promise.resolve({ done: true, value: undefined });
      const ready = take();
      if (ready !== undefined) return Promise.resolve(ready);
      return new Promise((resolve) => waiting.push(resolve));
    },
    return() {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
