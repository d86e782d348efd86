import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes an upgrade: `head` is what came of the new protocol already. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
