import type { AppError } from '../../../../lib/app-error.ts';
import type { Group, Member, Source } from '../../../../lib/fan-out/group.ts';
import { livesUntil, type Ticket } from '../../../../lib/fan-out/ticket.ts';
import type { Cancel, Timers } from '../../../../lib/timers.ts';
import type { Channel, ChannelHandlers, ChannelSpec } from '../socket/channel.ts';
import { type Refusal, tokenExpired } from '../socket/errors.ts';
import type { ServerFrame } from '../socket/frames.ts';
import type { JoinCaller } from '../socket/pacer.ts';
import type { Place } from '../socket/socket-pool.ts';

/** What is joined and how its messages read. Made once per feed, so it may hold state. */
export interface FeedDefinition<T> extends Pick<Source<T, Ticket>, 'missed' | 'greeting'> {
  readonly spec: ChannelSpec;
  /** The event a frame means, with its size; undefined for frames that mean none. */
  read(frame: ServerFrame): { readonly item: T; readonly bytes: number } | undefined;
  /** Runs each time messages begin to flow. */
  onLive?(channel: Channel, fail: (error: AppError) => void): void;
}

/** A join without a token would run with the rights of the socket's own. */
export interface JoinTicket extends Ticket {
  readonly token: string;
}

/** A subscriber of a feed. */
export interface FeedMember<T> extends Member<T, AppError> {
  readonly ticket: JoinTicket;
  readonly caller: JoinCaller;
}

export interface FeedDeps {
  place(spec: ChannelSpec, handlers: ChannelHandlers): Place;
  readonly timers: Timers;
  readonly lingerMs: number;
  /** Runs once, when the feed is closed. */
  closed(): void;
}

/** A channel as the source of those who share it. */
export interface Feed<T> extends Source<T, JoinTicket> {
  /** Joins anew; each subscriber is told of the gap. */
  rejoin(): void;
}

/**
 * How long before its end a channel's token is replaced by a longer-lived one, if there is one; and how much longer one
 * must live to be pushed earlier, since Realtime subscribes anew for each.
 */
const renewBeforeMs = 60_000;
/** For a channel that only lingers. */
const nobody: JoinCaller = { kind: 'anon', key: '' };

/** Joins the channel. Throws UPSTREAM_UNAVAILABLE where there is no room for it. */
export function openFeed<T>(
  definition: FeedDefinition<T>,
  group: Group<T, FeedMember<T>, AppError>,
  { place, timers, lingerMs, closed }: FeedDeps,
): Feed<T> {
  /** What the channel was given last. */
  let used: JoinTicket | undefined;
  let cancelRenewal: Cancel | undefined;

  const give = (ticket: JoinTicket | undefined) => {
    used = ticket;
    cancelRenewal?.();
    if (ticket?.expiresAt === undefined) return;
    const left = livesUntil(ticket) - Date.now() - renewBeforeMs;
    if (left > 0) cancelRenewal = timers.after(left, renew);
  };
  /** Gives the channel the longest-lived token, when that is worth it. */
  const renew = () => {
    const best = group.ticket();
    if (best === undefined || used === undefined) return;
    const gained = livesUntil(best) - livesUntil(used);
    const endsSoon = livesUntil(used) - Date.now() <= renewBeforeMs;
    if (!(gained >= renewBeforeMs || (endsSoon && gained > 0))) return;
    give(best);
    channel.refreshToken(best.token);
  };
  const concerns =
    ({ kind }: Refusal) =>
    ({ ticket, served }: FeedMember<T>): boolean => {
      if (kind === 'fatal') return true;
      // One member's bad token never ends the others: the next best is tried.
      return kind === 'token' ? ticket.token === used?.token : !served;
    };

  const { channel, release } = place(definition.spec, {
    token() {
      const ticket = group.ticket();
      give(ticket);
      // Without a living token the lingering channel has nobody to join for.
      if (ticket === undefined) group.end(tokenExpired());
      return ticket?.token;
    },
    caller() {
      for (const { caller } of group.members) return caller;
      return nobody;
    },
    live(afterGap) {
      group.live(afterGap);
      definition.onLive?.(channel, (error) => group.end(error));
      renew();
    },
    gap: () => group.gap(),
    message(frame) {
      const read = definition.read(frame);
      if (read !== undefined) group.push(read.item, read.bytes);
    },
    refused: (refusal) => group.end(refusal.error, concerns(refusal)),
  });

  return {
    get isLive() {
      return channel.state === 'live';
    },
    lingerMs,
    missed: definition.missed,
    greeting: definition.greeting,
    use() {
      // The next join asks for its ticket.
      if (channel.state === 'live') renew();
    },
    rejoin: () => channel.rejoin(),
    close() {
      cancelRenewal?.();
      closed();
      release();
    },
  };
}
