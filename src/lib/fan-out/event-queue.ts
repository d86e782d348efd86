import { Outbox, type OutboxOptions } from './outbox.ts';

/** What one subscriber has not read yet, as the async iterator its GraphQL operation reads. */
export interface EventQueue<T> extends AsyncIterableIterator<T, undefined> {
  push(item: T, bytes: number): void;
  /** No more items after the queued ones; with an error, that is thrown at once and the queued ones are dropped. */
  end(error?: Error): void;
  readonly length: number;
  return(): Promise<IteratorResult<T, undefined>>;
}

interface EventQueueOptions<T> extends OutboxOptions<T> {
  /** Runs once, when the reader has left or the queue ended. */
  released(): void;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: Error): void;
}

/** A bounded queue for one reader, who may leave it at any time. */
export function createEventQueue<T>(options: EventQueueOptions<T>): EventQueue<T> {
  const outbox = new Outbox<T>(options);
  let waiting: Waiter<T>[] | undefined;
  let state: 'open' | 'ending' | 'done' = 'open';
  let failure: Error | undefined;

  const finish = () => {
    if (state === 'done') return;
    state = 'done';
    outbox.clear();
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
      return outbox.length;
    },
    push(item, bytes) {
      if (state !== 'open') return;
      const reader = waiting?.shift();
      if (reader === undefined) outbox.push(item, bytes);
      else reader.resolve({ value: item, done: false });
    },
    end(error) {
      if (state !== 'open') return;
      failure = error;
      if (error !== undefined || outbox.length === 0) finish();
      else state = 'ending';
    },
    async next() {
      const item = outbox.shift();
      if (item !== undefined) {
        if (state === 'ending' && outbox.length === 0) finish();
        return { value: item, done: false };
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
