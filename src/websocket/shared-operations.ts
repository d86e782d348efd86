import type { ExecutionResult } from 'graphql';
import type { OperationOutcome } from '../graphql/engine/operation-runner.ts';
import type { OperationSharing } from '../graphql/engine/sharing.ts';
import { createFanOut, type FanOut, type Membership } from '../lib/fan-out/fan-out.ts';
import type { Group, Member, OpenSource, Source } from '../lib/fan-out/group.ts';
import type { Timers } from '../lib/timers.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { createRenewableViewer, type RenewableViewer, type ViewerRenewal } from '../viewer/viewer-renewal.ts';
import type { Outlet, SharedResult } from './outlet.ts';

interface SharedSubscriber {
  /** Schema, query, variables, operation name and headers. */
  readonly key: string;
  readonly sharing: OperationSharing;
  readonly viewer: ViewerRenewal;
  /** Starts the operation for all who share it. */
  start(signal: AbortSignal, viewer: RenewableViewer): Promise<OperationOutcome> | OperationOutcome;
  /** Where results leave. */
  outlet(missed: () => SharedResult | undefined): Outlet;
}

/** The end of one who shares: with a last result of its own where the operation was refused. */
type End = ExecutionResult | undefined;

/** Subscriptions that callers of one identity have in common: executed once, serialised once, sent to each. */
export interface SharedOperations {
  /** The subscriber's own stream. Results go by the outlet; it yields at most one, and ends when the operation does. */
  subscribe(subscriber: SharedSubscriber): AsyncIterable<ExecutionResult>;
  readonly running: number;
}

type Serialise = (result: ExecutionResult) => SharedResult;

export function createSharedOperations(serialise: Serialise, timers: Timers): SharedOperations {
  const fanOut = createFanOut<SharedResult, Follower, End>(timers);
  return {
    get running() {
      return fanOut.groups;
    },
    subscribe: (subscriber) => ({
      [Symbol.asyncIterator]: () => new Follower(subscriber, fanOut, serialise),
    }),
  };
}

/** One who shares, and its stream. There are thousands, of whom each would keep its closures: so it has methods. */
class Follower implements Member<SharedResult, End>, AsyncIterator<ExecutionResult, undefined> {
  served = false;
  readonly #subscriber: SharedSubscriber;
  readonly #outlet: Outlet;
  readonly #membership: Membership<SharedResult, Follower, End>;
  readonly #stopRenewal: () => void;
  /** What it was given last. */
  #latest: SharedResult | undefined;
  #isOver = false;
  #last: End;
  #wake: (() => void) | undefined;

  constructor(
    subscriber: SharedSubscriber,
    fanOut: FanOut<SharedResult, Follower, End>,
    serialise: Serialise,
  ) {
    const open: OpenSource<SharedResult, Follower, End> = (group) =>
      openExecution(subscriber, serialise, group);
    this.#subscriber = subscriber;
    const { missed } = subscriber.sharing;
    // Not its group's: a client that is far behind already may be told before it has joined.
    this.#outlet = subscriber.outlet(() => (missed === undefined ? this.#latest : serialise(missed())));
    this.#membership = fanOut.join(this.#key(), this, open);
    this.#stopRenewal = subscriber.viewer.subscribe(() => this.#membership.renew(this.#key(), open));
  }

  get ticket(): Viewer {
    return this.#subscriber.viewer.current;
  }

  push(result: SharedResult): void {
    if (this.#subscriber.sharing.missed === undefined) {
      // It may have had the same of another group.
      if (this.#latest?.equals(result)) return;
      this.#latest = result;
    }
    this.#outlet.push(result);
  }

  end(last: End): void {
    this.#outlet.flush();
    this.#last = last;
    this.#finish();
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (!this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#last;
    this.#last = undefined;
    return value === undefined ? { value: undefined, done: true } : { value, done: false };
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#finish();
    this.#membership.leave();
    this.#outlet.close();
    return { value: undefined, done: true };
  }

  /** Other claims may see other things. */
  #key(): string {
    return `${this.ticket.identity} ${this.#subscriber.key}`;
  }

  #finish(): void {
    this.#isOver = true;
    this.#stopRenewal();
    this.#wake?.();
  }
}

/** One execution as the source of all who share it. */
function openExecution(
  subscriber: SharedSubscriber,
  serialise: Serialise,
  group: Group<SharedResult, Follower, End>,
): Source<SharedResult, Viewer> {
  const { sharing } = subscriber;
  const abort = new AbortController();
  const viewer = createRenewableViewer(subscriber.viewer.current);
  let isLive = false;
  let results: AsyncIterator<ExecutionResult> | undefined;
  let latest: SharedResult | undefined;

  const close = () => {
    abort.abort();
    results?.return?.().catch(() => undefined);
  };
  /** True when it may begin anew, for those whose token is not the one that was refused. */
  const refused = (refusal: ExecutionResult): boolean => {
    isLive = false;
    latest = undefined;
    if (!isUnauthenticated(refusal)) return group.end(refusal);
    const { token } = viewer.current;
    return group.end(refusal, ({ ticket }) => ticket.token === token);
  };
  const runOnce = async (again: boolean): Promise<boolean> => {
    const outcome = await subscriber.start(abort.signal, viewer);
    if (!(Symbol.asyncIterator in outcome)) return refused(outcome);
    results = outcome[Symbol.asyncIterator]();
    if (abort.signal.aborted) {
      close();
      return false;
    }
    isLive = true;
    group.live(again);
    for (;;) {
      const { value, done } = await results.next();
      if (done === true) return group.end(undefined);
      if (isUnauthenticated(value)) return refused(value);
      const result = serialise(value);
      if (sharing.missed === undefined) latest = result;
      group.push(result, result.length);
    }
  };
  const run = async () => {
    let again = await runOnce(false);
    while (again) again = await runOnce(true);
  };
  // The engine answers failures as results; what else may come ends the subscribers without one.
  run().catch(() => group.end(undefined));

  const missed = () => (sharing.missed === undefined ? latest : serialise(sharing.missed()));
  return {
    get isLive() {
      return isLive;
    },
    lingerMs: 0,
    missed,
    // The others had it when the operation began.
    greeting: () => (sharing.greets ? missed() : undefined),
    use: viewer.renew,
    close,
  };
}

function isUnauthenticated({ errors }: ExecutionResult): boolean {
  return errors?.[0]?.extensions['code'] === 'UNAUTHENTICATED';
}
