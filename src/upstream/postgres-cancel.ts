import type { OpenPostgresSocket } from './postgres-socket.ts';

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
  try {
    const socket = await openSocket(host, timeoutMs);
    return await new Promise<boolean>((resolve) => {
      const message = Buffer.alloc(16);
      message.writeInt32BE(16, 0);
      message.writeInt32BE(80_877_102, 4);
      message.writeInt32BE(pid, 8);
      message.writeUInt32BE(secret, 12);
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
