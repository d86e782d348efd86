import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { watchUnreadAnswers } from '../../src/http/unread-answers.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { silentLog } from '../support/test-call.ts';
import { acceptedClient } from '../support/websocket-gateway.ts';

const mebibyte = 1024 * 1024;
const most = 40 * mebibyte;
/** An answer of 12 MB, of which the system itself holds some. */
const large = '{ db { a: pages { body } b: pages { body } c: pages { body } d: pages { body } } }';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(
    `create table pages (id int primary key, body text not null);
     grant select on pages to anon;
     insert into pages select n, repeat('x', 1000000) from generate_series(1, 3) n;`,
    { MAX_UNREAD: '40mb', TRUSTED_PROXIES: '1' },
  );
});
afterAll(() => gateway.close());

interface Reader {
  readonly socket: Socket;
  /** Reads on. Gives the bytes that came until the connection ended, one way or another. */
  read(): Promise<number>;
}

/** Sends a request, and reads nothing until it is told to. */
async function asking(port: number, request: string): Promise<Reader> {
  const socket = connect(port, '127.0.0.1');
  let bytes = 0;
  socket.pause();
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  await once(socket, 'connect');
  socket.write(request);
  return {
    socket,
    async read() {
      socket.resume();
      await closed;
      return bytes;
    },
  };
}

/** Asks for a large answer as a client at `address`. */
async function askingLarge(address: string): Promise<Reader> {
  const body = JSON.stringify({ query: large });
  const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Forwarded-For: ${address}\r\nConnection: close`;
  return await asking(
    Number(new URL(gateway.url).port),
    `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(name));
  return Number(line?.split(' ').at(-1) ?? 0);
}
const unread = () => metric('bunbun_unread_bytes{what="answers"}');
const cuts = () => metric('bunbun_limit_hits_total{limit="MAX_UNREAD"}');
const patience = { timeout: 30_000, interval: 100 };

describe('answers that nobody reads', () => {
  it('are bounded together: who leaves most unread loses, and others are served', async () => {
    const patient = await askingLarge('203.0.113.1');
    await expect.poll(unread, patience).toBeGreaterThan(mebibyte);
    const greedy = await Promise.all(Array.from({ length: 12 }, () => askingLarge('203.0.113.2')));
    await expect.poll(cuts, patience).toBeGreaterThan(0);
    const answer = await gateway.graphqlText(large, { headers: { 'x-forwarded-for': '203.0.113.3' } });
    expect(answer.data.db.d).toHaveLength(3);
    const closed = Promise.all(greedy.map((reader) => reader.read()));
    await expect.poll(unread, patience).toBeLessThanOrEqual(most);
    // It asked first and has read nothing, but it leaves less than the others.
    expect(await patient.read()).toBeGreaterThan(12_000_000);
    const sizes = await closed;
    expect(sizes.some((bytes) => bytes < 12_000_000)).toBe(true);
    await expect.poll(unread, patience).toBe(0);
  });

  it('count on a WebSocket too', async () => {
    const before = await cuts();
    const clients = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const client = await acceptedClient(gateway.graphqlWsUrl);
        client.socket.pause();
        client.send({ id: '1', type: 'subscribe', payload: { query: large } });
        return client;
      }),
    );
    await expect.poll(cuts, patience).toBeGreaterThan(before);
    await expect.poll(unread, patience).toBeLessThanOrEqual(most);
    for (const { socket } of clients) socket.terminate();
    await expect.poll(unread, patience).toBe(0);
  });
});

it('an answer of which nothing is taken for long ends its connection, and a slow one is let be', async () => {
  const server = createServer((_request, response) => {
    response.end(Buffer.alloc(32 * mebibyte));
  });
  watchUnreadAnswers(server, {
    clientAddress: () => undefined,
    maxBytes: 1024 * mebibyte,
    stillMs: 1_000,
    cut: () => undefined,
    log: silentLog,
  });
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  const { port } = await listen(server, { host: '127.0.0.1', port: 0, variable: 'PORT' });
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

  const still = await asking(port, request);
  await expect.poll(() => open, patience).toBe(1);
  await expect.poll(() => open, patience).toBe(0);
  expect(await still.read()).toBeLessThan(32 * mebibyte);

  const slow = await asking(port, request);
  // It takes two in each third of the time that it may stand still.
  let taken = 0;
  slow.socket.on('data', (chunk) => {
    taken += chunk.length;
    if (taken < 2 * mebibyte) return;
    taken = 0;
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), 330);
  });
  expect(await slow.read()).toBeGreaterThan(32 * mebibyte);
  server.close();
});

it('of one address the connection that leaves most unread is cut, and not a slow one that leaves little', async () => {
  let cut = 0;
  const server = createServer((request, response) => {
    response.end(Buffer.alloc((request.url === '/large' ? 64 : 16) * mebibyte));
  });
  const watched = watchUnreadAnswers(server, {
    // As behind a proxy that nobody trusts.
    clientAddress: () => '203.0.113.1',
    maxBytes: 100 * mebibyte,
    cut: () => {
      cut += 1;
    },
    log: silentLog,
  });
  const { port } = await listen(server, { host: '127.0.0.1', port: 0, variable: 'PORT' });
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  const slow = await asking(port, request('/'));
  await expect.poll(() => watched.bytes, patience).toBeGreaterThan(mebibyte);
  const greedy = [await asking(port, request('/large')), await asking(port, request('/large'))];
  await expect.poll(() => cut, patience).toBe(1);
  expect(await slow.read()).toBeGreaterThan(16 * mebibyte);
  for (const { socket } of greedy) socket.destroy();
  server.close();
});
