import { getEventListeners, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/app-error.ts';
import type { HttpUpstreamDeps, UpstreamLimits } from '../../src/upstream/http/types.ts';
import { createHttpUpstream } from '../../src/upstream/http/upstream.ts';
import { defaultConfig } from '../support/default-config.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { silentLog, testCall } from '../support/test-call.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function upstreamOf(
  handler: RequestListener,
  { limits, ...extra }: Partial<Omit<HttpUpstreamDeps, 'limits'>> & { limits?: Partial<UpstreamLimits> } = {},
) {
  const server = await listen(handler);
  const upstream = createHttpUpstream({
    service: 'AUTH',
    baseUrl: `${server.url}/auth/v1`,
    limits: { ...defaultConfig.upstream, ...limits },
    log: silentLog,
    ...extra,
  });
  closers.push(server.close, upstream.close);
  return { server, upstream };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const never: RequestListener = () => undefined;

describe('request', () => {
  it('joins the base path, the path and the query, and parses JSON', async () => {
    const { server, upstream } = await upstreamOf((_, response) => {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end('{"a":1}');
    });
    const query = { page: 2, tag: ['a b', 'c'], none: undefined };
    const answer = await upstream.request({ method: 'GET', path: '/users', query, call: testCall() });
    expect(answer).toMatchObject({ status: 200, body: { a: 1 }, text: '{"a":1}' });
    expect(server.requests[0]?.url).toBe('/auth/v1/users?page=2&tag=a+b&tag=c');
  });

  it("sends the caller's own credentials, one address, and the request id", async () => {
    const { server, upstream } = await upstreamOf((_, response) => response.end());
    const viewer = { ...testCall().viewer, token: 'jwt', apikey: 'key' };
    const call = testCall({ viewer });
    const headers = { 'X-Forwarded-For': '6.6.6.6', Connection: 'close', 'x-metadata': 'm' };
    await upstream.request({ method: 'GET', path: '/user', headers, call });
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer jwt',
      apikey: 'key',
      'x-forwarded-for': '203.0.113.7',
      'x-request-id': 'test-request',
      'x-metadata': 'm',
    });
    await upstream.request({
      method: 'GET',
      path: '/health',
      call,
      credentials: 'none',
      host: 'realtime-dev',
    });
    expect(server.requests[1]?.headers).toMatchObject({ host: 'realtime-dev' });
    expect(server.requests[1]?.headers).not.toHaveProperty('authorization');
    expect(server.requests[1]?.headers).not.toHaveProperty('apikey');
  });

  it('sends JSON, bytes and streams', async () => {
    const bodies: [string | undefined, string][] = [];
    const { upstream } = await upstreamOf(async (request, response) => {
      bodies.push([request.headers['content-type'], (await buffer(request)).toString()]);
      response.end();
    });
    const post = (body: unknown, headers = {}) =>
      upstream.request({ method: 'POST', path: '/x', body, headers, call: testCall() });
    await post({ a: 'é' });
    await post('text');
    await post(Buffer.from('raw'), { 'content-type': 'text/plain' });
    await post(Readable.from([Buffer.from('one'), Buffer.from('two')]));
    expect(bodies).toEqual([
      ['application/json', '{"a":"é"}'],
      ['application/json', '"text"'],
      ['text/plain', 'raw'],
      [undefined, 'onetwo'],
    ]);
  });

  it.each([400, 401, 404, 409, 429, 500, 501])(
    'returns a %i answer and leaves the circuit closed',
    async (status) => {
      const { server, upstream } = await upstreamOf((_, response) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end('{"code":"x"}');
      });
      for (let i = 0; i < 12; i += 1) {
        const answer = await upstream.request({ method: 'GET', path: '/', call: testCall() });
        expect(answer).toMatchObject({ status, body: { code: 'x' } });
      }
      expect(server.requests).toHaveLength(12);
      expect(upstream.circuit).toBe('CLOSED');
    },
  );

  it('does not follow a redirect', async () => {
    const { server, upstream } = await upstreamOf((_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const answer = await upstream.request({ method: 'GET', path: '/a', call: testCall() });
    expect(answer.status).toBe(302);
    expect(server.requests).toHaveLength(1);
  });

  it('answers UPSTREAM_UNAVAILABLE when nobody listens, also for a write', async () => {
    const { server, upstream } = await upstreamOf(never);
    await server.close();
    expect(await codeOf(upstream.request({ method: 'GET', path: '/', call: testCall() }))).toBe(
      'UPSTREAM_UNAVAILABLE',
    );
    expect(await codeOf(upstream.request({ method: 'POST', path: '/', call: testCall() }))).toBe(
      'UPSTREAM_UNAVAILABLE',
    );
  });

  it('repeats a read whose connection was reset, and never a write', async () => {
    let calls = 0;
    const { upstream } = await upstreamOf((request, response) => {
      calls += 1;
      if (calls < 3 || request.method === 'POST') request.socket.destroy();
      else response.end('ok');
    });
    const answer = await upstream.request({ method: 'GET', path: '/', call: testCall() });
    expect([answer.text, calls]).toEqual(['ok', 3]);
    const write = upstream.request({ method: 'POST', path: '/', body: {}, call: testCall() });
    expect(await codeOf(write)).toBe('OUTCOME_UNKNOWN');
    expect(calls).toBe(4);
    const get = upstream.request({ method: 'GET', path: '/', idempotent: false, call: testCall() });
    expect((await get).text).toBe('ok');
  });

  it('repeats a read that met 503, and hands out the last answer', async () => {
    const { server, upstream } = await upstreamOf((_, response) => response.writeHead(503).end());
    const answer = await upstream.request({ method: 'GET', path: '/', call: testCall() });
    expect([answer.status, server.requests.length]).toEqual([503, 3]);
    await upstream.request({ method: 'PUT', path: '/', call: testCall() });
    expect(server.requests).toHaveLength(4);
  });

  it('gives up at the time limit: TIMEOUT for a read, OUTCOME_UNKNOWN for a write', async () => {
    const { upstream } = await upstreamOf(never);
    const common = { path: '/', timeoutMs: 50, call: testCall() };
    expect(await codeOf(upstream.request({ method: 'GET', ...common }))).toBe('TIMEOUT');
    expect(await codeOf(upstream.request({ method: 'DELETE', ...common }))).toBe('OUTCOME_UNKNOWN');
  });

  it('answers TIMEOUT for a write that never left the queue', async () => {
    const { server, upstream } = await upstreamOf(never, { limits: { connections: 1 } });
    const first = codeOf(upstream.request({ method: 'POST', path: '/1', timeoutMs: 400, call: testCall() }));
    const second = codeOf(upstream.request({ method: 'POST', path: '/2', timeoutMs: 50, call: testCall() }));
    expect(await second).toBe('TIMEOUT');
    expect(await first).toBe('OUTCOME_UNKNOWN');
    expect(server.requests.map((request) => request.url)).not.toContain('/auth/v1/2');
  });

  it('ends the request upstream as soon as the caller leaves, and does not blame the service', async () => {
    const caller = new AbortController();
    let closed: Promise<unknown> | undefined;
    const { upstream } = await upstreamOf((request) => {
      closed = once(request.socket, 'close');
      caller.abort();
    });
    const call = testCall({ signal: caller.signal });
    expect(await codeOf(upstream.request({ method: 'GET', path: '/', call }))).toBe('TIMEOUT');
    await closed;
    for (let i = 0; i < 20; i += 1) await codeOf(upstream.request({ method: 'GET', path: '/', call }));
    expect(upstream.circuit).toBe('CLOSED');
  });

  it("answers with the error that ended the caller's operation", async () => {
    const caller = new AbortController();
    const { upstream } = await upstreamOf(() => caller.abort(new AppError('SHUTTING_DOWN', 'draining')));
    const call = testCall({ signal: caller.signal });
    expect(await codeOf(upstream.request({ method: 'GET', path: '/', call }))).toBe('SHUTTING_DOWN');
  });

  it('refuses an answer over the size limit, announced or not', async () => {
    const { upstream } = await upstreamOf(
      (request, response) => {
        if (request.url?.endsWith('/announced')) response.setHeader('content-length', 5_000);
        response.end(Buffer.alloc(5_000));
      },
      { limits: { maxAnswerBytes: 1_000 } },
    );
    for (const path of ['/announced', '/chunked']) {
      expect(await codeOf(upstream.request({ method: 'GET', path, call: testCall() }))).toBe(
        'PAYLOAD_TOO_LARGE',
      );
    }
  });

  it('answers UPSTREAM_ERROR for a success that is not the JSON it claims, or no HTTP at all', async () => {
    const { upstream } = await upstreamOf((request, response) => {
      if (request.url?.endsWith('/http')) request.socket.end('SSH-2.0-what\r\n\r\n');
      else response.setHeader('content-type', 'application/json').end('<html>');
    });
    for (const path of ['/json', '/http']) {
      expect(await codeOf(upstream.request({ method: 'GET', path, call: testCall() }))).toBe(
        'UPSTREAM_ERROR',
      );
    }
  });

  it.each(['/a/../b', '/a/./b', '/%2e%2e/admin', '/%252E%252e/admin'])(
    'refuses the path %s',
    async (path) => {
      const { server, upstream } = await upstreamOf(never);
      expect(await codeOf(upstream.request({ method: 'GET', path, call: testCall() }))).toBe(
        'BAD_USER_INPUT',
      );
      expect(server.requests).toHaveLength(0);
    },
  );

  it('refuses a header that HTTP cannot carry', async () => {
    const { upstream } = await upstreamOf(never);
    const headers = { 'x-note': 'a\r\nx-admin: 1' };
    const sent = upstream.request({ method: 'GET', path: '/', headers, call: testCall() });
    expect(await codeOf(sent)).toBe('BAD_USER_INPUT');
  });

  it("passes on why the body's source broke off, and does not blame the service", async () => {
    const { upstream } = await upstreamOf((request) => request.resume());
    for (let i = 0; i < 8; i += 1) {
      const body = Readable.from(
        (async function* () {
          yield Buffer.from('some');
          throw new AppError('PAYLOAD_TOO_LARGE', 'over the limit');
        })(),
      );
      const sent = upstream.request({ method: 'POST', path: '/', body, call: testCall() });
      expect(await codeOf(sent)).toBe('PAYLOAD_TOO_LARGE');
    }
    expect(upstream.circuit).toBe('CLOSED');
  });

  it('opens the circuit after failures, refuses without asking, and closes after a good probe', async () => {
    let healthy = false;
    const states: string[] = [];
    const { server, upstream } = await upstreamOf(
      (_, response) => response.writeHead(healthy ? 200 : 502).end(),
      {
        metrics: { upstreamRequest: () => undefined, circuitChanged: (_, state) => states.push(state) },
      },
    );
    const get = () => upstream.request({ method: 'PUT', path: '/', call: testCall() });
    for (let i = 0; i < 5; i += 1) await get();
    expect(upstream.circuit).toBe('OPEN');
    expect(await codeOf(get())).toBe('UPSTREAM_UNAVAILABLE');
    expect(server.requests).toHaveLength(5);
    const bypass = await upstream.request({
      method: 'GET',
      path: '/',
      bypassCircuit: true,
      call: testCall(),
    });
    expect(bypass.status).toBe(502);
    healthy = true;
    await expect.poll(() => codeOf(get()), { timeout: 10_000 }).toBe('no error');
    expect(states).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  it('counts the failures of each key apart', async () => {
    const { upstream } = await upstreamOf((request, response) =>
      response.writeHead(request.url?.endsWith('/bad') ? 504 : 200).end(),
    );
    const post = (name: string) =>
      upstream.request({ method: 'POST', path: `/${name}`, circuitKey: name, call: testCall() });
    for (let i = 0; i < 5; i += 1) await post('bad');
    expect(await codeOf(post('bad'))).toBe('UPSTREAM_UNAVAILABLE');
    expect((await post('good')).status).toBe(200);
    expect(upstream.circuit).toBe('CLOSED');
  });
});

describe('stream', () => {
  const echo: RequestListener = (request, response) => {
    response.setHeader('x-kind', 'echo');
    request.pipe(response);
  };

  it('carries bytes both ways', async () => {
    const { upstream } = await upstreamOf(echo);
    const chunks = Array.from({ length: 200 }, (_, i) => Buffer.alloc(10_000, i % 251));
    const answer = await upstream.stream({
      method: 'POST',
      path: '/up',
      body: Readable.from(chunks),
      call: testCall(),
    });
    expect(answer.headers['x-kind']).toBe('echo');
    expect((await buffer(answer.body)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('reads no further from the source than the service takes', async () => {
    const { upstream } = await upstreamOf(never);
    let produced = 0;
    const source = Readable.from(
      (function* () {
        while (produced < 1_000) {
          produced += 1;
          yield Buffer.alloc(1024 * 1024);
        }
      })(),
    );
    const caller = new AbortController();
    const call = testCall({ signal: caller.signal });
    const sent = codeOf(upstream.stream({ method: 'PUT', path: '/', body: source, idleMs: 300, call }));
    expect(await sent).toBe('OUTCOME_UNKNOWN');
    expect(produced).toBeLessThan(100);
    expect(source.destroyed).toBe(true);
  });

  it('answers TIMEOUT for an upload that never left the queue', async () => {
    const { server, upstream } = await upstreamOf(never, { streams: 1 });
    const upload = (path: string, timeoutMs: number) =>
      codeOf(upstream.stream({ method: 'POST', path, body: Buffer.from('x'), timeoutMs, call: testCall() }));
    const first = upload('/1', 400);
    expect(await upload('/2', 50)).toBe('TIMEOUT');
    expect(await first).toBe('OUTCOME_UNKNOWN');
    expect(server.requests.map((request) => request.url)).not.toContain('/auth/v1/2');
  });

  it('ends the request upstream when the answer is destroyed, or the caller leaves', async () => {
    const sockets: Promise<unknown>[] = [];
    const { upstream } = await upstreamOf((request, response) => {
      sockets.push(once(request.socket, 'close'));
      response.write('begin');
    });
    const first = await upstream.stream({ method: 'GET', path: '/', call: testCall() });
    first.body.destroy();
    const caller = new AbortController();
    const call = testCall({ signal: caller.signal });
    const second = await upstream.stream({ method: 'GET', path: '/', call });
    const failed = new Promise((resolve) => second.body.once('close', resolve));
    caller.abort();
    await Promise.all([...sockets, failed]);
  });

  it('relays an answer that comes before the upload has ended', async () => {
    const { upstream } = await upstreamOf((_, response) => response.writeHead(413).end('too large'));
    const endless = new Readable({ read: () => undefined });
    endless.push('begin');
    const answer = await upstream.stream({ method: 'POST', path: '/', body: endless, call: testCall() });
    expect([answer.status, (await buffer(answer.body)).toString()]).toEqual([413, 'too large']);
  });

  it('uses a connection again after an upload that was taken, and not after one that was refused', async () => {
    const { server, upstream } = await upstreamOf(
      async (request, response) => {
        await buffer(request);
        response.writeHead(request.url?.endsWith('/taken') ? 200 : 409).end('answer');
      },
      { streams: 1 },
    );
    const sent = async (path: string) => {
      const body = Readable.from([Buffer.alloc(100_000)]);
      const answer = await upstream.stream({ method: 'PUT', path, body, call: testCall() });
      await buffer(answer.body);
    };
    for (const path of ['/taken', '/taken', '/refused', '/taken', '/taken']) await sent(path);
    const sockets = server.requests.map(({ socket }) => socket);
    expect(sockets.map((socket) => sockets.indexOf(socket))).toEqual([0, 0, 0, 3, 3]);
  });

  it('answers UPSTREAM_UNAVAILABLE when nobody listens', async () => {
    const { server, upstream } = await upstreamOf(never);
    await (server as ListeningServer).close();
    const sent = upstream.stream({ method: 'POST', path: '/', body: Buffer.from('x'), call: testCall() });
    expect(await codeOf(sent)).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('fails the body when the service falls silent in the middle', async () => {
    const { upstream } = await upstreamOf((_, response) => void response.write('begin'));
    const answer = await upstream.stream({ method: 'GET', path: '/', idleMs: 100, call: testCall() });
    await expect(buffer(answer.body)).rejects.toThrow();
  });
});

it('leaves nothing behind on the signal of its caller', async () => {
  const { upstream } = await upstreamOf((request, response) => {
    if (request.url?.endsWith('/late')) return;
    if (request.url?.endsWith('/bad')) response.writeHead(503);
    response.end('answer');
  });
  const call = testCall();
  const listeners = () => getEventListeners(call.signal, 'abort').length;
  await upstream.request({ method: 'GET', path: '/good', call });
  await upstream.request({ method: 'GET', path: '/bad', call });
  await codeOf(upstream.request({ method: 'GET', path: '/late', timeoutMs: 20, call }));
  expect(listeners()).toBe(0);
  const read = await upstream.stream({ method: 'POST', path: '/good', body: Readable.from(['x']), call });
  await buffer(read.body);
  const dropped = await upstream.stream({ method: 'GET', path: '/good', call });
  dropped.body.destroy();
  await codeOf(upstream.stream({ method: 'GET', path: '/late', timeoutMs: 20, call }));
  await expect.poll(listeners).toBe(0);
});

it('answers UPSTREAM_UNAVAILABLE for a write when there was no TLS handshake', async () => {
  const { server } = await upstreamOf(never);
  const baseUrl = server.url.replace('http:', 'https:');
  const upstream = createHttpUpstream({
    service: 'AUTH',
    baseUrl,
    limits: defaultConfig.upstream,
    log: silentLog,
  });
  closers.push(upstream.close);
  const options = { method: 'POST', path: '/', body: Buffer.from('x'), call: testCall() } as const;
  expect(await codeOf(upstream.request(options))).toBe('UPSTREAM_UNAVAILABLE');
  expect(await codeOf(upstream.stream(options))).toBe('UPSTREAM_UNAVAILABLE');
});
