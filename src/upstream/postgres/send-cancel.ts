import type { OpenPostgresSocket } from './socket-opener.ts';

/** What the server told a connection about itself, for requests to cancel. */
export interface CancelKey {
  readonly pid: number;
  readonly secret: number;
}

/**
 * Asks Postgres to cancel what a backend runs. True when the server closed the request's connection, which it does only
 * after it has signalled the backend; else the request may still come and hit whatever runs next. Never rejects.
 */
export async function sendCancel(
  openSocket: OpenPostgresSocket,
  host: { readonly host: string; readonly port: number },
  timeoutMs: number,
  { pid, secret }: CancelKey,
): Promise<boolean> {
  const message = Buffer.alloc(16);
  message.writeUInt32BE(16, 0);
  message.writeUInt32BE(80_877_102, 4);
  // A pooler's number may fill all 32 bits.
  message.writeUInt32BE(pid, 8);
  message.writeUInt32BE(secret, 12);
  try {
    const socket = await openSocket(host, timeoutMs);
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), timeoutMs);
      let closedByServer = false;
      socket.on('error', () => undefined);
      socket.once('end', () => {
        closedByServer = true;
      });
      socket.once('close', () => {
        clearTimeout(timer);
        resolve(closedByServer);
      });
      socket.resume();
      socket.write(message);
    });
  } catch {
    return false;
  }
}
