import { createServer, type Server } from 'node:net';

export interface ListeningAddress {
  readonly host: string;
  readonly port: number;
}

/** Where to listen, and the variable that the port came from. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly variable: string;
}

/** Listens; rejects with a sentence for the operator when that address cannot be had. */
export async function listen(server: Server, options: ListenOptions): Promise<ListeningAddress> {
  const { host, port } = options;
  try {
    return await listenOnce(server, port, host);
  } catch (error) {
    // A kernel without IPv6 cannot take `::`, which also stands for all of IPv4.
    if (host === '::' && codeOf(error) === 'EAFNOSUPPORT') {
      return await listen(server, { ...options, host: '0.0.0.0' });
    }
    throw new Error(sentenceFor(codeOf(error), options) ?? String(error), { cause: error });
  }
}

/** Rejects as `listen` would, when the port is taken; for a look before a start that takes its time. */
export async function checkPort(options: ListenOptions): Promise<void> {
  if (options.port === 0) return;
  const server = createServer();
  await listen(server, options);
  await new Promise((resolve) => server.close(resolve));
}

function sentenceFor(code: unknown, { port, variable }: ListenOptions): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another process: stop it, or set ${variable} to another one.`;
    case 'EACCES':
      return `This user may not listen on port ${port}: set ${variable} to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is not an address of this machine.';
  }
  return undefined;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function listenOnce(server: Server, port: number, host: string): Promise<ListeningAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address !== null) {
        resolve({ host: address.address, port: address.port });
      } else {
        reject(new Error('The server has no address.'));
      }
    });
  });
}
