import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exchange } from '../support/recorded-exchange.ts';
import { type StorageGateway, startStorageGateway } from '../support/storage-gateway.ts';

const boundary = 'test-boundary';
const kilobyte = 1024;

const field = (name: string, value: unknown): Buffer =>
  Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`,
  );
const begun = (name: string): Buffer =>
  Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\nContent-Type: text/plain\r\n\r\n`,
  );
const part = (name: string, content: string | Buffer): Buffer =>
  Buffer.concat([begun(name), Buffer.from(content), Buffer.from('\r\n')]);
const end = Buffer.from(`--${boundary}--\r\n`);

/** Uploads `variables`, in this order. */
function operations(variables: readonly string[], path: string): Buffer {
  const fields = variables.map(
    (name) =>
      `${name}: uploadFile(input: { bucket: "docs", path: "${path}/${name}", file: $${name}, upsert: true }) { size }`,
  );
  const query = `mutation(${variables.map((name) => `$${name}: File!`).join(' ')}) { ${fields.join(' ')} }`;
  return field('operations', { query, variables: Object.fromEntries(variables.map((name) => [name, null])) });
}

let gateway: StorageGateway;
beforeAll(async () => {
  gateway = await startStorageGateway({
    MAX_UPLOAD: '1mb',
    MAX_UPLOAD_FILES: '6',
    MAX_UPLOAD_HELD: '64kb',
    MAX_UPLOADS_HELD: '640kb',
  });
  await gateway.makeBucket('docs');
});
afterAll(async () => await gateway?.close());

interface Reply {
  /** The size of each file that was stored, or the code of its error. */
  readonly files: Record<string, string>;
  readonly errors: { message: string; path?: string[]; extensions: { code: string; limit?: number } }[];
}

