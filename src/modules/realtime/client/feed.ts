import type { AppError } from '../../../lib/app-error.ts';
import type { Cancel, Timers } from '../../../lib/timers.ts';
import type { Channel, ChannelHandlers, ChannelSpec } from './channel.ts';
import { type Refusal, tokenExpired } from './errors.ts';
import type { ServerFrame } from './frames.ts';
import { failMember, longestLived, type Member, type Ticket } from './member.ts';
import type { JoinCaller, Pacer } from './pacer.ts';
import type { Place } from './socket-pool.ts';

/** What is joined and how its messages read. Made once per feed, so it may hold state. */
export interface FeedDefinition<T> {
  readonly spec: ChannelSpec;
  /** The event a frame means, with its size; undefined for frames that mean none. */
  read(frame: ServerFrame): { readonly item: T; readonly bytes: number } | undefined;
  /** What tells a subscriber that it may have missed something; undefined where the next message does. */
  gap(): T | undefined;
  /** The state as it is: the first event of a subscriber that joins a running feed, and what one too slow gets. */
  first?(): T | undefined;
  /** Runs each time messages begin to flow. */
  onLive?(channel: Channel, fail: (error: AppError) => void): void;
}

export interface FeedDeps {
  place(spec: ChannelSpec, handlers: ChannelHandlers): Place;
  readonly pacer: Pacer;
  readonly timers: Timers;
  /** Called when the last member has left; `useless` when the channel is of no use to a later one. */
  emptied(useless: boolean): void;
}

/** One upstream channel and the subscribers who share it. */
export interface Feed<T> {
  readonly size: number;
  add(member: Member<T>): void;
  remove(member: Member<T>): void;
  /** A member brings another token of the same identity. */
  renew(member: Member<T>, ticket: Ticket): void;
  first(): T | undefined;
  rejoin(): void;
  dispose(): void;
}

/**
 * How long before its end a channel's token is replaced by a longer-lived one, if there is one; and how much longer one
 * must live to be pushed earlier, since Realtime subscribes anew for each.
 */
const renewBeforeMs = 60_000;
/** For a channel that only lingers. */
const nobody: JoinCaller = { kind: 'anon', key: '' };
/** After Realtime said that joins come too fast. */
const tooFastPauseMs = 5_000;

export function createFeed<T>(definition: FeedDefinition<T>, deps: FeedDeps): Feed<T> {
  const members = new Set<Member<T>>();
  /** Those to whom nothing of this feed has flowed yet; one that moved here from another feed is among them. */
  const waiting = new Set<Member<T>>();
  let used: Ticket | undefined;
  let cancelRenewal: Cancel | undefined;

  const use = (ticket: Ticket | undefined) => {
    used = ticket;
    cancelRenewal?.();
    if (ticket === undefined || ticket.expiresAt === Number.POSITIVE_INFINITY) return;
    const left = ticket.expiresAt - Date.now() - renewBeforeMs;
    if (left > 0) cancelRenewal = deps.timers.after(left, renewNow);
  };
  /** Gives the channel the longest-lived token, when that is worth it. */
  const renewNow = () => {
    if (used === undefined) return;
    const best = longestLived(members, Date.now());
    if (best === undefined || best.expiresAt <= used.expiresAt) return;
    const endsSoon = used.expiresAt - Date.now() <= renewBeforeMs;
    if (!endsSoon && best.expiresAt - used.expiresAt < renewBeforeMs) return;
    use(best);
    place.channel.refreshToken(best.token);
  };
  const fail = (failing: Member<T>[], error: AppError) => {
    for (const member of failing) {
      members.delete(member);
      waiting.delete(member);
      failMember(member, error);
    }
    if (members.size === 0) deps.emptied(true);
  };
  const start = (member: Member<T>) => {
    waiting.delete(member);
    const item = member.live ? definition.gap() : definition.first?.();
    member.live = true;
    member.started.resolve();
    if (item !== undefined) member.queue.push(item, 0);
  };
  const tellGap = () => {
    const item = definition.gap();
    if (item === undefined) return;
    for (const member of members) if (!waiting.has(member)) member.queue.push(item, 0);
  };

  const handlers: ChannelHandlers = {
    token() {
      use(longestLived(members, Date.now()));
      // Without a living token the lingering channel has nobody to join for.
      if (used === undefined) fail([...members], tokenExpired());
      return used?.token;
    },
    caller() {
      for (const { caller } of members) return caller;
      return nobody;
    },
    live(afterGap) {
      if (afterGap) tellGap();
      for (const member of [...waiting]) start(member);
      definition.onLive?.(place.channel, (error) => fail([...members], error));
    },
    gap: tellGap,
    message(frame) {
      const read = definition.read(frame);
      if (read === undefined) return;
      for (const member of members) if (member.accepts(read.item)) member.queue.push(read.item, read.bytes);
    },
    refused(refusal: Refusal) {
      if (refusal.tooFast) deps.pacer.pause(tooFastPauseMs);
      const concerned = (member: Member<T>) => {
        if (refusal.kind === 'fatal') return true;
        // One member's bad token never ends the others: the next best is tried.
        if (refusal.kind === 'token') return member.ticket.token === used?.token;
        return !member.live;
      };
      fail([...members].filter(concerned), refusal.error);
      return members.size > 0;
    },
  };
  const place = deps.place(definition.spec, handlers);

  return {
    get size() {
      return members.size;
    },
    add(member) {
      members.add(member);
      if (place.channel.state === 'live') {
        start(member);
        renewNow();
      } else waiting.add(member);
    },
    remove(member) {
      if (!members.delete(member)) return;
      waiting.delete(member);
      // A channel that nothing has flowed through yet is only a place that others may need.
      if (members.size === 0) deps.emptied(place.channel.state !== 'live');
    },
    renew(member, ticket) {
      member.ticket = ticket;
      renewNow();
    },
    first: () => definition.first?.(),
    rejoin: () => place.channel.rejoin(),
    dispose() {
      cancelRenewal?.();
      place.release();
    },
  };
}
