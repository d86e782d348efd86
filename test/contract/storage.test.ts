import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, contractStorageTarget, type StorageTarget } from '../support/storage-target.ts';

// Holds for Supabase Storage 1.70; see docs/guides/storage.md for how to point it at a running service.

const json = { 'content-type': 'application/json' };
const run = randomBytes(4).toString('hex');
const priv = `contract-${run}`;
const open = `contract-open-${run}`;

let target: StorageTarget;
const call = (method: string, path: string, options: Parameters<typeof ask>[3] = {}) =>
  ask(target, method, path, options);
const post = (path: string, body: unknown, options: Parameters<typeof ask>[3] = {}) =>
  call('POST', path, { ...options, headers: { ...json, ...options.headers }, body: JSON.stringify(body) });
const put = (key: string, body: string, headers: Record<string, string> = {}) =>
  call('PUT', `/object/${priv}/${key}`, { headers: { 'content-type': 'text/plain', ...headers }, body });

beforeAll(async () => {
  target = await contractStorageTarget();
  await post('/bucket', { name: priv });
  await post('/bucket', {
    name: open,
    public: true,
    file_size_limit: '1KB',
    allowed_mime_types: ['text/plain', 'image/*'],
  });
});
afterAll(async () => {
  for (const bucket of [priv, open]) {
    await call('POST', `/bucket/${bucket}/empty`);
    await call('DELETE', `/bucket/${bucket}`);
  }
  await target?.close();
});

describe('errors', () => {
  test('are HTTP 400 whatever the body’s statusCode says, which is text', async () => {
    const missing = await call('GET', '/bucket/none');
    expect([missing.status, missing.body]).toEqual([
      400,
      { statusCode: '404', error: 'Bucket not found', message: 'Bucket not found', code: 'NoSuchBucket' },
    ]);
    const taken = await post('/bucket', { name: priv });
    expect([taken.status, taken.body.statusCode, taken.body.code]).toEqual([
      400,
      '409',
      'BucketAlreadyExists',
    ]);
  });

  test('of a bad token are AccessDenied with statusCode 403', async () => {
    const { status, body } = await call('GET', '/bucket', { token: 'a.b.c' });
    expect([status, body.statusCode, body.code]).toEqual([400, '403', 'AccessDenied']);
  });

  test('of rights: writing says so, reading and deleting many hide what is hidden', async () => {
    const token = target.userToken ?? target.anonKey;
    await put('hidden.txt', 'x');
    const write = await call('POST', `/object/${priv}/mine.txt`, { token, body: 'x' });
    expect(write.body).toMatchObject({
      code: 'AccessDenied',
      message: 'new row violates row-level security policy',
    });
    const read = await call('GET', `/object/authenticated/${priv}/hidden.txt`, { token });
    expect(read.body.code).toBe('NoSuchKey');
    const many = await call('DELETE', `/object/${priv}`, {
      token,
      headers: json,
      body: JSON.stringify({ prefixes: ['hidden.txt'] }),
    });
    expect([many.status, many.body]).toEqual([200, []]);
    const list = await post(`/object/list/${priv}`, { prefix: '' }, { token });
    expect(list.body).toEqual([]);
  });
});

