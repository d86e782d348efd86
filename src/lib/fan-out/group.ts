import type { Cancel, Timers } from '../timers.ts';
import { livesUntil, longestLived, type Ticket } from './ticket.ts';

/** One of those who share a source. `End` is what it is told when its part is over. */
export interface Member<T, End> {
  /** What it may be served with, as of now. */
  readonly ticket: Ticket;
  /** Set by its group, once items flow to it: from then on a loss is a gap and no failure. */
  served: boolean;
  /** Items flow to it from now on: of its first group, or of the one it has moved to. */
  started?(): void;
  push(item: T, bytes: number): void;
  end(reason: End): void;
}

/** Where the items of a group come from. */
export interface Source<T, K extends Ticket> {
  /** True while items flow. */
  readonly isLive: boolean;
  /** How long it outlives its last member, if it is live then. */
  readonly lingerMs: number;
  /** What tells a member that it missed something; undefined where the next item does. */
  missed(): T | undefined;
  /** What a member begins with that joins while items flow already. */
  greeting(): T | undefined;
  /** From now on this ticket lives longest. */
  use(ticket: K): void;
  close(): void;
}

/** Opens a group's source, which from then on tells the group what becomes of it. */
export type OpenSource<T, M extends Member<T, End>, End> = (
  group: Group<T, M, End>,
) => Source<T, M['ticket']>;

/** A source and the members who share it. */
export class Group<T, M extends Member<T, End>, End> {
  readonly key: string;
  readonly members = new Set<M>();
  /** Those to whom nothing of this source has flowed yet; one that moved here from another group is among them. */
  readonly #waiting = new Set<M>();
  readonly #source: Source<T, M['ticket']>;
  readonly #timers: Timers;
  readonly #closed: () => void;
  #best: M['ticket'] | undefined;
  #cancelLinger: Cancel | undefined;
  #isClosed = false;

  /** Throws what `open` throws. `closed` runs once. */
  constructor(key: string, open: OpenSource<T, M, End>, timers: Timers, closed: () => void) {
    this.key = key;
    this.#timers = timers;
    this.#closed = closed;
    this.#source = open(this);
  }

  add(member: M): void {
    this.#cancelLinger?.();
    this.members.add(member);
    if (this.#source.isLive) this.#start(member, this.#source.greeting());
    else this.#waiting.add(member);
    this.renewed(member);
  }

  remove(member: M): void {
    if (!this.members.delete(member)) return;
    this.#waiting.delete(member);
    const { isLive, lingerMs } = this.#source;
    if (this.members.size > 0) this.#reconsider();
    // One through which nothing has flowed yet is of no use to a later member.
    else if (isLive && lingerMs > 0) this.#cancelLinger = this.#timers.after(lingerMs, () => this.close());
    else this.close();
  }

  /** A member's ticket is another one now. */
  renewed({ ticket }: M): void {
    if (this.#best === undefined || livesUntil(ticket) > livesUntil(this.#best)) this.#use(ticket);
    else this.#reconsider();
  }

  /** What a member gets in place of items that it did not read: the state as it is, or word of the gap. */
  missed(): T | undefined {
    return this.#source.greeting() ?? this.#source.missed();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelLinger?.();
    this.#closed();
    this.#source.close();
  }

  /** The ticket that lives longest; undefined when all have expired. */
  ticket(): M['ticket'] | undefined {
    const longest = longestLived(this.members, this.#best);
    return longest !== undefined && livesUntil(longest) > Date.now() ? longest : undefined;
  }

  /** The source is live. `afterGap`: items may have been missed since it last was. */
  live(afterGap: boolean): void {
    if (afterGap) this.gap();
    for (const member of [...this.#waiting]) this.#start(member, undefined);
  }

  /** Items may have been missed while the source stayed live. */
  gap(): void {
    const item = this.#source.missed();
    if (item === undefined) return;
    for (const member of this.members) if (!this.#waiting.has(member)) member.push(item, 0);
  }

  push(item: T, bytes: number): void {
    for (const member of this.members) member.push(item, bytes);
  }

  /** Ends the members concerned, without them all. False when none is left, and the source is closed. */
  end(reason: End, concerned: (member: M) => boolean = () => true): boolean {
    const ending = [...this.members].filter(concerned);
    for (const member of ending) {
      this.members.delete(member);
      this.#waiting.delete(member);
    }
    if (this.members.size === 0) this.close();
    else this.#reconsider();
    for (const member of ending) member.end(reason);
    return this.members.size > 0;
  }

  #start(member: M, greeting: T | undefined): void {
    const item = member.served ? this.#source.missed() : greeting;
    this.#waiting.delete(member);
    member.served = true;
    member.started?.();
    if (item !== undefined) member.push(item, 0);
  }

  #use(ticket: M['ticket']): void {
    this.#best = ticket;
    this.#source.use(ticket);
  }

  /** The best ticket may have gone with its member. */
  #reconsider(): void {
    const next = longestLived(this.members, this.#best);
    if (next !== undefined && next !== this.#best) this.#use(next);
  }
}
