import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gql, type OperationText } from '../support/gql.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';

const userA = '11111111-1111-4111-8111-111111111111';

/** A signed-in user without any policy, in a bucket with one file of somebody else's. */
describe('what row level security denies', () => {
  let gateway: StorageGateway;
  let user: string;

  beforeAll(async () => {
    gateway = await startStorageGateway();
    user = gateway.userToken(userA);
    await gateway.makeBucket('docs');
    await put('theirs.txt', 'theirs');
  });
  afterAll(async () => await gateway?.close());

  const asService = (method: string, key: string, body?: string) =>
    exchange(gateway.storage.url, {
      method,
      path: `/object/docs/${key}`,
      headers: { authorization: `Bearer ${gateway.serviceKey}`, 'content-type': 'text/plain' },
      body: body === undefined ? undefined : Buffer.from(body),
    });
  const put = (key: string, body: string) => asService('PUT', key, body);

  async function upload(path: string, upsert: boolean) {
    const form = new FormData();
    const query = gql(
      `mutation ($file: File!, $path: String!, $upsert: Boolean!) { uploadFile(input: { bucket: "docs", path: $path, file: $file, upsert: $upsert }) { id } }`,
    );
    form.set('operations', JSON.stringify({ query, variables: { file: null, path, upsert } }));
    form.set('map', '{"0":["variables.file"]}');
    form.set('0', new Blob(['mine']), 'f');
    const answer = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${user}`, 'x-graphql-yoga-csrf': '1' },
      body: form,
    });
    const told: { errors?: { extensions: { code: string } }[] } = JSON.parse(await answer.text());
    return told.errors?.map(({ extensions }) => extensions.code);
  }

  test.each<[string, OperationText, string]>([
    ['a bucket', gql(`{ bucket(id: "docs") { id } }`), 'NOT_FOUND'],
    ['a file', gql(`{ file(bucket: "docs", path: "theirs.txt") { id } }`), 'NOT_FOUND'],
    ['making a bucket', gql(`mutation { createBucket(input: { id: "mine" }) { id } }`), 'FORBIDDEN'],
    [
      'changing a bucket',
      gql(`mutation { updateBucket(id: "docs", input: { public: true }) { id } }`),
      'NOT_FOUND',
    ],
    ['deleting a bucket', gql(`mutation { deleteBucket(id: "docs") { bucketId } }`), 'NOT_FOUND'],
    ['emptying a bucket', gql(`mutation { emptyBucket(id: "docs") { status } }`), 'FORBIDDEN'],
    [
      'a ticket',
      gql(`mutation { createUpload(input: { bucket: "docs", path: "mine.txt" }) { expiresAt } }`),
      'FORBIDDEN',
    ],
    [
      'a ticket that replaces',
      gql(
        `mutation { createUpload(input: { bucket: "docs", path: "theirs.txt", upsert: true }) { expiresAt } }`,
      ),
      'FORBIDDEN',
    ],
    [
      'moving',
      gql(`mutation { moveFile(input: { bucket: "docs", from: "theirs.txt", to: "mine.txt" }) { path } }`),
      'NOT_FOUND',
    ],
    [
      'copying',
      gql(`mutation { copyFile(input: { bucket: "docs", from: "theirs.txt", to: "mine.txt" }) { path } }`),
      'NOT_FOUND',
    ],
  ])('%s is %s', async (_name, query, code) => {
    const { errors } = await gateway.graphql(query, { token: user });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  });

  test('uploads of every way are refused, and nothing changes', async () => {
    expect(await upload('mine.txt', false)).toEqual(['FORBIDDEN']);
    expect(await upload('theirs.txt', true)).toEqual(['FORBIDDEN']);
    const pass = (method: string, path: string, headers: Record<string, string> = {}) =>
      exchange(gateway.url, {
        method,
        path: `/storage/v1${path}`,
        headers: { authorization: `Bearer ${user}`, ...headers },
        body: Buffer.from('mine'),
      });
    for (const [method, key] of [
      ['POST', 'mine.txt'],
      ['PUT', 'mine.txt'],
      ['PUT', 'theirs.txt'],
    ] as const) {
      const { bytes } = await pass(method, `/object/docs/${key}`);
      expect([key, JSON.parse(bytes.toString())]).toMatchObject([key, { code: 'AccessDenied' }]);
    }
    const tus = await pass('POST', '/upload/resumable', {
      'tus-resumable': '1.0.0',
      'upload-length': '4',
      'upload-metadata': `bucketName ${btoa('docs')},objectName ${btoa('mine.txt')}`,
    });
    expect(tus.status).toBe(403);
    expect((await asService('GET', 'theirs.txt')).bytes.toString()).toBe('theirs');
    expect((await asService('GET', 'mine.txt')).status).toBe(400);
  });

  test('lists, URLs and deletions leave out what is hidden, without a word of it', async () => {
    const { data, errors } = await gateway.graphql(
      gql(`{ buckets { id } files(bucket: "docs") { nodes { path } } }`),
      { token: user },
    );
    expect([data, errors]).toEqual([{ buckets: [], files: { nodes: [] } }, []]);
    const changes = await gateway.graphql(
      gql(`mutation {
        createSignedUrls(bucket: "docs", paths: ["theirs.txt", "none.txt"]) { url error }
        deleteFiles(bucket: "docs", paths: ["theirs.txt", "none.txt"]) { path } }`),
      { token: user },
    );
    const [hidden, missing] = changes.data.createSignedUrls;
    expect(hidden?.url).toBeNull();
    // Whoever may not see a file does not learn that it is there.
    expect(hidden).toEqual(missing);
    expect(changes.data.deleteFiles).toEqual([]);
    expect((await asService('GET', 'theirs.txt')).status).toBe(200);
  });

  test.each(['GET', 'HEAD'])('%s through the pass-through finds nothing', async (method) => {
    for (const route of ['object', 'object/authenticated', 'object/info', 'object/public']) {
      const { status, bytes } = await exchange(gateway.url, {
        method,
        path: `/storage/v1/${route}/docs/theirs.txt`,
        headers: { authorization: `Bearer ${user}` },
      });
      expect([route, status]).toEqual([route, 400]);
      if (method === 'GET') expect(JSON.parse(bytes.toString()).code).toMatch(/^NoSuch(?:Key|Bucket)$/);
    }
  });
});
