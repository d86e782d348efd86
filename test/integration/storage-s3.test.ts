import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { edgeHeaders } from '../support/edge-headers.ts';
import { freePort } from '../support/free-port.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { isSigned } from '../support/sigv4.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const accessKey = 'b585f311d839730f';
const secretKey = '67d161a7a8a46a24a17a75b26e7724f1';
const anonKey = hmacToken(keyClaims('anon'));
const serviceKey = hmacToken(keyClaims('service_role'));
const opaqueKey = 'sb_secret_ours';

interface Received {
  readonly request: IncomingMessage;
  body: string;
}

let storage: ListeningServer;
let gateway: TestGateway;
let host: string;
let received: Received[] = [];
let stored = new Map<string, Buffer>();

/** As much of S3 as the client needs, for requests whose signature holds. */
async function asS3(
  request: IncomingMessage,
  bytes: Buffer,
): Promise<[number, Record<string, string>, string | Buffer]> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://storage');
  const xml = (text: string): [number, Record<string, string>, string] => [
    200,
    { 'content-type': 'application/xml' },
    text,
  ];
  if (!isSigned(request, { accessKey, secretKey, host, prefix: '/storage/v1' }))
    return [403, {}, '<Error><Code>SignatureDoesNotMatch</Code></Error>'];
  if (searchParams.has('uploads')) {
    return xml('<InitiateMultipartUploadResult><UploadId>up/1</UploadId></InitiateMultipartUploadResult>');
  }
  switch (request.method) {
    case 'POST':
      return xml('<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>');
    case 'PUT':
      stored.set(pathname, bytes);
      return [200, { etag: '"e"' }, ''];
    case 'DELETE':
      stored.delete(pathname);
      return [204, {}, ''];
    default: {
      const found = stored.get(pathname);
      if (found !== undefined) return [200, { 'content-type': 'text/html' }, found];
      const keys = [...stored.keys()].map(
        (key) => `<Contents><Key>${key.slice('/s3/docs/'.length)}</Key></Contents>`,
      );
      return xml(
        pathname === '/s3' || pathname === '/s3/'
          ? '<ListAllMyBucketsResult/>'
          : `<ListBucketResult>${keys.join('')}</ListBucketResult>`,
      );
    }
  }
}

beforeAll(async () => {
  storage = await listen(async (request, response) => {
    const entry: Received = { request, body: '' };
    received.push(entry);
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(Buffer.from(chunk));
      entry.body += String(chunk);
    }
    if (!request.url?.startsWith('/s3') || request.headers['x-plain'] !== undefined) {
      response.writeHead(200).end();
      return;
    }
    const [status, headers, body] = await asS3(request, Buffer.concat(chunks));
    response.writeHead(status, headers).end(body);
  });
  const port = await freePort();
  host = `127.0.0.1:${port}`;
  gateway = await startTestGateway({
    JWT_SECRET: testSecret,
    STORAGE_URL: storage.url,
    SUPABASE_ANON_KEY: anonKey,
    SUPABASE_SECRET_KEYS: `${opaqueKey}=${serviceKey}`,
    PORT: String(port),
    PUBLIC_URL: `http://${host}`,
  });
});
beforeEach(() => {
  received = [];
  stored = new Map();
});
afterAll(async () => {
  await gateway?.close();
  await storage?.close();
});

const client = (options: { region?: string } = {}) =>
  new S3Client({
    endpoint: `${gateway.url}/storage/v1/s3`,
    forcePathStyle: true,
    region: options.region ?? 'us-east-1',
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    maxAttempts: 1,
  });

/** A request as it is written: neither path nor headers are tidied up. */
async function raw(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  const { hostname, port } = new URL(gateway.url);
  const sent = httpRequest({ hostname, port, method, path: `/storage/v1/${path}`, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text };
}

describe('the official client of S3', () => {
  const Bucket = 'docs';

  test('puts, reads, lists and deletes, and every signature holds', async () => {
    const s3 = client();
    const Key = "a b/c+d(1)!'*=&;@$,~.txt";
    await s3.send(
      new PutObjectCommand({ Bucket, Key, Body: 'hello', Metadata: { my_key: 'x', plain: 'y' } }),
    );
    const found = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-' }));
    expect(await found.Body?.transformToString()).toBe('hello');
    expect((await s3.send(new ListBucketsCommand({}))).$metadata.httpStatusCode).toBe(200);
    const list = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a b/', Delimiter: '/' }));
    expect(list.Contents).toHaveLength(1);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(stored.size).toBe(0);
    expect(received).toHaveLength(5);
    expect(received[0]?.request.headers).toMatchObject({ 'x-amz-meta-my_key': 'x', 'x-amz-meta-plain': 'y' });
  });

  test('uploads in parts', async () => {
    const s3 = client();
    const target = { Bucket, Key: 'big' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    expect(UploadId).toBe('up/1');
    const part = await s3.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: Buffer.alloc(6_000_000, 1) }),
    );
    const parts = { Parts: [{ ETag: part.ETag, PartNumber: 1 }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: parts }));
    await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    expect(received).toHaveLength(4);
  });

  test('uploads a stream in chunks with a trailer', async () => {
    const Body = Readable.from([Buffer.alloc(70_000, 'a'), Buffer.alloc(70_000, 'b')]);
    await client().send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: 140_000 }));
    const [{ request, body } = { request: undefined, body: '' }] = received;
    expect(request?.headers).toMatchObject({
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '140000',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    });
    expect(body).toMatch(/\r\n0\r\nx-amz-checksum-crc32:\S+\r\n/);
  });

  test('is refused by Storage, not by us, when the signature does not hold', async () => {
    const wrong = new S3Client({
      endpoint: `${gateway.url}/storage/v1/s3`,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: accessKey, secretAccessKey: 'another' },
      maxAttempts: 1,
    });
    await expect(wrong.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
  });
});

