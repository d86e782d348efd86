import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { readMultipart } from '../../src/server/multipart/read-multipart.ts';
import { listen } from '../support/listening-server.ts';

const limits = { maxFieldBytes: 10_000, maxFileBytes: 10_000, maxFiles: 1 };

test('gives up on a sender that only holds the connection', async () => {
  let told: (error: unknown) => void = () => undefined;
  const outcome = new Promise((resolve) => {
    told = resolve;
  });
  const server = await listen((request) => {
    readMultipart(request, { ...limits, paceMs: 50 }).then(told, told);
  });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b',
  );
  expect(await outcome).toMatchObject({ code: 'TIMEOUT' });
  socket.destroy();
  await server.close();
});
