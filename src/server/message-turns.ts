import { createFairLine } from '../lib/fair-line.ts';

/** Where messages come from and go to. */
export interface MessageSource {
  /** Whose turns it shares. */
  readonly client: string;
  handle(message: string): void;
  /** Reads no more from the client for a while. */
  pause(): void;
  resume(): void;
}

/** The messages of one socket. */
export interface MessageInlet {
  push(message: string): void;
  /** Drops what waits. */
  close(): void;
}

/**
 * Handles the messages of all sockets, a few in each turn of the event loop, so that a burst holds up nobody: clients
 * take turns, and so do the sockets of each; what is not handled yet is not read on.
 */
export interface MessageTurns {
  inlet(source: MessageSource): MessageInlet;
}

/** Messages that are handled between two looks at everything else, and the time after which no further one begins. */
const perTurn = 16;
const turnMs = 5;
/** Messages of a socket that may wait while more is read. */
const mostWaiting = 8;

interface Waiting {
  readonly source: MessageSource;
  messages: string[];
  paused: boolean;
}

export function createMessageTurns(): MessageTurns {
  /** Sockets for which something waits. */
  const line = createFairLine<Waiting>();
  let messagesWaiting = 0;
  let running = false;

  const unpause = (waiting: Waiting) => {
    if (!waiting.paused) return;
    waiting.paused = false;
    waiting.source.resume();
  };
  const handleOne = () => {
    const waiting = line.take();
    const message = waiting?.messages.shift();
    if (waiting === undefined || message === undefined) return;
    messagesWaiting -= 1;
    if (waiting.messages.length > 0) line.add(waiting.source.client, waiting);
    else unpause(waiting);
    waiting.source.handle(message);
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
    inlet(source) {
      const waiting: Waiting = { source, messages: [], paused: false };
      return {
        push(message) {
          waiting.messages.push(message);
          messagesWaiting += 1;
          if (waiting.messages.length === 1) line.add(source.client, waiting);
          else if (waiting.messages.length > mostWaiting && !waiting.paused) {
            waiting.paused = true;
            source.pause();
          }
          if (!running) beginTurn();
        },
        close() {
          messagesWaiting -= waiting.messages.length;
          waiting.messages = [];
          line.remove(source.client, waiting);
          unpause(waiting);
        },
      };
    },
  };
}
