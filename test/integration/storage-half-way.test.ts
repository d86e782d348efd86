import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ForwardingUpstream, forwardTo } from '../support/forwarding-upstream.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';

const size = 4 * 1024 * 1024;
const content = randomBytes(size);

describe('Storage that fails half-way', () => {
  let direct: StorageGateway;
  let storage: ForwardingUpstream;
  let gateway: TestGateway;
  let service: Record<string, string>;

  beforeAll(async () => {
    direct = await startStorageGateway();
    await direct.makeBucket('docs');
    storage = await forwardTo(direct.storage.url);
    gateway = await startTestGateway({
      STORAGE_URL: storage.url,
      JWT_SECRET: direct.storage.keys.jwtSecret,
      PUBLIC_URL: 'http://127.0.0.1:1',
    });
    service = { authorization: `Bearer ${direct.serviceKey}` };
  });
  afterAll(async () => {
    await gateway?.close();
    await storage?.close();
    await direct?.close();
  });
  afterEach(() => storage.failHalfWay(undefined));

  const pass = (method: string, path: string, headers: Record<string, string> = {}, body?: Buffer) =>
    exchange(gateway.url, { method, path: `/storage/v1${path}`, headers: { ...service, ...headers }, body });

  async function uploadFile(path: string) {
    const form = new FormData();
    const query = gql(
      `mutation ($file: File!, $path: String!) { uploadFile(input: { bucket: "docs", path: $path, file: $file }) { size } }`,
    );
    form.set('operations', JSON.stringify({ query, variables: { file: null, path } }));
    form.set('map', '{"0":["variables.file"]}');
    form.set('0', new Blob([content]), 'half');
    const answer = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { ...service, 'x-graphql-yoga-csrf': '1' },
      body: form,
    });
    const told: { errors?: { extensions: { code: string } }[] } = JSON.parse(await answer.text());
    return told.errors?.map(({ extensions }) => extensions.code);
  }

  /** Nothing of it can be seen, nothing lies about, and no connection to the service is left. */
  async function expectNothing(path: string): Promise<void> {
    const { bytes } = await exchange(direct.storage.url, {
      method: 'GET',
      path: `/object/docs/${path}`,
      headers: service,
    });
    expect(JSON.parse(bytes.toString())).toMatchObject({ code: 'NoSuchKey' });
    const incoming = () => readdir(join(direct.storage.dataDir, 'storage', 'incoming'));
    await expect.poll(incoming, { timeout: 5_000 }).toEqual([]);
  }

  async function expectNoConnection(): Promise<void> {
    await expect.poll(storage.connections, { timeout: 10_000 }).toBe(0);
  }

  const breaks = { after: size / 2, of: 'request', outcome: 'break' } as const;
  const refuses = { after: size / 2, of: 'request', outcome: 500 } as const;

  test('an upload by uploadFile has a typed error and leaves nothing', async () => {
    storage.failHalfWay(breaks);
    expect(await uploadFile('half/graphql')).toEqual(['OUTCOME_UNKNOWN']);
    await expectNothing('half/graphql');
    storage.failHalfWay(refuses);
    expect(await uploadFile('half/graphql')).toEqual(['UPSTREAM_ERROR']);
    await expectNothing('half/graphql');
    await expectNoConnection();
  });

  test.each<[string, Record<string, string>]>([
    ['with a length', {}],
    ['without a length', { 'transfer-encoding': 'chunked' }],
  ])('an upload by PUT %s has a status and leaves nothing', async (_name, headers) => {
    storage.failHalfWay(breaks);
    const broken = await pass('PUT', '/object/docs/half/put', headers, content);
    expect([broken.status, JSON.parse(broken.bytes.toString())]).toMatchObject([
      504,
      { code: 'OUTCOME_UNKNOWN', statusCode: '504' },
    ]);
    await expectNothing('half/put');
    storage.failHalfWay(refuses);
    expect((await pass('PUT', '/object/docs/half/put', headers, content)).status).toBe(500);
    await expectNothing('half/put');
    await expectNoConnection();
  });

  test('an upload by TUS goes on from where it broke off', async () => {
    const tus = { 'tus-resumable': '1.0.0' };
    const made = await pass('POST', '/upload/resumable', {
      ...tus,
      'upload-length': String(size),
      'upload-metadata': `bucketName ${btoa('docs')},objectName ${btoa('half/tus')}`,
    });
    const id = new URL(made.headers.location ?? '').pathname.split('/').at(-1);
    const at = `/upload/resumable/${id}`;
    const patch = (offset: number, to = size) =>
      pass(
        'PATCH',
        at,
        { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
        content.subarray(offset, to),
      );
    const safe = size / 8;
    expect((await patch(0, safe)).status).toBe(204);
    storage.failHalfWay(breaks);
    expect((await patch(safe)).status).toBe(504);
    await expectNothing('half/tus');
    storage.failHalfWay(undefined);
    const offset = Number((await pass('HEAD', at, tus)).headers['upload-offset']);
    // What was confirmed stays; how much of the rest had come, the service knows alone.
    expect(offset).toBeGreaterThanOrEqual(safe);
    expect(offset).toBeLessThan(size);
    expect((await patch(offset)).headers['upload-offset']).toBe(String(size));
    expect((await pass('GET', '/object/docs/half/tus')).bytes.equals(content)).toBe(true);
  });

  test.each<[string, Record<string, string>]>([
    ['whole', {}],
    ['range', { range: `bytes=1-${size - 1}` }],
  ])('a download of a %s is cut, so that half is not taken for whole', async (_name, headers) => {
    expect((await pass('PUT', '/object/docs/half/down', {}, content)).status).toBe(200);
    storage.failHalfWay({ after: size / 2, of: 'response', outcome: 'break' });
    await expect(pass('GET', '/object/docs/half/down', headers)).rejects.toThrow();
    await expectNoConnection();
  });
});
