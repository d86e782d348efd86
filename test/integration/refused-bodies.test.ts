import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { connectOnce } from '../support/one-connection.ts';
import { type RefusingServer, startRefusingServer } from '../support/refusing-server.ts';
import { hmacToken, keyClaims, testSecret, userClaims } from '../support/tokens.ts';

const sizes = [
  ['1 B', 1],
  ['100 KB', 100 * 1024],
  ['300 KB', 300 * 1024],
  ['1 MB', 1024 ** 2],
  ['3 MB', 3 * 1024 ** 2],
  ['40 MB', 40 * 1024 ** 2],
] as const;

describe('a service that refuses a body unread and keeps its connection', () => {
  const anonKey = hmacToken(keyClaims('anon'));
  let service: RefusingServer;
  let gateway: TestGateway;

  beforeAll(async () => {
    service = await startRefusingServer();
    gateway = await startTestGateway({
      AUTH_URL: service.url,
      STORAGE_URL: service.url,
      FUNCTIONS_URL: service.url,
      POSTGREST_URL: service.url,
      REALTIME_URL: service.url,
      JWT_SECRET: testSecret,
      SUPABASE_ANON_KEY: anonKey,
      PUBLIC_URL: 'http://localhost:1',
    });
  });
  afterAll(async () => {
    await gateway?.close();
    await service?.[Symbol.asyncDispose]();
  });

  interface Sending {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer;
  }

  /** Sends all of the body, whatever comes meanwhile. */
  async function send({ method, path, headers, body }: Sending): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(gateway.url);
    return await new Promise((resolve, reject) => {
      const request = httpRequest({
        hostname,
        port,
        path,
        method,
        headers: { apikey: anonKey, ...(body && { 'content-length': body.length }), ...headers },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        text(response).then((answer) => {
          request.destroy();
          resolve({ status: response.statusCode ?? 0, text: answer });
        }, reject);
      });
      request.end(body);
    });
  }

  const upload = { headers: { 'content-type': 'application/octet-stream' } };
  const json = { headers: { 'content-type': 'application/json' } };
  const tus = {
    headers: {
      'content-type': 'application/offset+octet-stream',
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'upload-length': '100',
    },
  };
  const form = { headers: { 'content-type': 'multipart/form-data; boundary=b' } };

  const routes: readonly (readonly [name: string, sending: Sending, other: string, most?: number])[] = [
    ['PUT', { method: 'PUT', path: '/storage/v1/object/b/a', ...upload }, '/storage/v1/object/public/b/c'],
    ['POST', { method: 'POST', path: '/storage/v1/object/b/a', ...upload }, '/storage/v1/object/public/b/c'],
    ['POST of a form', { method: 'POST', path: '/storage/v1/object/b/a', ...form }, '/storage/v1/status'],
    ['TUS POST', { method: 'POST', path: '/storage/v1/upload/resumable', ...tus }, '/storage/v1/version'],
    ['TUS PATCH', { method: 'PATCH', path: '/storage/v1/upload/resumable/x', ...tus }, '/storage/v1/version'],
    ['functions', { method: 'POST', path: '/functions/v1/hello', ...upload }, '/functions/v1/hello'],
    ['rest', { method: 'POST', path: '/rest/v1/things', ...json }, '/rest/v1/things'],
    ['auth', { method: 'POST', path: '/auth/v1/admin/users', ...json }, '/auth/v1/settings', 1024 ** 2],
  ];
  const cases = routes.flatMap(([name, sending, other, most = Number.POSITIVE_INFINITY]) =>
    sizes.flatMap(([size, bytes]) => (bytes <= most ? [[name, size, sending, other, bytes] as const] : [])),
  );

  test.each(cases)('tells the sender by %s of %s, and nobody else notices', async (...given) => {
    const [, , sending, other, bytes] = given;
    const refused = await send({ ...sending, body: Buffer.alloc(bytes, 'x') });
    expect(refused).toMatchObject({ status: 409, text: expect.stringContaining('Duplicate') });
    expect(await send({ method: 'GET', path: other })).toEqual({ status: 200, text: '{"fine":true}' });
  });

  test.each(sizes)('tells the sender by uploadFile of %s, and nobody else notices', async (_size, bytes) => {
    const query = gql(
      `mutation ($file: File!) { uploadFile(input: { bucket: "b", path: "a", file: $file }) { size } }`,
    );
    const body = new FormData();
    body.set('operations', JSON.stringify({ query, variables: { file: null } }));
    body.set('map', '{"0":["variables.file"]}');
    body.set('0', new Blob([Buffer.alloc(bytes, 'x')]), 'a');
    const headers = { authorization: `Bearer ${hmacToken(userClaims())}`, 'x-graphql-yoga-csrf': '1' };
    const answer = await fetch(gateway.graphqlUrl, { method: 'POST', headers, body });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'CONFLICT' } }] });
    const next = await send({ method: 'GET', path: '/storage/v1/object/public/b/c' });
    expect(next).toEqual({ status: 200, text: '{"fine":true}' });
  });

  test('the refused sender goes on using its own connection where all of its body has come', async () => {
    const client = connectOnce(gateway.url);
    const headers = { apikey: anonKey, ...upload.headers };
    const sending = { method: 'PUT', path: '/storage/v1/object/b/a', headers, body: Buffer.alloc(20 * 1024) };
    for (let round = 0; round < 3; round += 1) {
      expect(await client.send(sending)).toMatchObject({ status: 409 });
      expect(await client.send({ method: 'GET', path: '/health' })).toMatchObject({ status: 200 });
    }
    client.close();
  });

  test('a call of our own that is refused does not hold up the next one', async () => {
    const ask = () => gateway.graphqlText('mutation { requestPasswordReset(email: "a@example.com") }');
    const codes = async () => (await ask()).errors.map(({ extensions }) => extensions.code);
    const first = await codes();
    expect(first).not.toContain('OUTCOME_UNKNOWN');
    expect(await codes()).toEqual(first);
  });

  test('eight senders who are refused all the time are not noticed by anybody else', async () => {
    const body = Buffer.alloc(1024 ** 2, 'x');
    let going = true;
    const hostile = Array.from({ length: 8 }, async () => {
      let sent = 0;
      for (; going || sent < 3; sent += 1) {
        const { status } = await send({ method: 'PUT', path: '/storage/v1/object/b/a', ...upload, body });
        expect(status).toBe(409);
      }
    });
    for (let call = 0; call < 50; call += 1) {
      const answer = await send({ method: 'GET', path: '/storage/v1/object/public/b/c' });
      expect(answer).toEqual({ status: 200, text: '{"fine":true}' });
    }
    going = false;
    await Promise.all(hostile);
    const { data } = await gateway.graphql(gql(`{ services { name circuit } }`), {
      token: hmacToken(keyClaims('service_role')),
    });
    expect(data.services).toContainEqual({ name: 'STORAGE', circuit: 'CLOSED' });
  });
});
