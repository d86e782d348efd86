import { connect, createServer, type Socket } from 'node:net';
import { isCancelRequest } from './postgres-proxy.ts';

/** Leads a gateway to its database by a pooler, which is started for the first URL. */
export function behindTransactionPooler() {
  let pooler: TransactionPooler | undefined;
  return {
    async reached(url: string): Promise<string> {
      const { port } = new URL(url);
      pooler ??= await startTransactionPooler(Number(port));
      return url.replace(`:${port}/`, `:${pooler.port}/`);
    },
    get moves(): number {
      return pooler?.moves ?? 0;
    },
    async stop(): Promise<void> {
      await pooler?.[Symbol.asyncDispose]();
    },
  };
}

interface TransactionPooler extends AsyncDisposable {
  readonly port: number;
  /** Transactions that did not get the backend which their client had before. */
  readonly moves: number;
}

/** A connection to Postgres, which whoever has logged in as the same may be lent. */
interface Backend {
  readonly socket: Socket;
  readonly login: string;
  key: Buffer | undefined;
  client: Client | undefined;
}

interface Client {
  readonly socket: Socket;
  /** What it sent while it had no backend. */
  waiting: Buffer[];
  backend: Backend | undefined;
  lastBackend: Backend | undefined;
  /** Messages that Postgres answers with ReadyForQuery, which it has not yet. */
  unanswered: number;
}

const sslRequest = 80_877_103;

/**
 * Stands before a real Postgres as pgbouncer does in transaction mode: each transaction gets the backend that was idle for
 * longest, so nothing of a session stays with a client, and nobody is told what happens between two transactions.
 */
async function startTransactionPooler(target: number): Promise<TransactionPooler> {
  const sockets = new Set<Socket>();
  const clients = new Map<string, Client>();
  const backends = new Set<Backend>();
  let idle: Backend[] = [];
  let lined: { readonly client: Client; readonly login: string }[] = [];
  let moves = 0;

  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };

  function lend(): void {
    for (const next of [...lined]) {
      const backend = idle.find(({ login }) => login === next.login);
      if (backend === undefined) continue;
      idle = idle.filter((each) => each !== backend);
      lined = lined.filter((each) => each !== next);
      const { client } = next;
      if (client.lastBackend !== backend) moves += 1;
      client.backend = backend;
      client.lastBackend = backend;
      backend.client = client;
      backend.socket.write(Buffer.concat(client.waiting.splice(0)));
    }
  }

  function giveBack(backend: Backend): void {
    if (backend.client !== undefined) backend.client.backend = undefined;
    backend.client = undefined;
    idle.push(backend);
    lend();
  }

  function openBackend(client: Client, startup: Buffer): Backend {
    const socket = own(connect(target, '127.0.0.1'));
    const backend: Backend = { socket, login: startup.toString('latin1'), key: undefined, client };
    backends.add(backend);
    client.unanswered = 1;
    readMessages(socket, (message) => {
      const letter = message.toString('latin1', 0, 1);
      if (letter === 'K' && backend.key === undefined) {
        backend.key = message.subarray(5);
        clients.set(backend.key.toString('hex'), client);
      }
      const { client: holder } = backend;
      holder?.socket.write(message);
      if (holder === undefined || letter !== 'Z') return;
      holder.unanswered -= 1;
      const isIdle = message.toString('latin1', 5, 6) === 'I';
      if (isIdle && holder.unanswered === 0) giveBack(backend);
    });
    socket.on('close', () => {
      backends.delete(backend);
      idle = idle.filter((each) => each !== backend);
      backend.client?.socket.destroy();
    });
    socket.write(startup);
    return backend;
  }

  function serve(socket: Socket, startup: Buffer): void {
    const client: Client = {
      socket,
      waiting: [],
      backend: undefined,
      lastBackend: undefined,
      unanswered: 0,
    };
    const first = openBackend(client, startup);
    client.backend = first;
    client.lastBackend = first;
    readMessages(socket, (message) => {
      const letter = message.toString('latin1', 0, 1);
      if (letter === 'X') return void socket.end();
      if (letter === 'Q' || letter === 'S') client.unanswered += 1;
      if (client.backend !== undefined) {
        client.backend.socket.write(message);
        return;
      }
      if (client.waiting.push(message) === 1) lined.push({ client, login: first.login });
      lend();
    });
    socket.on('close', () => {
      lined = lined.filter((each) => each.client !== client);
      client.backend?.socket.destroy();
    });
  }

  /** The key is that of the first backend; what is to be stopped is what the client has now. */
  function cancel(request: Buffer): void {
    const key = clients.get(request.subarray(8).toString('hex'))?.backend?.key;
    if (key !== undefined)
      own(connect(target, '127.0.0.1')).end(Buffer.concat([request.subarray(0, 8), key]));
  }

  const listener = createServer((socket) => {
    own(socket);
    const begin = (first: Buffer): void => {
      if (first.length === 8 && first.readInt32BE(4) === sslRequest) {
        socket.once('data', begin);
        socket.write('N');
      } else if (isCancelRequest(first)) {
        cancel(first);
        socket.end();
      } else serve(socket, first);
    };
    socket.once('data', begin);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get moves() {
      return moves;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** Calls `read` with each whole message: a letter, its length, what it says. */
function readMessages(socket: Socket, read: (message: Buffer) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    held = Buffer.concat([held, bytes]);
    for (;;) {
      const length = held.length < 5 ? Number.POSITIVE_INFINITY : 1 + held.readUInt32BE(1);
      if (held.length < length) return;
      read(held.subarray(0, length));
      held = held.subarray(length);
    }
  });
}
