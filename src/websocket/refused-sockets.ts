import type { WebSocket } from 'ws';
import type { Timers } from '../lib/timers.ts';
import { tryAgainLater } from './connection.ts';

/** Sockets over a limit that have not answered their close; the one that has had the longest time goes for the next. */
const mostRefused = 1_000;

/** Sockets that find no place. */
export interface RefusedSockets {
  /**
   * Closes one, for it was not refused at the upgrade: that is an error of the network to graphql-ws' client, and its
   * end. It holds no place, so it may not stay for as long as it likes not to answer the close.
   */
  add(socket: WebSocket): void;
  terminate(): void;
}

export function createRefusedSockets(closeMs: number, timers: Timers): RefusedSockets {
  const refused = new Set<WebSocket>();
  return {
    add(socket) {
      const [longest] = refused;
      if (longest !== undefined && refused.size >= mostRefused) {
        refused.delete(longest);
        longest.terminate();
      }
      refused.add(socket);
      socket.on('error', () => undefined);
      const forget = timers.after(closeMs, () => socket.terminate());
      socket.once('close', () => {
        forget();
        refused.delete(socket);
      });
      socket.close(tryAgainLater, 'try_again_later');
    },
    terminate() {
      for (const socket of refused) socket.terminate();
    },
  };
}
