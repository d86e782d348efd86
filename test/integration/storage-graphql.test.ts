import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ask } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';

const userA = '11111111-1111-4111-8111-111111111111';

describe('storage over GraphQL', () => {
  let gateway: StorageGateway;

  beforeAll(async () => {
    gateway = await startStorageGateway();
    await gateway.makeBucket('docs');
    await gateway.makeBucket('open', { public: true });
    await gateway.makeBucket('listing');
    await gateway.sql(`
      create policy own on storage.objects for all to authenticated
        using (bucket_id = 'docs' and (storage.foldername(name))[1] = auth.uid()::text)
        with check (bucket_id = 'docs' and (storage.foldername(name))[1] = auth.uid()::text);
      create policy drop_box on storage.objects for insert to authenticated with check (bucket_id = 'open');`);
    for (const path of ['a/1.txt', 'a/2.txt', 'b.txt', 'c-d.txt', 'c/3.txt', 'd.txt'])
      await put('listing', path);
  });
  afterAll(async () => await gateway?.close());

  async function put(bucket: string, path: string, text = path): Promise<void> {
    const answer = await exchange(gateway.storage.url, {
      method: 'PUT',
      path: `/object/${bucket}/${path}`,
      headers: { authorization: `Bearer ${gateway.serviceKey}`, 'content-type': 'text/plain' },
      body: Buffer.from(text),
    });
    expect(answer.status).toBe(200);
  }

  const service: Ask = (operation, variables) =>
    gateway.graphql(operation, { variables, token: gateway.serviceKey });
  const user: Ask = (operation, variables) =>
    gateway.graphql(operation, { variables, token: gateway.userToken(userA) });

  test('creates, changes, lists, empties and deletes buckets', async () => {
    const made = await service(
      gql(`mutation { createBucket(input: {
      id: "temp", public: true, fileSizeLimit: "1000", allowedMimeTypes: ["text/*"] }) {
      id name public fileSizeLimit allowedMimeTypes createdAt } }`),
    );
    expect(made.errors).toEqual([]);
    expect(made.data.createBucket).toMatchObject({
      id: 'temp',
      name: 'temp',
      public: true,
      fileSizeLimit: '1000',
      allowedMimeTypes: ['text/*'],
    });
    const again = await service(gql(`mutation { createBucket(input: { id: "temp" }) { id } }`));
    expect(again.errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', reason: 'BucketAlreadyExists' });
    const updated = await service(
      gql(
        `mutation { updateBucket(id: "temp", input: { public: false, fileSizeLimit: null }) { public fileSizeLimit } }`,
      ),
    );
    expect(updated.data.updateBucket).toEqual({ public: false, fileSizeLimit: null });
    await put('temp', 'x.txt');
    const full = await service(gql(`mutation { deleteBucket(id: "temp") { bucketId } }`));
    expect(full.errors[0]?.extensions.code).toBe('CONFLICT');
    const emptied = await service(gql(`mutation { emptyBucket(id: "temp") { bucketId status } }`));
    expect(emptied.data.emptyBucket).toEqual({ bucketId: 'temp', status: 'DONE' });
    const gone = await service(gql(`mutation { deleteBucket(id: "temp") { bucketId } }`));
    expect(gone.data.deleteBucket).toEqual({ bucketId: 'temp' });
    const missing = await service(gql(`{ bucket(id: "temp") { id } }`));
    expect(missing.errors[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('shows a user no bucket without a policy, and refuses one without a right', async () => {
    expect((await user(gql(`{ buckets { id } }`))).data.buckets).toEqual([]);
    const refused = await user(gql(`mutation { createBucket(input: { id: "mine" }) { id } }`));
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const emptying = await user(gql(`mutation { emptyBucket(id: "docs") { status } }`));
    expect(emptying.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const anonymous = await gateway.graphql(gql(`{ buckets { id } }`));
    expect(anonymous.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('walks a list page by page and from any edge, folders among files', async () => {
    const all = await service(
      gql(`{ files(bucket: "listing") { nodes { __typename path name } pageInfo { hasNextPage } } }`),
    );
    const paths = ['a/', 'b.txt', 'c-d.txt', 'c/', 'd.txt'];
    expect(all.data.files.nodes.map(({ path }) => path)).toEqual(paths);
    expect(all.data.files.nodes[0]).toEqual({ __typename: 'Folder', path: 'a/', name: 'a' });
    const pageOf = (first: number, after: string | null) =>
      service(
        gql(`query ($first: Int!, $after: String) { files(bucket: "listing", first: $first, after: $after) {
          nodes { path } pageInfo { hasNextPage endCursor } } }`),
        { first, after },
      );
    for (const first of [1, 2, 3, 5]) {
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page = await pageOf(first, after);
        expect(page.errors).toEqual([]);
        seen.push(...page.data.files.nodes.map(({ path }) => path));
        after = page.data.files.pageInfo.hasNextPage ? page.data.files.pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen).toEqual(paths);
    }
    const edges = await service(gql(`{ files(bucket: "listing", first: 4) { edges { cursor } } }`));
    for (const [index, { cursor }] of edges.data.files.edges.entries()) {
      const rest = await service(
        gql(`query ($after: String) { files(bucket: "listing", after: $after) { nodes { path } } }`),
        { after: cursor },
      );
      expect(rest.data.files.nodes.map(({ path }) => path)).toEqual(paths.slice(index + 1));
    }
  });

  test('sorts descending and by time, within a prefix', async () => {
    const down = await service(
      gql(
        `{ files(bucket: "listing", prefix: "a/", sortBy: { by: CREATED_AT, direction: DESC }) { nodes { name } } bucket(id: "listing") { files(sortBy: { direction: DESC }, first: 2) { nodes { path } } } }`,
      ),
    );
    expect(down.data.files.nodes).toEqual([{ name: '2.txt' }, { name: '1.txt' }]);
    expect(down.data.bucket.files.nodes).toEqual([{ path: 'd.txt' }, { path: 'c/' }]);
  });

  test('refuses a cursor of another order, and pages that are too large', async () => {
    const page = await service(gql(`{ files(bucket: "listing", first: 1) { pageInfo { endCursor } } }`));
    const other = await service(
      gql(
        `query ($after: String) { files(bucket: "listing", after: $after, sortBy: { direction: DESC }) { nodes { path } } }`,
      ),
      { after: page.data.files.pageInfo.endCursor },
    );
    expect(other.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    for (const first of [0, -1, 1_001, 1_000_000_000]) {
      const refused = await service(
        gql(`query ($first: Int!) { files(bucket: "listing", first: $first) { nodes { path } } }`),
        { first },
      );
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        issues: [{ path: ['first'] }],
      });
    }
  });

  test('tells all about one file, and absolute URLs on this gateway', async () => {
    await put('docs', 'told.txt', 'hello');
    const { data, errors } = await service(
      gql(
        `{ file(bucket: "docs", path: "told.txt") { id bucket path name size contentType etag cacheControl metadata createdAt updatedAt downloadUrl publicUrl } open: file(bucket: "docs", path: "none") { id } }`,
      ),
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND']);
    expect(data.file).toMatchObject({
      path: 'told.txt',
      name: 'told.txt',
      size: '5',
      contentType: 'text/plain',
      etag: '"5d41402abc4b2a76b9719d911017c592"',
      metadata: {},
      downloadUrl: `${gateway.url}/storage/v1/object/docs/told.txt`,
      publicUrl: null,
    });
  });

  test('signs every URL of an operation in one call of the service', async () => {
    const { data, errors } = await service(
      gql(
        `{ files(bucket: "listing", prefix: "a/") { nodes { ... on StoredFile { signedUrl(download: "x y.txt") } } } }`,
      ),
    );
    expect(errors).toEqual([]);
    const urls = data.files.nodes.map(({ signedUrl }) => signedUrl);
    expect(urls).toHaveLength(2);
    expect(urls[0]).toMatch(/\/storage\/v1\/object\/sign\/listing\/a\/1\.txt\?token=.+&download=x%20y\.txt$/);
  });

  test('signs many by name, and says which it cannot', async () => {
    const { data } = await service(
      gql(
        `mutation { createSignedUrls(bucket: "listing", paths: ["none", "b.txt"], expiresIn: "5m") { path url error } }`,
      ),
    );
    expect(data.createSignedUrls).toMatchObject([
      { path: 'none', url: null, error: expect.any(String) },
      { path: 'b.txt', url: expect.stringContaining('?token='), error: null },
    ]);
    const long = await service(
      gql(`mutation { createSignedUrls(bucket: "listing", paths: ["b.txt"], expiresIn: "25h") { url } }`),
    );
    expect(long.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('moves, copies and deletes within what the policies allow', async () => {
    await put('docs', `${userA}/one.txt`);
    const moved = await user(
      gql(`mutation ($input: MoveFileInput!) { moveFile(input: $input) { id path etag } }`),
      { input: { bucket: 'docs', from: `${userA}/one.txt`, to: `${userA}/two.txt` } },
    );
    expect(moved.errors).toEqual([]);
    expect(moved.data.moveFile).toMatchObject({ path: `${userA}/two.txt`, etag: expect.any(String) });
    const copied = await user(
      gql(`mutation ($input: CopyFileInput!) { copyFile(input: $input) { path size } }`),
      {
        input: { bucket: 'docs', from: `${userA}/two.txt`, to: `${userA}/three.txt` },
      },
    );
    expect(copied.data.copyFile).toMatchObject({ path: `${userA}/three.txt` });
    const away = await user(gql(`mutation ($input: CopyFileInput!) { copyFile(input: $input) { path } }`), {
      input: { bucket: 'docs', from: `${userA}/two.txt`, to: 'elsewhere.txt' },
    });
    expect(away.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const deleted = await user(
      gql(`mutation ($paths: [String!]!) { deleteFiles(bucket: "docs", paths: $paths) { path } }`),
      {
        paths: [`${userA}/two.txt`, `${userA}/three.txt`, 'told.txt', 'none.txt'],
      },
    );
    expect(deleted.data.deleteFiles.map(({ path }) => path).sort()).toEqual([
      `${userA}/three.txt`,
      `${userA}/two.txt`,
    ]);
  });

  test.each([
    ['../x', 'BAD_USER_INPUT'],
    ['a/./b', 'BAD_USER_INPUT'],
    ['', 'BAD_USER_INPUT'],
    ['x'.repeat(1025), 'BAD_USER_INPUT'],
    ['\u{1f600}.txt', 'BAD_USER_INPUT'],
    ['a//b', 'NOT_FOUND'],
  ])('answers the path %j with %s', async (path, code) => {
    const answer = await service(gql(`query ($path: String!) { file(bucket: "docs", path: $path) { id } }`), {
      path,
    });
    expect(answer.errors[0]?.extensions.code).toBe(code);
  });

  test('says NOT_CONFIGURED for image sizes where the service has none', async () => {
    const { errors } = await service(
      gql(
        `{ file(bucket: "listing", path: "b.txt") { signedUrl(transform: { width: 10 }) publicUrl(transform: { width: 10 }) } }`,
      ),
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_CONFIGURED', 'NOT_CONFIGURED']);
  });

  test('maps a service that is down, slow or garbled to codes of its own', async () => {
    const { faults } = gateway.storage;
    try {
      faults.set({ kind: 'status', status: 200, body: '<html>' });
      expect((await service(gql(`{ buckets { id } }`))).errors[0]?.extensions.code).toBe('UPSTREAM_ERROR');
      faults.set({ kind: 'drop' });
      const down = await service(gql(`mutation { createBucket(input: { id: "lost" }) { id } }`));
      expect(down.errors[0]?.extensions.code).toBe('OUTCOME_UNKNOWN');
    } finally {
      faults.set(undefined);
    }
  });
});
