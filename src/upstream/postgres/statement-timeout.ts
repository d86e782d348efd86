/**
 * Milliseconds for Postgres' own limit of a statement, for which we wait `timeoutMs`: it comes a little later, so that
 * ours is the one that speaks.
 */
export function serverTimeoutMs(timeoutMs: number): number {
  return timeoutMs + 2_000;
}

/** Milliseconds after which Postgres itself ends a statement on the read pool, where nothing else is set. */
export const readStatementTimeoutMs = serverTimeoutMs(30_000);
