import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { createClient, type RealtimeClientOptions } from '@supabase/supabase-js';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { listen } from '../support/listening-server.ts';
import { type Answer, exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway, ticketHeaders } from '../support/storage-gateway.ts';

// The client's own type for it cannot be met by `ws`, which it asks for.
const transport = WebSocket as unknown as NonNullable<RealtimeClientOptions['transport']>;
const mega = 1024 * 1024;

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('storage through the pass-through', () => {
  let gateway: StorageGateway;
  let service: Record<string, string>;

  beforeAll(async () => {
    gateway = await startStorageGateway({ MAX_UPLOAD: '100mb', ALLOWED_ORIGINS: 'https://app.example.com' });
    service = { authorization: `Bearer ${gateway.serviceKey}` };
    await gateway.makeBucket('docs');
    await gateway.makeBucket('open', { public: true });
  });
  afterAll(async () => await gateway?.close());

  const pass = (
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: Buffer | string } = {},
  ): Promise<Answer> =>
    exchange(gateway.url, {
      method,
      path: `/storage/v1${path}`,
      headers: options.headers ?? service,
      body: options.body === undefined ? undefined : Buffer.from(options.body),
    });

  const client = (token: string) =>
    createClient(gateway.url, token, {
      auth: { persistSession: false, autoRefreshToken: false },
      realtime: { transport },
    }).storage;

  test('supabase-js uploads, lists, downloads, signs and removes', async () => {
    const files = client(gateway.serviceKey).from('docs');
    expect((await files.upload('js/a b.txt', new Blob(['hello'], { type: 'text/plain' }))).error).toBeNull();
    expect((await files.list('js')).data).toMatchObject([{ name: 'a b.txt' }]);
    expect(await (await files.download('js/a b.txt')).data?.text()).toBe('hello');
    const signed = await files.createSignedUrl('js/a b.txt', 60);
    expect(signed.data?.signedUrl.startsWith(gateway.url)).toBe(true);
    expect(await (await fetch(signed.data?.signedUrl ?? '')).text()).toBe('hello');
    const ticket = await files.createSignedUploadUrl('js/ticket.txt');
    const sent = await files.uploadToSignedUrl('js/ticket.txt', ticket.data?.token ?? '', new Blob(['t']));
    expect(sent.error).toBeNull();
    expect((await files.remove(['js/a b.txt', 'js/ticket.txt'])).data).toHaveLength(2);
    await client(gateway.serviceKey)
      .from('open')
      .upload('p.txt', new Blob(['public']));
    const url = client(gateway.anonKey).from('open').getPublicUrl('p.txt').data.publicUrl;
    expect(await (await fetch(url)).text()).toBe('public');
  });

  test('URLs that GraphQL gives work: download, public, signed', async () => {
    await pass('POST', '/object/open/urls.txt', { body: 'urls' });
    await pass('POST', '/object/docs/urls.txt', { body: 'urls' });
    const { data } = await gateway.graphql(
      gql(
        `{ open: file(bucket: "open", path: "urls.txt") { publicUrl } docs: file(bucket: "docs", path: "urls.txt") { downloadUrl signedUrl(download: "x.txt") } }`,
      ),
      { token: gateway.serviceKey },
    );
    expect(await (await fetch(data.open.publicUrl)).text()).toBe('urls');
    expect(await (await fetch(data.docs.downloadUrl, { headers: service })).text()).toBe('urls');
    const signed = await fetch(data.docs.signedUrl);
    expect(signed.headers.get('content-disposition')).toContain('x.txt');
    const altered = await fetch(data.docs.signedUrl.replace('urls.txt', 'p.txt'));
    expect(await altered.json()).toMatchObject({ code: 'InvalidSignature' });
  });

  test('keeps HEAD, ranges and conditions', async () => {
    await pass('POST', '/object/docs/range.txt', { body: '0123456789' });
    const head = await pass('HEAD', '/object/docs/range.txt');
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([200, '10', 0]);
    const part = await pass('GET', '/object/docs/range.txt', { headers: { ...service, range: 'bytes=2-4' } });
    expect([part.status, part.headers['content-range'], part.bytes.toString()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
    const etag = String(head.headers.etag);
    const same = await pass('GET', '/object/docs/range.txt', {
      headers: { ...service, 'if-none-match': etag },
    });
    expect([same.status, same.bytes.length]).toEqual([304, 0]);
    const beyond = await pass('GET', '/object/docs/range.txt', {
      headers: { ...service, range: 'bytes=99-' },
    });
    expect(beyond.status).toBe(416);
  });

  test('keeps the bytes of the path, and refuses what climbs', async () => {
    const put = await pass('POST', '/object/docs/a%2Fb%20c//d.txt', { body: 'x' });
    expect(JSON.parse(put.bytes.toString())).toMatchObject({ Key: 'docs/a/b c//d.txt' });
    expect((await pass('GET', '/object/docs/a/b%20c%2F%2Fd.txt')).bytes.toString()).toBe('x');
    for (const path of [
      '/object/docs/../open/x',
      '/object/docs/%2e%2e/x',
      '/object/docs/%252e%252e/x',
      '/object\\x',
    ]) {
      expect([path, (await pass('GET', path)).status]).toEqual([path, 400]);
    }
    expect((await pass('GET', '/object/docs/%E2%82%AC.txt')).bytes.toString()).toContain('InvalidKey');
    expect((await pass('GET', '/unknown/route')).status).toBe(404);
  });

  test('answers CORS once, with the gateway’s own origins', async () => {
    const { headers } = await pass('OPTIONS', '/upload/resumable', {
      headers: { origin: 'https://app.example.com' },
    });
    expect(headers['access-control-allow-origin']).toBe('https://app.example.com');
    // Whatever Storage's own CORS lets a TUS client in a browser see, and what a download needs.
    for (const name of [
      'location',
      'upload-offset',
      'upload-length',
      'upload-metadata',
      'tus-version',
      'etag',
    ]) {
      expect(headers['access-control-expose-headers']?.split(', ')).toContain(name);
    }
    const foreign = await pass('OPTIONS', '/upload/resumable', {
      headers: { origin: 'https://evil.example' },
    });
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a ticket sends bytes by one PUT or by TUS, and is bound to its path', async () => {
    const ask = (path: string) =>
      gateway.graphql(
        gql(
          `mutation ($path: String!) { createUpload(input: { bucket: "docs", path: $path, contentType: "text/plain", size: 6, cacheControl: "60", metadata: { by: "ticket" } }) { put { url method headers } resumable { url method headers } expiresAt } }`,
        ),
        { token: gateway.serviceKey, variables: { path } },
      );
    const { put, expiresAt } = (await ask('ticket/put.txt')).data.createUpload;
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
    const wrong = await fetch(put.url.replace('put.txt', 'other.txt'), { method: 'PUT', body: 'x' });
    expect(await wrong.json()).toMatchObject({ code: 'InvalidSignature' });
    expect(
      (await fetch(put.url, { method: put.method, headers: ticketHeaders(put.headers), body: 'by put' }))
        .status,
    ).toBe(200);
    const { resumable } = (await ask('ticket/tus.txt')).data.createUpload;
    const made = await fetch(resumable.url, {
      method: resumable.method,
      headers: ticketHeaders(resumable.headers),
    });
    expect(made.status).toBe(201);
    const location = made.headers.get('location') ?? '';
    expect(location.startsWith(`${gateway.url}/storage/v1/upload/resumable/sign/`)).toBe(true);
    const { 'x-signature': signature } = resumable.headers;
    const patched = await fetch(location, {
      method: 'PATCH',
      headers: {
        'tus-resumable': '1.0.0',
        'x-signature': String(signature),
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
      body: 'by tus',
    });
    expect([patched.status, patched.headers.get('upload-offset')]).toEqual([204, '6']);
    for (const [path, text] of [
      ['put', 'by put'],
      ['tus', 'by tus'],
    ]) {
      expect((await pass('GET', `/object/docs/ticket/${path}.txt`)).bytes.toString()).toBe(text);
      const { data } = await gateway.graphql(
        gql(
          `query ($path: String!) { file(bucket: "docs", path: $path) { contentType cacheControl metadata } }`,
        ),
        { token: gateway.serviceKey, variables: { path: `ticket/${path}.txt` } },
      );
      expect(data.file).toEqual({
        contentType: 'text/plain',
        cacheControl: 'max-age=60',
        metadata: { by: 'ticket' },
      });
    }
  });

  test('tus-js-client goes on after an interruption', async () => {
    const content = randomBytes(3 * mega);
    const options = {
      headers: service,
      metadata: { bucketName: 'docs', objectName: 'tus/resumed.bin', contentType: 'application/x-test' },
      chunkSize: mega,
      retryDelays: null,
    };
    const url = await new Promise<string>((resolve, reject) => {
      const upload = new Upload(content, {
        ...options,
        endpoint: `${gateway.url}/storage/v1/upload/resumable`,
        onError: reject,
        onProgress: (sent) => {
          // In the middle of the second chunk.
          if (sent > 1.2 * mega) upload.abort().then(() => resolve(upload.url ?? ''), reject);
        },
      });
      upload.start();
    });
    expect((await pass('GET', '/object/docs/tus/resumed.bin')).status).toBe(400);
    await new Promise<void>((resolve, reject) => {
      new Upload(content, {
        ...options,
        uploadUrl: url,
        onError: reject,
        onSuccess: () => resolve(),
      }).start();
    });
    const { bytes, headers } = await pass('GET', '/object/docs/tus/resumed.bin');
    expect([sha(bytes), headers['content-type']]).toEqual([sha(content), 'application/x-test']);
  });

  describe('64 MB, byte for byte', () => {
    const content = randomBytes(64 * mega);
    const download = async (path: string): Promise<string> =>
      sha((await pass('GET', `/object/docs/${path}`)).bytes);

    test('by uploadFile', async () => {
      const form = new FormData();
      const query = gql(
        `mutation ($file: File!) { uploadFile(input: { bucket: "docs", path: "big/graphql", file: $file }) { size } }`,
      );
      form.set('operations', JSON.stringify({ query, variables: { file: null } }));
      form.set('map', '{"0":["variables.file"]}');
      form.set('0', new Blob([content]), 'big');
      const answer = await fetch(gateway.graphqlUrl, {
        method: 'POST',
        headers: { ...service, 'x-graphql-yoga-csrf': '1' },
        body: form,
      });
      expect(await answer.json()).toEqual({ data: { uploadFile: { size: String(content.length) } } });
      expect(await download('big/graphql')).toBe(sha(content));
    });

    test('by one PUT, with and without a length', async () => {
      expect((await pass('PUT', '/object/docs/big/put', { body: content })).status).toBe(200);
      expect(await download('big/put')).toBe(sha(content));
      const chunked = await pass('PUT', '/object/docs/big/chunked', {
        headers: { ...service, 'transfer-encoding': 'chunked' },
        body: content,
      });
      expect(chunked.status).toBe(200);
      expect(await download('big/chunked')).toBe(sha(content));
    });

    test('by TUS', async () => {
      await new Promise<void>((resolve, reject) => {
        new Upload(content, {
          endpoint: `${gateway.url}/storage/v1/upload/resumable`,
          headers: service,
          metadata: { bucketName: 'docs', objectName: 'big/tus' },
          chunkSize: 6 * mega,
          onError: reject,
          onSuccess: () => resolve(),
        }).start();
      });
      expect(await download('big/tus')).toBe(sha(content));
    });
  });

  /** Watches a count until it stands still: then back-pressure has reached its source. */
  async function standstill(count: () => number): Promise<void> {
    let before = -1;
    const settled = () => {
      const still = count() === before && before > 0;
      before = count();
      return still;
    };
    await expect.poll(settled, { interval: 300, timeout: 20_000 }).toBe(true);
  }

  test.each(['PUT', 'uploadFile'])(
    'stops reading a sender by %s while the service does not read',
    async (way) => {
      const total = 64 * mega;
      let resume: () => void = () => undefined;
      let received = 0;
      const slow = await listen((incoming, response) => {
        resume = () => {
          incoming.on('data', (chunk: Buffer) => {
            received += chunk.length;
          });
          incoming.on('end', () => {
            response.setHeader('content-type', 'application/json');
            response.end('{"Key":"docs/slow","Id":"00000000-0000-4000-8000-000000000000"}');
          });
        };
      });
      const other = await startWith(slow.url);
      try {
        const { hostname, port } = new URL(other.url);
        const sending = httpRequest({
          hostname,
          port,
          ...(way === 'PUT'
            ? { method: 'PUT', path: '/storage/v1/object/docs/slow', headers: service }
            : {
                method: 'POST',
                path: '/graphql',
                headers: {
                  ...service,
                  'x-graphql-yoga-csrf': '1',
                  'content-type': 'multipart/form-data; boundary=b',
                },
              }),
        });
        const done = new Promise<IncomingMessage>((resolve, reject) =>
          sending.on('response', resolve).on('error', reject),
        );
        let taken = 0;
        const source = Readable.from(way === 'PUT' ? chunks(total) : multipart(total));
        source.on('data', (chunk: Buffer) => {
          taken += chunk.length;
        });
        source.pipe(sending);
        await standstill(() => taken);
        // What is under way lies in socket buffers of the system and a few chunks of ours.
        expect(taken).toBeLessThan(32 * mega);
        resume();
        expect((await done).statusCode).toBe(200);
        expect(received).toBeGreaterThanOrEqual(total);
      } finally {
        await other.close();
        await slow.close();
      }
    },
  );

  test('stops reading the service while its client does not read', async () => {
    let given = 0;
    const generous = await listen((_incoming, response) => {
      const source = Readable.from(chunks(256 * mega));
      source.on('data', (chunk: Buffer) => {
        given += chunk.length;
      });
      source.pipe(response);
    });
    const other = await startWith(generous.url);
    try {
      const { hostname, port } = new URL(other.url);
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest({ hostname, port, path: '/storage/v1/object/docs/x', headers: service })
          .on('response', resolve)
          .on('error', reject)
          .end();
      });
      await standstill(() => given);
      expect(given).toBeLessThan(64 * mega);
      answer.destroy();
    } finally {
      await other.close();
      await generous.close();
    }
  });

  test('ends the call to the service when its client leaves', async () => {
    let left: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    const endless = await listen((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('first');
      response.on('close', left);
    });
    const other = await startWith(endless.url);
    try {
      const controller = new AbortController();
      const answer = await fetch(`${other.url}/storage/v1/object/docs/x`, { signal: controller.signal });
      controller.abort();
      await gone;
      await expect(answer.text()).rejects.toThrow();
    } finally {
      await other.close();
      await endless.close();
    }
  });

  function startWith(storageUrl: string): Promise<TestGateway> {
    return startTestGateway({
      STORAGE_URL: storageUrl,
      JWT_SECRET: gateway.storage.keys.jwtSecret,
      PUBLIC_URL: 'http://127.0.0.1:1',
      MAX_UPLOAD: '100mb',
    });
  }
});

function* chunks(total: number): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  for (let sent = 0; sent < total; sent += chunk.length) yield chunk;
}

function* multipart(total: number): Generator<Buffer> {
  const query = gql(
    `mutation ($file: File!) { uploadFile(input: { bucket: "docs", path: "slow", file: $file }) { size } }`,
  );
  const field = (name: string, value: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  yield Buffer.from(
    field('operations', JSON.stringify({ query, variables: { file: null } })) +
      field('map', '{"0":["variables.file"]}') +
      '--b\r\nContent-Disposition: form-data; name="0"; filename="f"\r\n\r\n',
  );
  yield* chunks(total);
  yield Buffer.from('\r\n--b--\r\n');
}
