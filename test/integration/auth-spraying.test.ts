import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AuthGateway, startAuthGateway } from '../support/auth-gateway.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const limit = 4;
const anonKey = hmacToken(keyClaims('anon'));
const password = 'long enough';

const newEmail = () => `user-${randomBytes(8).toString('hex')}@example.com`;
/** A client that nobody has seen. */
const newAddress = () => `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

interface Client {
  readonly url: string;
  readonly key: string;
  from: string;
}

async function post({ url, key, from }: Client, path: string, body: object = {}, method = 'POST') {
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: { apikey: key, 'content-type': 'application/json', 'x-forwarded-for': from },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

async function mutate(client: Client, field: string): Promise<string> {
  const query = `mutation { ${field} { user { id } } }`;
  const { text } = await post(client, '/graphql', { query });
  const { errors } = JSON.parse(text);
  return errors?.[0].extensions.code ?? 'OK';
}

const signIn = (client: Client, email = newEmail(), secret = 'wrong one') =>
  mutate(client, `signIn(input: { email: "${email}", password: "${secret}" })`);
const token = async (client: Client, email = newEmail(), secret = 'wrong one') =>
  (await post(client, '/auth/v1/token?grant_type=password', { email, password: secret })).status;

describe('from one client address, over many accounts', () => {
  let running: AuthGateway;
  let client: Client;
  let known: string[];

  beforeAll(async () => {
    running = await startAuthGateway(
      {},
      { RATE_LIMITS: `{"failedAttempts":{"limit":${limit},"window":"1h"}}`, TRUSTED_PROXIES: '1' },
    );
    const { url } = running;
    known = await Promise.all(
      times(limit + 2).map(async () => {
        const email = newEmail();
        const made = await post(
          { url, key: running.auth.keys.anonKey, from: newAddress() },
          '/auth/v1/signup',
          { email, password },
        );
        expect(made.status).toBe(200);
        return email;
      }),
    );
  });
  beforeEach(() => {
    client = { url: running.url, key: running.auth.keys.anonKey, from: newAddress() };
  });
  afterAll(async () => await running?.[Symbol.asyncDispose]());

  test('wrong sign-ins by mutation are limited, and say when to come back', async () => {
    for (const _ of times(limit)) expect(await signIn(client)).toBe('UNAUTHENTICATED');
    expect(await signIn(client)).toBe('RATE_LIMITED');
    const query = `mutation { signIn(input: { email: "${newEmail()}", password: "x" }) { user { id } } }`;
    const { text } = await post(client, '/graphql', { query });
    expect(JSON.parse(text).errors[0].extensions.retryAfter).toBeGreaterThan(0);
  });

  test('wrong sign-ins by both ways are counted together', async () => {
    for (const index of times(limit)) {
      if (index % 2 === 0) expect(await token(client)).toBe(400);
      else expect(await signIn(client)).toBe('UNAUTHENTICATED');
    }
    expect(await token(client)).toBe(429);
    expect(await signIn(client)).toBe('RATE_LIMITED');
    const refused = await post(client, '/auth/v1/token?grant_type=password', { email: newEmail(), password });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('another address of the same IPv6 network counts for it, one of the next does not', async () => {
    for (const index of times(limit)) {
      await token({ ...client, from: client.from.replace('::1', `::${index + 2}`) });
    }
    expect(await token(client)).toBe(429);
    expect(await token({ ...client, from: newAddress() })).toBe(400);
  });

  test('a burst at once does not pass it', async () => {
    const found = await Promise.all(times(5 * limit).map(() => token(client)));
    expect(found.filter((status) => status === 400)).toHaveLength(limit);
    expect(found.filter((status) => status === 429)).toHaveLength(4 * limit);
  });

  test('sign-ins that are right are not counted', async () => {
    for (const email of known) {
      expect(await signIn(client, email, password)).toBe('OK');
      expect(await token(client, email, password)).toBe(200);
    }
    for (const _ of times(limit)) expect(await token(client)).toBe(400);
    expect(await token(client, known[0], password)).toBe(429);
    expect(await token({ ...client, from: newAddress() }, known[0], password)).toBe(200);
  });

  test('sign-ups that tell that an account is there are', async () => {
    const up = (email: string) =>
      mutate(client, `signUp(input: { email: "${email}", password: "${password}" })`);
    for (const email of known.slice(0, limit - 1)) expect(await up(email)).toBe('CONFLICT');
    for (const _ of times(limit)) expect(await up(newEmail())).toBe('OK');
    expect((await post(client, '/auth/v1/signup', { email: known[limit - 1], password })).status).toBe(422);
    expect(await up(known[limit] ?? '')).toBe('RATE_LIMITED');
    expect((await post(client, '/auth/v1/signup', { email: known[limit], password })).status).toBe(429);
  });

  test('wrong codes are, by mutation, by request and by a link in a browser', async () => {
    const byMutation = `verifyOtp(input: { type: EMAIL, email: "${newEmail()}", token: "123456" })`;
    expect(await mutate(client, byMutation)).toBe('UNAUTHENTICATED');
    const body = { type: 'email', email: newEmail(), token: '123456' };
    expect((await post(client, '/auth/v1/verify', body)).status).toBe(403);
    const link = '/auth/v1/verify?type=magiclink&token=unknown';
    expect((await post(client, link, {}, 'GET')).status).toBe(303);
    expect((await post(client, link.replace('/auth/v1', ''), {}, 'GET')).status).toBe(303);
    expect((await post(client, link, {}, 'GET')).status).toBe(429);
    expect(await mutate(client, byMutation)).toBe('RATE_LIMITED');
    expect((await post(client, '/auth/v1/verify', body)).status).toBe(429);
  });

  test('the failures of everybody together are a measure, and refuse nobody', async () => {
    const count = async () => {
      const text = await (await fetch(`${running.url}/metrics`)).text();
      return Number(/^bunbun_failed_attempts_total\{field="signIn"\} (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    const before = await count();
    for (const _ of times(3 * limit)) expect(await token({ ...client, from: newAddress() })).toBe(400);
    expect(await token({ ...client, from: newAddress() }, known[0], password)).toBe(200);
    expect((await count()) - before).toBe(3 * limit);
  });
});

describe('an auth service', () => {
  let auth: ListeningServer;
  let gateway: TestGateway;
  let client: Client;
  let answer: (response: ServerResponse) => void;

  const refuse = (status: number, code: string) => (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code, error_code: code, message: 'no' }));
  };

  beforeAll(async () => {
    auth = await listen((request, response) => {
      request.resume();
      answer(response);
    });
    gateway = await startTestGateway({
      AUTH_URL: auth.url,
      JWT_SECRET: testSecret,
      SUPABASE_ANON_KEY: anonKey,
      TRUSTED_PROXIES: '1',
      RATE_LIMITS:
        '{"passkeys":{"limit":3,"window":"1h"},"invite":{"limit":3,"window":"1h"},"sso":{"limit":3,"window":"1h"}}',
    });
  });
  beforeEach(() => {
    client = { url: gateway.url, key: anonKey, from: newAddress() };
    answer = refuse(400, 'invalid_credentials');
  });
  afterAll(async () => {
    await gateway?.close();
    await auth?.close();
  });

  test('that fails, or limits itself, counts for nobody', async () => {
    const found = new Set<number>();
    for (const status of [500, 429]) {
      answer = refuse(status, 'unexpected_failure');
      for (const _ of times(60)) found.add(await token(client));
    }
    expect([...found]).toEqual([500, 429]);
    answer = refuse(400, 'invalid_credentials');
    expect(await token(client)).toBe(400);
    expect(await signIn(client)).toBe('UNAUTHENTICATED');
  });

  test('is asked about 100 wrong sign-ins of one address in five minutes, when nothing else is said', async () => {
    const found = await Promise.all(times(130).map(() => token(client)));
    expect(found.filter((status) => status === 400)).toHaveLength(100);
    expect(found.filter((status) => status === 429)).toHaveLength(30);
  });

  test.each([
    ['POST', '/auth/v1/passkeys/authentication/options'],
    ['POST', '/auth/v1/passkeys/authentication/verify'],
    ['GET', '/auth/v1/passkeys'],
    ['POST', '/auth/v1/invite'],
    ['POST', '/auth/v1/sso'],
    ['POST', '/auth/v1/sso/saml/acs'],
    ['POST', '/sso/saml/acs'],
  ])('is asked %s %s so often and no more', async (method, path) => {
    answer = (response) => response.writeHead(200).end();
    const found: number[] = [];
    for (const _ of times(4)) found.push((await post(client, path, {}, method)).status);
    expect(found).toEqual([200, 200, 200, 429]);
  });
});
