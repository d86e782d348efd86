import type { AppError } from '../../../lib/app-error.ts';
import type { EventQueue } from '../../../lib/event-queue.ts';
import type { JoinCaller } from './pacer.ts';

/** The credential a subscriber brings to its channel. */
export interface Ticket {
  readonly token: string;
  /** Milliseconds since the epoch; Infinity for a token that never expires. */
  readonly expiresAt: number;
}

/** One subscriber of a feed. */
export interface Member<T> {
  readonly queue: EventQueue<T>;
  ticket: Ticket;
  readonly caller: JoinCaller;
  /** True once messages have flowed to it: from then on a loss is a gap and no failure. */
  live: boolean;
  /** Settles the subscriber's wait for the first time messages flow. */
  readonly started: { resolve(): void; reject(error: AppError): void };
  accepts(item: T): boolean;
}

/** Of several tickets the one that lives longest; undefined when all have expired. */
export function longestLived<T>(members: Iterable<Member<T>>, now: number): Ticket | undefined {
  let best: Ticket | undefined;
  for (const { ticket } of members) {
    if (ticket.expiresAt > now && (best === undefined || ticket.expiresAt > best.expiresAt)) best = ticket;
  }
  return best;
}

/** Ends a subscriber with an error: before the start as a refusal, afterwards as the end of its events. */
export function failMember<T>(member: Member<T>, error: AppError): void {
  if (!member.live) member.started.reject(error);
  member.queue.end(error);
}
