import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { createClient, type RealtimeClientOptions } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startStorageServer } from '../../packages/local/src/storage-server.ts';
import { listen } from '../support/listening-server.ts';
import { makeTestFolder, silentLog } from '../support/postgres.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { startTestStorageServer, type TestStorageServer } from '../support/storage-server.ts';
import { hmacToken, nowSeconds } from '../support/tokens.ts';

// The client's own type for it cannot be met by `ws`, which it asks for.
const transport = WebSocket as unknown as NonNullable<RealtimeClientOptions['transport']>;

const userId = '11111111-1111-4111-8111-111111111111';

describe('the local storage server', () => {
  let server: TestStorageServer;
  let service: Record<string, string>;
  let gateway: { url: string; close(): Promise<void> };

  beforeAll(async () => {
    server = await startTestStorageServer({ maxFileBytes: 200_000 });
    service = { authorization: `Bearer ${server.keys.serviceRoleKey}` };
    gateway = await prefixed(server.url);
    const post = (name: string, more: object) =>
      exchange(server.url, {
        method: 'POST',
        path: '/bucket',
        headers: { ...service, 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify({ name, ...more })),
      });
    await post('docs', {});
    await post('open', { public: true });
  });
  afterAll(async () => {
    await gateway?.close();
    await server?.close();
  });

  const client = (token: string) =>
    createClient(gateway.url, token, {
      auth: { persistSession: false, autoRefreshToken: false },
      // Node 20 has no WebSocket of its own, and the client insists on one.
      realtime: { transport },
    }).storage;

  test.each(['GET /s3/docs/a', 'POST /vector/ListIndexes', 'GET /iceberg/v1/config'])(
    '%s is part of the real service alone, and says so',
    async (route) => {
      const [method = '', path = ''] = route.split(' ');
      const answer = await exchange(server.url, { method, path, headers: service });
      expect(answer.status).toBe(501);
      expect(JSON.parse(answer.bytes.toString())).toMatchObject({
        statusCode: '501',
        code: 'NOT_CONFIGURED',
      });
    },
  );

  test('serves an unmodified supabase-js: upload, list, info, download, move, copy, remove', async () => {
    const files = client(server.keys.serviceRoleKey).from('docs');
    const up = await files.upload('js/a.txt', new Blob(['hello'], { type: 'text/plain' }), {
      metadata: { from: 'js' },
    });
    expect(up).toMatchObject({ error: null, data: { path: 'js/a.txt', fullPath: 'docs/js/a.txt' } });
    expect((await files.upload('js/a.txt', new Blob(['x']))).error).toMatchObject({ statusCode: '409' });
    const info = await files.info('js/a.txt');
    expect(info.data).toMatchObject({ size: 5, contentType: 'text/plain', metadata: { from: 'js' } });
    expect((await files.list('js')).data?.map(({ name }) => name)).toEqual(['a.txt']);
    expect(await (await files.download('js/a.txt')).data?.text()).toBe('hello');
    expect((await files.copy('js/a.txt', 'js/b.txt')).error).toBeNull();
    expect((await files.move('js/b.txt', 'js/c.txt')).error).toBeNull();
    expect((await files.exists('js/c.txt')).data).toBe(true);
    expect((await files.remove(['js/a.txt', 'js/c.txt', 'js/none.txt'])).data).toHaveLength(2);
  });

  test('lists by name as Storage does: a folder stands where its slash puts it, letter case does not count', async () => {
    const files = client(server.keys.serviceRoleKey).from('docs');
    for (const path of ['order/a/x', 'order/a+b.txt', 'order/B.txt', 'order/c', 'Order/a!']) {
      expect((await files.upload(path, new Blob(['x']))).error).toBeNull();
    }
    const names = async (order: string): Promise<unknown> =>
      (await files.list('order', { sortBy: { column: 'name', order } })).data?.map(({ name }) => name);
    expect(await names('asc')).toEqual(['a!', 'a+b.txt', 'a', 'B.txt', 'c']);
    expect(await names('desc')).toEqual(['c', 'B.txt', 'a', 'a+b.txt', 'a!']);
  });

  test('serves signed URLs of supabase-js for reading and writing', async () => {
    const files = client(server.keys.serviceRoleKey).from('docs');
    const ticket = await files.createSignedUploadUrl('signed/up.txt');
    const sent = await files.uploadToSignedUrl(
      'signed/up.txt',
      ticket.data?.token ?? '',
      new Blob(['signed']),
    );
    expect(sent.error).toBeNull();
    const signed = await files.createSignedUrl('signed/up.txt', 60, { download: 'name.txt' });
    const answer = await fetch(signed.data?.signedUrl ?? '');
    expect(answer.headers.get('content-disposition')).toContain('name.txt');
    expect(await answer.text()).toBe('signed');
    const many = await files.createSignedUrls(['signed/up.txt', 'nope'], 60);
    expect(many.data?.map(({ error }) => error === null)).toEqual([true, false]);
  });

  test('serves bucket administration of supabase-js', async () => {
    const storage = client(server.keys.serviceRoleKey);
    expect((await storage.createBucket('temp', { public: true, fileSizeLimit: '1KB' })).error).toBeNull();
    expect((await storage.getBucket('temp')).data).toMatchObject({ public: true, file_size_limit: 1000 });
    expect((await storage.updateBucket('temp', { public: false })).error).toBeNull();
    await storage.from('temp').upload('x', new Blob(['x']));
    expect((await storage.deleteBucket('temp')).error).toMatchObject({ statusCode: '409' });
    expect((await storage.emptyBucket('temp')).error).toBeNull();
    expect((await storage.deleteBucket('temp')).error).toBeNull();
    const { data } = await client(server.keys.anonKey).listBuckets();
    expect(data).toEqual([]);
  });

  test('lets a caller who may insert but not read upload, and no one else read it', async () => {
    const sql = postgres(server.postgres.databaseUrl, { onnotice: () => undefined });
    await sql.unsafe(`
      create policy drop_box on storage.objects for insert to authenticated
        with check (bucket_id = 'docs' and storage.operation() = 'storage.object.upload')`);
    await sql.end();
    const token = hmacToken(
      { role: 'authenticated', sub: userId, exp: nowSeconds() + 60 },
      { secret: server.keys.jwtSecret },
    );
    const headers = { authorization: `Bearer ${token}` };
    const sent = await exchange(server.url, {
      method: 'POST',
      path: '/object/docs/box/1',
      headers,
      body: Buffer.from('x'),
    });
    expect(sent.status).toBe(200);
    const read = await exchange(server.url, {
      method: 'GET',
      path: '/object/authenticated/docs/box/1',
      headers,
    });
    expect(JSON.parse(read.bytes.toString())).toMatchObject({ code: 'NoSuchKey' });
  });

  test('leaves neither row nor bytes of an upload that breaks off', async () => {
    const { hostname, port } = new URL(server.url);
    const sending = request({
      hostname,
      port,
      method: 'POST',
      path: '/object/docs/broken.bin',
      headers: { ...service, 'content-length': '100000' },
    });
    sending.on('error', () => undefined);
    sending.write(Buffer.alloc(50_000));
    const incoming = () => readdir(join(server.dataDir, 'storage', 'incoming'));
    await expect.poll(incoming, { timeout: 5_000 }).toHaveLength(1);
    sending.destroy();
    await expect.poll(incoming, { timeout: 5_000 }).toEqual([]);
    const read = await exchange(server.url, {
      method: 'GET',
      path: '/object/docs/broken.bin',
      headers: service,
    });
    expect(JSON.parse(read.bytes.toString())).toMatchObject({ code: 'NoSuchKey' });
  });

  test('refuses a file over the limit of the whole server, and a multipart body that is cut', async () => {
    const big = await exchange(server.url, {
      method: 'POST',
      path: '/object/docs/big.bin',
      headers: service,
      body: Buffer.alloc(300_000),
    });
    expect(JSON.parse(big.bytes.toString())).toMatchObject({ code: 'EntityTooLarge' });
    const cut = await exchange(server.url, {
      method: 'POST',
      path: '/object/docs/cut.bin',
      headers: { ...service, 'content-type': 'multipart/form-data; boundary=b' },
      body: Buffer.from('--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nhalf of'),
    });
    expect(cut.status).toBe(400);
    expect(await readdir(join(server.dataDir, 'storage', 'incoming'))).toEqual([]);
  });

  test('shows a reader the old or the new bytes, whole, while an object is overwritten', async () => {
    const write = (fill: string) =>
      exchange(server.url, {
        method: 'PUT',
        path: '/object/open/turning.txt',
        headers: service,
        body: Buffer.alloc(150_000, fill),
      });
    await write('a');
    const rounds = Array.from({ length: 10 }, async (_each, index) => {
      await write(index % 2 === 0 ? 'b' : 'c');
      const { bytes } = await exchange(server.url, {
        method: 'GET',
        path: '/object/public/open/turning.txt',
        headers: {},
      });
      return new Set(bytes).size;
    });
    expect(new Set(await Promise.all(rounds))).toEqual(new Set([1]));
  });

  test('takes away at the start what a crash between two steps left', async () => {
    const dataDir = await makeTestFolder('storage-crash');
    const orphan = join(dataDir, 'storage', 'objects', '00', '00000000-0000-4000-8000-000000000000');
    const half = join(dataDir, 'storage', 'incoming', '00000000-0000-4000-8000-000000000001');
    for (const path of [orphan, half]) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'left behind');
    }
    const another = await startStorageServer({
      postgresUrl: server.postgres.urlFor('supabase_storage_admin'),
      dataDir,
      keys: server.keys,
      log: silentLog,
    });
    await another.close();
    expect(await readdir(dirname(orphan))).toEqual([]);
    expect(await readdir(dirname(half))).toEqual([]);
  });

  test('refuses a Host that is not this machine', async () => {
    const answer = await exchange(server.url, {
      method: 'GET',
      path: '/status',
      headers: { host: 'evil.example' },
    });
    expect(answer.status).toBe(421);
  });
});

/** supabase-js puts `/storage/v1` before every path, as Supabase's gateway does. */
async function prefixed(origin: string): Promise<{ url: string; close(): Promise<void> }> {
  return await listen((incoming, response) => {
    const { hostname, port } = new URL(origin);
    const path = (incoming.url ?? '').replace(/^\/storage\/v1/, '');
    const { host: _, ...headers } = incoming.headers;
    const onward = request({ hostname, port, path, method: incoming.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
}
