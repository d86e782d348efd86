import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/lib/cursor.ts';
import { type Ask, startTestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { listen } from '../support/listening-server.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';

const halfOfAPair = '\ud800';

/** A cursor of `files` that somebody made up, around a page of Storage. */
const cursor = (by: string, upstream: string): string =>
  encodeCursor(`files:${by}:asc`, [Buffer.from(upstream).toString('base64'), 5, 0]);

describe('storage and input that means harm', () => {
  let gateway: StorageGateway;

  beforeAll(async () => {
    gateway = await startStorageGateway();
    await gateway.makeBucket('docs', { public: true });
    await store('x.txt', 'text/plain', 'x');
  });
  afterAll(async () => await gateway?.close());

  async function store(key: string, contentType: string, body: string): Promise<void> {
    const { status } = await exchange(gateway.url, {
      method: 'PUT',
      path: `/storage/v1/object/docs/${key}`,
      headers: { authorization: `Bearer ${gateway.serviceKey}`, 'content-type': contentType },
      body: Buffer.from(body),
    });
    expect(status).toBe(200);
  }

  const ask: Ask = (operation, variables) =>
    gateway.graphql(operation, { variables, token: gateway.serviceKey });

  test.each<[string, string, Record<string, unknown>]>([
    [
      'a file name that is not text',
      gql(`query ($v: String) { file(bucket: "docs", path: "x.txt") { signedUrl(download: $v) } }`),
      { v: halfOfAPair },
    ],
    [
      'a prefix with NUL',
      gql(`query ($v: String!) { files(bucket: "docs", prefix: $v) { nodes { path } } }`),
      { v: 'a\0' },
    ],
    [
      'a prefix that is not text',
      gql(`query ($v: String!) { files(bucket: "docs", prefix: $v) { nodes { path } } }`),
      { v: halfOfAPair },
    ],
    [
      'a negative size',
      gql(
        `mutation ($v: BigInt) { createUpload(input: { bucket: "docs", path: "n", size: $v }) { expiresAt } }`,
      ),
      { v: '-5' },
    ],
    [
      'metadata that no header could hold',
      gql(
        `mutation ($v: JSONObject) { createUpload(input: { bucket: "docs", path: "m", metadata: $v }) { expiresAt } }`,
      ),
      { v: { text: 'x'.repeat(20_000) } },
    ],
    [
      'a content type that would begin another header',
      gql(
        `mutation ($v: String) { createUpload(input: { bucket: "docs", path: "h", contentType: $v }) { expiresAt } }`,
      ),
      { v: 'text/plain\r\nset-cookie: a=b' },
    ],
    ['a bucket called ..', gql(`query ($v: ID!) { bucket(id: $v) { id } }`), { v: '..' }],
    [
      'a bucket that is not text',
      gql(`mutation ($v: ID!) { deleteFiles(bucket: $v, paths: ["x"]) { path } }`),
      { v: halfOfAPair },
    ],
    [
      'a content type with a line break before a parameter',
      gql(
        `mutation ($v: String) { createUpload(input: { bucket: "docs", path: "h", contentType: $v }) { expiresAt } }`,
      ),
      { v: 'text/plain;\r\n\r\nx=y' },
    ],
    [
      'a cache time that no header could hold',
      gql(
        `mutation ($v: String) { createUpload(input: { bucket: "docs", path: "h", cacheControl: $v }) { expiresAt } }`,
      ),
      { v: `1${', a'.repeat(20_000)}` },
    ],
    [
      'metadata with NUL',
      gql(
        `mutation ($v: JSONObject) { createUpload(input: { bucket: "docs", path: "m", metadata: $v }) { expiresAt } }`,
      ),
      { v: { deep: [{ text: 'a\0' }] } },
    ],
    [
      'metadata with a name that is not text',
      gql(
        `mutation ($v: JSONObject) { createUpload(input: { bucket: "docs", path: "m", metadata: $v }) { expiresAt } }`,
      ),
      { v: { [halfOfAPair]: 1 } },
    ],
    [
      'a bucket that no URL could name',
      gql(`query ($v: ID!) { bucket(id: $v) { id } }`),
      { v: 'b'.repeat(20_000) },
    ],
    [
      'a list of a bucket that no URL could name',
      gql(`query ($v: ID!) { files(bucket: $v) { nodes { path } } }`),
      { v: 'b'.repeat(20_000) },
    ],
    [
      'a bucket with NUL to copy from',
      gql(`mutation ($v: ID!) { copyFile(input: { bucket: $v, from: "x.txt", to: "y" }) { path } }`),
      { v: 'a\0' },
    ],
    [
      'a bucket with NUL to copy to',
      gql(
        `mutation ($v: ID!) { copyFile(input: { bucket: "docs", from: "x.txt", to: "y", toBucket: $v }) { path } }`,
      ),
      { v: 'a\0' },
    ],
    [
      'an allowed type with NUL',
      gql(`mutation ($v: [String!]) { createBucket(input: { id: "t", allowedMimeTypes: $v }) { id } }`),
      { v: ['a\0*'] },
    ],
    [
      'a cursor with NUL',
      gql(`query ($v: String!) { files(bucket: "docs", after: $v) { nodes { path } } }`),
      { v: cursor('name', 'l:x\0\no:asc') },
    ],
    [
      'a cursor with a time that is none',
      gql(
        `query ($v: String!) { files(bucket: "docs", sortBy: { by: CREATED_AT }, after: $v) { nodes { path } } }`,
      ),
      { v: cursor('created_at', 'l:x\no:asc\nc:created_at\na:hello') },
    ],
  ])('answers %s with BAD_USER_INPUT', async (_name, query, variables) => {
    const { errors } = await gateway.graphqlText(query, { variables, token: gateway.serviceKey });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  test.each(['..', '.', halfOfAPair])('makes no bucket %j that nobody could ask for', async (id) => {
    const made = await ask(gql(`mutation ($id: ID!) { createBucket(input: { id: $id }) { id } }`), { id });
    expect(made.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    const { data } = await ask(gql(`{ buckets { id } }`));
    expect(data.buckets).toEqual([{ id: 'docs' }]);
  });

  // What a browser would run in the origin that GraphiQL is on.
  test.each(['image/svg+xml', 'TEXT/HTML', 'application/xhtml+xml', 'text/xml'])(
    'a stored %s runs nothing in the gateway’s origin',
    async (contentType) => {
      await store(
        'active',
        contentType,
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      );
      const { headers } = await exchange(gateway.url, {
        method: 'GET',
        path: '/storage/v1/object/public/docs/active',
        headers: {},
      });
      if (headers['content-type'] !== 'text/plain') {
        expect(headers['content-security-policy']).toBe('sandbox');
      }
      expect(headers['x-content-type-options']).toBe('nosniff');
    },
  );

  test('a page that never ends is not asked for again and again', async () => {
    const endless = await listen((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"hasNext":true,"nextCursor":"bDp4","folders":[],"objects":[]}');
    });
    const other = await startTestGateway({
      STORAGE_URL: endless.url,
      JWT_SECRET: gateway.storage.keys.jwtSecret,
      PUBLIC_URL: 'http://127.0.0.1:1',
    });
    try {
      const { data } = await other.graphql(gql(`{ files(bucket: "docs") { nodes { path } } }`), {
        token: gateway.serviceKey,
      });
      expect(data.files.nodes).toEqual([]);
      expect(endless.requests).toHaveLength(1);
    } finally {
      await other.close();
      await endless.close();
    }
  });

  test('one file with a name that nobody can ask for leaves the others their URLs', async () => {
    const object = (name: string) => ({ name, id: '00000000-0000-4000-8000-000000000000', metadata: null });
    const service = await listen((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(
          request.url?.startsWith('/object/list-v2/')
            ? { hasNext: false, folders: [], objects: [object('a/../b'), object('c')] }
            : [{ path: 'c', error: null, signedURL: '/object/sign/docs/c?token=t' }],
        ),
      );
    });
    const other = await startTestGateway({
      STORAGE_URL: service.url,
      JWT_SECRET: gateway.storage.keys.jwtSecret,
      PUBLIC_URL: 'http://127.0.0.1:1',
    });
    try {
      const { data } = await other.graphql(
        gql(`{ files(bucket: "docs") { nodes { path ... on StoredFile { signedUrl } } } }`),
        { token: gateway.serviceKey },
      );
      expect(data.files.nodes).toEqual([
        { path: 'a/../b', signedUrl: null },
        { path: 'c', signedUrl: 'http://127.0.0.1:1/storage/v1/object/sign/docs/c?token=t' },
      ]);
    } finally {
      await other.close();
      await service.close();
    }
  });

  test('a resumable upload cannot store a type that no header could hold', async () => {
    const pairs = { bucketName: 'docs', objectName: 'crlf', contentType: 'text/plain\r\nset-cookie: a=b' };
    const { status } = await exchange(gateway.url, {
      method: 'POST',
      path: '/storage/v1/upload/resumable',
      headers: {
        authorization: `Bearer ${gateway.serviceKey}`,
        'tus-resumable': '1.0.0',
        'upload-length': '0',
        'upload-metadata': Object.entries(pairs)
          .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
          .join(','),
      },
    });
    expect(status).toBe(415);
  });
});
