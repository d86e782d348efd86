/** What waits for one client, in all that it follows together. Each who holds something counts it in. */
export interface Backlog {
  bytes: number;
  /** Whoever would go beyond it drops what it holds, and tells the client that it missed something. */
  readonly maxBytes: number;
}

export function createBacklog(maxBytes = 16 * 1024 * 1024): Backlog {
  return { bytes: 0, maxBytes };
}