async function send(parts: readonly Buffer[]): Promise<Reply> {
  const { bytes } = await exchange(gateway.url, {
    method: 'POST',
    path: '/graphql',
    headers: {
      authorization: `Bearer ${gateway.serviceKey}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'x-graphql-yoga-csrf': '1',
    },
    body: Buffer.concat(parts),
  });
  const answer: { data?: Record<string, { size: string } | null>; errors?: Reply['errors'] } = JSON.parse(
    bytes.toString(),
  );
  const errors = answer.errors ?? [];
  const files = Object.entries(answer.data ?? {}).map(([name, file]) => [
    name,
    file?.size ?? errors.find(({ path }) => path?.[0] === name)?.extensions.code,
  ]);
  return { files: Object.fromEntries(files), errors };
}

async function stored(path: string): Promise<string | undefined> {
  const answer = await fetch(`${gateway.storage.url}/object/docs/${path}`, {
    headers: { authorization: `Bearer ${gateway.serviceKey}` },
  });
  return answer.status === 200 ? await answer.text() : undefined;
}

async function heldBytes(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^bunbun_held_bytes\{what="files"\} (\d+)$/m.exec(text)?.[1]);
}

const mapOf = (...names: string[]): Buffer =>
  field('map', Object.fromEntries(names.map((name) => [`p-${name}`, [`variables.${name}`]])));

test('uses small files in any order, whatever the order of the map and of the parts', async () => {
  const { files } = await send([
    operations(['c', 'a', 'b'], 'order'),
    mapOf('a', 'b', 'c'),
    part('p-b', 'bb'),
    part('p-a', 'a'),
    part('p-c', 'ccc'),
    end,
  ]);
  expect(files).toEqual({ a: '1', b: '2', c: '3' });
  expect(await Promise.all(['a', 'b', 'c'].map((name) => stored(`order/${name}`)))).toEqual([
    'a',
    'bb',
    'ccc',
  ]);
});

test('streams files of any size that are used in the order in which they come', async () => {
  const { files } = await send([
    operations(['a', 'b', 'c'], 'large'),
    mapOf('a', 'b', 'c'),
    part('p-a', Buffer.alloc(900 * kilobyte, 'a')),
    part('p-b', ''),
    part('p-c', Buffer.alloc(900 * kilobyte, 'c')),
    end,
  ]);
  expect(files).toEqual({ a: String(900 * kilobyte), b: '0', c: String(900 * kilobyte) });
});

test('says so of a file that was passed by and is too large to be kept', async () => {
  const { files, errors } = await send([
    operations(['b', 'a'], 'passed'),
    mapOf('a', 'b'),
    part('p-a', Buffer.alloc(100 * kilobyte, 'a')),
    part('p-b', 'second'),
    end,
  ]);
  expect(files).toEqual({ a: 'BAD_USER_INPUT', b: '6' });
  expect(errors[0]?.message).toContain('passed by');
  expect(await stored('passed/a')).toBeUndefined();
});

test('lets parts flow away that the map does not name, that come twice or that nobody uses', async () => {
  const large = Buffer.alloc(300 * kilobyte, 'x');
  const { files } = await send([
    operations(['a', 'b'], 'unused'),
    field('map', { 'p-a': ['variables.a'], 'p-b': ['variables.b'] }),
    part('nobody', large),
    part('p-a', 'a'),
    part('p-a', large),
    part('nobody', 'x'),
    part('p-b', 'bb'),
    end,
  ]);
  expect(files).toEqual({ a: '1', b: '2' });
});

test.each([
  ['path', 'path: "/a"'],
  ['contentType', 'path: "a", contentType: "no type"'],
  ['cacheControl', 'path: "a", cacheControl: "soon"'],
  ['metadata', 'path: "a", metadata: { text: "\\u0000" }'],
])('goes on to the next file when the %s of a large one is refused', async (argument, input) => {
  const query = `mutation($a: File! $b: File!) {
    a: uploadFile(input: { bucket: "docs", file: $a, ${input} }) { size }
    b: uploadFile(input: { bucket: "docs", file: $b, path: "after/${argument}" }) { size }
  }`;
  const { files } = await send([
    field('operations', { query, variables: { a: null, b: null } }),
    mapOf('a', 'b'),
    part('p-a', Buffer.alloc(900 * kilobyte, 'a')),
    part('p-b', 'bb'),
    end,
  ]);
  expect(files).toEqual({ a: 'BAD_USER_INPUT', b: '2' });
});

test('gives one part to every place of it, and says so of one that is too large to be kept', async () => {
  const shared = field('map', { one: ['variables.a', 'variables.b'], two: ['variables.c'] });
  const small = await send([
    operations(['a', 'b', 'c'], 'shared'),
    shared,
    part('one', 'same'),
    part('two', 'c'),
    end,
  ]);
  expect(small.files).toEqual({ a: '4', b: '4', c: '1' });
  expect(await stored('shared/b')).toBe('same');

  const large = await send([
    operations(['a', 'b', 'c'], 'over'),
    shared,
    part('one', Buffer.alloc(100 * kilobyte)),
    part('two', 'c'),
    end,
  ]);
  expect(large.files).toEqual({ a: 'PAYLOAD_TOO_LARGE', b: 'PAYLOAD_TOO_LARGE', c: '1' });
  expect(large.errors[0]?.extensions.limit).toBe(64 * kilobyte);
  expect(await stored('over/a')).toBeUndefined();
});

test('holds a file that comes byte by byte in no more memory than another', async () => {
  const bytes = 40 * kilobyte;
  const socket = open();
  const chunk = (data: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
  socket.write(chunk(operations(['a', 'b'], 'drops')));
  socket.write(chunk(field('map', { one: ['variables.a', 'variables.b'] })));
  socket.write(chunk(begun('one')));
  socket.write(Buffer.concat(Array.from({ length: bytes }, () => chunk(Buffer.from('x')))));
  socket.write(Buffer.concat([chunk(Buffer.from('\r\n')), chunk(end), Buffer.from('0\r\n\r\n')]));
  const answer = await textOf(socket);
  expect(answer).toContain(`{"data":{"a":{"size":"${bytes}"},"b":{"size":"${bytes}"}}}`);
});

test.each<[string, Record<string, unknown>]>([
  ['more places than a request may have files', { one: Array.from({ length: 7 }, () => 'variables.a') }],
  ['100,000 places', { one: Array.from({ length: 100_000 }, () => 'variables.a') }],
  ['one place twice', { one: ['variables.a', 'variables.a'] }],
  ['one place for two parts', { one: ['variables.a'], two: ['variables.a'] }],
  ['no place', { one: [] }],
  ['a place that is no text', { one: [['variables.a']] }],
  ['places that are no list', { one: 'variables.a' }],
  ['a part that never comes', { one: ['variables.a'], two: ['variables.b'] }],
])('refuses a map with %s', async (_name, map) => {
  const { files, errors } = await send([
    operations(['b', 'a'], 'bad'),
    field('map', map),
    part('one', 'x'),
    end,
  ]);
  expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(files['b'] ?? 'BAD_USER_INPUT').toBe('BAD_USER_INPUT');
});

/** A request that has sent its head, and what `textOf` waits for. */
function open(): Socket {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${gateway.serviceKey}\r\nx-graphql-yoga-csrf: 1\r\n` +
      `Content-Type: multipart/form-data; boundary=${boundary}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`,
  );
  return socket;
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test('bounds what all requests hold, and gives it back when their senders leave', async () => {
  const first = Buffer.concat([
    operations(['b', 'a'], 'sum'),
    mapOf('a', 'b'),
    part('p-a', Buffer.alloc(60 * kilobyte)),
  ]);
  const hold = (): Socket => {
    const socket = open();
    socket.write(
      Buffer.concat([Buffer.from(`${first.length.toString(16)}\r\n`), first, Buffer.from('\r\n')]),
    );
    return socket;
  };
  const sockets: Socket[] = [];
  // Each takes 64 KB, until a quarter of what is free is less than that.
  for (let i = 1; i <= 6; i += 1) {
    sockets.push(hold());
    await expect.poll(heldBytes, { timeout: 10_000 }).toBe(i * 64 * kilobyte);
  }

  const both = field('map', { one: ['variables.a', 'variables.b'] });
  const wanting = async (size: number): Promise<unknown> =>
    (await send([operations(['a', 'b'], 'other'), both, part('one', Buffer.alloc(size)), end])).files;
  expect(await wanting(60 * kilobyte)).toEqual({ a: 'RATE_LIMITED', b: 'RATE_LIMITED' });
  expect(await wanting(1000)).toEqual({ a: '1000', b: '1000' });

  for (const socket of sockets) socket.destroy();
  await expect.poll(heldBytes, { timeout: 10_000 }).toBe(0);
  const whole = String(60 * kilobyte);
  expect(await wanting(60 * kilobyte)).toEqual({ a: whole, b: whole });
});

test('is refused where it brings parts that are neither fields nor files, instead of reading them to the end', async () => {
  const empty = Buffer.from(`--${boundary}\r\n\r\n\r\n`.repeat(2_000));
  const reply = await send([operations(['a'], 'never'), mapOf('a'), empty, part('p-a', 'x')]);
  expect(JSON.stringify(reply)).toContain('A request may carry 16 parts.');
});
