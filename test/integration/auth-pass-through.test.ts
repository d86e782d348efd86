import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totpCode } from '../../packages/local/src/auth/totp.ts';
import { createSigningKey } from '../../packages/local/src/data-folder/signing-key.ts';
import { type PassThrough, startPassThrough } from '../support/auth-pass-through.ts';
import { startTestAuthServer, type TestAuthServer } from '../support/auth-server.ts';
import { transport } from '../support/supabase-transport.ts';

const newEmail = () => `user-${randomBytes(8).toString('hex')}@example.com`;
const password = 'correct horse';

let auth: TestAuthServer;
let gateway: PassThrough;
let env: Record<string, string>;

beforeAll(async () => {
  auth = await startTestAuthServer();
  env = {
    JWT_SECRET: auth.keys.jwtSecret,
    SUPABASE_ANON_KEY: auth.keys.anonKey,
    SUPABASE_SERVICE_KEY: auth.keys.serviceRoleKey,
  };
  gateway = await startPassThrough({ authUrl: auth.url, env });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await auth.close();
});

function client(key = auth.keys.anonKey, url = gateway.url): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport },
  });
}

async function signedUp(): Promise<{ supabase: SupabaseClient; email: string }> {
  const supabase = client();
  const email = newEmail();
  const { error } = await supabase.auth.signUp({ email, password });
  expect(error).toBeNull();
  return { supabase, email };
}

interface Raw {
  path: string;
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string;
  url?: string;
}

/** A request whose target and headers go out exactly as written. */
async function raw({ path, method = 'GET', headers = {}, body, url = gateway.url }: Raw) {
  const { hostname, port } = new URL(url);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers }, resolve);
    request.once('error', reject);
    request.end(body);
  });
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

const withKey = () => ({ apikey: auth.keys.anonKey });

describe('the official client through the gateway', () => {
  test('signs up, signs in, refreshes, reads and changes the user', async () => {
    const { supabase, email } = await signedUp();
    expect((await supabase.auth.signInWithPassword({ email, password })).error).toBeNull();
    expect((await supabase.auth.refreshSession()).error).toBeNull();
    expect((await supabase.auth.getUser()).data.user?.email).toBe(email);
    const { data } = await supabase.auth.updateUser({ data: { plan: 'gold' } });
    expect(data.user?.user_metadata).toMatchObject({ plan: 'gold' });
  });

  test.each(['global', 'local', 'others'] as const)('signs out with scope %s', async (scope) => {
    const { supabase, email } = await signedUp();
    const other = client();
    await other.auth.signInWithPassword({ email, password });
    expect((await supabase.auth.signOut({ scope })).error).toBeNull();
    const { error } = await other.auth.getUser();
    if (scope === 'local') expect(error).toBeNull();
    else expect(error).not.toBeNull();
  });

  test('signs in with a code from the mailbox', async () => {
    const { email } = await signedUp();
    const supabase = client();
    expect((await supabase.auth.signInWithOtp({ email })).error).toBeNull();
    const token = auth.mailbox.list(email)[0]?.otp ?? '';
    const { data, error } = await supabase.auth.verifyOtp({ email, token, type: 'email' });
    expect(error).toBeNull();
    expect(data.user?.email).toBe(email);
  });

  test('enrols a factor and reaches aal2', async () => {
    const { supabase } = await signedUp();
    const { data } = await supabase.auth.mfa.enroll({ factorType: 'totp' });
    const secret = data?.type === 'totp' ? data.totp.secret : '';
    const code = totpCode(secret, Date.now() / 1000);
    const verified = await supabase.auth.mfa.challengeAndVerify({ factorId: data?.id ?? '', code });
    expect(verified.error).toBeNull();
    const { data: level } = await supabase.auth.mfa.getAuthenticatorAssuranceLevel();
    expect(level?.currentLevel).toBe('aal2');
  });

  test('administers users with the service key', async () => {
    const admin = client(auth.keys.serviceRoleKey).auth.admin;
    const email = newEmail();
    const created = await admin.createUser({ email, password, email_confirm: true });
    expect(created.error).toBeNull();
    const id = created.data.user?.id ?? '';
    expect((await admin.listUsers({ page: 1, perPage: 1000 })).data.users.map((user) => user.id)).toContain(
      id,
    );
    expect(
      (await admin.updateUserById(id, { user_metadata: { a: 1 } })).data.user?.user_metadata,
    ).toMatchObject({ a: 1 });
    expect((await admin.generateLink({ type: 'recovery', email })).error).toBeNull();
    expect((await admin.deleteUser(id)).error).toBeNull();
    expect((await admin.getUserById(id)).error?.code).toBe('user_not_found');
    // The deletion that is only soft says so in its body.
    const kept = await admin.createUser({ email: newEmail(), password });
    const keptId = kept.data.user?.id ?? '';
    expect((await admin.deleteUser(keptId, true)).error).toBeNull();
    expect((await admin.getUserById(keptId)).data.user).toMatchObject({ deleted_at: expect.any(String) });
  });

  test("is told the service's own error codes", async () => {
    const { error } = await client().auth.signInWithPassword({ email: newEmail(), password });
    expect(error).toMatchObject({ code: 'invalid_credentials', status: 400 });
  });

  test('verifies claims against published keys when tokens are ES256', async () => {
    const signing = createSigningKey();
    const asymmetric = await auth.another({}, signing);
    await using own = await startPassThrough({
      authUrl: asymmetric.url,
      env: { ...env, JWKS_URL: `${asymmetric.url}/.well-known/jwks.json` },
    });
    const supabase = client(auth.keys.anonKey, own.url);
    const email = newEmail();
    await supabase.auth.signUp({ email, password });
    const { data, error } = await supabase.auth.getClaims();
    expect(error).toBeNull();
    expect(data?.header).toMatchObject({ alg: 'ES256', kid: signing.kid });
    expect(data?.claims.email).toBe(email);
  });
});

