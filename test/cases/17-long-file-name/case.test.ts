import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { gql } from '../../support/gql.ts';
import { listen } from '../../support/listening-server.ts';
import { type StorageGateway, startStorageGateway } from '../../support/storage-gateway.ts';

const createUpload = await readFile(join(import.meta.dirname, 'input', 'long-file-name.graphql'), 'utf8');

let gateway: StorageGateway;
beforeAll(async () => {
  gateway = await startStorageGateway();
  await gateway.makeBucket('box');
});
afterAll(async () => await gateway?.close());

const long = 'n'.repeat(256);

async function codesOf(query: string, variables: Record<string, unknown>): Promise<string[]> {
  const { errors } = await gateway.graphqlText(query, { token: gateway.serviceKey, variables });
  return errors.map(({ extensions }) => extensions.code);
}

async function uploadFile(path: string, to: TestGateway = gateway): Promise<string[]> {
  const form = new FormData();
  const query = gql(
    `mutation ($f: File!, $p: String!) { uploadFile(input: { bucket: "box", path: $p, file: $f }) { size } }`,
  );
  form.append('operations', JSON.stringify({ query, variables: { f: null, p: path } }));
  form.append('map', '{"0":["variables.f"]}');
  form.append('0', new Blob(['x']), 'x');
  const answer = await fetch(to.graphqlUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.serviceKey}`, 'x-graphql-yoga-csrf': '1' },
    body: form,
  });
  const { errors = [] }: { errors?: { extensions: { code: string } }[] } = JSON.parse(await answer.text());
  return errors.map(({ extensions }) => extensions.code);
}

test('a segment of 256 characters is the caller’s mistake, by every way to store a file', async () => {
  await uploadFile('source');
  const move = gql(
    `mutation ($p: String!) { moveFile(input: { bucket: "box", from: "source", to: $p }) { path } }`,
  );
  const copy = gql(
    `mutation ($p: String!) { copyFile(input: { bucket: "box", from: "source", to: $p }) { path } }`,
  );
  expect(await codesOf(createUpload, { p: long })).toEqual(['BAD_USER_INPUT']);
  expect(await uploadFile(long)).toEqual(['BAD_USER_INPUT']);
  expect(await codesOf(move, { p: `a/${long}` })).toEqual(['BAD_USER_INPUT']);
  expect(await codesOf(copy, { p: `${long}/a` })).toEqual(['BAD_USER_INPUT']);
  const raw = await fetch(`${gateway.url}/storage/v1/object/box/${long}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.serviceKey}` },
    body: 'x',
  });
  expect(await raw.json()).toMatchObject({ code: 'InvalidKey' });
  const resumable = await fetch(`${gateway.url}/storage/v1/upload/resumable`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.serviceKey}`,
      'tus-resumable': '1.0.0',
      'upload-length': '1',
      'upload-metadata': `bucketName ${btoa('box')},objectName ${btoa(long)}`,
    },
  });
  expect(resumable.status).toBe(400);
});

test('names as long as they may be are stored', async () => {
  expect(await uploadFile('n'.repeat(255))).toEqual([]);
  expect(await uploadFile(Array.from({ length: 9 }, () => 'n'.repeat(100)).join('/'))).toEqual([]);
});

test('reading a name that nobody can have finds nothing', async () => {
  expect(
    await codesOf(gql(`query ($p: String!) { file(bucket: "box", path: $p) { path } }`), { p: long }),
  ).toEqual(['NOT_FOUND']);
  const answer = await fetch(`${gateway.url}/storage/v1/object/box/${'n'.repeat(300)}`, {
    headers: { authorization: `Bearer ${gateway.serviceKey}` },
  });
  expect(await answer.json()).toMatchObject({ code: 'NoSuchKey' });
});

/** The codes of uploads to a service that answers each of them so. */
async function uploadTo(status: number, answer: object, paths: readonly string[]): Promise<string[][]> {
  const service = await listen((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  const other = await startTestGateway({
    STORAGE_URL: service.url,
    JWT_SECRET: gateway.storage.keys.jwtSecret,
    SUPABASE_ANON_KEY: gateway.anonKey,
  });
  try {
    return await Promise.all(paths.map((path) => uploadFile(path, other)));
  } finally {
    await other.close();
    await service.close();
  }
}

test('a name that the object store behind the service does not take is the caller’s mistake', async () => {
  const answer = { statusCode: '400', error: 'S3Error', message: 'KeyTooLongError', code: 'S3Error' };
  expect(await uploadTo(400, answer, ['n'])).toEqual([['BAD_USER_INPUT']]);
  expect(await uploadTo(400, { ...answer, message: 'InvalidBucketState' }, ['n'])).toEqual([
    ['UPSTREAM_ERROR'],
  ]);
});

test('a service that only says that it failed is not blamed where the segment is long, and is elsewhere', async () => {
  const answer = {
    statusCode: '500',
    error: 'Internal',
    message: 'Internal Server Error',
    code: 'InternalError',
  };
  expect(await uploadTo(500, answer, [`a/${long}`, 'short'])).toEqual([
    ['BAD_USER_INPUT'],
    ['UPSTREAM_ERROR'],
  ]);
});
