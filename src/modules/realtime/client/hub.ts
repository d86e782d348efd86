import type { Backlog } from '../../../lib/backlog.ts';
import { createEventQueue, type EventQueue } from '../../../lib/event-queue.ts';
import type { Cancel, Timers } from '../../../lib/timers.ts';
import type { ChannelShares } from './channel-shares.ts';
import { tokenExpired } from './errors.ts';
import { createFeed, type Feed, type FeedDefinition } from './feed.ts';
import type { RealtimeLimits } from './limits.ts';
import { failMember, type Member, type Ticket } from './member.ts';
import type { JoinCaller, Pacer } from './pacer.ts';
import type { SocketPool } from './socket-pool.ts';

/** A subscription as its reader holds it. */
interface Subscription<T> {
  readonly events: EventQueue<T>;
  /** Another token: of the same feed, or of another identity's, to which the subscriber then moves. */
  renew(key: string, ticket: Ticket, define: () => FeedDefinition<T>): void;
}

interface SubscribeOptions<T> {
  /** Everything that makes two subscribers want the same channel with the same rights. */
  readonly key: string;
  define(): FeedDefinition<T>;
  readonly ticket: Ticket;
  readonly caller: JoinCaller;
  readonly signal: AbortSignal;
  /** Put in place of the queued events when the reader is too slow. */
  overflowed(): T;
  accepts?(item: T): boolean;
  /** True where somebody else ends the subscription when its token expires. */
  readonly expiryIsWatched: boolean;
  readonly lingerMs?: number | undefined;
  readonly backlog?: Backlog | undefined;
  /** Runs once, when the subscription has ended. */
  released?(): void;
}

export interface Hub<T> {
  /** Resolves when messages flow. Throws what upstream refused with, or the signal's reason. */
  subscribe(options: SubscribeOptions<T>): Promise<Subscription<T>>;
  readonly feeds: number;
  readonly members: number;
  /** Joins every channel anew; each subscriber is told of the gap. */
  rejoinAll(): void;
  /** Leaves the channels that nobody follows any more, before their time. */
  dropIdle(): void;
}

export interface HubDeps {
  readonly pool: SocketPool;
  readonly pacer: Pacer;
  readonly timers: Timers;
  readonly limits: RealtimeLimits;
  /** Of all hubs. */
  readonly shares: ChannelShares;
  /** Called when there is no place for another channel. */
  makeRoom(): void;
}

interface Entry<T> {
  readonly feed: Feed<T>;
  cancelLinger: Cancel | undefined;
  drop(): void;
}

/** Who shares which channel. Nothing of a feed is left after its last subscriber and the linger. */
export function createHub<T>(deps: HubDeps): Hub<T> {
  const { pool, pacer, timers, limits, shares } = deps;
  const entries = new Map<string, Entry<T>>();

  const feedFor = (
    { define, caller }: Pick<SubscribeOptions<T>, 'define' | 'caller'>,
    key: string,
    lingerMs: number,
  ): Feed<T> => {
    const known = entries.get(key);
    if (known !== undefined) {
      known.cancelLinger?.();
      known.cancelLinger = undefined;
      return known.feed;
    }
    const drop = () => {
      giveBack();
      entry.cancelLinger?.();
      if (entries.get(key) === entry) entries.delete(key);
      feed.dispose();
    };
    const make = () => {
      const definition = define();
      const giveBack = shares.take(caller, definition.spec.topic);
      try {
        const feed = createFeed(definition, {
          place: pool.place,
          pacer,
          timers,
          emptied(useless) {
            entry.cancelLinger?.();
            if (useless || lingerMs === 0) drop();
            else entry.cancelLinger = timers.after(lingerMs, drop);
          },
        });
        return { feed, giveBack };
      } catch (error) {
        giveBack();
        throw error;
      }
    };
    let made: ReturnType<typeof make>;
    try {
      made = make();
    } catch {
      deps.makeRoom();
      made = make();
    }
    const { feed, giveBack } = made;
    const entry: Entry<T> = { feed, cancelLinger: undefined, drop };
    entries.set(key, entry);
    return feed;
  };

  return {
    get feeds() {
      return entries.size;
    },
    get members() {
      let count = 0;
      for (const { feed } of entries.values()) count += feed.size;
      return count;
    },
    rejoinAll() {
      for (const { feed } of entries.values()) feed.rejoin();
    },
    dropIdle() {
      for (const { cancelLinger, drop } of [...entries.values()]) if (cancelLinger !== undefined) drop();
    },
    async subscribe(options) {
      const { signal } = options;
      signal.throwIfAborted();
      const lingerMs = options.lingerMs ?? limits.lingerMs;
      let key = options.key;
      let feed = feedFor(options, key, lingerMs);
      let cancelExpiry: Cancel | undefined;
      const { promise, resolve, reject } = deferred();
      const abort = () => {
        reject(signal.reason);
        // Nobody reads on: what is queued goes too.
        void events.return();
      };
      const events = createEventQueue<T>({
        limits: limits.queue,
        backlog: options.backlog,
        overflowed: () => feed.first() ?? options.overflowed(),
        released() {
          cancelExpiry?.();
          signal.removeEventListener('abort', abort);
          feed.remove(member);
          options.released?.();
        },
      });
      const member: Member<T> = {
        queue: events,
        ticket: options.ticket,
        caller: options.caller,
        live: false,
        started: { resolve, reject },
        accepts: options.accepts ?? (() => true),
      };
      const watchExpiry = () => {
        cancelExpiry?.();
        const { expiresAt } = member.ticket;
        if (options.expiryIsWatched || expiresAt === Number.POSITIVE_INFINITY) return;
        cancelExpiry = timers.after(expiresAt - Date.now(), () => failMember(member, tokenExpired()));
      };
      signal.addEventListener('abort', abort, { once: true });
      watchExpiry();
      feed.add(member);
      await promise;
      return {
        events,
        renew(nextKey, ticket, define) {
          if (nextKey === key) {
            feed.renew(member, ticket);
          } else {
            const left = feed;
            // May throw for want of room: the member then stays where it is, and ends there.
            feed = feedFor({ define, caller: options.caller }, nextKey, lingerMs);
            key = nextKey;
            member.ticket = ticket;
            left.remove(member);
            feed.add(member);
          }
          watchExpiry();
        },
      };
    },
  };
}

function deferred() {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