describe('keys', () => {
  test('a request without one is refused, except where links and browsers come', async () => {
    expect((await raw({ path: '/auth/v1/settings' })).status).toBe(401);
    expect((await raw({ path: '/auth/v1/.well-known/jwks.json' })).status).toBe(200);
    expect((await raw({ path: '/auth/v1/authorize?provider=google' })).status).toBe(400);
    expect((await raw({ path: '/auth/v1/verify?type=signup&token=unknown' })).status).toBe(303);
    expect((await raw({ path: '/auth/v1/verify', method: 'POST', body: '{}' })).status).toBe(400);
    expect((await raw({ path: '/auth/v1/.well-known/openid-configuration' })).status).toBe(401);
  });

  test('an unknown one is refused even beside a good token', async () => {
    const answer = await raw({
      path: '/auth/v1/user',
      headers: { apikey: 'sb_publishable_unknown', authorization: `Bearer ${auth.keys.serviceRoleKey}` },
    });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'unknown_apikey' });
  });

  test('an opaque one becomes the token that it stands for', async () => {
    const pairs = (key: string, jwt: string) => `${key}=${jwt}`;
    await using own = await startPassThrough({
      authUrl: auth.url,
      env: {
        ...env,
        SUPABASE_PUBLISHABLE_KEYS: pairs('sb_publishable_abcdefghijklmnop', auth.keys.anonKey),
        SUPABASE_SECRET_KEYS: pairs('sb_secret_abcdefghijklmnop', auth.keys.serviceRoleKey),
      },
    });
    const admin = client('sb_secret_abcdefghijklmnop', own.url).auth.admin;
    expect((await admin.listUsers()).error).toBeNull();
    const low = client('sb_publishable_abcdefghijklmnop', own.url).auth.admin;
    expect((await low.listUsers()).error).toMatchObject({ status: 403, code: 'not_admin' });
  });

  test('a legacy one alone is nobody signed in', async () => {
    const { anonKey, serviceRoleKey } = auth.keys;
    for (const apikey of [anonKey, serviceRoleKey]) {
      for (const path of ['/auth/v1/user', '/auth/v1/admin/users']) {
        const alone = await raw({ path, headers: { apikey } });
        expect([path, alone.status]).toEqual([path, 401]);
        expect(JSON.parse(alone.text)).toMatchObject({ error_code: 'no_authorization' });
      }
    }
    const beside = { apikey: serviceRoleKey, authorization: `Bearer ${serviceRoleKey}` };
    expect((await raw({ path: '/auth/v1/admin/users', headers: beside })).status).toBe(200);
    expect((await raw({ path: '/auth/v1/user', headers: beside })).status).toBe(403);
    expect((await raw({ path: '/auth/v1/settings', headers: { apikey: anonKey } })).status).toBe(200);
  });

  test('a secret one is refused to a page in a browser', async () => {
    await using own = await startPassThrough({
      authUrl: auth.url,
      env: { ...env, SUPABASE_SECRET_KEYS: `sb_secret_abcdefghijklmnop=${auth.keys.serviceRoleKey}` },
    });
    const answer = await raw({
      url: own.url,
      path: '/auth/v1/admin/users',
      headers: { apikey: 'sb_secret_abcdefghijklmnop', origin: 'https://app.example.com' },
    });
    expect(answer.status).toBe(401);
  });

  test('credentials that come twice are refused', async () => {
    const answer = await raw({
      path: '/auth/v1/user',
      headers: { ...withKey(), authorization: ['Bearer a', 'Bearer b'] },
    });
    expect(answer.status).toBe(401);
  });

  test('credentials that come joined are refused where none is needed too', async () => {
    for (const headers of [{ authorization: 'Bearer a, Bearer b' }, { apikey: 'a,b' }]) {
      const answer = await raw({ path: '/auth/v1/verify?type=signup&token=x', headers });
      expect(answer.status).toBe(401);
    }
  });
});

