import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { UploadedFile } from '../../src/graphql/kit/uploaded-file.ts';
import { createHeldBytes } from '../../src/http/graphql/multipart/held-bytes.ts';
import { readMultipart } from '../../src/http/graphql/multipart/read-multipart.ts';
import { readBody } from '../../src/http/request-body.ts';
import { createByteBudget } from '../../src/lib/byte-budget.ts';
import { listen } from '../support/listening-server.ts';

const held = createHeldBytes({ maxRequestBytes: 10_000, maxTotalBytes: 100_000 });
const hold = createByteBudget({ maxBytes: 100_000, maxBytesPerClient: 100_000 }).hold('test');
const limits = { maxFieldBytes: 10_000, maxFileBytes: 10_000, maxFiles: 1, held, hold };

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

test('gives up on a body of JSON that does not come', async () => {
  let told: (error: unknown) => void = () => undefined;
  const outcome = new Promise((resolve) => {
    told = resolve;
  });
  const server = await listen((request) => {
    readBody(request, { most: 10_000, raised: async () => 10_000, hold, paceMs: 50 }).then(told, told);
  });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
  );
  expect(await outcome).toMatchObject({ code: 'TIMEOUT' });
  socket.destroy();
  await server.close();
});

test('refuses a length over everything that the request may hold before any of it has come', async () => {
  let told: (error: unknown) => void = () => undefined;
  const outcome = new Promise((resolve) => {
    told = resolve;
  });
  const server = await listen((request) => {
    readMultipart(request, limits).then(told, told);
  });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 999999999999999\r\n\r\n',
  );
  expect(await outcome).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  socket.destroy();
  await server.close();
});

const field = (name: string, value: string): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const begun =
  field('operations', '{"query":"","variables":{"a":null,"b":null}}') +
  field('map', '{"0":["variables.a"],"1":["variables.b"]}');
const part = (name: string): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\n\r\n`;

// Bytes that nobody reads, while an operation waits for what comes behind them.
test.each([
  ['a preamble', ''],
  ['a file that nobody reads', begun + part('0')],
  ['a file that the map does not name', begun + part('other')],
  ['headers of a part', `${begun}--b\r\nContent-Disposition: form-data; name="1"\r\nX-Y: `],
  ['a field', `${begun}--b\r\nContent-Disposition: form-data; name="y"\r\n\r\n`],
  ['what follows the last part', `${begun}--b--\r\n`],
])('gives up on %s without an end', async (_name, head) => {
  let told: (error: unknown) => void = () => undefined;
  const outcome = new Promise((resolve) => {
    told = resolve;
  });
  const server = await listen((request) => {
    readMultipart(request, { ...limits, maxFiles: 2 })
      .then(({ operation }) => {
        const { b } = operation.variables;
        return b instanceof UploadedFile ? b.use(async () => undefined) : undefined;
      })
      .then(told, told);
  });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const send = (text: string): boolean => socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
  if (head !== '') send(head);
  let open = true;
  const more = (): void => {
    while (open && send('x'.repeat(10_000)));
  };
  socket.on('drain', more);
  more();
  const error = await outcome;
  open = false;
  socket.destroy();
  await server.close();
  expect(error).toMatchObject({ code: expect.stringMatching(/^(PAYLOAD_TOO_LARGE|BAD_USER_INPUT)$/) });
});
