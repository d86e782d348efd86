import { createServer, type Socket } from 'node:net';

export interface RefusingServer extends AsyncDisposable {
  readonly url: string;
  /** Requests that it has read the head of, as `POST /path`. */
  readonly seen: readonly string[];
}

const answer = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
  `Connection: keep-alive\r\nKeep-Alive: timeout=61\r\n\r\n${body}`;

/**
 * Answers a request that has a body as soon as its head is there, with `refusal`, keeps the connection and reads
 * nothing more of it, as a server does that has stopped in the middle of a body. Requests without a body get 200.
 */
export async function startRefusingServer(
  refusal = answer(
    '409 Conflict',
    '{"statusCode":"409","error":"Duplicate","message":"exists","code":"KeyAlreadyExists"}',
  ),
): Promise<RefusingServer> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        seen.push(head.slice(0, head.indexOf(' HTTP/')));
        if (/\r\n(?:content-length: [1-9]|transfer-encoding:)/i.test(head)) {
          socket.off('data', read).pause();
          socket.write(refusal);
          return;
        }
        socket.write(answer('200 OK', '{"fine":true}'));
      }
    };
    socket.on('data', read);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
