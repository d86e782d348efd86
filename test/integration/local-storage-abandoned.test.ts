import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchange } from '../support/recorded-exchange.ts';
import { startTestStorageServer, type TestStorageServer } from '../support/storage-server.ts';

let server: TestStorageServer;
let headers: Record<string, string>;
const base64 = (text: string) => Buffer.from(text).toString('base64');

beforeAll(async () => {
  server = await startTestStorageServer({ sweepEveryMs: 20 });
  headers = { authorization: `Bearer ${server.keys.serviceRoleKey}`, 'tus-resumable': '1.0.0' };
  await exchange(server.url, {
    method: 'POST',
    path: '/bucket',
    headers: { ...headers, 'content-type': 'application/json' },
    body: Buffer.from('{"name":"docs"}'),
  });
});
afterAll(async () => await server?.close());

/** Begins an upload of ten bytes with five of them; gives its path and its files. */
async function begin(name: string): Promise<{ path: string; state: string; bytes: string }> {
  const folder = join(server.dataDir, 'storage', 'resumable');
  const before = new Set(await readdir(folder));
  const answer = await exchange(server.url, {
    method: 'POST',
    path: '/upload/resumable',
    headers: {
      ...headers,
      'upload-length': '10',
      'upload-metadata': `bucketName ${base64('docs')},objectName ${base64(name)}`,
      'content-type': 'application/offset+octet-stream',
    },
    body: Buffer.from('12345'),
  });
  const added = (await readdir(folder)).filter((file) => !before.has(file)).map((file) => join(folder, file));
  return {
    path: new URL(answer.headers['location'] ?? '').pathname,
    state: added.find((file) => file.endsWith('.json')) ?? '',
    bytes: added.find((file) => file.endsWith('.part')) ?? '',
  };
}

async function statusOf({ path }: { path: string }): Promise<number> {
  return (await exchange(server.url, { method: 'HEAD', path, headers, body: undefined })).status;
}

test('an upload that nobody has touched for a day is removed while the server runs; one that goes on is not', async () => {
  const fresh = await begin('fresh.txt');
  const slow = await begin('slow.txt');
  const abandoned = await begin('abandoned.txt');
  const yesterday = Date.now() / 1000 - 25 * 60 * 60;
  await utimes(slow.state, yesterday, yesterday);
  for (const file of [abandoned.state, abandoned.bytes]) await utimes(file, yesterday, yesterday);
  await expect.poll(() => statusOf(abandoned)).toBe(404);
  await expect.poll(() => readdir(join(server.dataDir, 'storage', 'resumable'))).toHaveLength(4);
  expect([await statusOf(fresh), await statusOf(slow)]).toEqual([200, 200]);
});
