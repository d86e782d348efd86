import { createFairLine } from '../lib/fair-line.ts';

/** A socket as far as its messages go. */
export interface MessageSource {
  /** Whose turns it shares. */
  readonly client: string;
  readonly socket: { readonly isPaused: boolean; pause(): void; resume(): void };
  /** What waits; undefined for most sockets at most times, which keeps them small. */
  waiting: string[] | undefined;
}

/**
 * Handles the messages of all sockets, a few in each turn of the event loop, so that a burst holds up nobody: clients
 * take turns, and so do the sockets of each; what is not handled yet is not read on.
 */
export interface MessageTurns<Source extends MessageSource> {
  push(source: Source, message: string): void;
  /** Forgets what waits. */
  drop(source: Source): void;
}

/** Messages that are handled between two looks at everything else, and the time after which no further one begins. */
const perTurn = 16;
const turnMs = 5;
/** Messages of a socket that may wait while more is read. */
const mostWaiting = 8;

export function createMessageTurns<Source extends MessageSource>(
  handle: (source: Source, message: string) => void,
): MessageTurns<Source> {
  /** Sockets for which something waits. */
  const line = createFairLine<Source>();
  let messagesWaiting = 0;
  let running = false;

  const handleOne = () => {
    const source = line.take();
    const message = source?.waiting?.shift();
    if (source === undefined || message === undefined) return;
    messagesWaiting -= 1;
    if (source.waiting?.length === 0) {
      source.waiting = undefined;
      if (source.socket.isPaused) source.socket.resume();
    } else line.add(source.client, source);
    handle(source, message);
  };
  const beginTurn = () => {
    running = messagesWaiting > 0;
    if (!running) return;
    let over: number | undefined;
    // Node runs what one of these has set going before the next one, and looks at the network after the last.
    for (let left = Math.min(perTurn, messagesWaiting); left > 0; left -= 1) {
      setImmediate(() => {
        over ??= performance.now() + turnMs;
        if (performance.now() < over) handleOne();
      });
    }
    setImmediate(beginTurn);
  };

  return {
    push(source, message) {
      messagesWaiting += 1;
      if (source.waiting === undefined) {
        source.waiting = [message];
        line.add(source.client, source);
      } else {
        source.waiting.push(message);
        if (source.waiting.length > mostWaiting && !source.socket.isPaused) source.socket.pause();
      }
      if (!running) beginTurn();
    },
    drop(source) {
      messagesWaiting -= source.waiting?.length ?? 0;
      source.waiting = undefined;
      line.remove(source.client, source);
    },
  };
}
