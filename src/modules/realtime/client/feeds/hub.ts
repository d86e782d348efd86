import type { AppError } from '../../../../lib/app-error.ts';
import type { Backlog } from '../../../../lib/fan-out/backlog.ts';
import { createEventQueue, type EventQueue } from '../../../../lib/fan-out/event-queue.ts';
import { createFanOut } from '../../../../lib/fan-out/fan-out.ts';
import type { Group } from '../../../../lib/fan-out/group.ts';
import { livesUntil } from '../../../../lib/fan-out/ticket.ts';
import type { Cancel, Timers } from '../../../../lib/timers.ts';
import { tokenExpired } from '../socket/errors.ts';
import type { RealtimeLimits } from '../socket/limits.ts';
import type { JoinCaller } from '../socket/pacer.ts';
import type { SocketPool } from '../socket/socket-pool.ts';
import type { ChannelShares } from './channel-shares.ts';
import { type Feed, type FeedDefinition, type FeedMember, type JoinTicket, openFeed } from './feed.ts';

/** A subscription as its reader holds it. */
interface Subscription<T> {
  readonly events: EventQueue<T>;
  /**
   * Another token: of the same feed, or of another identity's, to which the subscriber then moves. Throws
   * UPSTREAM_UNAVAILABLE or RATE_LIMITED where there is no room for that one; then all is as it was.
   */
  renew(key: string, ticket: JoinTicket, define: () => FeedDefinition<T>): void;
}

interface SubscribeOptions<T> {
  /** Everything that makes two subscribers want the same channel with the same rights. */
  readonly key: string;
  define(): FeedDefinition<T>;
  readonly ticket: JoinTicket;
  readonly caller: JoinCaller;
  readonly signal: AbortSignal;
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
  readonly timers: Timers;
  readonly limits: RealtimeLimits;
  /** Of all hubs. */
  readonly shares: ChannelShares;
  /** Called when there is no place for another channel. */
  makeRoom(): void;
}

/** Subscribers and the feeds that they share. Nothing of a feed is left after its last subscriber and the linger. */
export function createHub<T>(deps: HubDeps): Hub<T> {
  const { pool, timers, limits, shares } = deps;
  const fanOut = createFanOut<T, FeedMember<T>, AppError>(timers);
  const feeds = new Set<Feed<T>>();

  const open = (
    { caller, lingerMs = limits.lingerMs }: SubscribeOptions<T>,
    definition: FeedDefinition<T>,
    group: Group<T, FeedMember<T>, AppError>,
  ): Feed<T> => {
    const giveBack = shares.take(caller, definition.spec.topic);
    const closed = () => {
      giveBack();
      feeds.delete(feed);
    };
    let feed: Feed<T>;
    try {
      feed = openFeed(definition, group, { place: pool.place, timers, lingerMs, closed });
    } catch (error) {
      giveBack();
      throw error;
    }
    feeds.add(feed);
    return feed;
  };
  const openFor =
    (options: SubscribeOptions<T>, define: () => FeedDefinition<T>) =>
    (group: Group<T, FeedMember<T>, AppError>): Feed<T> => {
      try {
        return open(options, define(), group);
      } catch {
        deps.makeRoom();
        return open(options, define(), group);
      }
    };

  return {
    get feeds() {
      return fanOut.groups;
    },
    get members() {
      return fanOut.members;
    },
    rejoinAll() {
      for (const feed of feeds) feed.rejoin();
    },
    dropIdle: fanOut.closeIdle,
    async subscribe(options) {
      const { signal, accepts } = options;
      signal.throwIfAborted();
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
        missed: () => membership.missed(),
        released() {
          cancelExpiry?.();
          signal.removeEventListener('abort', abort);
          membership.leave();
          options.released?.();
        },
      });
      const member = {
        ticket: options.ticket,
        caller: options.caller,
        served: false,
        started: resolve,
        push(item: T, bytes: number) {
          if (accepts === undefined || accepts(item)) events.push(item, bytes);
        },
        end(error: AppError) {
          reject(error);
          events.end(error);
        },
      };
      const watchExpiry = () => {
        cancelExpiry?.();
        if (options.expiryIsWatched || member.ticket.expiresAt === undefined) return;
        cancelExpiry = timers.after(livesUntil(member.ticket) - Date.now(), () => member.end(tokenExpired()));
      };
      const membership = fanOut.join(options.key, member, openFor(options, options.define));
      signal.addEventListener('abort', abort, { once: true });
      watchExpiry();
      await promise;
      return {
        events,
        renew(key, ticket, define) {
          const held = member.ticket;
          member.ticket = ticket;
          try {
            membership.renew(key, openFor(options, define));
          } catch (error) {
            // It stays where it is, and a ticket of others' rights must not serve whoever else is there.
            member.ticket = held;
            throw error;
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
