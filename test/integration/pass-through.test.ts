import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { edgeHeaders } from '../support/edge-headers.ts';
import { open, passing, publicUrl } from '../support/passing.ts';

async function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const { hostname, port, pathname, search } = new URL(url);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        path: pathname + search,
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
      },
      resolve,
    );
    request.once('error', reject);
    request.end(options.body);
  });
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

describe('the pass-through', () => {
  test('sends the path and query as they came, under the root of the service', async () => {
    await using p = await passing((request, response) => response.end(request.url));
    const { text } = await send(`${p.url}/things/v1/a%20b/c%2Fd?x=%41&y`);
    expect(text).toBe('/root/a%20b/c%2Fd?x=%41&y');
  });

  test('drops headers of one hop, those that Connection names, and those that would speak for the edge', async () => {
    await using p = await passing((_request, response) => response.end());
    await send(`${p.url}/things/v1/a`, {
      headers: {
        connection: 'x-secret, close',
        'x-secret': '1',
        te: 'trailers',
        'x-jwt-aud': 'other',
        redirect_to: 'https://evil.example',
        x_under_score: '1',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-host': 'evil.example',
        'x-real-ip': '6.6.6.6',
        forwarded: 'for=6.6.6.6',
        'x-connection-encrypted': '1',
        cookie: 'a=b',
        'x-api-key': 'theirs',
        ...edgeHeaders,
        'x-kept': 'yes',
      },
    });
    const seen = p.upstream.requests[0]?.headers ?? {};
    for (const name of [
      'x-secret',
      'te',
      'x-jwt-aud',
      'redirect_to',
      'x_under_score',
      'x-forwarded-host',
      'x-real-ip',
      'forwarded',
      'x-connection-encrypted',
      'cookie',
      'x-api-key',
      ...Object.keys(edgeHeaders),
    ]) {
      expect([name, seen[name]]).toEqual([name, undefined]);
    }
    expect(seen).toMatchObject({ 'x-forwarded-for': '203.0.113.9', 'x-kept': 'yes' });
  });

  test('drops what a service says before its answer', async () => {
    await using p = await passing((request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      request.socket.write('HTTP/1.1 199 Something\r\nx-early: 1\r\n\r\n');
      response.end('ok');
    });
    const early: unknown[] = [];
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest(`${p.url}/things/v1/a`, resolve);
      request.on('information', (info) => early.push(info.statusCode));
      request.on('error', reject);
      request.end();
    });
    answer.resume();
    expect([answer.statusCode, answer.headers['x-early'], early]).toEqual([200, undefined, []]);
  });

  test('keeps what belongs to the service from the client', async () => {
    await using p = await passing(
      (_request, response) => {
        response.setHeader('access-control-allow-origin', '*');
        response.setHeader('server', 'kong');
        response.setHeader('x-hidden', '1');
        response.setHeader('x-shown', '1');
        response.setHeader('connection', 'x-hop');
        response.setHeader('x-hop', '1');
        response.end('ok');
      },
      { hiddenAnswerHeaders: new Set(['x-hidden']) },
    );
    const { headers } = await send(`${p.url}/things/v1/a`);
    expect(headers).toMatchObject({ 'x-shown': '1', 'x-request-id': expect.any(String) });
    for (const name of ['access-control-allow-origin', 'server', 'x-hidden', 'x-hop']) {
      expect([name, headers[name]]).toEqual([name, undefined]);
    }
  });

  test.each([
    ['/root/files/1', 201, `${publicUrl}/things/v1/files/1`],
    ['files/1?x=1', 201, `${publicUrl}/things/v1/files/1?x=1`],
    ['https://evil.example/root/', 502, undefined],
    ['//evil.example/root/', 502, undefined],
    ['/elsewhere', 502, undefined],
    ['http://[', 502, undefined],
  ])('a Location %s becomes %s %s', async (location, status, expected) => {
    await using p = await passing((_request, response) => {
      response.writeHead(201, { location }).end();
    });
    const answer = await send(`${p.url}/things/v1/files`, { method: 'POST' });
    expect([answer.status, answer.headers.location]).toEqual([status, expected]);
  });

  test.each([
    `${publicUrl}/uploads/1`,
    `${publicUrl}/things/v1/uploads/1`,
    `${publicUrl.replace('https', 'http')}/things/v1/uploads/1`,
  ])('a Location %s of a service that knows some of our address leads to it', async (location) => {
    await using p = await passing((_request, response) => response.writeHead(201, { location }).end(), {
      looseLocation: true,
    });
    const answer = await send(`${p.url}/things/v1/a`);
    expect([answer.status, answer.headers.location]).toEqual([201, `${publicUrl}/things/v1/uploads/1`]);
  });

  test('an absolute Location of the service becomes ours, and redirects are not followed', async () => {
    await using p = await passing((request, response) => {
      response.writeHead(302, { location: `http://${request.headers.host}/root/b` }).end();
    });
    const answer = await send(`${p.url}/things/v1/a`);
    expect([answer.status, answer.headers.location]).toEqual([302, `${publicUrl}/things/v1/b`]);
    expect(p.upstream.requests.length).toBe(1);
  });

  test('a service may send browsers elsewhere where the rule says so', async () => {
    await using p = await passing(
      (_request, response) => {
        response.writeHead(303, { location: 'https://app.example/#access_token=x' }).end();
      },
      { rules: [{ ...open, location: 'anywhere' }] },
    );
    expect((await send(`${p.url}/things/v1/a`)).headers.location).toBe('https://app.example/#access_token=x');
  });

  test.each([
    ['app.example:/signed-in#access_token=x', 303],
    ['javascript:alert(1)', 502],
    ['JavaScript:alert(1)', 502],
    ['data:text/html,<script>alert(1)</script>', 502],
    ['file:///etc/passwd', 502],
  ])('a Location %s is %d even where the rule says so', async (location, status) => {
    await using p = await passing(
      (_request, response) => {
        response.writeHead(303, { location }).end();
      },
      { rules: [{ ...open, location: 'anywhere' }] },
    );
    const answer = await send(`${p.url}/things/v1/a`);
    const expected = status === 502 ? undefined : location;
    expect([answer.status, answer.headers.location]).toEqual([status, expected]);
  });

  test('meeting itself again is 508', async () => {
    let self = '';
    await using p = await passing((request, response) => {
      send(`${self}/things/v1/again`, { headers: { via: String(request.headers.via) } }).then(
        ({ status }) => response.writeHead(status).end(),
        () => response.destroy(),
      );
    });
    self = p.url;
    expect((await send(`${p.url}/things/v1/a`)).status).toBe(508);
  });

  test('streams an answer before it is whole', async () => {
    let finish: () => void = () => undefined;
    await using p = await passing((_request, response) => {
      response.write('first');
      finish = () => response.end('second');
    });
    const response = await fetch(`${p.url}/things/v1/a`);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('first');
    finish();
    const second = await reader?.read();
    expect(Buffer.from(second?.value ?? []).toString()).toBe('second');
  });

  test('holds a sender back while the service does not read', async () => {
    let seen = 0;
    let arrive: (resume: () => void) => void = () => undefined;
    const arrived = new Promise<() => void>((resolve) => {
      arrive = resolve;
    });
    await using p = await passing((request, response) => {
      request.pause();
      arrive(() => {
        request.on('data', (chunk: Buffer) => {
          seen += chunk.length;
        });
        request.once('end', () => response.end(String(seen)));
        request.resume();
      });
    });
    const size = 20_000_000;
    const { hostname, port } = new URL(p.url);
    const request = httpRequest({
      hostname,
      port,
      path: '/things/v1/a',
      method: 'PUT',
      headers: { 'content-length': String(size) },
    });
    const answered = once(request, 'response');
    const chunk = Buffer.alloc(100_000);
    let sent = 0;
    let stalled = false;
    while (sent < size) {
      sent += chunk.length;
      if (request.write(chunk)) continue;
      const drained = await Promise.race([
        once(request, 'drain').then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 150, false)),
      ]);
      if (!drained && !stalled) {
        stalled = true;
        // What lies in the buffers on the way is a part of the whole only.
        expect(sent).toBeLessThan(size);
        const moving = once(request, 'drain');
        (await arrived)();
        await moving;
      }
    }
    request.end();
    expect(stalled).toBe(true);
    const [response] = (await answered) as [IncomingMessage];
    let text = '';
    for await (const part of response) text += String(part);
    expect(text).toBe(String(size));
  });

  test('relays an answer that comes before the body was read, and then closes', async () => {
    await using p = await passing((_request, response) => {
      response.writeHead(413, { 'content-length': '3' }).end('no!');
    });
    const { port } = new URL(p.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('PUT /things/v1/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n');
    socket.write(Buffer.alloc(10_000));
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
      // Goes on sending, as a client does that has not looked yet.
      if (!socket.destroyed) socket.write(Buffer.alloc(100_000));
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1.1 413 /);
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text).toMatch(/no!$/);
  });

  test('cuts an answer short when the service does, so that half is not taken for whole', async () => {
    await using p = await passing((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    });
    await expect(send(`${p.url}/things/v1/a`)).rejects.toThrow();
  });

  test('leaves the service when the client has left', async () => {
    let gone: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    await using p = await passing((request, response) => {
      response.write('first');
      request.once('close', () => gone());
    });
    const leaving = new AbortController();
    const response = await fetch(`${p.url}/things/v1/a`, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await left;
  });

  test.each([
    ['silence', (() => undefined) as RequestListener, 504, 'TIMEOUT'],
    [
      'a cut connection',
      ((request) => request.socket.destroy()) as RequestListener,
      503,
      'UPSTREAM_UNAVAILABLE',
    ],
  ])('answers %s with an error of its own', async (_, handler, status, code) => {
    await using p = await passing(handler, {}, 300);
    const answer = await send(`${p.url}/things/v1/a`);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ code });
    expect(answer.text).not.toContain(new URL(p.upstream.url).port);
  });

  test('refuses a body over the limit, announced or not', async () => {
    await using p = await passing(
      (request, response) => {
        request.resume().once('end', () => response.end());
      },
      { maxBodyBytes: 10 },
    );
    const announced = await send(`${p.url}/things/v1/a`, { method: 'PUT', body: 'x'.repeat(11) });
    expect(announced.status).toBe(413);
    const chunked = await send(`${p.url}/things/v1/a`, {
      method: 'PUT',
      headers: { 'transfer-encoding': 'chunked' },
      body: 'x'.repeat(11),
    });
    expect(chunked.status).toBe(413);
    const fitting = await send(`${p.url}/things/v1/a`, { method: 'PUT', body: 'x'.repeat(10) });
    expect(fitting.status).toBe(200);
  });

  test('tells a sender at once that its body is too large, and closes', async () => {
    await using p = await passing((_request, response) => response.end(), { maxBodyBytes: 10 });
    const socket = connect(Number(new URL(p.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('PUT /things/v1/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n');
    const [head] = await once(socket, 'data');
    expect(String(head)).toMatch(/^HTTP\/1.1 413 /);
    // Only now, with the answer in hand, does it send on.
    socket.write(Buffer.alloc(200_000));
    await once(socket, 'close');
    expect(p.upstream.requests).toEqual([]);
  });

  test('a service that is not part of the deployment is 501', async () => {
    await using p = await passing((_request, response) => response.end(), { upstream: undefined });
    const answer = await send(`${p.url}/things/v1/a`);
    expect(answer.status).toBe(501);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'NOT_CONFIGURED', service: 'STORAGE' });
  });
});
