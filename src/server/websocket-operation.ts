import type { ExecutionResult } from 'graphql';
import type { OperationOutcome, PreparedOperation } from '../graphql/operation-engine.ts';

/** An operation that has been prepared and may run. */
export type Runnable = Exclude<PreparedOperation, { type: 'refused' }>;
type Result = IteratorResult<ExecutionResult, undefined>;

const done: Result = { value: undefined, done: true };

/**
 * One running operation as the stream of its results, whether it yields one or many. It exists before the operation
 * has begun, so that a client which leaves while a subscription is still being set up stops that too.
 */
export class RunningOperation implements AsyncGenerator<ExecutionResult, undefined, void> {
  readonly #operation: Runnable;
  readonly #abort: AbortController;
  readonly #ended: () => void;
  #started: Promise<AsyncIterator<ExecutionResult>> | undefined;
  #over = false;

  /** `ended` runs once, when the operation is over for whatever reason. */
  constructor(operation: Runnable, abort: AbortController, ended: () => void) {
    this.#operation = operation;
    this.#abort = abort;
    this.#ended = ended;
  }

  async next(): Promise<Result> {
    if (this.#over) return done;
    try {
      this.#started ??= this.#start();
      const results = await this.#started;
      if (this.#over) return done;
      const next = await results.next();
      if (next.done === true) this.#end();
      return next.done === true ? done : { value: next.value, done: false };
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async return(): Promise<Result> {
    this.#end();
    return done;
  }

  async throw(error: unknown): Promise<Result> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  async #start(): Promise<AsyncIterator<ExecutionResult>> {
    return iteratorOf(await this.#operation.run());
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort.abort();
    this.#ended();
    // The source ends in its own time; nobody waits for it, and what it still says is for nobody.
    this.#started?.then((results) => results.return?.()).catch(() => undefined);
  }
}

function iteratorOf(outcome: OperationOutcome): AsyncIterator<ExecutionResult> {
  return Symbol.asyncIterator in outcome ? outcome[Symbol.asyncIterator]() : once(outcome);
}

async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult, undefined> {
  yield result;
}
