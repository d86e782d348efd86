import { createServer } from 'node:net';

/** Stands for every service at once: counts the connections and closes each at its first bytes. */
export async function startCountingUpstream() {
  let connections = 0;
  let wake: (() => void)[] = [];
  const server = createServer((socket) => {
    connections += 1;
    for (const resolve of wake) resolve();
    wake = [];
    socket.on('error', () => undefined);
    socket.on('data', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    port: address.port,
    connections: () => connections,
    /** Settles at the next connection. */
    nextConnection: () => new Promise<void>((resolve) => wake.push(resolve)),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