describe('/storage/v1/s3', () => {
  const signature =
    'AWS4-HMAC-SHA256 Credential=a/20260101/local/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=0f';
  const plain = { 'x-plain': '1' };

  test('keeps path, query, Authorization and key to the byte, and asks nobody who they are', async () => {
    const path = "s3/docs//a%2Fb%20c+d(1)'!*~%C3%A4?x-id=%41&list-type=2&prefix=a%2fb&empty=&bare";
    const { status } = await raw('GET', path, { ...plain, authorization: signature, apikey: 'nobody,knows' });
    expect(status).toBe(200);
    const [{ request } = {}] = received;
    expect(request?.url).toBe(`/${path}`);
    expect(request?.headers).toMatchObject({ authorization: signature, apikey: 'nobody,knows' });
  });

  test('adds no credential to a signature in the query', async () => {
    await raw('GET', 's3/docs/a?X-Amz-Credential=x&X-Amz-Signature=y&X-Amz-Security-Token=z', plain);
    const [{ request } = {}] = received;
    expect(request?.headers['authorization']).toBeUndefined();
    expect(request?.headers['apikey']).toBeUndefined();
  });

  test('tells Storage the public address, whatever the caller says of it', async () => {
    await raw('GET', 's3/docs/a', {
      ...plain,
      ...edgeHeaders,
      'x-forwarded-host': 'evil.example.com',
      'x-forwarded-prefix': '/evil',
      te: 'trailers',
      connection: 'keep-alive, x-hop',
      'x-hop': 'stays',
      x_forwarded_host: 'evil',
      'accept-encoding': 'identity',
      'amz-sdk-request': 'attempt=1',
    });
    const [{ request } = {}] = received;
    expect(request?.headers).toMatchObject({
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
      'x-forwarded-prefix': '/storage/v1',
      'accept-encoding': 'identity',
      'amz-sdk-request': 'attempt=1',
    });
    for (const name of ['te', 'x-hop', 'x_forwarded_host', 'x-jwt-aud'])
      expect([name, request?.headers[name]]).toEqual([name, undefined]);
  });

  test('streams a body while it is still sent', async () => {
    const { hostname, port } = new URL(gateway.url);
    const sent = httpRequest({
      hostname,
      port,
      method: 'PUT',
      path: '/storage/v1/s3/docs/a',
      headers: { ...plain, authorization: signature },
    });
    sent.write('first');
    await expect.poll(() => received[0]?.body).toBe('first');
    sent.end('second');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect([response.statusCode, received[0]?.body]).toEqual([200, 'firstsecond']);
    response.resume();
  });

  test('runs no script of a file in our origin', async () => {
    const s3 = client();
    await s3.send(new PutObjectCommand({ Bucket: 'docs', Key: 'x.html', Body: '<script>' }));
    const seen: Record<string, string>[] = [];
    s3.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const answer: unknown = result.response;
        if (typeof answer === 'object' && answer !== null) seen.push(Object(Reflect.get(answer, 'headers')));
        return result;
      },
      { step: 'deserialize' },
    );
    await s3.send(new GetObjectCommand({ Bucket: 'docs', Key: 'x.html' }));
    expect(seen[0]).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
  });

  test.each([
    ['GET', 's3/../admin', 400],
    ['GET', 's3/docs/%2e%2e/x', 400],
    ['GET', 's3/docs/%252e%252e/x', 400],
    ['GET', 's3/docs/a%5Cb', 400],
    ['GET', 's3/docs/a%00', 400],
    ['PATCH', 's3/docs/a', 404],
    ['GET', 's3x/docs', 404],
    ['GET', 'vector/ListIndexes', 404],
    ['PATCH', 'iceberg/v1/config', 404],
  ])('%s %s is not passed', async (method, path, status) => {
    expect([(await raw(method, path, { authorization: signature })).status, received]).toEqual([status, []]);
  });

  test('takes each credential once', async () => {
    const { hostname, port } = new URL(gateway.url);
    const headers = ['host', host, 'authorization', signature, 'authorization', 'Bearer x'];
    const sent = httpRequest({ hostname, port, path: '/storage/v1/s3/docs/a', headers });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, received]).toEqual([401, []]);
  });
});

describe.each([
  ['POST', 'vector/ListIndexes'],
  ['GET', 'iceberg/v1/config?warehouse=docs'],
  ['HEAD', 'iceberg/v1/docs/namespaces/a'],
  ['DELETE', 'iceberg/v1/docs/namespaces/a/tables/b'],
])('%s /storage/v1/%s', (method, path) => {
  test('passes a signature as it came', async () => {
    const signature = 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0f';
    expect(
      (await raw(method, path, { authorization: signature, 'x-amz-date': '20260101T000000Z' })).status,
    ).toBe(200);
    expect(received[0]?.request.url).toBe(`/${path}`);
    expect(received[0]?.request.headers).toMatchObject({
      authorization: signature,
      'x-amz-date': '20260101T000000Z',
    });
  });

  test('passes a token, and the JWT that an opaque key stands for', async () => {
    await raw(method, path, { authorization: `Bearer ${serviceKey}`, apikey: serviceKey });
    await raw(method, path, { authorization: `Bearer ${opaqueKey}`, apikey: opaqueKey });
    const sent = received.map(({ request }) => request.headers.authorization);
    expect(sent).toEqual([`Bearer ${serviceKey}`, `Bearer ${serviceKey}`]);
  });
});
