import type { LocalLog } from '../lib/log.ts';
import type { Authorization } from './authorization.ts';
import type { Changes } from './changes/changes.ts';
import type { FaultSwitches } from './fault-switches.ts';
import type { RateCounter } from './rate-counter.ts';
import type { Rooms } from './rooms.ts';
import type { JsonText } from './wire/raw-json.ts';
import type { VerifyToken } from './wire/token.ts';

/** Limits of the tenant, with the defaults of a self-hosted server. */
export interface RealtimeLimits {
  readonly sockets: number;
  readonly channelsPerSocket: number;
  readonly joinsPerSecond: number;
  /** Broadcasts, and with a counter of their own row changes; each delivery counts. */
  readonly eventsPerSecond: number;
  readonly presenceCallsPer30Seconds: number;
}

/** Pauses of the real server that clients must bear, in milliseconds. */
export interface RealtimeTiming {
  /** Between a join's answer and "Subscribed to PostgreSQL". */
  readonly systemOkMs: number;
  /** Between a new token and its effect on row changes. */
  readonly resubscribeMs: number;
  /** Before a refused join is answered; 5000 on the real server. */
  readonly joinErrorMs: number;
  /** A socket that sends nothing for so long is closed. */
  readonly idleMs: number;
  /** Between two looks at the publication's tables. */
  readonly publicationCheckMs: number;
}

export interface ReplayedMessage {
  readonly id: string;
  readonly event: string;
  readonly payload: JsonText;
}

/** What sockets and channels share. */
export interface ServerContext {
  readonly verifyToken: VerifyToken;
  readonly log: LocalLog;
  readonly limits: RealtimeLimits;
  readonly timing: RealtimeTiming;
  readonly faults: FaultSwitches;
  readonly authorization: Authorization;
  readonly rooms: Rooms;
  readonly changes: Changes;
  readonly broadcastRate: RateCounter;
  readonly joinRate: RateCounter;
  /** Starts the worker that reads changes if it is not running; resolves when it is. */
  startChanges(): Promise<void>;
  /** Messages that the database sent to a private room since a time in ms, oldest first. */
  recentMessages(room: string, since: number, limit: number): Promise<ReplayedMessage[]>;
}
