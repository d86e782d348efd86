import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ByteBudget, ByteHold } from '../lib/byte-budget.ts';
import type { Cancel, Timers } from '../lib/timers.ts';

export interface ArrivingMessageDeps {
  readonly socket: WebSocket;
  /** What is under it. */
  readonly raw: Duplex;
  /** Whose share it takes. */
  readonly client: string;
  readonly bodies: ByteBudget;
  readonly timers: Timers;
  /** Closes the socket: there is no room for its message. */
  readonly noRoom: () => void;
}

/** What a message may have brought before it is counted: most are whole by then, and cost nothing. */
const mostUncounted = 16 * 1024;
/** For a message that is larger than that to come whole. */
const mostMs = 60_000;

/**
 * Counts what `ws` holds of a message that is not whole yet, against the bytes that all requests may hold. Whoever
 * begins a message must end it in a minute.
 */
export function watchArrivingMessage(deps: ArrivingMessageDeps): void {
  const { socket, raw } = deps;
  let arrived = 0;
  let held: { readonly bytes: ByteHold; readonly cancel: Cancel } | undefined;
  const forget = (): void => {
    arrived = 0;
    held?.cancel();
    held?.bytes.release();
    held = undefined;
  };
  // Before `ws` looks at them: the message may be whole with these.
  raw.prependListener('data', (chunk: Buffer) => {
    arrived += chunk.length;
    if (arrived <= mostUncounted) return;
    const first = held === undefined;
    held ??= {
      bytes: deps.bodies.hold(deps.client),
      cancel: deps.timers.after(mostMs, () => socket.terminate()),
    };
    if (held.bytes.grow(first ? arrived : chunk.length)) return;
    // It was told already, and goes on.
    if (socket.readyState !== socket.OPEN) socket.terminate();
    else deps.noRoom();
  });
  socket.on('message', forget);
  socket.once('close', forget);
}
