import type { WebSocket } from 'ws';
import type { Logger } from '../observability/logger.ts';

/** Sends a message; resolves when it has left, or never will. */
export type Send = (socket: WebSocket, data: string) => Promise<void>;

/** A client that leaves more than `maxBufferedBytes` unread is dropped. */
export function createBoundedSend(maxBufferedBytes: number, log: Logger): Send {
  return (socket, data) =>
    new Promise((resolve) => {
      if (socket.readyState !== socket.OPEN) {
        resolve();
        return;
      }
      if (socket.bufferedAmount > maxBufferedBytes) {
        log.warn({ bufferedBytes: socket.bufferedAmount }, 'dropped a WebSocket client that does not read');
        // A close frame would wait behind what it does not read.
        socket.terminate();
      }
      // A send that fails is followed by the socket's close.
      socket.send(data, () => resolve());
    });
}
