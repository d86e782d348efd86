import { connect, createServer, type Socket } from 'node:net';

/** What lies between a client and a server, and may fail without either of them being told. */
export interface Network extends AsyncDisposable {
  readonly port: number;
  /** Where new connections lead; undefined: nowhere. */
  leadTo(port: number | undefined): void;
  /** Breaks every connection. */
  cut(): void;
}

/** A network whose connections come and go by the test's word. */
export async function startNetwork(): Promise<Network> {
  const sockets = new Set<Socket>();
  let target: number | undefined;
  const listener = createServer((client) => {
    if (target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    leadTo(port) {
      target = port;
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
