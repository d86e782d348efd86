import type { ExecutionResult, GraphQLError } from 'graphql';
import type { PreparedOperation } from '../graphql/engine/engine.ts';
import type { OperationOutcome } from '../graphql/engine/operation-runner.ts';

/** An operation that has been prepared and may run. */
export type Runnable = Exclude<PreparedOperation, { type: 'refused' }>;

export interface OperationWatch {
  /** Sends a result; resolves when it has left. */
  send(result: ExecutionResult): Promise<void>;
  /** Runs once, when the operation is over for whatever reason. */
  ended(): void;
  /** The subscription's credential is over, says who was asked with it. That is no result of the subscription. */
  expired(): void;
}

const done: IteratorReturnResult<undefined> = { value: undefined, done: true };

/**
 * One running operation, as the stream that graphql-ws waits for the end of: results are sent past it, for it would
 * write out anew what is ready to be sent. It exists before the operation has begun, so that a client which leaves
 * while a subscription is still being set up stops that too.
 */
export class RunningOperation implements AsyncGenerator<never, undefined, void> {
  readonly type: Runnable['type'];
  readonly #operation: Runnable;
  readonly #abort: AbortController;
  readonly #watch: OperationWatch;
  #started: Promise<AsyncIterator<ExecutionResult>> | undefined;
  #over = false;

  constructor(operation: Runnable, abort: AbortController, watch: OperationWatch) {
    this.type = operation.type;
    this.#operation = operation;
    this.#abort = abort;
    this.#watch = watch;
  }

  async next(): Promise<IteratorReturnResult<undefined>> {
    try {
      this.#started ??= this.#start();
      const results = await this.#started;
      while (!this.#over) {
        const next = await results.next();
        if (this.#over || next.done === true || this.#isOutlived(next.value)) break;
        await this.#watch.send(next.value);
      }
    } finally {
      this.#end();
    }
    return done;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#end();
    return done;
  }

  async throw(error: unknown): Promise<never> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  /** A query or mutation is answered with what became of it: to repeat it is for its sender to decide. */
  #isOutlived({ errors }: ExecutionResult): boolean {
    if (this.type !== 'subscription' || !errors?.some(isTokenExpired)) return false;
    this.#watch.expired();
    return true;
  }

  async #start(): Promise<AsyncIterator<ExecutionResult>> {
    return iteratorOf(await this.#operation.run());
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort.abort();
    this.#watch.ended();
    // The source ends in its own time; nobody waits for it, and what it still says is for nobody.
    this.#started?.then((results) => results.return?.()).catch(() => undefined);
  }
}

function isTokenExpired({ extensions }: GraphQLError): boolean {
  return extensions['code'] === 'UNAUTHENTICATED' && extensions['reason'] === 'token_expired';
}

function iteratorOf(outcome: OperationOutcome): AsyncIterator<ExecutionResult> {
  return Symbol.asyncIterator in outcome ? outcome[Symbol.asyncIterator]() : once(outcome);
}

async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult, undefined> {
  yield result;
}