describe('objects', () => {
  test('are written once by POST and again by PUT or x-upsert', async () => {
    const path = `/object/${priv}/again.txt`;
    const first = await call('POST', path, { body: '1' });
    expect(first.body).toEqual({ Key: `${priv}/again.txt`, Id: expect.any(String) });
    expect((await call('POST', path, { body: '2' })).body.code).toBe('KeyAlreadyExists');
    expect((await call('PUT', path, { body: '3' })).body.Id).toBe(first.body.Id);
    expect((await call('POST', path, { headers: { 'x-upsert': 'true' }, body: '4' })).status).toBe(200);
    expect((await call('GET', path)).text).toBe('4');
  });

  test('obey the bucket’s size and type limits', async () => {
    const path = `/object/${open}/limited`;
    const text = { 'content-type': 'text/plain' };
    expect((await call('PUT', path, { headers: text, body: 'x'.repeat(2000) })).body.code).toBe(
      'EntityTooLarge',
    );
    const pdf = { 'content-type': 'application/pdf' };
    expect((await call('PUT', path, { headers: pdf, body: 'x' })).body.code).toBe('InvalidMimeType');
    expect((await call('PUT', path, { headers: { 'content-type': 'image/webp' }, body: 'x' })).status).toBe(
      200,
    );
  });

  test('refuse keys with other than plain characters, and keep double slashes', async () => {
    expect((await call('PUT', `/object/${priv}/%F0%9F%98%80`, { body: 'x' })).body.code).toBe('InvalidKey');
    expect((await call('PUT', `/object/${priv}/a//b`, { body: 'x' })).body.Key).toBe(`${priv}/a//b`);
  });

  test('are served with ranges, conditions and a name to save under', async () => {
    await put('served.txt', '0123456789', { 'cache-control': 'max-age=60' });
    const path = `/object/authenticated/${priv}/served.txt`;
    const whole = await call('GET', `${path}?download=a%20b.txt`);
    expect(whole.headers).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'max-age=60',
      'content-length': '10',
      'content-disposition': "attachment; filename=a%20b.txt; filename*=UTF-8''a%20b.txt",
    });
    const part = await call('GET', path, { headers: { range: 'bytes=-3' } });
    expect([part.status, part.headers['content-range'], part.text]).toEqual([206, 'bytes 7-9/10', '789']);
    expect((await call('GET', path, { headers: { range: 'bytes=0-1,3-4' } })).status).toBe(416);
    const known = { 'if-none-match': String(whole.headers.etag) };
    expect((await call('GET', path, { headers: known })).status).toBe(304);
    expect((await call('HEAD', path)).headers['content-length']).toBe('10');
  });

  test('of public buckets are readable without a token, but not listed', async () => {
    await call('PUT', `/object/${open}/seen.txt`, {
      headers: { 'content-type': 'text/plain' },
      body: 'seen',
    });
    expect((await call('GET', `/object/public/${open}/seen.txt`, { token: null })).text).toBe('seen');
    const list = await post(`/object/list/${open}`, { prefix: '' }, { token: target.anonKey });
    expect(list.body).toEqual([]);
  });

  test('are copied and moved, but not onto others', async () => {
    await put('from.txt', 'copy me');
    await put('taken.txt', 'x');
    const body = { bucketId: priv, sourceKey: 'from.txt', destinationKey: 'copies/to.txt' };
    expect((await post('/object/copy', body)).body).toMatchObject({ Key: `${priv}/copies/to.txt` });
    expect((await post('/object/copy', body)).body.code).toBe('KeyAlreadyExists');
    const onto = { ...body, destinationKey: 'taken.txt' };
    expect((await post('/object/move', onto)).body.code).toBe('ResourceAlreadyExists');
    const moved = { bucketId: priv, sourceKey: 'copies/to.txt', destinationKey: 'moved.txt' };
    expect((await post('/object/move', moved)).body).toEqual({ message: 'Successfully moved' });
    expect((await call('GET', `/object/${priv}/moved.txt`)).text).toBe('copy me');
  });
});

describe('lists', () => {
  const keys = ['list/a.txt', 'list/b/1.txt', 'list/b/2.txt', 'list/c.txt'];
  beforeAll(async () => {
    for (const key of keys) await put(key, key);
  });

  test('by folder mix folders and files, with relative names', async () => {
    const { body } = await post(`/object/list/${priv}`, { prefix: 'list' });
    expect(body.map(({ name, id }: { name: string; id: string | null }) => [name, id === null])).toEqual([
      ['a.txt', false],
      ['b', true],
      ['c.txt', false],
    ]);
  });

  test('by cursor tell full keys, page by page', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await post(`/object/list-v2/${priv}`, { prefix: 'list/', limit: 3, cursor });
      seen.push(...body.objects.map(({ name }: { name: string }) => name));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(keys);
    const { body } = await post(`/object/list-v2/${priv}`, { prefix: 'list/', with_delimiter: true });
    expect(body.folders).toMatchObject([{ name: 'list/b/' }]);
  });
});

