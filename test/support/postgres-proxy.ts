import { connect, createServer, type Socket } from 'node:net';

/** What becomes of a connection after its first message: passed on, held back, or answered with these bytes. */
export type FirstMessageVerdict = 'pass' | 'hold' | Buffer;

export interface PostgresProxy extends AsyncDisposable {
  readonly port: number;
  /** First messages that are held back. */
  readonly held: number;
  /** From now on no answer of Postgres arrives. */
  loseAnswers(): void;
  /** Answers that did not. */
  readonly lost: number;
  /** Breaks all connections. */
  cut(): void;
  /** The same, as the end of a machine does: its peers hear of an error. */
  reset(): void;
  /** Passes on what is held, and resolves when Postgres has closed those connections. */
  release(): Promise<void>;
}

/**
 * Stands before a real Postgres and judges each connection by its first message. `alter` changes what goes either way
 * after it, and keeps its length.
 */
export async function proxyPostgres(
  target: number,
  judge: (first: Buffer) => FirstMessageVerdict,
  alter: { readonly sent?: (bytes: Buffer) => Buffer; readonly answered?: (bytes: Buffer) => Buffer } = {},
): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  let losing = false;
  let lost = 0;
  let held: { client: Socket; first: Buffer }[] = [];

  function pass(client: Socket, first: Buffer): Promise<void> {
    const server = connect(target, '127.0.0.1');
    sockets.add(server);
    server.on('error', () => undefined);
    server.write(first);
    client.on('data', (sent) => server.write(alter.sent?.(sent) ?? sent));
    client.on('end', () => server.end());
    client.resume();
    server.on('data', (answer) => {
      if (losing) lost += 1;
      else client.write(alter.answered?.(answer) ?? answer);
    });
    server.on('end', () => client.end());
    client.on('close', () => server.end());
    return new Promise((resolve) => {
      server.once('close', () => {
        client.destroy();
        resolve();
      });
    });
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('data', (first) => {
      client.pause();
      const verdict = judge(first);
      if (verdict === 'pass') void pass(client, first);
      else if (verdict === 'hold') held.push({ client, first });
      else client.end(verdict);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get held() {
      return held.length;
    },
    loseAnswers() {
      losing = true;
    },
    get lost() {
      return lost;
    },
    cut,
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async release() {
      const waiting = held;
      held = [];
      await Promise.all(waiting.map(({ client, first }) => pass(client, first)));
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

const cancelRequest = 80_877_102;

/** True for the message that asks Postgres to cancel what another connection runs. */
export function isCancelRequest(first: Buffer): boolean {
  return first.length === 16 && first.readInt32BE(4) === cancelRequest;
}

/** What a server tells at the beginning, with another process id. */
export function withBackendPid(answer: Buffer, pid: number): Buffer {
  const at = answer.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at === -1) return answer;
  const changed = Buffer.from(answer);
  changed.writeInt32BE(pid, at + 5);
  return changed;
}

/** The answer of a server that refuses a startup. */
export function startupRefusal(state: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${state}\0M${message}\0\0`);
  const head = Buffer.alloc(5, 'E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
