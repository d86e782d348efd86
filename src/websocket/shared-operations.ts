import type { ExecutionResult } from 'graphql';
import type { OperationOutcome } from '../graphql/engine/operation-runner.ts';
import type { OperationSharing } from '../graphql/engine/sharing.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { createRenewableViewer, type RenewableViewer, type ViewerRenewal } from '../viewer/viewer-renewal.ts';
import type { Outlet, SharedResult } from './outlet.ts';

/** Starts the operation for all who share it. */
type StartShared = (
  signal: AbortSignal,
  viewer: RenewableViewer,
) => Promise<OperationOutcome> | OperationOutcome;

interface SharedSubscriber {
  /** Query, variables and operation name. */
  readonly key: string;
  readonly sharing: OperationSharing;
  readonly viewer: ViewerRenewal;
  start: StartShared;
  /** Where results leave. */
  outlet(missed: () => SharedResult): Outlet;
}

interface Member {
  readonly viewer: ViewerRenewal;
  readonly outlet: Outlet;
  /** Ends the subscriber, with a last result of its own where the operation never began. */
  end(last?: ExecutionResult): void;
}

/**
 * Subscriptions that callers of one identity have in common: executed once, serialised once, sent to each. The first
 * one to leave ends nothing for the others.
 */
export interface SharedOperations {
  /** The subscriber's own stream. Results go by the outlet; it yields at most one, and ends when the operation does. */
  subscribe(subscriber: SharedSubscriber): AsyncIterable<ExecutionResult>;
  readonly running: number;
}

interface Group {
  readonly members: Set<Member>;
  join(member: Member): void;
  leave(member: Member): void;
  /** A member has a fresh credential of the same identity. */
  renewed(viewer: Viewer): void;
  /** The credential in use may have left with its member. */
  reconsider(): void;
}

export function createSharedOperations(
  serialise: (result: ExecutionResult) => SharedResult,
): SharedOperations {
  const groups = new Map<string, Group>();

  const open = (key: string, subscriber: SharedSubscriber, first: Member): Group => {
    const members = new Set<Member>();
    const abort = new AbortController();
    const viewer = createRenewableViewer(first.viewer.current);
    let live = false;
    let results: AsyncIterator<ExecutionResult> | undefined;

    const close = () => {
      if (groups.get(key) === group) groups.delete(key);
      abort.abort();
      results?.return?.().catch(() => undefined);
    };
    const endAll = (last?: ExecutionResult) => {
      close();
      const ending = [...members];
      members.clear();
      for (const member of ending) {
        member.outlet.flush();
        member.end(last);
      }
    };
    /** True when the operation may begin anew, for members whose token is not the one that was refused. */
    const goOnWithout = (refusal: ExecutionResult): boolean => {
      const { token } = viewer.current;
      const failing = [...members].filter((member) => member.viewer.current.token === token);
      if (!isUnauthenticated(refusal) || failing.length === members.size) {
        endAll(refusal);
        return false;
      }
      for (const member of failing) {
        members.delete(member);
        member.end(refusal);
      }
      live = false;
      group.reconsider();
      return true;
    };
    const runOnce = async (again: boolean): Promise<boolean> => {
      const outcome = await subscriber.start(abort.signal, viewer);
      if (!(Symbol.asyncIterator in outcome)) return goOnWithout(outcome);
      results = outcome[Symbol.asyncIterator]();
      if (abort.signal.aborted) {
        close();
        return false;
      }
      live = true;
      if (again) push(missedResult(subscriber));
      for (;;) {
        const { value, done } = await results.next();
        if (done === true) break;
        if (value.errors !== undefined && isUnauthenticated(value)) return goOnWithout(value);
        push(serialise(value));
      }
      endAll();
      return false;
    };
    const push = (result: SharedResult) => {
      for (const member of members) member.outlet.push(result);
    };
    const run = async () => {
      let again = await runOnce(false);
      while (again) again = await runOnce(true);
    };
    const group: Group = {
      members,
      join(member) {
        members.add(member);
        if (livesUntil(member.viewer.current) > livesUntil(viewer.current))
          viewer.renew(member.viewer.current);
        // The others had it when the operation began.
        if (live && subscriber.sharing.greets) member.outlet.push(missedResult(subscriber));
      },
      leave(member) {
        if (!members.delete(member)) return;
        if (members.size === 0) close();
        else group.reconsider();
      },
      renewed(fresh) {
        if (livesUntil(fresh) > livesUntil(viewer.current)) viewer.renew(fresh);
        else group.reconsider();
      },
      reconsider() {
        const best = longestLived(members, viewer.current);
        if (best !== undefined && best !== viewer.current) viewer.renew(best);
      },
    };
    groups.set(key, group);
    members.add(first);
    // The engine answers failures as results; what else may come ends the subscribers without one.
    run().catch(() => endAll());
    return group;
  };
  const missedResult = (subscriber: SharedSubscriber) => serialise(subscriber.sharing.missed());

  const attach = (subscriber: SharedSubscriber, member: Member): Group => {
    const key = `${member.viewer.current.identity} ${subscriber.key}`;
    const known = groups.get(key);
    if (known === undefined) return open(key, subscriber, member);
    known.join(member);
    return known;
  };

  return {
    get running() {
      return groups.size;
    },
    subscribe: (subscriber) => ({
      [Symbol.asyncIterator]() {
        let over = false;
        let last: ExecutionResult | undefined;
        let wake: (() => void) | undefined;
        const member: Member = {
          viewer: subscriber.viewer,
          outlet: subscriber.outlet(() => missedResult(subscriber)),
          end(result) {
            last = result;
            finish();
          },
        };
        const finish = () => {
          if (over) return;
          over = true;
          stopRenewal();
          wake?.();
        };
        let { identity } = subscriber.viewer.current;
        let group = attach(subscriber, member);
        const stopRenewal = subscriber.viewer.subscribe((renewed: Viewer) => {
          if (renewed.identity === identity) {
            group.renewed(renewed);
            return;
          }
          // Other claims may see other things: on to those who share them, and something may have been missed.
          identity = renewed.identity;
          group.leave(member);
          group = attach(subscriber, member);
          member.outlet.push(missedResult(subscriber));
        });
        return {
          async next() {
            if (!over) {
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
            }
            const value = last;
            last = undefined;
            return value === undefined ? { value: undefined, done: true } : { value, done: false };
          },
          async return() {
            finish();
            group.leave(member);
            member.outlet.close();
            return { value: undefined, done: true };
          },
        };
      },
    }),
  };
}

/** The member credential that lives longest; `current` where a member still has it and none lives longer. */
function longestLived(members: Iterable<Member>, current: Viewer): Viewer | undefined {
  let best: Viewer | undefined;
  for (const { viewer } of members) {
    const candidate = viewer.current;
    // Usually all have the same token, and the first one says so.
    if (candidate.token === current.token && candidate.expiresAt === current.expiresAt) return current;
    if (best === undefined || livesUntil(candidate) > livesUntil(best)) best = candidate;
  }
  return best;
}

function isUnauthenticated({ errors }: ExecutionResult): boolean {
  return errors?.[0]?.extensions['code'] === 'UNAUTHENTICATED';
}

function livesUntil({ expiresAt }: Viewer): number {
  return expiresAt ?? Number.POSITIVE_INFINITY;
}