describe('signed URLs', () => {
  test('read one object, until they end or are altered', async () => {
    await put('signed.txt', 'signed');
    const { body } = await post(`/object/sign/${priv}/signed.txt`, { expiresIn: 60 });
    const signed = await call('GET', body.signedURL, { token: null });
    expect([signed.text, signed.headers['cache-control']]).toEqual(['signed', undefined]);
    const other = await call('GET', body.signedURL.replace('signed.txt', 'taken.txt'), { token: null });
    expect(other.body.code).toBe('InvalidSignature');
    expect((await call('GET', `${body.signedURL}x`, { token: null })).body.code).toBe('InvalidJWT');
    const many = await post(`/object/sign/${priv}`, { expiresIn: 60, paths: ['signed.txt', 'none'] });
    expect(many.body).toMatchObject([{ error: null }, { signedURL: null, error: expect.any(String) }]);
  });

  test('write one object', async () => {
    const { body } = await call('POST', `/object/upload/sign/${priv}/ticket.txt`);
    const sent = await call('PUT', body.url, { token: null, body: 'by ticket' });
    expect(sent.body).toEqual({ Key: `${priv}/ticket.txt` });
    const again = await call('PUT', body.url, { token: null, body: 'again' });
    expect(again.body.code).toBe('KeyAlreadyExists');
    const read = await call('GET', body.url.replace('/upload', ''), { token: null });
    expect(read.body).toMatchObject({
      code: 'InvalidSignature',
      message: 'Token is not scoped for download',
    });
  });
});

describe('resumable uploads', () => {
  const tus = { 'tus-resumable': '1.0.0' };
  const octets = { 'content-type': 'application/offset+octet-stream' };
  const name = (key: string): string =>
    `bucketName ${Buffer.from(priv).toString('base64')},objectName ${Buffer.from(key).toString('base64')}`;

  test('appear when they are whole, and not before', async () => {
    const headers = { ...tus, 'upload-length': '10', 'upload-metadata': name('tus.txt') };
    const made = await call('POST', '/upload/resumable', { headers });
    expect(made.status).toBe(201);
    const path = `/upload/resumable/${String(made.headers.location).split('/').at(-1)}`;
    const chunk = (offset: number, body: string) =>
      call('PATCH', path, { headers: { ...tus, ...octets, 'upload-offset': String(offset) }, body });
    expect((await chunk(0, '01234')).headers['upload-offset']).toBe('5');
    expect((await chunk(3, 'xx')).status).toBe(409);
    expect((await call('HEAD', path, { headers: tus })).headers['upload-offset']).toBe('5');
    expect((await call('GET', `/object/${priv}/tus.txt`)).body.code).toBe('NoSuchKey');
    expect((await chunk(5, '56789')).status).toBe(204);
    expect((await call('GET', `/object/${priv}/tus.txt`)).text).toBe('0123456789');
    expect((await call('POST', '/upload/resumable', { headers })).status).toBe(409);
  });

  test('can be given up', async () => {
    const headers = { ...tus, 'upload-length': '10', 'upload-metadata': name('given-up.txt') };
    const made = await call('POST', '/upload/resumable', { headers });
    const path = `/upload/resumable/${String(made.headers.location).split('/').at(-1)}`;
    expect((await call('DELETE', path, { headers: tus })).status).toBe(204);
    expect((await call('HEAD', path, { headers: tus })).status).toBe(404);
  });
});
