import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes an upgrade: `head` is what came of the new protocol already. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** How what holds connections ends, in milliseconds. */
export interface DrainTimes {
  /** Everything goes on. */
  readonly graceMs: number;
  /** Over which the connections are closed one by one, so that the clients do not come back all at once. */
  readonly spreadMs: number;
  /** For the last answers and the closing handshakes, before the rest is cut. */
  readonly closeMs: number;
}

/** What becomes of upgrades of one path. */
export interface Upgrade {
  /** Such as `/realtime/v1/websocket`. */
  readonly path: string;
  readonly upgrade: UpgradeHandler;
  /** Tells the clients to go, and cuts those who do not. */
  close(times: DrainTimes): Promise<void>;
}
