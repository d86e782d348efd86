import { readdir } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gql } from '../support/gql.ts';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';

const mutation =
  gql(`mutation ($file: File!, $path: String!, $bucket: ID! = "docs", $upsert: Boolean! = false, $metadata: JSONObject, $cacheControl: String) {
  uploadFile(input: { bucket: $bucket, path: $path, file: $file, upsert: $upsert, metadata: $metadata, cacheControl: $cacheControl }) {
    id path size contentType } }`);

const boundary = 'test-boundary';
const csrf = { 'x-graphql-yoga-csrf': '1' };

const field = (name: string, value: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const filePart = (name: string, content: string | Buffer, type = 'text/plain'): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="f.bin"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
const end = `--${boundary}--\r\n`;

function operations(variables: Record<string, unknown>, query: string = mutation): string {
  return field('operations', JSON.stringify({ query, variables: { file: null, ...variables } }));
}

interface Reply {
  status: number;
  data: Record<string, unknown> | undefined;
  codes: string[];
  connection: string | undefined;
}

describe('uploading through GraphQL', () => {
  let gateway: StorageGateway;

  beforeAll(async () => {
    gateway = await startStorageGateway({ MAX_UPLOAD: '1mb', MAX_UPLOAD_FILES: '3' });
    await gateway.makeBucket('docs');
    await gateway.makeBucket('small', { file_size_limit: 1000, allowed_mime_types: ['text/plain'] });
    await gateway.sql(`
      create policy drop_box on storage.objects for insert to authenticated
        with check (bucket_id = 'docs' and name like 'box/%')`);
  });
  afterAll(async () => await gateway?.close());

  async function send(
    parts: (string | Buffer)[],
    options: { headers?: Record<string, string>; token?: string | null } = {},
  ): Promise<Reply> {
    const token = options.token === undefined ? gateway.serviceKey : options.token;
    const { status, headers, bytes } = await exchange(gateway.url, {
      method: 'POST',
      path: '/graphql',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        'content-type': `multipart/form-data; boundary=${boundary}`,
        ...(options.headers ?? csrf),
      },
      body: Buffer.concat(parts.map((part) => Buffer.from(part))),
    });
    const answer: { data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] } =
      JSON.parse(bytes.toString());
    return {
      status,
      data: answer.data,
      codes: (answer.errors ?? []).map(({ extensions }) => extensions.code),
      connection: headers.connection,
    };
  }

  const upload = (
    path: string,
    content: string | Buffer,
    variables: Record<string, unknown> = {},
    type?: string,
  ) =>
    send([
      operations({ path, ...variables }),
      field('map', '{"0":["variables.file"]}'),
      filePart('0', content, type),
      end,
    ]);

  async function stored(path: string, bucket = 'docs'): Promise<string | undefined> {
    const { status, bytes } = await exchange(gateway.storage.url, {
      method: 'GET',
      path: `/object/${bucket}/${path}`,
      headers: { authorization: `Bearer ${gateway.serviceKey}` },
    });
    return status === 200 ? bytes.toString() : undefined;
  }

  const incoming = () => readdir(join(gateway.storage.dataDir, 'storage', 'incoming'));

  test('stores a file with its type, metadata and cache time', async () => {
    const { data, codes } = await upload(
      'a/hello.txt',
      'hello',
      { metadata: { tag: 'x' }, cacheControl: '60' },
      'text/markdown',
    );
    expect(codes).toEqual([]);
    expect(data).toMatchObject({
      uploadFile: { path: 'a/hello.txt', size: '5', contentType: 'text/markdown' },
    });
    expect(await stored('a/hello.txt')).toBe('hello');
    const told = await gateway.graphql(
      gql(`{ file(bucket: "docs", path: "a/hello.txt") { cacheControl metadata contentType } }`),
      { token: gateway.serviceKey },
    );
    expect(told.data.file).toEqual({
      cacheControl: 'max-age=60',
      metadata: { tag: 'x' },
      contentType: 'text/markdown',
    });
  });

  test('answers with the type as it is stored', async () => {
    const { data } = await upload('a/type.txt', 'x', {}, 'TEXT/Markdown');
    expect(data).toMatchObject({ uploadFile: { contentType: 'text/markdown' } });
  });

  test('answers a caller who may insert but not read', async () => {
    const token = gateway.userToken('11111111-1111-4111-8111-111111111111');
    const parts = (path: string) => [
      operations({ path }),
      field('map', '{"0":["variables.file"]}'),
      filePart('0', 'x'),
      end,
    ];
    expect(await send(parts('box/1'), { token })).toMatchObject({
      codes: [],
      data: { uploadFile: { path: 'box/1', size: '1' } },
    });
    expect((await send(parts('elsewhere/1'), { token })).codes).toEqual(['FORBIDDEN']);
    expect(await stored('elsewhere/1')).toBeUndefined();
  });

  test('takes several files in the order of the map, and an empty one', async () => {
    const query = gql(`mutation ($a: File!, $b: File!) {
      one: uploadFile(input: { bucket: "docs", path: "many/1", file: $a }) { size }
      two: uploadFile(input: { bucket: "docs", path: "many/2", file: $b }) { size contentType } }`);
    const { data, codes } = await send([
      operations({ a: null, b: null }, query),
      field('map', '{"x":["variables.a"],"y":["variables.b"]}'),
      filePart('x', Buffer.alloc(300_000, 'a')),
      filePart('y', '', 'image/png'),
      end,
    ]);
    expect(codes).toEqual([]);
    expect(data).toEqual({ one: { size: '300000' }, two: { size: '0', contentType: 'image/png' } });
    expect(await stored('many/2')).toBe('');
  });

  test('replaces a file only with upsert', async () => {
    await upload('twice.txt', 'one');
    expect((await upload('twice.txt', 'two')).codes).toEqual(['CONFLICT']);
    expect(await stored('twice.txt')).toBe('one');
    expect((await upload('twice.txt', 'two', { upsert: true })).codes).toEqual([]);
    expect(await stored('twice.txt')).toBe('two');
  });

  test('keeps one whole file of two uploads of the same path at once', async () => {
    await Promise.all([
      upload('race.txt', Buffer.alloc(500_000, 'a')),
      upload('race.txt', Buffer.alloc(500_000, 'b')),
    ]);
    const content = await stored('race.txt');
    expect(content).toHaveLength(500_000);
    expect(new Set(content).size).toBe(1);
  });

  test('refuses a file over its own limit and over the bucket’s, and leaves nothing of it', async () => {
    expect((await upload('big.bin', Buffer.alloc(2_000_000))).codes).toEqual(['PAYLOAD_TOO_LARGE']);
    expect((await upload('big.txt', Buffer.alloc(2_000), { bucket: 'small' })).codes).toEqual([
      'PAYLOAD_TOO_LARGE',
    ]);
    expect((await upload('big.pdf', 'x', { bucket: 'small' }, 'application/pdf')).codes).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect((await upload('x', 'x', { bucket: 'missing' })).codes).toEqual(['NOT_FOUND']);
    expect(await stored('big.bin')).toBeUndefined();
    await expect.poll(incoming, { timeout: 5_000 }).toEqual([]);
  });

  test.each([
    ['../x', 'BAD_USER_INPUT'],
    ['/x', 'BAD_USER_INPUT'],
    ['\u{1f600}', 'BAD_USER_INPUT'],
    ['x'.repeat(300), 'BAD_USER_INPUT'],
  ])('answers the path %j with %s', async (path, code) => {
    expect((await upload(path, 'x')).codes).toEqual([code]);
  });

  test('refuses requests without the CSRF header that any page could send', async () => {
    const { status, codes } = await send([operations({ path: 'x' }), end], { headers: {}, token: null });
    expect([status, codes]).toEqual([403, ['FORBIDDEN']]);
  });

  test.each<[string, (string | Buffer)[]]>([
    ['no file', [operations({ path: 'x' }), field('map', '{"0":["variables.file"]}'), end]],
    ['a file before operations', [filePart('0', 'x'), operations({ path: 'x' }), end]],
    ['map before operations', [field('map', '{}'), operations({ path: 'x' }), end]],
    ['operations that are not JSON', [field('operations', '{'), end]],
    ['a batch', [field('operations', '[]'), end]],
    [
      'a body that is cut',
      [
        operations({ path: 'cut' }),
        field('map', '{"0":["variables.file"]}'),
        `--${boundary}\r\nContent-Disposition: form-data; name="0"; filename="f"\r\n\r\nhalf of it`,
      ],
    ],
    [
      'an unknown place in the map',
      [operations({ path: 'x' }), field('map', '{"0":["variables.none"]}'), filePart('0', 'x'), end],
    ],
    [
      'a place outside of the variables',
      [operations({ path: 'x' }), field('map', '{"0":["query"]}'), filePart('0', 'x'), end],
    ],
    [
      '__proto__ in the map',
      [
        operations({ path: 'x' }),
        field('map', '{"0":["variables.__proto__.file"]}'),
        filePart('0', 'x'),
        end,
      ],
    ],
    [
      'a place that is not null',
      [operations({ path: 'x' }), field('map', '{"0":["variables.path"]}'), filePart('0', 'x'), end],
    ],
    [
      'too many files',
      [
        operations({ path: 'x' }),
        field(
          'map',
          JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i, ['variables.file']]))),
        ),
        end,
      ],
    ],
  ])('refuses %s', async (_name, parts) => {
    const { codes, data } = await send(parts);
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(data?.['uploadFile'] ?? null).toBeNull();
    expect(await stored('cut')).toBeUndefined();
    await expect.poll(incoming, { timeout: 5_000 }).toEqual([]);
  });

  /** The answer to a request that goes no further than `begin`. */
  async function answerTo(begin: string, headers: Record<string, string>): Promise<IncomingMessage> {
    const { hostname, port } = new URL(gateway.url);
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = httpRequest({
        hostname,
        port,
        method: 'POST',
        path: '/graphql',
        headers: { ...csrf, 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
      });
      sending.on('response', resolve).on('error', reject);
      sending.write(begin);
    });
  }
  const beforeFile = (path: string) => operations({ path }) + field('map', '{"0":["variables.file"]}');

  test('answers a refused caller early, before the file has come, and closes the connection', async () => {
    const part = filePart('0', 'never more than this').subarray(0, -2);
    const answer = await answerTo(beforeFile('early') + part, {});
    expect(answer.headers.connection).toBe('close');
    answer.resume();
    await new Promise((resolve) => answer.once('close', resolve));
  });

  test('refuses a path that no file can have before the file begins to come', async () => {
    const answer = await answerTo(`${beforeFile('../x')}--${boundary}\r\n`, {
      authorization: `Bearer ${gateway.serviceKey}`,
    });
    expect(answer.headers.connection).toBe('close');
    expect(await text(answer)).toContain('path must not hold');
  });

  test('says nothing of the path to a caller who may not ask', async () => {
    const { codes } = await send([beforeFile('../x'), filePart('0', 'x'), end], { token: null });
    expect(codes).toEqual(['UNAUTHENTICATED']);
  });

  test('leaves nothing of an upload whose sender goes away half-way', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    const head = operations({ path: 'gone.bin' }) + field('map', '{"0":["variables.file"]}');
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${gateway.serviceKey}\r\nx-graphql-yoga-csrf: 1\r\n` +
        `Content-Type: multipart/form-data; boundary=${boundary}\r\nContent-Length: 900000\r\n\r\n${head}`,
    );
    socket.write(filePart('0', Buffer.alloc(400_000)).subarray(0, -2));
    await expect.poll(incoming, { timeout: 5_000 }).toHaveLength(1);
    socket.destroy();
    await expect.poll(incoming, { timeout: 5_000 }).toEqual([]);
    expect(await stored('gone.bin')).toBeUndefined();
  });

  test('tells a service that refuses, fails or answers garbage apart', async () => {
    const { faults } = gateway.storage;
    try {
      faults.set({ kind: 'status', status: 500, path: '/object/' });
      expect((await upload('fault/1', 'x')).codes).toEqual(['UPSTREAM_ERROR']);
      faults.set({ kind: 'status', status: 200, body: 'garbage', path: '/object/' });
      expect((await upload('fault/2', 'x')).codes).toEqual(['UPSTREAM_ERROR']);
      faults.set({ kind: 'drop', path: '/object/' });
      expect((await upload('fault/3', Buffer.alloc(600_000))).codes).toEqual(['OUTCOME_UNKNOWN']);
    } finally {
      faults.set(undefined);
    }
    expect((await upload('fault/4', 'x')).codes).toEqual([]);
  });
});
