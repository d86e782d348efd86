import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { sendRaw } from '../support/raw-request.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const fillers = (count: number): string => 'X-Filler: 1\r\n'.repeat(count);
const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

describe('a request that cannot be read in one way only', () => {
  let service: ListeningServer;
  let gateway: TestGateway;
  beforeAll(async () => {
    service = await listen((_request, response) => response.end('{}'));
    gateway = await startTestGateway({
      AUTH_URL: service.url,
      STORAGE_URL: service.url,
      REALTIME_URL: service.url,
      JWT_SECRET: testSecret,
      SUPABASE_ANON_KEY: hmacToken(keyClaims('anon')),
      TRUSTED_PROXIES: '1',
    });
  });
  afterAll(async () => {
    await gateway?.close();
    await service?.close();
  });

  const send = (start: string, headers: string, body = '') =>
    sendRaw(gateway.url, `${start} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n${body}`);

  test.each([
    ['GET /health', ''],
    ['GET /graphql?query={health{status}}', 'X-GraphQL-Yoga-CSRF: 1\r\n'],
    ['POST /auth/v1/token?grant_type=password', 'Content-Length: 2\r\n'],
    ['GET /storage/v1/object/public/a/b', ''],
    ['GET /nowhere', ''],
  ])('%s is 431 with more headers than are read, whatever they are', async (start, more) => {
    const before = service.requests.length;
    const fits = 'Connection: close\r\n' + more;
    const room = 99 - fits.split('\r\n').length;
    const last = 'X-Forwarded-For: 6.6.6.6\r\nAuthorization: Bearer behind\r\n';
    const answer = await send(start, `${fits}${fillers(room + 20)}${last}`, 'xx');
    expect(answer.status).toBe(431);
    // From Node 22 on node refuses it before us, without a body.
    if (answer.text !== '') expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(service.requests.length).toBe(before);
  });

  test('a request with as many headers as are read is answered, the last of them included', async () => {
    const bad = 'Authorization: Bearer bad\r\n';
    const many = await send('GET /health', `Connection: close\r\n${fillers(98)}`);
    expect(many.status).toBe(200);
    const query = 'GET /graphql?query={viewer{role}}';
    const csrf = 'Connection: close\r\nX-GraphQL-Yoga-CSRF: 1\r\n';
    expect((await send(query, `${csrf}${fillers(97)}`)).text).toContain('"ANON"');
    expect((await send(query, `${csrf}${fillers(96)}${bad}`)).text).toContain('UNAUTHENTICATED');
    expect((await send(query, `${csrf}${fillers(97)}${bad}`)).status).toBe(431);
  });

  test.each(['/graphql', '/realtime/v1/websocket', '/nowhere'])(
    'an upgrade at %s is 431 with more headers than are read',
    async (path) => {
      const answer = await send(`GET ${path}`, `${upgrade}${fillers(120)}Origin: https://evil.example\r\n`);
      expect(answer.status).toBe(431);
    },
  );

  test.each(['gzip, chunked', 'identity', 'gzip', 'xchunked', ',chunked'])(
    'a body in the transfer coding %s is 501 and goes nowhere',
    async (coding) => {
      const before = service.requests.length;
      const framed = `Transfer-Encoding: ${coding}\r\n`;
      for (const start of ['POST /graphql', 'PUT /storage/v1/object/a/b', 'POST /nowhere']) {
        const answer = await send(start, framed, '0\r\n\r\n');
        expect([start, answer.status]).toEqual([start, 501]);
      }
      expect((await send('GET /graphql', upgrade + framed)).status).toBe(501);
      expect(service.requests.length).toBe(before);
    },
  );

  test.each(['chunked', 'Chunked'])('a body in the transfer coding %s is passed on', async (coding) => {
    const framed = `Connection: close\r\nTransfer-Encoding: ${coding}\r\n`;
    const answer = await send('PUT /storage/v1/object/a/b', framed, '1\r\nx\r\n0\r\n\r\n');
    expect(answer.status).toBe(200);
  });

  test.each([
    ['chunked, gzip', '0\r\n\r\n'],
    ['chunked, chunked', '0\r\n\r\n'],
  ])('a body whose coding %s does not tell its end is 400', async (coding, body) => {
    expect((await send('POST /graphql', `Transfer-Encoding: ${coding}\r\n`, body)).status).toBe(400);
  });
});
