import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Backlog } from '../lib/fan-out/backlog.ts';
import { Outbox, type OutboxLimits } from '../lib/fan-out/outbox.ts';

/** A serialised result that goes to many sockets. */
export type SharedResult = Buffer;

/** Sends what was written to sockets within one turn of the event loop together: one system call for each socket. */
export interface WriteBatch {
  write(raw: Duplex, frame: Buffer): void;
  /** Calls `run` once, when the socket has sent what it holds. */
  afterDrain(raw: Duplex, run: () => void): void;
}

export function createWriteBatch(): WriteBatch {
  let corked = new Set<Duplex>();
  const draining = new WeakMap<Duplex, Set<() => void>>();
  const release = () => {
    const held = corked;
    corked = new Set();
    for (const raw of held) raw.uncork();
  };
  return {
    write(raw, frame) {
      if (!corked.has(raw)) {
        if (corked.size === 0) setImmediate(release);
        corked.add(raw);
        raw.cork();
      }
      raw.write(frame);
    },
    afterDrain(raw, run) {
      const waiting = draining.get(raw);
      if (waiting !== undefined) {
        waiting.add(run);
        return;
      }
      // One listener for all operations of a socket.
      const fresh = new Set([run]);
      draining.set(raw, fresh);
      raw.once('drain', () => {
        draining.delete(raw);
        for (const each of fresh) each();
      });
    },
  };
}

const textFrame = 0x81;
const closingBrace = 0x7d;
/** Unsent bytes of a socket beyond which frames wait in its outlet. */
const highWaterBytes = 256 * 1024;

/** One unmasked, unfragmented text frame: header, the message's head, the result and the closing brace in one piece. */
function textFrameOf(head: Buffer, result: SharedResult): Buffer {
  const length = head.length + result.length + 1;
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  frame[0] = textFrame;
  if (headerLength === 2) frame[1] = length;
  else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(head, headerLength);
  frame.set(result, headerLength + head.length);
  frame[frame.length - 1] = closingBrace;
  return frame;
}

export interface OutletDeps {
  readonly socket: Pick<WebSocket, 'readyState' | 'OPEN'>;
  /** What is under it. */
  readonly raw: Duplex;
  /** The operation's. */
  readonly id: string;
  readonly limits: OutboxLimits;
  /** The socket's. */
  readonly backlog: Backlog;
  readonly batch: WriteBatch;
  /** Put in place of what waits when that is too much. */
  missed(): SharedResult | undefined;
}

/**
 * Where one operation's shared results leave: bounded, so that a slow client delays and costs nobody else. Writes
 * frames past `ws`, to the socket under it. That is sound as long as nothing is compressed or fragmented, as is the
 * case on our server; it halves the cost of a delivery.
 */
export class Outlet {
  readonly #deps: OutletDeps;
  readonly #head: Buffer;
  readonly #outbox: Outbox<SharedResult>;

  constructor(deps: OutletDeps) {
    this.#deps = deps;
    this.#head = Buffer.from(`{"id":${JSON.stringify(deps.id)},"type":"next","payload":`);
    this.#outbox = new Outbox(deps);
  }

  push(result: SharedResult): void {
    if (!this.#isOpen()) return;
    const { raw, batch } = this.#deps;
    const isBehind = this.#outbox.length > 0;
    if (!isBehind && this.#takesMore()) {
      batch.write(raw, textFrameOf(this.#head, result));
      return;
    }
    if (!isBehind) this.#drainLater();
    this.#outbox.push(result, result.length);
  }

  /** Sends what waits, whatever the client reads. */
  flush(): void {
    this.#send(() => true);
    this.#outbox.clear();
  }

  /** Lets go of what waits: its reader has left. */
  close(): void {
    this.#outbox.clear();
  }

  #isOpen(): boolean {
    const { socket } = this.#deps;
    return socket.readyState === socket.OPEN;
  }

  #takesMore(): boolean {
    return this.#deps.raw.writableLength < highWaterBytes;
  }

  /** Sends what waits for as long as `goesOn`. */
  #send(goesOn: () => boolean): void {
    while (this.#isOpen() && goesOn()) {
      const result = this.#outbox.shift();
      if (result === undefined) return;
      this.#deps.raw.write(textFrameOf(this.#head, result));
    }
  }

  #drainLater(): void {
    this.#deps.batch.afterDrain(this.#deps.raw, () => {
      this.#send(() => this.#takesMore());
      if (!this.#isOpen()) this.#outbox.clear();
      else if (this.#outbox.length > 0) this.#drainLater();
    });
  }
}
