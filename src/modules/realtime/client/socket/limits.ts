import { defaultOutboxLimits } from '../../../../lib/fan-out/outbox.ts';

/** The bounds that no variable states. Times are milliseconds. */
export const realtimeLimits = {
  /** From the first byte to the open socket. */
  connectMs: 10_000,
  heartbeatMs: 15_000,
  /** How long a heartbeat may stay unanswered before the socket counts as dead. */
  heartbeatAnswerMs: 10_000,
  /** Longest wait before the first reconnect or rejoin; doubles from there. */
  retryFirstMs: 500,
  retryLongestMs: 30_000,
  /** A socket or channel that lasted this long is healthy: when it comes back, it starts from the first delay again. */
  healthyAfterMs: 30_000,
  /** From sending a join to its answer. Realtime sleeps 5 s before it refuses. */
  joinMs: 12_000,
  /** From the join's answer to the message that row changes flow. */
  confirmMs: 15_000,
  /** Between two RESYNCs for frames that nobody can read. */
  unreadablePauseMs: 1_000,
  /** How long after a token refresh a repeated confirmation is our own doing. */
  refreshMs: 10_000,
  /** No join goes out, after Realtime said that they come too fast. */
  tooFastPauseMs: 5_000,
  /** Joins a second, all sockets together, also after a reconnect. */
  joinsPerSecond: 20,
  /** Joins of one caller that may wait for their turn. */
  waitingJoins: 100,
  /** Realtime refuses the 101st channel of a socket. */
  channelsPerSocket: 80,
  /** How long a channel outlives its last subscriber. */
  lingerMs: 10_000,
  /** Tables that are followed for the gateway itself; never more than half of all channels. */
  followedTables: 200,
  /** Until a table that Realtime refuses to tell of is tried again. */
  refusedTableMs: 60_000,
  /** Largest frame taken from upstream; a larger one ends the socket. */
  maxFrameBytes: 16 * 1024 * 1024,
  queue: defaultOutboxLimits,
};

/** Every time and size bound of the Realtime client. */
export type RealtimeLimits = Readonly<typeof realtimeLimits> & {
  /** Connections to Realtime. */
  readonly sockets: number;
};
