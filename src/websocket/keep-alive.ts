import type { Timers } from '../lib/timers.ts';
import type { Connection } from './connection.ts';

/** Pings all sockets; one that gives no sign of life until the next round is dropped. */
export interface KeepAlive {
  /** Goes on for as long as there are connections. */
  start(): void;
  stop(): void;
}

/** One timer for all sockets: two for each would be most of an idle socket's memory. */
export function createKeepAlive(
  connections: ReadonlySet<Connection>,
  everyMs: number,
  timers: Timers,
): KeepAlive {
  let cancel: (() => void) | undefined;
  const round = (): void => {
    for (const connection of connections) {
      if (!connection.alive) connection.socket.terminate();
      else {
        connection.alive = false;
        connection.socket.ping();
      }
    }
    cancel = connections.size === 0 ? undefined : timers.after(everyMs, round);
  };
  return {
    start() {
      cancel ??= timers.after(everyMs, round);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
