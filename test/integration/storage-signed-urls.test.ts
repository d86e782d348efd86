import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ForwardingUpstream, forwardTo } from '../support/forwarding-upstream.ts';
import type { Ask } from '../support/gateway.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway, ticketHeaders } from '../support/storage-gateway.ts';
import { hmacToken, nowSeconds } from '../support/tokens.ts';

describe('signed URLs', () => {
  let gateway: StorageGateway;
  let secret: string;

  beforeAll(async () => {
    gateway = await startStorageGateway();
    secret = gateway.storage.keys.jwtSecret;
    await gateway.makeBucket('docs');
    await gateway.makeBucket('other');
    for (const bucket of ['docs', 'other']) await put(`/object/${bucket}/a.txt`, bucket);
  });
  afterAll(async () => await gateway?.close());

  const put = (path: string, text: string) =>
    exchange(gateway.storage.url, {
      method: 'PUT',
      path,
      headers: { authorization: `Bearer ${gateway.serviceKey}`, 'content-type': 'text/plain' },
      body: Buffer.from(text),
    });

  const ask: Ask = (operation, variables) =>
    gateway.graphql(operation, { variables, token: gateway.serviceKey });

  async function signedUrl(): Promise<URL> {
    const { data } = await ask(gql(`{ file(bucket: "docs", path: "a.txt") { signedUrl(expiresIn: "1m") } }`));
    return new URL(data.file.signedUrl);
  }

  async function ticket(path: string) {
    const { data } = await ask(
      gql(`mutation ($path: String!) { createUpload(input: { bucket: "docs", path: $path, size: 1 }) {
        put { url method headers } resumable { url method headers } expiresAt } }`),
      { path },
    );
    const { put, resumable } = data.createUpload;
    return {
      put: { ...put, headers: ticketHeaders(put.headers) },
      resumable: { ...resumable, headers: ticketHeaders(resumable.headers) },
    };
  }

  /** The claims that Storage put into a token, in a token of our own. */
  function resigned(
    token: string,
    changes: object,
    options: Partial<Parameters<typeof hmacToken>[1]> = {},
  ): string {
    const claims: object = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return hmacToken({ ...claims, ...changes }, { secret, header: { alg: 'HS256' }, ...options });
  }

  async function get(url: URL | string): Promise<{ status: number; text: string; code: string | undefined }> {
    const answer = await fetch(url);
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    const told: { code?: string } = isJson ? JSON.parse(text) : {};
    return { status: answer.status, text, code: told.code };
  }

  const past = { iat: nowSeconds() - 120, exp: nowSeconds() - 60 };

  test('one of GraphQL reads the file, and no longer once its time is over', async () => {
    const url = await signedUrl();
    expect(await get(url)).toMatchObject({ status: 200, text: 'docs' });
    const token = url.searchParams.get('token') ?? '';
    url.searchParams.set('token', resigned(token, {}));
    expect(await get(url)).toMatchObject({ status: 200, text: 'docs' });
    url.searchParams.set('token', resigned(token, past));
    expect(await get(url)).toMatchObject({ status: 400, code: 'InvalidJWT' });
    expect((await get(url)).text).toContain('exp');
  });

  test.each<[string, string, (token: string) => string]>([
    [
      'of another secret',
      'InvalidJWT',
      (token) => resigned(token, {}, { secret: 'another secret, long enough for HS256' }),
    ],
    ['without a signature', 'InvalidJWT', (token) => resigned(token, {}, { header: { alg: 'none' } })],
    [
      'with a letter changed',
      'InvalidJWT',
      (token) => token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA'),
    ],
    ['for another file', 'InvalidSignature', (token) => resigned(token, { url: 'docs/b.txt' })],
    [
      'for the same path in another bucket',
      'InvalidSignature',
      (token) => resigned(token, { url: 'other/a.txt' }),
    ],
    ['for uploading', 'InvalidSignature', (token) => resigned(token, { scope: 'upload', upsert: true })],
    ['of a user', 'InvalidSignature', () => gateway.userToken('11111111-1111-4111-8111-111111111111')],
    ['that is no token', 'InvalidJWT', () => 'x'],
  ])('a token %s reads nothing', async (_name, code, change) => {
    const url = await signedUrl();
    url.searchParams.set('token', change(url.searchParams.get('token') ?? ''));
    expect(await get(url)).toMatchObject({ status: 400, code });
  });

  test('a token of a URL is no credential', async () => {
    const token = (await signedUrl()).searchParams.get('token') ?? '';
    const { errors } = await gateway.graphql(gql(`{ buckets { id } }`), { token });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const direct = await fetch(`${gateway.url}/storage/v1/object/docs/a.txt`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(direct.status).toBe(400);
  });

  test('a ticket writes nothing once its time is over, by PUT or by TUS', async () => {
    const { put: by, resumable } = await ticket('late.txt');
    const url = new URL(by.url);
    url.searchParams.set('token', resigned(url.searchParams.get('token') ?? '', past));
    const sent = await fetch(url, { method: by.method, headers: by.headers, body: 'x' });
    expect([sent.status, await sent.json()]).toMatchObject([400, { code: 'InvalidJWT' }]);
    const signature = resigned(resumable.headers['x-signature'] ?? '', past);
    const begun = await fetch(resumable.url, {
      method: resumable.method,
      headers: { ...resumable.headers, 'x-signature': signature },
    });
    expect(begun.status).toBe(400);
    const { errors } = await ask(gql(`{ file(bucket: "docs", path: "late.txt") { id } }`));
    expect(errors[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('a ticket is for its path, its bucket and for writing alone', async () => {
    const { put: by, resumable } = await ticket('mine.txt');
    const answers = [
      await fetch(by.url.replace('mine.txt', 'a.txt'), { method: 'PUT', body: 'x' }),
      await fetch(by.url.replace('/docs/', '/other/'), { method: 'PUT', body: 'x' }),
      await fetch(by.url.replace('/upload/sign/', '/sign/').replace('mine.txt', 'a.txt')),
      await fetch(by.url, { method: 'POST', body: 'x' }),
      await fetch(by.url, { method: 'DELETE' }),
      await fetch(by.url),
      // Another path, in TUS's own words.
      await fetch(resumable.url, {
        method: 'POST',
        headers: {
          ...resumable.headers,
          'upload-metadata': `bucketName ${btoa('docs')},objectName ${btoa('a.txt')}`,
        },
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 400]);
    expect((await get(await signedUrl())).text).toBe('docs');
    expect((await fetch(by.url, { method: by.method, headers: by.headers, body: 'x' })).status).toBe(200);
    // It cannot write the same path again: it was made without upsert.
    expect((await fetch(by.url, { method: by.method, headers: by.headers, body: 'y' })).status).toBe(400);
  });

  test('a ticket without upsert replaces nothing by TUS, neither at once nor when the last byte comes', async () => {
    const { resumable } = await ticket('once.txt');
    const begin = () => fetch(resumable.url, { method: 'POST', headers: resumable.headers });
    const finish = (location: string | null) =>
      fetch(location ?? '', {
        method: 'PATCH',
        headers: {
          'tus-resumable': '1.0.0',
          'x-signature': resumable.headers['x-signature'] ?? '',
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
        },
        body: 'x',
      });
    const [first, second] = [await begin(), await begin()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((await finish(first.headers.get('location'))).status).toBe(204);
    const { data } = await ask(gql(`{ file(bucket: "docs", path: "once.txt") { updatedAt } }`));
    expect((await finish(second.headers.get('location'))).status).toBe(409);
    expect((await begin()).status).toBe(409);
    expect((await ask(gql(`{ file(bucket: "docs", path: "once.txt") { updatedAt } }`))).data).toEqual(data);
  });

  describe('of one query', () => {
    let storage: ForwardingUpstream;
    let other: TestGateway;

    beforeAll(async () => {
      storage = await forwardTo(gateway.storage.url);
      other = await startTestGateway({
        STORAGE_URL: storage.url,
        JWT_SECRET: secret,
        PUBLIC_URL: 'http://127.0.0.1:1',
      });
      for (let index = 0; index < 100; index += 1) await put(`/object/docs/many/${index}.txt`, 'x');
    });
    afterAll(async () => {
      await other?.close();
      await storage?.close();
    });

    const requests = () => storage.requests.splice(0).map(({ method, url }) => `${method} ${url}`);

    test('a hundred are signed in one request', async () => {
      const { data } = await other.graphql(
        gql(
          `{ files(bucket: "docs", prefix: "many/", first: 100) { nodes { ... on StoredFile { signedUrl } } } }`,
        ),
        { token: gateway.serviceKey },
      );
      const urls = data.files.nodes.map(({ signedUrl: each }) => each);
      expect(new Set(urls).size).toBe(100);
      expect(requests()).toEqual(['POST /object/list-v2/docs', 'POST /object/sign/docs']);
    });

    test('createSignedUrls of a hundred is one request', async () => {
      const paths = Array.from({ length: 100 }, (_each, index) => `many/${index}.txt`);
      await other.graphql(
        gql(`mutation ($paths: [String!]!) { createSignedUrls(bucket: "docs", paths: $paths) { url } }`),
        { token: gateway.serviceKey, variables: { paths } },
      );
      expect(requests()).toEqual(['POST /object/sign/docs']);
    });

    test('those of many file fields are signed together, when the last file is known', async () => {
      const fields = Array.from(
        { length: 20 },
        (_each, index) => `f${index}: file(bucket: "docs", path: "many/${index}.txt") { signedUrl }`,
      );
      const { data, errors } = await other.graphqlText(
        `{ ${fields.join(' ')} none: file(bucket: "docs", path: "none") { signedUrl } }`,
        { token: gateway.serviceKey },
      );
      expect(errors.map(({ path }) => path)).toEqual([['none']]);
      expect(data.f19.signedUrl).toContain('many/19.txt?token=');
      expect(requests().filter((line) => line.startsWith('POST'))).toEqual(['POST /object/sign/docs']);
    });

    test('those of several fields, buckets and times are one request for each bucket and time', async () => {
      await other.graphql(
        gql(
          `{ one: files(bucket: "docs", prefix: "many/1") { nodes { ... on StoredFile { a: signedUrl b: signedUrl(expiresIn: "5m") c: signedUrl(download: "c") } } } }`,
        ),
        { token: gateway.serviceKey },
      );
      expect(requests()).toEqual([
        'POST /object/list-v2/docs',
        'POST /object/sign/docs',
        'POST /object/sign/docs',
      ]);
    });
  });
});
