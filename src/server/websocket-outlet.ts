import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { QueueLimits } from '../modules/realtime/queue.ts';

/** A result that goes to many sockets: its frame is made once for all that use the same operation id. */
export interface SharedFrame {
  frameFor(id: string): Buffer;
}

const textFrame = 0x81;
/** Unsent bytes of a socket beyond which frames wait in its outlet. */
const highWaterBytes = 256 * 1024;

/** Makes the `next` message of a serialised result, as the bytes of a WebSocket frame. */
export function sharedFrame(payload: string): SharedFrame {
  let lastId: string | undefined;
  let lastFrame: Buffer = Buffer.alloc(0);
  return {
    frameFor(id) {
      if (id !== lastId) {
        lastFrame = encodeTextFrame(`{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`);
        lastId = id;
      }
      return lastFrame;
    },
  };
}

/** One unmasked, unfragmented text frame: header and payload in one piece, one write. */
function encodeTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
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
  frame.write(text, headerLength);
  return frame;
}

/** Where one operation's shared results leave: bounded, so that a slow client delays and costs nobody else. */
export interface Outlet {
  push(frame: SharedFrame): void;
  /** Sends what waits, whatever the client reads. */
  flush(): void;
}

/**
 * Writes frames past `ws`, to the socket under it. That is sound as long as nothing is compressed or fragmented, as is
 * the case on our server; it halves the cost of a delivery.
 */
export function createOutlet(
  socket: WebSocket,
  raw: Duplex,
  id: string,
  limits: QueueLimits,
  missed: () => SharedFrame,
): Outlet {
  let waiting: SharedFrame[] = [];
  let waitingBytes = 0;

  const drain = () => {
    while (waiting.length > 0 && raw.writableLength < highWaterBytes && socket.readyState === socket.OPEN) {
      const frame = waiting.shift()?.frameFor(id);
      if (frame === undefined) break;
      waitingBytes -= frame.length;
      raw.write(frame);
    }
    if (waiting.length > 0 && socket.readyState === socket.OPEN) raw.once('drain', drain);
    else {
      waiting = [];
      waitingBytes = 0;
    }
  };
  return {
    push(frame) {
      if (socket.readyState !== socket.OPEN) return;
      const bytes = frame.frameFor(id);
      if (waiting.length === 0 && raw.writableLength < highWaterBytes) {
        raw.write(bytes);
        return;
      }
      if (waiting.length === 0) raw.once('drain', drain);
      if (waiting.length >= limits.events || waitingBytes + bytes.length > limits.bytes) {
        waiting = [missed()];
        waitingBytes = 0;
        return;
      }
      waiting.push(frame);
      waitingBytes += bytes.length;
    },
    flush() {
      if (socket.readyState !== socket.OPEN) return;
      for (const frame of waiting) raw.write(frame.frameFor(id));
      waiting = [];
      waitingBytes = 0;
    },
  };
}
