import type { ExecutionResult } from 'graphql';
import { OutdatedSchema } from '../../module/outdated-schema.ts';
import type { OperationOutcome } from './operation-runner.ts';
import { resultText } from './result-text.ts';

type Results = AsyncIterator<ExecutionResult>;

/**
 * The results of a subscription, beyond the schema that it began with: where that is outdated they go on with what
 * `anew` gives, whose refusal is the last result. A first result that is the same as the last one before is none.
 */
export function followSchema(
  first: AsyncIterable<ExecutionResult>,
  anew: () => Promise<OperationOutcome>,
): AsyncIterable<ExecutionResult> {
  return { [Symbol.asyncIterator]: () => followed(first[Symbol.asyncIterator](), anew) };
}

function followed(first: Results, anew: () => Promise<OperationOutcome>): Results {
  const done = { value: undefined, done: true } as const;
  let results = first;
  let latest: ExecutionResult | undefined;
  let over = false;

  async function goOn(error: unknown): Promise<IteratorResult<ExecutionResult>> {
    if (over) return done;
    if (!(error instanceof OutdatedSchema)) throw error;
    const outcome = await anew();
    if (!(Symbol.asyncIterator in outcome)) {
      over = true;
      return { value: outcome, done: false };
    }
    results = outcome[Symbol.asyncIterator]();
    if (over) {
      await results.return?.();
      return done;
    }
    const next = await results.next().catch(goOn);
    return next.done !== true && latest && resultText(next.value) === resultText(latest)
      ? await step()
      : next;
  }

  async function step(): Promise<IteratorResult<ExecutionResult>> {
    const next = over ? done : await results.next().catch(goOn);
    if (next.done !== true) latest = next.value;
    return next;
  }

  return {
    next: step,
    async return() {
      over = true;
      await results.return?.();
      return done;
    },
  };
}
