import { defaultOutboxLimits, type OutboxLimits } from '../../../../lib/fan-out/outbox.ts';

/** Every time and size bound of the Realtime client. Times are milliseconds. */
export interface RealtimeLimits {
  /** From the first byte to the open socket. @default 10_000 */
  readonly connectMs: number;
  /** @default 15_000 */
  readonly heartbeatMs: number;
  /** How long a heartbeat may stay unanswered before the socket counts as dead. @default 10_000 */
  readonly heartbeatAnswerMs: number;
  /** Longest wait before the first reconnect or rejoin; doubles from there. @default 500 */
  readonly retryFirstMs: number;
  /** @default 30_000 */
  readonly retryLongestMs: number;
  /**
   * A socket or channel that lasted this long is healthy: when it comes back, it starts from the first delay again.
   * @default 30_000
   */
  readonly healthyAfterMs: number;
  /** From sending a join to its answer. Realtime sleeps 5 s before it refuses. @default 12_000 */
  readonly joinMs: number;
  /** From the join's answer to the message that row changes flow. @default 15_000 */
  readonly confirmMs: number;
  /** Between two RESYNCs for frames that nobody can read. @default 1_000 */
  readonly unreadablePauseMs: number;
  /** How long after a token refresh a repeated confirmation is our own doing. @default 10_000 */
  readonly refreshMs: number;
  /** Joins a second, all sockets together, also after a reconnect. @default 20 */
  readonly joinsPerSecond: number;
  /** Joins of one caller that may wait for their turn. @default 100 */
  readonly waitingJoins: number;
  /** Realtime refuses the 101st channel of a socket. @default 80 */
  readonly channelsPerSocket: number;
  /** @default 100 */
  readonly sockets: number;
  /** How long a channel outlives its last subscriber. @default 10_000 */
  readonly lingerMs: number;
  /** Largest frame taken from upstream; a larger one ends the socket. @default 16 MB */
  readonly maxFrameBytes: number;
  readonly queue: OutboxLimits;
}

export const defaultRealtimeLimits: RealtimeLimits = {
  connectMs: 10_000,
  heartbeatMs: 15_000,
  heartbeatAnswerMs: 10_000,
  retryFirstMs: 500,
  retryLongestMs: 30_000,
  healthyAfterMs: 30_000,
  joinMs: 12_000,
  confirmMs: 15_000,
  unreadablePauseMs: 1_000,
  refreshMs: 10_000,
  joinsPerSecond: 20,
  waitingJoins: 100,
  channelsPerSocket: 80,
  sockets: 100,
  lingerMs: 10_000,
  maxFrameBytes: 16 * 1024 * 1024,
  queue: defaultOutboxLimits,
};
