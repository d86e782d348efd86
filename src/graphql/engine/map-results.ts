import type { ExecutionResult } from 'graphql';

export interface ResultMapping {
  readonly each: (result: ExecutionResult) => ExecutionResult;
  /** The last result of a source that failed; what it throws passes. */
  readonly failed: (error: unknown) => ExecutionResult;
  /** Runs once, however it ends. */
  readonly ended: () => void;
}

/**
 * The results of a subscription as its client gets them. An iterator, not a generator: `return` reaches the source at
 * once, also while a `next` is waiting for an event that may never come.
 */
export function mapResults(
  source: AsyncIterable<ExecutionResult>,
  mapping: ResultMapping,
): AsyncIterable<ExecutionResult> {
  return {
    [Symbol.asyncIterator]() {
      const results = source[Symbol.asyncIterator]();
      let over = false;
      const end = (): void => {
        if (over) return;
        over = true;
        mapping.ended();
      };
      const done = { value: undefined, done: true } as const;
      return {
        async next() {
          if (over) return done;
          try {
            const next = await results.next();
            if (next.done) {
              end();
              return done;
            }
            return { value: mapping.each(next.value), done: false };
          } catch (error) {
            end();
            return { value: mapping.failed(error), done: false };
          }
        },
        async return() {
          end();
          await results.return?.();
          return done;
        },
      };
    },
  };
}
