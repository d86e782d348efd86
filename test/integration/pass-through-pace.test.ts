import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { passing } from '../support/passing.ts';
import { testCall } from '../support/test-call.ts';

const paceMs = 100;

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

test('gives up on a sender that only holds the connection, and does not blame the service', async () => {
  await using p = await passing((request) => request.resume(), {}, 10_000, paceMs);
  // More than it takes to open a circuit.
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const socket = open(p.url);
    socket.write('PUT /things/v1/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 504 /);
    expect(String(answer)).toContain('"code":"TIMEOUT"');
    socket.destroy();
  }
  expect(p.http.circuit).toBe('CLOSED');
  await expect.poll(() => connections(p.upstream.server), { timeout: 5_000 }).toBe(0);
});

test('lets a sender wait as long as the service does not read', async () => {
  let read: () => void = () => undefined;
  await using p = await passing(
    (request, response) => {
      read = () => {
        request.resume();
        request.on('end', () => response.end('all'));
      };
    },
    {},
    10_000,
    paceMs,
  );
  const size = 16_000_000;
  const socket = open(p.url);
  socket.write(
    `PUT /things/v1/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(size));
  let before = -1;
  const standsStill = (): boolean => {
    const sent = socket.bytesWritten - socket.writableLength;
    const still = sent === before;
    before = sent;
    return still;
  };
  // Long enough for a sender to be given up, were it the sender's fault.
  await expect.poll(standsStill, { interval: 5 * paceMs, timeout: 10_000 }).toBe(true);
  read();
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1.1 200 /);
});

test('leaves a client that does not read on, and the service’s connection with it', async () => {
  let given = 0;
  await using p = await passing(
    (_request, response) => {
      const more = (): void => {
        do given += 65_536;
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    },
    {},
    10_000,
    paceMs,
  );
  const socket = open(p.url);
  socket.write('GET /things/v1/a HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  await expect.poll(() => connections(p.upstream.server), { timeout: 5_000 }).toBe(0);
  expect(given).toBeGreaterThan(0);
  socket.destroy();
});

test('streams that many clients hold leave the service to everybody else', async () => {
  await using p = await passing(
    (request, response) => {
      if (request.url === '/root/quick') response.setHeader('content-type', 'application/json').end('{}');
      else response.writeHead(200).write('first');
    },
    {},
    2_000,
  );
  const sockets = Array.from({ length: 100 }, () => open(p.url));
  await Promise.all(
    sockets.map(async (socket) => {
      socket.write('GET /things/v1/held HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
    }),
  );
  const answer = await p.http.request({ method: 'GET', path: '/quick', call: testCall() });
  expect(answer.status).toBe(200);
  for (const socket of sockets) socket.destroy();
});

async function connections(server: {
  getConnections(tell: (error: Error | null, count: number) => void): void;
}) {
  return await new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
