import { once } from 'node:events';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const gateways: TestGateway[] = [];
async function start(env: Record<string, string> = {}, mode: 'dev' | 'serve' = 'dev') {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const gateway = await startTestGateway(
    { JWT_SECRET: testSecret, PUBLIC_URL: 'http://localhost:1', ...env },
    { mode, log },
  );
  gateways.push(gateway);
  return { gateway, refusals: () => lines.filter(({ msg }) => String(msg).includes('ALLOWED_ORIGINS')) };
}
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

const preflight = (gateway: TestGateway, origin: string, path = '/graphql') =>
  fetch(gateway.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });

async function socketOpens(gateway: TestGateway, origin: string): Promise<boolean> {
  const socket = new WebSocket(gateway.graphqlWsUrl, 'graphql-transport-ws', { origin });
  const opened = await Promise.race([
    once(socket, 'open').then(() => true),
    new Promise<boolean>((resolve) => socket.on('error', () => resolve(false))),
  ]);
  socket.terminate();
  return opened;
}

const own = ['http://localhost:5173', 'http://127.0.0.1:3000', 'http://[::1]:8080', 'https://localhost'];
const foreign = [
  'https://evil.example',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example:80',
  'http://192.168.0.7:5173',
  'null',
  'file://localhost',
  'http://localhost:5173/',
];

describe('a page of another origin', () => {
  test.each(own)('%s may call a development server', async (origin) => {
    const { gateway } = await start();
    const asked = await preflight(gateway, origin);
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    const answer = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ query: gql(`{ viewer { role } }`) }),
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('vary')).toContain('origin');
    expect(await socketOpens(gateway, origin)).toBe(true);
  });

  test.each(foreign)('%s may not', async (origin) => {
    const { gateway } = await start();
    expect((await preflight(gateway, origin)).headers.get('access-control-allow-origin')).toBeNull();
    expect(await socketOpens(gateway, origin)).toBe(false);
  });

  test.each(own)('%s may not call a deployment that does not name it', async (origin) => {
    const { gateway } = await start({}, 'serve');
    expect((await preflight(gateway, origin)).headers.get('access-control-allow-origin')).toBeNull();
    expect(await socketOpens(gateway, origin)).toBe(false);
  });

  test.each(['dev', 'serve'] as const)('is refused in %s with one line in the log', async (mode) => {
    const { gateway, refusals } = await start({}, mode);
    for (let round = 0; round < 3; round += 1) await preflight(gateway, 'https://evil.example');
    await expect.poll(() => refusals().map(({ origin }) => origin)).toEqual(['https://evil.example']);
    await fetch(`${gateway.url}/health`, { headers: { origin: 'https://other.example' } });
    expect(refusals()).toHaveLength(1);
  });

  test('cannot fill the log with names that it makes up', async () => {
    const { gateway, refusals } = await start();
    const long = 'x'.repeat(10_000);
    for (let index = 0; index < 150; index += 1) await preflight(gateway, `https://${index}.${long}`);
    await preflight(gateway, 'https://last.example');
    await expect.poll(() => refusals().length).toBe(100);
    expect(Math.max(...refusals().map(({ origin }) => String(origin).length))).toBeLessThan(300);
  });
});

describe('a request that a foreign page could send without being asked', () => {
  const query = '/graphql?query={viewer{role}}';
  const form = () => {
    const body = new FormData();
    body.set('operations', JSON.stringify({ query: gql(`{ viewer { role } }`) }));
    body.set('map', '{}');
    return body;
  };
  const token = hmacToken(keyClaims('anon'));

  test.each<[string, string]>([
    ['x-graphql-yoga-csrf', '1'],
    ['apollo-require-preflight', '1'],
    ['graphql-require-preflight', '1'],
    ['x-apollo-operation-name', 'Viewer'],
    ['apikey', token],
    ['authorization', `Bearer ${token}`],
  ])('is answered with %s, which makes a browser ask', async (name, value) => {
    const { gateway } = await start();
    const headers = { [name]: value };
    const read = await fetch(gateway.url + query, { headers });
    expect(await read.json()).toMatchObject({ data: { viewer: { role: 'ANON' } } });
    const posted = await fetch(gateway.graphqlUrl, { method: 'POST', headers, body: form() });
    expect(await posted.text()).not.toContain('csrf');
  });

  test.each<[string, Record<string, string>]>([
    ['nothing of the kind', {}],
    ['a password that the browser adds by itself', { authorization: 'Basic YTpi' }],
    ['a ticket that the browser adds by itself', { authorization: 'Negotiate YII' }],
  ])('is refused with %s', async (_name, headers) => {
    const { gateway } = await start();
    const read = await fetch(gateway.url + query, { headers });
    expect([read.status, await read.text()]).toEqual([403, expect.stringContaining('csrf')]);
    const posted = await fetch(gateway.graphqlUrl, { method: 'POST', headers, body: form() });
    expect([posted.status, await posted.text()]).toEqual([403, expect.stringContaining('csrf')]);
  });
});
