import type { Backlog } from './backlog.ts';

/** How much one subscriber may be behind. */
export interface QueueLimits {
  readonly events: number;
  readonly bytes: number;
}

export const defaultQueueLimits: QueueLimits = { events: 1_000, bytes: 4 * 1024 * 1024 };

/** What one subscriber has not read yet, as the async iterator its GraphQL operation reads. */
export interface EventQueue<T> extends AsyncIterableIterator<T, undefined> {
  push(item: T, bytes: number): void;
  /** No more items after the queued ones; with an error, that is thrown at once and the queued ones are dropped. */
  end(error?: Error): void;
  readonly length: number;
  return(): Promise<IteratorResult<T, undefined>>;
}

interface Entry<T> {
  readonly item: T;
  readonly bytes: number;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: Error): void;
}

/**
 * A bounded queue. When it is full it is emptied and holds one `overflowed()` item instead: memory stays bounded, and
 * the reader learns that it missed something. `released` runs once, when the reader has left or the queue ended.
 */
export function createEventQueue<T>(options: {
  readonly limits: QueueLimits;
  /** Of the reader's other queues too. */
  readonly backlog?: Backlog | undefined;
  overflowed(): T;
  released(): void;
}): EventQueue<T> {
  let entries: Entry<T>[] = [];
  let head = 0;
  let bytes = 0;
  let waiting: Waiter<T>[] | undefined;
  let state: 'open' | 'ending' | 'done' = 'open';
  let failure: Error | undefined;

  const { limits, backlog } = options;
  const count = (difference: number) => {
    bytes += difference;
    if (backlog !== undefined) backlog.bytes += difference;
  };
  const clear = () => {
    entries = [];
    head = 0;
    count(-bytes);
  };
  const isFullFor = (size: number) =>
    entries.length - head >= limits.events ||
    bytes + size > limits.bytes ||
    (backlog !== undefined && backlog.bytes + size > backlog.maxBytes);
  const finish = () => {
    if (state === 'done') return;
    state = 'done';
    clear();
    const readers = waiting ?? [];
    waiting = undefined;
    for (const reader of readers) {
      if (failure === undefined) reader.resolve({ value: undefined, done: true });
      else reader.reject(failure);
      failure = undefined;
    }
    options.released();
  };

  return {
    get length() {
      return entries.length - head;
    },
    push(item, size) {
      if (state !== 'open') return;
      const reader = waiting?.shift();
      if (reader !== undefined) {
        reader.resolve({ value: item, done: false });
        return;
      }
      if (isFullFor(size)) {
        clear();
        entries.push({ item: options.overflowed(), bytes: 0 });
        return;
      }
      entries.push({ item, bytes: size });
      count(size);
    },
    end(error) {
      if (state !== 'open') return;
      failure = error;
      if (error !== undefined || entries.length === head) finish();
      else state = 'ending';
    },
    async next() {
      const entry = entries[head];
      if (entry !== undefined) {
        head += 1;
        count(-entry.bytes);
        if (head === entries.length) {
          clear();
          if (state === 'ending') finish();
        } else if (head > 256) {
          // Read entries are let go in blocks: shifting an array item by item is quadratic.
          entries = entries.slice(head);
          head = 0;
        }
        return { value: entry.item, done: false };
      }
      if (failure !== undefined) {
        const error = failure;
        failure = undefined;
        throw error;
      }
      if (state !== 'open') return { value: undefined, done: true };
      return new Promise((resolve, reject) => {
        waiting ??= [];
        waiting.push({ resolve, reject });
      });
    },
    async return() {
      failure = undefined;
      finish();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
