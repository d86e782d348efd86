import type { RequestListener, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/gateway/config.ts';
import { AppError } from '../../src/lib/app-error.ts';
import { credentialsFromHeaders } from '../../src/viewer/credentials.ts';
import { createRemoteJwks } from '../../src/viewer/remote-jwks.ts';
import { createViewerResolver } from '../../src/viewer/resolver.ts';
import { listen } from '../support/listening-server.ts';
import { silentLog } from '../support/test-call.ts';
import { hmacToken, signedToken, userClaims } from '../support/tokens.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(handler: RequestListener) {
  const server = await listen(handler);
  closers.push(server.close);
  return server;
}

function answer(response: ServerResponse, value: unknown) {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
}

async function keyPair(kid: string, alg = 'ES256') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    token: (claims = userClaims()) => signedToken(claims, { alg, kid, key: privateKey }),
  };
}

function resolverAt(url: string) {
  const { viewer } = loadConfig({ PUBLIC_URL: 'https://a.example', JWKS_URL: url }, { mode: 'serve' });
  const resolver = createViewerResolver(viewer, { log: silentLog });
  return async (token: string) => {
    try {
      const credentials = credentialsFromHeaders(['authorization', `Bearer ${token}`]);
      return (await resolver.resolve(credentials)).kind;
    } catch (error) {
      if (error instanceof AppError) return String(error.details['reason'] ?? error.code);
      throw error;
    }
  };
}

it('verifies with published keys, fetched once for many callers at once', async () => {
  const one = await keyPair('one');
  const server = await serve((_, response) => answer(response, { keys: [one.jwk] }));
  const resolve = resolverAt(`${server.url}/jwks.json`);
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, i) => one.token(userClaims({ sub: `user-${i}` }))),
  );
  const kinds = await Promise.all(tokens.map(resolve));
  expect(kinds.every((kind) => kind === 'user')).toBe(true);
  expect(server.requests).toHaveLength(1);
});

it('follows a rotation: an unknown kid is fetched for, once per cool-down, and old tokens end with their key', async () => {
  const [one, two] = [await keyPair('one'), await keyPair('two')];
  let keys = [one.jwk];
  let time = 0;
  let changes = 0;
  const server = await serve((_, response) => answer(response, { keys }));
  const jwks = createRemoteJwks({
    url: server.url,
    log: silentLog,
    now: () => time,
    onChange: () => {
      changes += 1;
    },
  });
  const kids = async (mustHave?: string) => (await jwks.keys(mustHave)).map((key) => key.kid);
  expect(await kids('one')).toEqual(['one']);
  keys = [two.jwk];
  expect(await kids('two')).toEqual(['one']);
  expect(server.requests).toHaveLength(1);
  time = 30_000;
  expect(await kids('two')).toEqual(['two']);
  expect([server.requests.length, changes]).toEqual([2, 1]);
  for (const stranger of ['a', 'b', 'c']) await kids(stranger);
  expect(server.requests).toHaveLength(2);
});

it('forgets verified tokens when the keys change', async () => {
  const [one, two] = [await keyPair('one'), await keyPair('two')];
  let keys = [one.jwk];
  const server = await serve((_, response) => answer(response, { keys }));
  let time = Date.now();
  const realNow = performance.now;
  performance.now = () => time;
  closers.push(async () => {
    performance.now = realNow;
  });
  const resolve = resolverAt(server.url);
  const old = await one.token();
  expect(await resolve(old)).toBe('user');
  keys = [two.jwk];
  time += 31_000;
  expect(await resolve(await two.token())).toBe('user');
  expect(await resolve(old)).toBe('unknown_kid');
});

it('remembers no token whose verification began before the keys changed', async () => {
  const [one, two] = [await keyPair('one'), await keyPair('two')];
  let keys = [one.jwk];
  const server = await serve((_, response) => answer(response, { keys }));
  let time = Date.now();
  const realNow = performance.now;
  performance.now = () => time;
  closers.push(async () => {
    performance.now = realNow;
  });
  const resolve = resolverAt(server.url);
  expect(await resolve(await one.token(userClaims({ sub: 'another' })))).toBe('user');

  const verify = vi.spyOn(crypto.subtle, 'verify');
  closers.push(async () => verify.mockRestore());
  let letGo = (_valid: boolean): void => undefined;
  verify.mockReturnValueOnce(
    new Promise((fulfil) => {
      letGo = fulfil;
    }),
  );
  const old = await one.token();
  const slow = resolve(old);
  await expect.poll(() => verify.mock.calls.length).toBe(1);
  keys = [two.jwk];
  time += 31_000;
  expect(await resolve(await two.token())).toBe('user');
  letGo(true);
  expect(await slow).toBe('user');
  expect(await resolve(old)).toBe('unknown_kid');
});

it('uses old keys for an hour while they cannot be fetched, then says that it cannot decide', async () => {
  const one = await keyPair('one');
  let broken = false;
  let time = 0;
  const server = await serve((_, response) => {
    if (broken) response.writeHead(500).end();
    else answer(response, { keys: [one.jwk] });
  });
  const jwks = createRemoteJwks({
    url: server.url,
    log: silentLog,
    now: () => time,
    onChange: () => undefined,
  });
  await jwks.keys(undefined);
  broken = true;
  time = 59 * 60_000;
  expect(await jwks.keys('one')).toHaveLength(1);
  await expect.poll(() => server.requests.length).toBe(2);
  time = 61 * 60_000;
  await expect(jwks.keys('one')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  broken = false;
  time += 1_000;
  expect(await jwks.keys('one')).toHaveLength(1);
});

it('answers UPSTREAM_UNAVAILABLE, not UNAUTHENTICATED, when the keys cannot be had at all', async () => {
  const server = await serve(() => undefined);
  await server.close();
  expect(await resolverAt(server.url)(await (await keyPair('one')).token())).toBe('UPSTREAM_UNAVAILABLE');
});

it.each<[string, RequestListener]>([
  [
    'a redirect',
    (request, response) => {
      if (request.url === '/keys') answer(response, { keys: [] });
      else response.writeHead(302, { location: '/keys' }).end();
    },
  ],
  ['more than 64 KB', (_, response) => answer(response, { keys: [], padding: 'x'.repeat(65_536) })],
  ['something else than keys', (_, response) => answer(response, ['no'])],
  ['no JSON', (_, response) => void response.end('<html>')],
  ['an error', (_, response) => void response.writeHead(404).end()],
  ['silence', () => undefined],
])('does not take %s for keys', async (_, handler) => {
  const server = await serve(handler);
  const jwks = createRemoteJwks({ url: server.url, log: silentLog, onChange: () => undefined });
  await expect(jwks.keys(undefined)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(server.requests.map((request) => request.url)).toEqual(['/']);
});

it('refuses a shared secret that is published, and keys for encryption', async () => {
  const one = await keyPair('one');
  const k = Buffer.from('the-secret-of-a-published-octkey').toString('base64url');
  const server = await serve((_, response) =>
    answer(response, {
      keys: [
        { kty: 'oct', k, kid: 'shared', alg: 'HS256' },
        { ...one.jwk, use: 'enc' },
        { kty: 'EC', crv: 'P-256', kid: 'broken', x: 'AA', y: 'AA' },
        'nonsense',
      ],
    }),
  );
  const resolve = resolverAt(server.url);
  const shared = hmacToken(userClaims(), { secret: Buffer.from(k, 'base64url'), header: { kid: 'shared' } });
  expect(await resolve(shared)).toBe('unknown_kid');
  expect(await resolve(await one.token())).toBe('unknown_kid');
});
