import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFunctionsServer } from '../../packages/local/src/functions-server.ts';
import { startTestAuthServer } from '../support/auth-server.ts';
import { connectOnce } from '../support/one-connection.ts';
import { makeTestFolder, silentLog } from '../support/postgres.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { startTestStorageServer } from '../support/storage-server.ts';

const megabyte = 1024 ** 2;

test('a storage server that refuses a body goes on with the next request of the connection', async () => {
  await using server = await startTestStorageServer();
  const service = { authorization: `Bearer ${server.keys.serviceRoleKey}` };
  await exchange(server.url, {
    method: 'POST',
    path: '/bucket',
    headers: { ...service, 'content-type': 'application/json' },
    body: Buffer.from('{"name":"docs","allowed_mime_types":["image/png"]}'),
  });
  const anon = { authorization: `Bearer ${server.keys.anonKey}` };
  const form = (bytes: number) =>
    Buffer.from(
      `--b\r\nContent-Disposition: form-data; name=""; filename="f"\r\nContent-Type: image/png\r\n\r\n${'x'.repeat(bytes)}\r\n--b--\r\n`,
    );
  const path = '/object/docs/a.png';
  const client = connectOnce(server.url);
  for (const bytes of [1, 100 * 1024, 300 * 1024, megabyte, 3 * megabyte]) {
    const refused = [
      { method: 'PUT', path, headers: { ...anon, 'content-type': 'image/png' }, body: Buffer.alloc(bytes) },
      { method: 'PUT', path, headers: { ...service, 'content-type': 'text/x' }, body: Buffer.alloc(bytes) },
      {
        method: 'POST',
        path,
        headers: { ...anon, 'content-type': 'multipart/form-data; boundary=b' },
        body: form(bytes),
      },
      {
        method: 'PATCH',
        path: '/upload/resumable/none',
        headers: { ...service, 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' },
        body: Buffer.alloc(bytes),
      },
    ];
    for (const sending of refused) {
      const answer = await client.send(sending);
      expect([400, 403]).toContain(answer.status);
      const next = await client.send({ method: 'GET', path: '/status' });
      expect([next.status, next.socket === answer.socket]).toEqual([200, true]);
    }
  }
  client.close();
});

test('a functions server that refuses a body goes on with the next request of the connection', async () => {
  const functionsDir = await makeTestFolder('functions');
  await mkdir(join(functionsDir, 'hello'));
  await writeFile(join(functionsDir, 'hello', 'index.ts'), "export default () => new Response('hello');");
  const server = await startFunctionsServer({ functionsDir, env: {}, log: silentLog });
  const client = connectOnce(server.url);
  const missing = { method: 'POST', path: '/functions/v1/none' };
  for (const bytes of [1, 300 * 1024, 3 * megabyte, 21 * megabyte]) {
    const answer = await client.send({ ...missing, body: Buffer.alloc(bytes) });
    const next = await client.send(missing);
    expect([answer.status, next.status, next.socket === answer.socket]).toEqual([404, 404, true]);
  }
  const large = { method: 'POST', path: '/functions/v1/hello', body: Buffer.alloc(21 * megabyte) };
  const answer = await client.send(large);
  const next = await client.send({ method: 'POST', path: '/functions/v1/hello' });
  expect([answer.status, next.text, next.socket === answer.socket]).toEqual([413, 'hello', true]);
  client.close();
  await server.close();
});

test('an auth server that refuses a body tells its sender, and goes on with the next request', async () => {
  await using server = await startTestAuthServer();
  const client = connectOnce(server.url);
  for (const path of ['/signup', '/none']) {
    for (const bytes of [1, 300 * 1024, 3 * megabyte]) {
      const headers = { 'content-type': 'application/json' };
      const answer = await client.send({ method: 'POST', path, headers, body: Buffer.alloc(bytes, 'x') });
      expect([400, 404, 413]).toContain(answer.status);
      const next = await client.send({ method: 'GET', path: '/health' });
      expect([next.status, next.socket === answer.socket]).toEqual([200, true]);
    }
  }
  client.close();
});