describe('paths', () => {
  test.each([
    '/auth/v1/../admin/users',
    '/auth/v1/%2e%2e/admin/users',
    '/auth/v1/%252e%252e/admin/users',
    '/auth/v1/user/./x',
    '/auth/v1/a%2f..%2fadmin',
    '/auth/v1/a%5cb',
    '/auth/v1/user%00',
    '/auth/v1/%zz',
    '/auth/v1/health#x',
    '/auth/v1/health?x=y#z',
  ])('%s is refused', async (path) => {
    expect((await raw({ path, headers: withKey() })).status).toBe(400);
  });

  test.each(['/auth/v1/metrics', '/auth/v1/_local/mailbox', '/auth/v1//user', '/auth/v1/scim/v2/Users'])(
    '%s is not passed on',
    async (path) => {
      const answer = await raw({ path, headers: withKey() });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'NOT_FOUND' });
    },
  );

  test('a path is judged as the service will decode it', async () => {
    const answer = await raw({ path: '/auth/v1/%6detrics', headers: withKey() });
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('limits', () => {
  const signIn = (url: string, email: string) =>
    raw({
      url,
      path: '/auth/v1/token?grant_type=password',
      method: 'POST',
      headers: { ...withKey(), 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'wrong one' }),
    });

  test('count attempts per account, and tell when to come back', async () => {
    await using own = await startPassThrough({
      authUrl: auth.url,
      env,
      rateLimits: { signIn: { limit: 2, windowMs: 60_000 } },
    });
    const email = newEmail();
    expect((await signIn(own.url, email)).status).toBe(400);
    expect((await signIn(own.url, email.toUpperCase())).status).toBe(400);
    const refused = await signIn(own.url, email);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(refused.text)).toMatchObject({
      code: 'RATE_LIMITED',
      error_code: 'over_request_rate_limit',
    });
    // Somebody else's account is not locked.
    expect((await signIn(own.url, newEmail())).status).toBe(400);
  });

  test('refuse a body of more than 1 MB before the service sees it', async () => {
    const answer = await raw({
      path: '/auth/v1/user',
      method: 'PUT',
      headers: { ...withKey(), 'content-type': 'application/json', 'content-length': '2000000' },
      body: 'x'.repeat(2_000_000),
    }).catch(() => undefined);
    if (answer !== undefined) expect(answer.status).toBe(413);
  });
});

describe('CORS', () => {
  test('is answered by the gateway alone', async () => {
    await using own = await startPassThrough({
      authUrl: auth.url,
      env,
      allowedOrigins: ['https://app.example.com'],
    });
    const preflight = await raw({
      url: own.url,
      path: '/auth/v1/token',
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'apikey,x-supabase-api-version',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('https://app.example.com');
    expect(preflight.headers['access-control-allow-headers']).toContain('apikey');
    const answer = await raw({
      url: own.url,
      path: '/auth/v1/user',
      headers: { ...withKey(), origin: 'https://app.example.com' },
    });
    expect(answer.headers['access-control-expose-headers']).toMatch(/x-supabase-api-version/);
    expect(answer.headers['access-control-expose-headers']).toMatch(/x-total-count/);
    expect(answer.headers['access-control-expose-headers']).toMatch(/\blink\b/);
  });
});
