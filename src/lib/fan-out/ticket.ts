/** A credential, and how long it counts. */
export interface Ticket {
  readonly token: string | undefined;
  /** Seconds since the epoch; undefined where it never expires. */
  readonly expiresAt: number | undefined;
}

/** Milliseconds since the epoch; Infinity for a ticket that never expires. */
export function livesUntil({ expiresAt }: Ticket): number {
  return expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt * 1_000;
}

/** The ticket that lives longest; `current`, the longest-lived so far, where somebody still holds it. */
export function longestLived<K extends Ticket>(
  holders: Iterable<{ readonly ticket: K }>,
  current: K | undefined,
): K | undefined {
  let best: K | undefined;
  for (const { ticket } of holders) {
    // Usually all hold the same one, and the first of thousands says so.
    if (ticket.token === current?.token && ticket.expiresAt === current?.expiresAt) return current;
    if (best === undefined || livesUntil(ticket) > livesUntil(best)) best = ticket;
  }
  return best;
}
