import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { sendRaw } from '../support/raw-request.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const anonKey = hmacToken(keyClaims('anon'));

describe('what every answer says to a browser', () => {
  let service: ListeningServer;
  let gateway: TestGateway;
  beforeAll(async () => {
    service = await listen((request, response) => {
      const type = new URL(request.url ?? '/', 'http://service').searchParams.get('type');
      response.writeHead(200, {
        ...(type === null ? {} : { 'content-type': type }),
        'strict-transport-security': 'max-age=0',
        'x-content-type-options': 'sniff',
        'referrer-policy': 'unsafe-url',
        'content-security-policy': "default-src 'self'",
      });
      response.end('<script>alert(1)</script>');
    });
    const urls = { STORAGE_URL: service.url, FUNCTIONS_URL: service.url, POSTGREST_URL: service.url };
    gateway = await startTestGateway({
      ...urls,
      JWT_SECRET: testSecret,
      PUBLIC_URL: 'https://localhost',
      ALLOWED_ORIGINS: 'https://app.example',
    });
  });
  afterAll(async () => {
    await gateway?.close();
    await service?.close();
  });

  const expected = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
  };

  test.each([
    ['GET', '/health', ''],
    ['GET', '/ready', ''],
    ['GET', '/metrics', ''],
    ['GET', '/nowhere', ''],
    ['GET', '/graphql', 'Accept: text/html\r\n'],
    ['GET', '/graphql?query={health{status}}', 'X-GraphQL-Yoga-CSRF: 1\r\n'],
    ['GET', '/graphql?query={health{status}}', ''],
    ['POST', '/graphql', 'Content-Type: application/json\r\nContent-Length: 28\r\n'],
    ['POST', '/graphql', 'Content-Type: text/plain\r\nContent-Length: 28\r\n'],
    ['OPTIONS', '/graphql', 'Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n'],
    ['GET', '/storage/v1/object/public/a/b', ''],
    ['GET', '/functions/v1/hello', ''],
    ['GET', '/auth/v1/settings', ''],
    ['GET', '/storage/v1/%2e%2e/a', ''],
    ['GET', '/health', 'X-Filler: 1\r\n'.repeat(120)],
    ['POST', '/graphql', 'Transfer-Encoding: gzip, chunked\r\n'],
  ])('%s %s', async (method, path, headers) => {
    const start = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`;
    const body = headers.includes('Length') ? JSON.stringify({ query: gql(`{health{status}}`) }) : '';
    const answer = await sendRaw(gateway.url, `${start}${headers}\r\n${body}`);
    expect(answer.status).toBeGreaterThan(0);
    expect(Object.fromEntries(answer.headers)).toMatchObject(expected);
  });

  test('a host that is not ours is told them too', async () => {
    const answer = await sendRaw(
      gateway.url,
      'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer.status).toBe(421);
    expect(Object.fromEntries(answer.headers)).toMatchObject(expected);
  });

  const types = [
    'text/html',
    'IMAGE/SVG+XML',
    'application/xhtml+xml',
    'text/xsl',
    'multipart/x-mixed-replace',
  ];
  test.each(
    ['/functions/v1/page', '/storage/v1/object/public/a/page', '/rest/v1/page'].flatMap((path) =>
      types.map((type) => [path, type] as const),
    ),
  )('%s as %s runs nothing in our origin, and keeps its own policy', async (path, type) => {
    const url = `${gateway.url}${path}?type=${encodeURIComponent(type)}`;
    const answer = await fetch(url, { headers: { apikey: anonKey } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'self', sandbox");
    expect(Object.fromEntries(answer.headers)).toMatchObject(expected);
  });

  test('without a type it runs nothing either', async () => {
    const answer = await fetch(`${gateway.url}/functions/v1/page`);
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  });

  test('what is not active is not sandboxed', async () => {
    const answer = await fetch(`${gateway.url}/functions/v1/page?type=application/json`);
    expect(answer.headers.get('content-security-policy')).not.toContain('sandbox');
  });
});

test('a gateway that is reached by plain HTTP asks for no TLS', async () => {
  await using gateway = await startTestGateway({ PUBLIC_URL: 'http://localhost' });
  const { headers } = await fetch(`${gateway.url}/health`);
  expect([headers.get('strict-transport-security'), headers.get('x-content-type-options')]).toEqual([
    null,
    'nosniff',
  ]);
});
