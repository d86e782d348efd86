import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeHeaders } from '../support/edge-headers.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql, type VariablesOf } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret, userClaims } from '../support/tokens.ts';

const noise = randomBytes(2000);
/** More levels than JSON.stringify has stack for. */
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
let upstream: ListeningServer;
let gateway: TestGateway;
let last: { request: IncomingMessage; body: string } | undefined;

beforeAll(async () => {
  upstream = await listen(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    last = { request, body: Buffer.concat(chunks).toString('utf8') };
    switch (request.url) {
      case '/json':
        response.writeHead(201, {
          'content-type': 'application/json; charset=utf-8',
          'x-mine': 'yes',
          'x-served-by': 'supabase-edge-runtime',
          'set-cookie': 'session=secret',
        });
        response.end('{"big":9007199254740993,"name":"Grüße"}');
        return;
      case '/deep':
        response.writeHead(200, { 'content-type': 'application/json' }).end(deep);
        return;
      case '/text':
        response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here');
        return;
      case '/bytes':
        response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(noise);
        return;
      case '/huge':
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.end(Buffer.alloc(200_000, 'x'));
        return;
      case '/relay':
        response.writeHead(546, { 'x-relay-error': 'true' }).end('worker limit');
        return;
      case '/slow':
        response.writeHead(200, { 'content-type': 'text/plain' }).write('begins');
        return;
      case '/broken':
        request.socket.destroy();
        return;
      default:
        response.writeHead(200).end();
    }
  });
  gateway = await startTestGateway({
    JWT_SECRET: testSecret,
    FUNCTIONS_URL: upstream.url,
    FUNCTIONS_TIMEOUT: '1s',
    UPSTREAM_MAX_ANSWER: '100KB',
  });
});

afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

const mutation =
  gql(`mutation Invoke($name: String!, $body: JSON, $method: HttpMethod! = POST, $headers: JSONObject) {
  invokeFunction(name: $name, body: $body, method: $method, headers: $headers) {
    status headers contentType body text base64
  }
}`);

async function invoke(variables: VariablesOf<typeof mutation>, token?: string) {
  const { data, errors } = await gateway.graphql(mutation, {
    variables,
    ...(token === undefined ? {} : { token }),
  });
  return { result: data?.invokeFunction, code: errors[0]?.extensions.code, message: errors[0]?.message };
}

describe('invokeFunction', () => {
  it('gives JSON parsed without losing digits, and shows only the headers of the allow-list', async () => {
    const { result } = await invoke({ name: 'json', body: { a: 1 } });
    expect(result).toEqual({
      status: 201,
      headers: { 'content-type': 'application/json; charset=utf-8', 'x-mine': 'yes' },
      contentType: 'application/json; charset=utf-8',
      body: { big: '9007199254740993', name: 'Grüße' },
      text: '{"big":9007199254740993,"name":"Grüße"}',
      base64: Buffer.from('{"big":9007199254740993,"name":"Grüße"}').toString('base64'),
    });
    expect(last?.body).toBe('{"a":1}');
    expect(last?.request.headers['content-type']).toBe('application/json');
  });

  it('gives text of any status, and bytes as base64', async () => {
    expect((await invoke({ name: 'text' })).result).toMatchObject({
      status: 404,
      body: null,
      text: 'nothing here',
    });
    expect((await invoke({ name: 'bytes' })).result).toMatchObject({
      text: null,
      body: null,
      base64: noise.toString('base64'),
    });
  });

  it('gives JSON that is nested too deeply as text alone', async () => {
    expect((await invoke({ name: 'deep' })).result).toMatchObject({ status: 200, body: null, text: deep });
  });

  it("sends the caller's own credentials and leaves out the headers that are not the caller's to set", async () => {
    const token = hmacToken(userClaims());
    await invoke(
      {
        name: 'ok',
        method: 'PUT',
        body: 'plain',
        headers: {
          'Content-Type': 'text/plain',
          Authorization: 'Bearer other',
          'X-Forwarded-For': '6.6.6.6',
          cookie: 'a=b',
          'X-Api-Key': 'theirs',
          ...edgeHeaders,
          'X-Hook': 'signature',
          x_hook: 'a name that some servers take for the other',
        },
      },
      token,
    );
    expect(last?.request.method).toBe('PUT');
    expect(last?.body).toBe('plain');
    expect(last?.request.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'content-type': 'text/plain',
      'x-hook': 'signature',
      'x-forwarded-for': expect.not.stringContaining('6.6.6.6'),
    });
    expect(last?.request.headers.cookie).toBeUndefined();
    expect(last?.request.headers['x_hook']).toBeUndefined();
    for (const name of ['x-api-key', ...Object.keys(edgeHeaders)])
      expect([name, last?.request.headers[name]]).toEqual([name, undefined]);
  });

  it.each<[VariablesOf<typeof mutation>, RegExp]>([
    [{ name: '../auth' }, /name/],
    [{ name: 'a/b' }, /name/],
    [{ name: 'x'.repeat(65) }, /name/],
    [{ name: '' }, /name/],
    [{ name: 'ok', headers: { 'x-a': 'b\r\nx-c: d' } }, /headers/],
    [{ name: 'ok', headers: { 'x a': 'b' } }, /headers/],
    [{ name: 'ok', headers: { 'x-a': 1 } }, /headers/],
    [{ name: 'ok', method: 'GET', body: {} }, /body/],
  ])('refuses %j', async (variables, where) => {
    const { code, message } = await invoke(variables);
    expect(code).toBe('BAD_USER_INPUT');
    expect(message).toMatch(where);
  });

  it('refuses a body that nobody could write out again', async () => {
    const { code, message } = await invoke({
      name: 'ok',
      body: JSON.parse('['.repeat(999) + ']'.repeat(999)),
    });
    expect(message).toMatch(/nested deeper than 256 levels/);
    expect(code).toBe('BAD_USER_INPUT');
  });

  it('says what went wrong when there is no answer', async () => {
    expect((await invoke({ name: 'huge' })).code).toBe('PAYLOAD_TOO_LARGE');
    expect((await invoke({ name: 'relay' })).code).toBe('UPSTREAM_ERROR');
    expect((await invoke({ name: 'slow' })).code).toBe('TIMEOUT');
    expect((await invoke({ name: 'broken' })).code).toBe('OUTCOME_UNKNOWN');
    expect((await invoke({ name: 'broken', method: 'GET' })).code).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('opens the circuit of the broken function alone', async () => {
    for (let attempt = 0; attempt < 8; attempt += 1) await invoke({ name: 'broken', method: 'GET' });
    const before = upstream.requests.length;
    expect((await invoke({ name: 'broken', method: 'GET' })).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.requests).toHaveLength(before);
    expect((await invoke({ name: 'json' })).result.status).toBe(201);
  });

  it('is NOT_CONFIGURED without functions', async () => {
    await using bare = await startTestGateway({ JWT_SECRET: testSecret });
    const { errors } = await bare.graphql(mutation, {
      variables: { name: 'x' },
      token: hmacToken(keyClaims('service_role')),
    });
    expect(errors[0]?.extensions.code).toBe('NOT_CONFIGURED');
  });
});
