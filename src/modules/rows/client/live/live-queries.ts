import { AppError } from '../../../../lib/app-error.ts';
import { createFairTurns } from '../../../../lib/fair-turns.ts';
import { createEventQueue, type EventQueue } from '../../../../lib/fan-out/event-queue.ts';
import { createFanOut } from '../../../../lib/fan-out/fan-out.ts';
import { defaultOutboxLimits } from '../../../../lib/fan-out/outbox.ts';
import { livesUntil } from '../../../../lib/fan-out/ticket.ts';
import { createPlaces } from '../../../../lib/places.ts';
import { type Cancel, createTimers } from '../../../../lib/timers.ts';
import { OutdatedSchema } from '../../../../module/outdated-schema.ts';
import type { Call } from '../../../../viewer/call.ts';
import { unauthenticated } from '../../../../viewer/unauthenticated.ts';
import type { Viewer } from '../../../../viewer/viewer.ts';
import { ownerOf } from '../owner-of.ts';
import {
  isSameAnswer,
  type LiveAnswer,
  type LiveGroup,
  type LiveMember,
  type LiveQuery,
  type LiveRunDeps,
  openLiveRun,
} from './live-run.ts';

export interface LiveQueries {
  /**
   * The answer to `query` at once, and then whenever it is another one. `key` says everything of it but who asks. Throws
   * RATE_LIMITED. The queue ends with what `failed` makes of an error, or with OutdatedSchema.
   */
  follow(key: string, query: LiveQuery, call: Call, failed: (error: Error) => Error): EventQueue<LiveAnswer>;
  /** Ends all: they were compiled for another schema. */
  outdated(): void;
  stats(): { readonly liveQueries: number; readonly liveViewers: number };
  /** Ends all with SHUTTING_DOWN. */
  close(): void;
}

export interface LiveQueriesOptions extends Omit<LiveRunDeps, 'turns' | 'timers'> {
  /** How many are read at once. */
  readonly width: number;
  /** How many one caller may have. */
  readonly perCaller: number;
}

/** Live queries of many viewers: those of one identity share a run; each other one is read in a transaction of its own. */
export function createLiveQueries({ width, perCaller, ...given }: LiveQueriesOptions): LiveQueries {
  const timers = createTimers();
  const deps: LiveRunDeps = { ...given, timers, turns: createFairTurns(width) };
  const fanOut = createFanOut<LiveAnswer, LiveMember, Error>(timers);
  const places = createPlaces({ max: Number.POSITIVE_INFINITY, maxPerClient: perCaller }, ['live']);
  const groups = new Set<LiveGroup>();

  const openFor = (query: LiveQuery, owner: string) => (group: LiveGroup) => {
    const source = openLiveRun(query, owner, group, deps);
    groups.add(group);
    return {
      ...source,
      close() {
        groups.delete(group);
        source.close();
      },
    };
  };

  function takePlace(owner: string): () => void {
    const place = places.take('live', owner);
    if (place.free !== undefined) return place.free;
    throw new AppError('RATE_LIMITED', `This caller follows ${place.limit} live operations, the limit.`, {
      details: { limit: place.limit, retryAfter: 1 },
    });
  }

  const endAll = (reason: Error): void => {
    for (const group of [...groups]) group.end(reason);
  };

  return {
    follow(key, query, call, failed) {
      const { renewal, signal, backlog } = call;
      signal.throwIfAborted();
      const first = renewal?.current ?? call.viewer;
      const owner = ownerOf(first, call.clientAddress);
      const open = openFor(query, owner);
      const keyOf = ({ identity }: Viewer): string => `${identity} ${key}`;
      let latest: LiveAnswer | undefined;
      let cancelExpiry: Cancel | undefined;
      let stopRenewal: (() => void) | undefined;
      const giveBack = takePlace(owner);
      // Nobody reads on: what is queued goes too.
      const abandon = (): void => void events.return();
      const events = createEventQueue<LiveAnswer>({
        limits: defaultOutboxLimits,
        backlog,
        missed: () => latest,
        released() {
          cancelExpiry?.();
          stopRenewal?.();
          signal.removeEventListener('abort', abandon);
          giveBack();
          membership?.leave();
        },
      });
      const member: LiveMember & { ticket: Viewer } = {
        ticket: first,
        served: false,
        push(answer, bytes) {
          // It may have had the same of another group.
          if (latest !== undefined && isSameAnswer(latest, answer)) return;
          latest = answer;
          events.push(answer, bytes);
        },
        end: (error) => events.end(error instanceof OutdatedSchema ? error : failed(error)),
      };
      const watchExpiry = (): void => {
        cancelExpiry?.();
        if (renewal !== undefined || member.ticket.expiresAt === undefined) return;
        cancelExpiry = timers.after(livesUntil(member.ticket) - Date.now(), () =>
          member.end(unauthenticated('token_expired')),
        );
      };
      const membership = fanOut.join(keyOf(first), member, open);
      signal.addEventListener('abort', abandon, { once: true });
      watchExpiry();
      stopRenewal = renewal?.subscribe((fresh) => {
        member.ticket = fresh;
        membership.renew(keyOf(fresh), open);
      });
      return events;
    },
    outdated: () => endAll(new OutdatedSchema()),
    stats: () => ({ liveQueries: fanOut.groups, liveViewers: fanOut.members }),
    close: () => endAll(new AppError('SHUTTING_DOWN', 'The gateway is shutting down.')),
  };
}
