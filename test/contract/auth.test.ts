import { createHash, createHmac, randomBytes } from 'node:crypto';
import { GoTrueClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthTarget, contractAuthTarget } from '../support/auth-target.ts';

// Holds for Supabase Auth with autoconfirmed mail, anonymous users and a refresh token reuse interval of 0 or 1 s;
// see docs/guides/auth.md for how to point it at a running service.

type Body = Record<string, unknown>;
interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

let target: AuthTarget;
beforeAll(async () => {
  target = await contractAuthTarget();
});
afterAll(async () => {
  await target.close();
});

const modern = { 'x-supabase-api-version': '2024-01-01' };
const newEmail = () => `contract-${randomBytes(8).toString('hex')}@example.com`;
const password = 'correct horse';

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function call(
  method: string,
  path: string,
  options: { token?: string; body?: unknown; raw?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${target.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      apikey: target.anonKey,
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.raw !== undefined ? { body: options.raw } : {}),
    ...(options.body !== undefined ? { body: JSON.stringify(options.body) } : {}),
  });
  const text = await response.text();
  let body: Body = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isBody(parsed)) body = parsed;
  } catch {
    // Not JSON: `text` says what it is.
  }
  return { status: response.status, headers: response.headers, text, body };
}

const asText = (value: unknown): string => {
  expect(value).toEqual(expect.any(String));
  return String(value);
};
const field = (body: unknown, name: string): unknown => (isBody(body) ? body[name] : undefined);

interface SignedIn {
  email: string;
  accessToken: string;
  refreshToken: string;
  userId: string;
  body: Body;
}

function signedIn(email: string, { body }: Answer): SignedIn {
  return {
    email,
    accessToken: asText(body['access_token']),
    refreshToken: asText(body['refresh_token']),
    userId: asText(field(body['user'], 'id')),
    body,
  };
}

async function signIn(email: string): Promise<SignedIn> {
  const answer = await call('POST', '/token?grant_type=password', { body: { email, password } });
  expect(answer.status).toBe(200);
  return signedIn(email, answer);
}

/** A confirmed user, made by the administrator so that it works with any sign-up settings. */
async function newUser(input: Body = {}): Promise<SignedIn> {
  const email = newEmail();
  const created = await call('POST', '/admin/users', {
    token: target.serviceRoleKey,
    body: { email, password, email_confirm: true, ...input },
  });
  expect(created.status).toBe(200);
  return await signIn(email);
}

const refresh = (token: string) =>
  call('POST', '/token?grant_type=refresh_token', { body: { refresh_token: token } });

function client(): GoTrueClient {
  return new GoTrueClient({
    url: target.url,
    headers: { apikey: target.anonKey },
    persistSession: false,
    autoRefreshToken: false,
    detectSessionInUrl: false,
  });
}

function claimsOf(token: string): Body {
  const parsed: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return isBody(parsed) ? parsed : {};
}

/** RFC 6238 with Supabase's parameters, on its own here so that the server is not held against itself. */
function totp(secret: string, at = Date.now()): string {
  let bits = '';
  for (const letter of secret)
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest[19] ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('errors', () => {
  test('come in the legacy form without a version header', async () => {
    const { status, body, headers } = await call('GET', '/user');
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 401, error_code: 'no_authorization', msg: expect.any(String) });
    expect(headers.get('x-supabase-api-version')).toBeNull();
    expect(headers.get('x-sb-error-code')).toBe('no_authorization');
  });

  test('come in the form of 2024-01-01 when it is asked for, and the answer says so', async () => {
    const { status, body, headers } = await call('GET', '/user', { headers: modern });
    expect(status).toBe(401);
    expect(body).toEqual({ code: 'no_authorization', message: expect.any(String) });
    expect(headers.get('x-supabase-api-version')).toBe('2024-01-01');
  });

  test('a weak password names its reasons in both forms', async () => {
    const body = { email: newEmail(), password: 'abc' };
    const old = await call('POST', '/signup', { body });
    expect(old).toMatchObject({
      status: 422,
      body: { code: 422, error_code: 'weak_password', weak_password: { reasons: ['length'] } },
    });
    const recent = await call('POST', '/signup', { body, headers: modern });
    expect(recent).toMatchObject({
      status: 422,
      body: { code: 'weak_password', weak_password: { reasons: ['length'] } },
    });
  });

  test.each([
    ['an empty body', ''],
    ['no JSON', '{"email":'],
    ['a field of the wrong type', '{"email":1,"password":"abcdef"}'],
  ])('%s is bad_json', async (_, raw) => {
    const { status, body } = await call('POST', '/signup', { raw });
    expect({ status, code: body['error_code'] }).toEqual({ status: 400, code: 'bad_json' });
  });

  test.each([
    ['a malformed e-mail', { email: 'nobody', password }],
    ['an e-mail with letters beyond ASCII', { email: `\u00fcmit@example.com`, password }],
    ['a password of 73 bytes', { email: 'a@example.com', password: 'x'.repeat(73) }],
    ['no password', { email: 'a@example.com' }],
    ['e-mail and phone together', { email: 'a@example.com', phone: '+4912345678', password }],
  ])('sign-up with %s is validation_failed', async (_, body) => {
    const answer = await call('POST', '/signup', { body });
    expect({ status: answer.status, code: answer.body['error_code'] }).toEqual({
      status: 400,
      code: 'validation_failed',
    });
  });

  test('a malformed address is unknown to sign-in like any other', async () => {
    for (const account of [{ email: 'nobody' }, { email: ' ' }]) {
      const answer = await call('POST', '/token?grant_type=password', { body: { ...account, password } });
      expect(answer).toMatchObject({ status: 400, body: { error_code: 'invalid_credentials' } });
    }
  });

  test.each([
    ['GET', '/passkeys', 'passkey_disabled'],
    ['POST', '/passkeys/authentication/options', 'passkey_disabled'],
    ['POST', '/passkeys/registration/options', 'passkey_disabled'],
    ['GET', '/oauth/authorize', 'feature_disabled'],
    ['POST', '/oauth/token', 'feature_disabled'],
    ['POST', '/oauth/clients/register', 'feature_disabled'],
    ['GET', '/user/oauth/grants', 'feature_disabled'],
    ['POST', '/sso', 'saml_provider_disabled'],
    ['GET', '/sso/saml/metadata', 'saml_provider_disabled'],
    ['POST', '/sso/saml/acs', 'saml_provider_disabled'],
    ['GET', '/passkeys/authentication/options', 'passkey_disabled'],
    ['PUT', '/passkeys/no/such/path', 'passkey_disabled'],
    ['POST', '/oauth/no/such/path', 'feature_disabled'],
    ['GET', '/.well-known/oauth-authorization-server', 'feature_disabled'],
    ['GET', '/scim/v2/Users', 'feature_disabled'],
    ['GET', '/user/identities/authorize?provider=google', 'manual_linking_disabled'],
    ['DELETE', `/user/identities/${crypto.randomUUID()}`, 'manual_linking_disabled'],
    ['PUT', '/user/identities', 'manual_linking_disabled'],
  ])('%s %s says that it is switched off', async (method, path, reason) => {
    const { accessToken } = await newUser();
    const body = method === 'GET' ? undefined : {};
    const answer = await call(method, path, { token: accessToken, body });
    expect(answer).toMatchObject({ status: 404, body: { error_code: reason } });
  });

  test.each(['/user/no/such/path', '/factors/no/such/path', '/user/oauth/grants', '/admin/no/such/path'])(
    '%s is not told of to strangers',
    async (path) => {
      const answer = await call('GET', path);
      expect(answer).toMatchObject({ status: 401, body: { error_code: 'no_authorization' } });
      const other = await call('GET', path, { token: target.anonKey });
      expect(other.status).toBe(403);
    },
  );

  test.each([
    ['GET', '/admin/oauth/clients', 404, 'feature_disabled'],
    ['DELETE', `/admin/oauth/clients/${crypto.randomUUID()}`, 404, 'feature_disabled'],
    ['GET', `/admin/sso/providers/${crypto.randomUUID()}`, 404, 'sso_provider_not_found'],
    ['GET', '/admin/sso/providers', 200, undefined],
    ['GET', '/admin/audit?query=author:nobody', 200, undefined],
  ])('%s %s answers an administrator %i', async (method, path, status, reason) => {
    const answer = await call(method, path, { token: target.serviceRoleKey });
    expect({ status: answer.status, reason: answer.body['error_code'] }).toEqual({ status, reason });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  });

  test('an administrator sees that a user has no passkeys', async () => {
    const { userId } = await newUser();
    const token = target.serviceRoleKey;
    const path = `/admin/users/${userId}/passkeys`;
    expect(await call('GET', path, { token })).toMatchObject({ status: 200, text: '[]' });
    expect(await call('DELETE', `${path}/${crypto.randomUUID()}`, { token })).toMatchObject({
      status: 404,
      body: { error_code: 'validation_failed' },
    });
  });

  test('an unknown path is plain text, an unknown grant invalid_credentials', async () => {
    const missing = await call('GET', '/no/such/path');
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toMatch(/^text\/plain/);
    const grant = await call('POST', '/token?grant_type=nonsense', { body: {} });
    expect(grant).toMatchObject({ status: 400, body: { error_code: 'invalid_credentials' } });
  });

  test('a body of more than 1 MiB is refused', async () => {
    const body = { email: newEmail(), password, data: { text: 'x'.repeat(1_100_000) } };
    const answer = await call('POST', '/signup', { body }).catch(() => undefined);
    // The connection may be cut before the answer is read.
    if (answer !== undefined) expect([400, 413]).toContain(answer.status);
  });
});

describe('sign-up', () => {
  test('answers a session when addresses are confirmed at once', async () => {
    const email = newEmail();
    const answer = await call('POST', '/signup', { body: { email, password, data: { plan: 'free' } } });
    expect(answer.status).toBe(200);
    if (!target.autoconfirm) {
      expect(answer.body).toMatchObject({ email, identities: [expect.anything()] });
      return;
    }
    expect(answer.body).toMatchObject({
      token_type: 'bearer',
      expires_in: 3600,
      user: {
        email,
        phone: '',
        aud: 'authenticated',
        role: 'authenticated',
        is_anonymous: false,
        app_metadata: { provider: 'email', providers: ['email'] },
        user_metadata: { plan: 'free', email, sub: expect.any(String), phone_verified: false },
        identities: [{ provider: 'email', identity_data: { email } }],
      },
    });
    const user = field(answer.body, 'user');
    expect(user).not.toHaveProperty('encrypted_password');
    expect(user).not.toHaveProperty('banned_until');
    const claims = claimsOf(asText(answer.body['access_token']));
    expect(claims).toMatchObject({
      aud: 'authenticated',
      sub: field(user, 'id'),
      role: 'authenticated',
      email,
      phone: '',
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: expect.any(Number) }],
      session_id: expect.any(String),
      is_anonymous: false,
    });
  });

  test('of a confirmed address says so only where confirmation is off', async () => {
    const { email } = await newUser();
    const again = await call('POST', '/signup', { body: { email, password: 'another one' } });
    if (target.autoconfirm) {
      expect(again).toMatchObject({ status: 422, body: { error_code: 'user_already_exists' } });
    } else {
      expect(again).toMatchObject({ status: 200, body: { email, identities: [], role: '' } });
    }
  });

  test('lower-cases the address', async () => {
    const { email } = await newUser();
    const answer = await call('POST', '/token?grant_type=password', {
      body: { email: email.toUpperCase(), password },
    });
    expect(answer.status).toBe(200);
  });

  test('without e-mail and phone makes an anonymous user', async () => {
    const answer = await call('POST', '/signup', { body: { data: { theme: 'dark' } } });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        user: { is_anonymous: true, email: '', phone: '', identities: [], user_metadata: { theme: 'dark' } },
      },
    });
    expect(claimsOf(asText(answer.body['access_token']))).toMatchObject({ is_anonymous: true });
  });
});

describe('password sign-in', () => {
  test('answers weak_password null and a fresh last_sign_in_at', async () => {
    const { body } = await newUser();
    expect(body).toHaveProperty('weak_password', null);
    expect(field(body['user'], 'last_sign_in_at')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  });

  test('answers the same to a wrong password and an unknown user', async () => {
    const { email } = await newUser();
    const wrong = await call('POST', '/token?grant_type=password', {
      body: { email, password: 'wrong one' },
    });
    const unknown = await call('POST', '/token?grant_type=password', {
      body: { email: newEmail(), password: 'wrong one' },
    });
    expect(wrong).toMatchObject({ status: 400, body: { error_code: 'invalid_credentials' } });
    expect(unknown.body).toEqual(wrong.body);
    expect(unknown.status).toBe(wrong.status);
  });

  test('refuses a banned user before looking at the password', async () => {
    const user = await newUser();
    await call('PUT', `/admin/users/${user.userId}`, {
      token: target.serviceRoleKey,
      body: { ban_duration: '24h' },
    });
    const body = { email: user.email, password: 'wrong one' };
    expect(await call('POST', '/token?grant_type=password', { body })).toMatchObject({
      status: 400,
      body: { error_code: 'user_banned' },
    });
    expect(await refresh(user.refreshToken)).toMatchObject({
      status: 400,
      body: { error_code: 'user_banned' },
    });
    expect(await call('GET', '/user', { token: user.accessToken })).toMatchObject({
      status: 403,
      body: { error_code: 'user_banned' },
    });
  });

  test('refuses an unconfirmed address only after the password matched', async () => {
    const email = newEmail();
    await call('POST', '/admin/users', { token: target.serviceRoleKey, body: { email, password } });
    expect(
      await call('POST', '/token?grant_type=password', { body: { email, password: 'wrong one' } }),
    ).toMatchObject({ body: { error_code: 'invalid_credentials' } });
    expect(await call('POST', '/token?grant_type=password', { body: { email, password } })).toMatchObject({
      status: 400,
      body: { error_code: 'email_not_confirmed' },
    });
  });
});

describe('refresh', () => {
  test('rotates the token inside one session', async () => {
    const first = await newUser();
    const answer = await refresh(first.refreshToken);
    expect(answer.status).toBe(200);
    const second = signedIn(first.email, answer);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(answer.body).not.toHaveProperty('weak_password');
    expect(claimsOf(second.accessToken)['session_id']).toBe(claimsOf(first.accessToken)['session_id']);
  });

  test('answers the active token again to its direct parent', async () => {
    const first = await newUser();
    const second = signedIn(first.email, await refresh(first.refreshToken));
    const again = signedIn(first.email, await refresh(first.refreshToken));
    expect(again.refreshToken).toBe(second.refreshToken);
  });

  test('refuses an older token and then revokes the whole family', async () => {
    const first = await newUser();
    const second = signedIn(first.email, await refresh(first.refreshToken));
    const third = signedIn(first.email, await refresh(second.refreshToken));
    // Outside the reuse interval, whatever it is set to in the service.
    await expect
      .poll(async () => (await refresh(first.refreshToken)).body['error_code'], {
        timeout: 15_000,
        interval: 300,
      })
      .toBe('refresh_token_already_used');
    expect(await refresh(third.refreshToken)).toMatchObject({
      status: 400,
      body: { error_code: 'refresh_token_already_used' },
    });
    // The session itself stays until its access token expires.
    expect((await call('GET', '/user', { token: third.accessToken })).status).toBe(200);
  });

  test('tells a malformed token from an unknown one', async () => {
    expect(await refresh('short')).toMatchObject({ status: 400, body: { error_code: 'validation_failed' } });
    expect(await refresh('abcdefghijkl')).toMatchObject({
      status: 400,
      body: { error_code: 'refresh_token_not_found' },
    });
  });
});

describe('sign-out', () => {
  test('ends every session by default and answers 204 without a body', async () => {
    const one = await newUser();
    const two = await signIn(one.email);
    const answer = await call('POST', '/logout', { token: one.accessToken });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(await refresh(two.refreshToken)).toMatchObject({
      status: 400,
      body: { error_code: 'refresh_token_not_found' },
    });
    expect(await call('GET', '/user', { token: one.accessToken })).toMatchObject({
      status: 403,
      body: { error_code: 'session_not_found' },
    });
  });

  test('ends this session only, or all others, by scope', async () => {
    const one = await newUser();
    const two = await signIn(one.email);
    const three = await signIn(one.email);
    await call('POST', '/logout?scope=local', { token: one.accessToken });
    expect((await call('GET', '/user', { token: one.accessToken })).status).toBe(403);
    expect((await call('GET', '/user', { token: two.accessToken })).status).toBe(200);
    await call('POST', '/logout?scope=others', { token: two.accessToken });
    expect((await call('GET', '/user', { token: two.accessToken })).status).toBe(200);
    expect((await call('GET', '/user', { token: three.accessToken })).status).toBe(403);
    expect(await call('POST', '/logout?scope=never', { token: two.accessToken })).toMatchObject({
      status: 400,
      body: { error_code: 'validation_failed' },
    });
  });
});

describe('the signed-in user', () => {
  test('is bare, with identities and without a factors key while there are none', async () => {
    const user = await newUser();
    const { status, body } = await call('GET', '/user', { token: user.accessToken });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: user.userId, identities: [{ user_id: user.userId }] });
    expect(body).not.toHaveProperty('factors');
    expect(body).toHaveProperty('confirmed_at');
  });

  test('is nobody for service and anon keys', async () => {
    for (const token of [target.serviceRoleKey, target.anonKey]) {
      expect(await call('GET', '/user', { token })).toMatchObject({
        status: 403,
        body: { error_code: 'bad_jwt' },
      });
    }
  });

  test('is judged by X-JWT-AUD when a client may send it', async () => {
    const user = await newUser();
    const answer = await call('GET', '/user', { token: user.accessToken, headers: { 'x-jwt-aud': 'other' } });
    expect(answer).toMatchObject({ status: 400, body: { error_code: 'validation_failed' } });
  });

  test('merges metadata at the top level, and null removes a key', async () => {
    const user = await newUser({ user_metadata: { a: 1, b: { c: 2, d: 3 } } });
    const { body } = await call('PUT', '/user', {
      token: user.accessToken,
      body: { data: { a: null, b: { c: 4 }, e: 5 } },
    });
    expect(body['user_metadata']).not.toHaveProperty('a');
    expect(body['user_metadata']).toMatchObject({ b: { c: 4 }, e: 5 });
    expect(field(body['user_metadata'], 'b')).toEqual({ c: 4 });
  });

  test('changes the password, which ends all other sessions', async () => {
    const one = await newUser();
    const two = await signIn(one.email);
    const change = (value: string) =>
      call('PUT', '/user', { token: one.accessToken, body: { password: value } });
    expect(await change(password)).toMatchObject({ status: 422, body: { error_code: 'same_password' } });
    expect(await change('abc')).toMatchObject({ status: 422, body: { error_code: 'weak_password' } });
    expect((await change('a better one')).status).toBe(200);
    expect((await call('GET', '/user', { token: one.accessToken })).status).toBe(200);
    expect((await call('GET', '/user', { token: two.accessToken })).status).toBe(403);
  });

  test('may not take an address that somebody has, nor write app_metadata', async () => {
    const other = await newUser();
    const user = await newUser();
    const put = (body: Body) => call('PUT', '/user', { token: user.accessToken, body });
    expect(await put({ email: other.email })).toMatchObject({
      status: 422,
      body: { error_code: 'email_exists' },
    });
    expect(await put({ app_metadata: { admin: true } })).toMatchObject({
      status: 403,
      body: { error_code: 'not_admin' },
    });
  });

  test('sees a pending change of address as new_email', async () => {
    const user = await newUser();
    const wanted = newEmail();
    const { body } = await call('PUT', '/user', { token: user.accessToken, body: { email: wanted } });
    expect(body).toMatchObject({ email: user.email, new_email: wanted });
    expect(body).toHaveProperty('email_change_sent_at');
  });

  test('is gone once deleted', async () => {
    const user = await newUser();
    await call('DELETE', `/admin/users/${user.userId}`, { token: target.serviceRoleKey });
    expect(await call('GET', '/user', { token: user.accessToken })).toMatchObject({
      status: 403,
      body: { error_code: 'user_not_found' },
    });
  });

  test('needs a token that is signed by the project and not expired', async () => {
    const user = await newUser();
    const { accessToken } = user;
    const forged = `${accessToken.slice(0, -4)}${accessToken.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    expect(await call('GET', '/user', { token: forged })).toMatchObject({
      status: 403,
      body: { error_code: 'bad_jwt' },
    });
    if (target.sign === undefined) return;
    const expired = await target.sign({ ...claimsOf(accessToken), exp: 1_000_000_000 });
    expect(await call('GET', '/user', { token: expired })).toMatchObject({
      status: 403,
      body: { error_code: 'bad_jwt' },
    });
  });
});

describe('codes and links', () => {
  const link = (body: Body) => call('POST', '/admin/generate_link', { token: target.serviceRoleKey, body });

  test('a magic link signs in by its hash, once', async () => {
    const { email } = await newUser();
    const made = await link({ type: 'magiclink', email });
    expect(made).toMatchObject({
      status: 200,
      body: {
        email,
        action_link: expect.stringContaining('type=magiclink'),
        email_otp: expect.stringMatching(/^\d{6}$/),
        hashed_token: expect.stringMatching(/^[0-9a-f]{56}$/),
        verification_type: 'magiclink',
        redirect_to: expect.any(String),
      },
    });
    expect(made.body['hashed_token']).toBe(
      createHash('sha224')
        .update(`${email}${asText(made.body['email_otp'])}`)
        .digest('hex'),
    );
    const body = { type: 'magiclink', token_hash: made.body['hashed_token'] };
    const used = await call('POST', '/verify', { body });
    expect(used.status).toBe(200);
    expect(claimsOf(asText(used.body['access_token']))['amr']).toMatchObject([{ method: 'otp' }]);
    expect(await call('POST', '/verify', { body })).toMatchObject({
      status: 403,
      body: { error_code: 'otp_expired' },
    });
  });

  test('the code of a mail signs in together with its address, and only with that', async () => {
    const { email } = await newUser();
    const { body } = await link({ type: 'magiclink', email });
    const verify = (input: Body) => call('POST', '/verify', { body: { type: 'email', ...input } });
    expect(await verify({ email: newEmail(), token: body['email_otp'] })).toMatchObject({
      status: 403,
      body: { error_code: 'otp_expired' },
    });
    expect((await verify({ email, token: body['email_otp'] })).status).toBe(200);
  });

  test('a link for an unknown address makes the user, and says signup', async () => {
    const email = newEmail();
    const made = await link({ type: 'magiclink', email });
    expect(made).toMatchObject({ status: 200, body: { verification_type: 'signup', email } });
    const confirmed = await call('POST', '/verify', {
      body: { type: 'signup', token_hash: made.body['hashed_token'] },
    });
    expect(confirmed).toMatchObject({
      status: 200,
      body: { user: { email_confirmed_at: expect.any(String) } },
    });
  });

  test('recovery of an unknown address is user_not_found for the administrator and silence for others', async () => {
    const email = newEmail();
    expect(await link({ type: 'recovery', email })).toMatchObject({
      status: 404,
      body: { error_code: 'user_not_found' },
    });
    expect(await call('POST', '/recover', { body: { email } })).toMatchObject({ status: 200, text: '{}' });
  });

  test('following a link redirects with the session in the fragment', async () => {
    const { email } = await newUser();
    const { body } = await link({ type: 'recovery', email });
    const query = new URLSearchParams({ token: asText(body['hashed_token']), type: 'recovery' });
    const followed = await call('GET', `/verify?${query}`);
    expect(followed.status).toBe(303);
    const fragment = new URLSearchParams(new URL(asText(followed.headers.get('location'))).hash.slice(1));
    expect(fragment.get('type')).toBe('recovery');
    expect(fragment.get('token_type')).toBe('bearer');
    const token = asText(fragment.get('access_token'));
    expect(await call('GET', '/user', { token })).toMatchObject({ status: 200, body: { email } });

    const again = await call('GET', `/verify?${query}`);
    expect(again.status).toBe(303);
    expect(asText(again.headers.get('location'))).toContain('error_code=otp_expired');
  });

  test('otp for an unknown address needs leave to create it', async () => {
    const answer = await call('POST', '/otp', { body: { email: newEmail(), create_user: false } });
    expect(answer).toMatchObject({ status: 422, body: { error_code: 'otp_disabled' } });
  });

  test.each(['signup', 'magiclink', 'invite'])(
    'a %s link makes a user with the given data and nothing else',
    async (type) => {
      const email = newEmail();
      const input = { type, email, data: { team: 'red' }, ...(type === 'signup' ? { password } : {}) };
      const made = await link({ ...input, redirect_to: 'http://localhost:3000/welcome' });
      expect(made).toMatchObject({ status: 200, body: { user_metadata: { team: 'red' } } });
      expect(Object.keys(Object(made.body['user_metadata']))).toEqual(['team']);
      expect(made.body['identities']).toMatchObject([
        { identity_data: { email, email_verified: false, phone_verified: false } },
      ]);
      // Readable, as in the mails.
      expect(asText(made.body['action_link'])).toMatch(/&redirect_to=http:\/\/[^%]+$/);
      const used = await call('POST', '/verify', {
        body: { type: made.body['verification_type'], token_hash: made.body['hashed_token'] },
      });
      expect(used).toMatchObject({
        status: 200,
        body: { user: { user_metadata: { team: 'red', email_verified: true } } },
      });
      expect(field(used.body['user'], 'identities')).toMatchObject([
        { identity_data: { email, email_verified: true } },
      ]);
    },
  );

  test('the hash for a new address is over the present one, so only its link is of use', async () => {
    const { email } = await newUser();
    const made = await link({ type: 'email_change_new', email, new_email: newEmail() });
    const token = new URL(asText(made.body['action_link'])).searchParams.get('token');
    expect(token).not.toBe(made.body['hashed_token']);
    expect(
      await call('POST', '/verify', {
        body: { type: 'email_change', token_hash: made.body['hashed_token'] },
      }),
    ).toMatchObject({ status: 403, body: { error_code: 'otp_expired' } });
    const followed = await call('POST', '/verify', { body: { type: 'email_change', token_hash: token } });
    expect(followed.status).toBe(200);
  });

  test('a new password spends the links that went out before', async () => {
    const { email, accessToken } = await newUser();
    const { body } = await link({ type: 'recovery', email });
    await call('PUT', '/user', { token: accessToken, body: { password: 'another one' } });
    expect(
      await call('POST', '/verify', { body: { type: 'recovery', token_hash: body['hashed_token'] } }),
    ).toMatchObject({ status: 403, body: { error_code: 'otp_expired' } });
  });

  test('an invitation is accepted by its link', async () => {
    const email = newEmail();
    const made = await link({ type: 'invite', email, data: { team: 'red' } });
    expect(made).toMatchObject({ status: 200, body: { email, invited_at: expect.any(String) } });
    const accepted = await call('POST', '/verify', {
      body: { type: 'invite', token_hash: made.body['hashed_token'] },
    });
    expect(accepted).toMatchObject({
      status: 200,
      body: { user: { email, user_metadata: { team: 'red' } } },
    });
    expect(await link({ type: 'invite', email })).toMatchObject({
      status: 422,
      body: { error_code: 'email_exists' },
    });
  });
});

describe('verification', () => {
  test.each(['nonsense', 'constructor', 'toString', '__proto__'])(
    'of the type %s, which there is none, finds no code',
    async (type) => {
      const byAddress = { type, email: newEmail(), token: '123456' };
      expect(await call('POST', '/verify', { body: byAddress })).toMatchObject({
        status: 403,
        body: { error_code: 'otp_expired' },
      });
      expect(await call('POST', '/verify', { body: { type, token_hash: 'abc' } })).toMatchObject({
        status: 400,
        body: { error_code: 'validation_failed' },
      });
      const followed = await call('GET', `/verify?type=${type}&token=abc`);
      expect(followed.status).toBe(303);
      expect(followed.headers.get('location')).toMatch(/error_code=validation_failed/);
    },
  );

  test('of a malformed address is validation_failed', async () => {
    const body = { type: 'email', email: 'nobody', token: '123456' };
    expect(await call('POST', '/verify', { body })).toMatchObject({
      status: 422,
      body: { error_code: 'validation_failed' },
    });
  });
});

describe('PKCE', () => {
  test('wants challenge and method together, and a known code', async () => {
    const email = newEmail();
    expect(await call('POST', '/otp', { body: { email, code_challenge: 'x'.repeat(43) } })).toMatchObject({
      status: 400,
      body: { error_code: 'validation_failed' },
    });
    expect(
      await call('POST', '/token?grant_type=pkce', {
        body: { auth_code: crypto.randomUUID(), code_verifier: 'x'.repeat(43) },
      }),
    ).toMatchObject({ status: 404, body: { error_code: 'flow_state_not_found' } });
  });

  test('is not configured for any provider here', async () => {
    const answer = await call('GET', '/authorize?provider=google');
    expect(answer).toMatchObject({ status: 400, body: { error_code: 'validation_failed' } });
    expect(answer.body['msg']).toMatch(/^Unsupported provider/);
  });

  test('a callback that nobody waits for goes back to the site with an error', async () => {
    for (const [query, reason] of [
      ['', 'bad_oauth_callback'],
      ['?state=abc&code=def', 'bad_oauth_state'],
    ]) {
      const answer = await call('GET', `/callback${query}`);
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toMatch(`error_code=${reason}`);
    }
  });
});

describe('TOTP factors', () => {
  const enroll = (token: string, friendlyName = '') =>
    call('POST', '/factors', { token, body: { factor_type: 'totp', friendly_name: friendlyName } });

  test('raise the session to aal2 and then guard the account', async () => {
    const user = await newUser();
    const enrolled = await enroll(user.accessToken, 'phone');
    expect(enrolled).toMatchObject({
      status: 200,
      body: {
        type: 'totp',
        friendly_name: 'phone',
        totp: {
          qr_code: expect.stringContaining('<svg'),
          secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
          uri: expect.stringMatching(/^otpauth:\/\/totp\//),
        },
      },
    });
    const id = asText(enrolled.body['id']);
    const secret = asText(field(enrolled.body['totp'], 'secret'));
    expect(await enroll(user.accessToken, 'phone')).toMatchObject({
      status: 422,
      body: { error_code: 'mfa_factor_name_conflict' },
    });

    const challenge = await call('POST', `/factors/${id}/challenge`, { token: user.accessToken });
    expect(challenge).toMatchObject({
      status: 200,
      body: { id: expect.any(String), type: 'totp', expires_at: expect.any(Number) },
    });
    const verify = (body: Body) => call('POST', `/factors/${id}/verify`, { token: user.accessToken, body });
    const challengeId = challenge.body['id'];
    expect(await verify({ challenge_id: challengeId, code: '000000' })).toMatchObject({
      status: 422,
      body: { error_code: 'mfa_verification_failed' },
    });
    expect(await verify({ challenge_id: crypto.randomUUID(), code: totp(secret) })).toMatchObject({
      status: 422,
      body: { error_code: 'mfa_factor_not_found' },
    });
    const raised = await verify({ challenge_id: challengeId, code: totp(secret) });
    expect(raised.status).toBe(200);
    const claims = claimsOf(asText(raised.body['access_token']));
    // Newest first, but methods of the same second may come in any order.
    expect(claims).toMatchObject({
      aal: 'aal2',
      amr: expect.arrayContaining([
        { method: 'totp', timestamp: expect.any(Number) },
        { method: 'password', timestamp: expect.any(Number) },
      ]),
    });
    expect(raised.body['user']).toMatchObject({ factors: [{ id, status: 'verified', factor_type: 'totp' }] });

    const low = await signIn(user.email);
    expect(
      await call('PUT', '/user', { token: low.accessToken, body: { password: 'other one' } }),
    ).toMatchObject({
      status: 401,
      body: { error_code: 'insufficient_aal' },
    });
    expect(await call('DELETE', `/factors/${id}`, { token: low.accessToken })).toMatchObject({
      status: 422,
      body: { error_code: 'insufficient_aal' },
    });
    const high = asText(raised.body['access_token']);
    expect(await call('DELETE', `/factors/${id}`, { token: high })).toMatchObject({
      status: 200,
      body: { id },
    });
  });

  test('are refused to anonymous users and unknown kinds', async () => {
    const anonymous = await call('POST', '/signup', { body: {} });
    expect(await enroll(asText(anonymous.body['access_token']))).toMatchObject({
      status: 403,
      body: { error_code: 'no_authorization' },
    });
    const { accessToken } = await newUser();
    for (const [input, status, reason] of [
      [{ factor_type: 'phone', phone: '+491234567' }, 422, 'mfa_phone_enroll_not_enabled'],
      [{ factor_type: 'phone' }, 422, 'mfa_phone_enroll_not_enabled'],
      [{ factor_type: 'webauthn', friendly_name: 'key' }, 422, 'mfa_webauthn_enroll_not_enabled'],
      [{ factor_type: 'pigeon' }, 400, 'validation_failed'],
      [{}, 400, 'validation_failed'],
    ] as const) {
      expect(await call('POST', '/factors', { token: accessToken, body: input })).toMatchObject({
        status,
        body: { error_code: reason },
      });
    }
    expect(
      await call('POST', `/factors/${crypto.randomUUID()}/challenge`, { token: accessToken }),
    ).toMatchObject({ status: 404, body: { error_code: 'mfa_factor_not_found' } });
  });
});

describe('administration', () => {
  const admin = (method: string, path: string, body?: unknown) =>
    call(method, `/admin/users${path}`, { token: target.serviceRoleKey, body });

  test('is for administrators', async () => {
    const { accessToken } = await newUser();
    expect(await call('GET', '/admin/users')).toMatchObject({ status: 401 });
    expect(await call('GET', '/admin/users', { token: accessToken })).toMatchObject({
      status: 403,
      body: { error_code: 'not_admin' },
    });
  });

  test('changes an address as it is told to, and proves nothing by it', async () => {
    const { userId } = await newUser({ user_metadata: { color: 'red' } });
    const email = newEmail();
    expect((await admin('PUT', `/${userId}`, { email })).status).toBe(200);
    const unproved = await admin('GET', `/${userId}`);
    expect(unproved.body).toMatchObject({
      email,
      email_confirmed_at: expect.any(String),
      user_metadata: { color: 'red', email_verified: true },
      identities: [{ email, identity_data: { email, email_verified: false } }],
    });
    expect(unproved.body['user_metadata']).not.toHaveProperty('email');
    await admin('PUT', `/${userId}`, { email, email_confirm: true });
    expect((await admin('GET', `/${userId}`)).body['identities']).toMatchObject([
      { identity_data: { email, email_verified: true } },
    ]);
  });

  test('creates with 200, and refuses a taken address', async () => {
    const email = newEmail();
    const made = await admin('POST', '', { email, user_metadata: { a: 1 }, app_metadata: { tier: 'gold' } });
    expect(made).toMatchObject({
      status: 200,
      body: {
        email,
        user_metadata: { a: 1 },
        app_metadata: { tier: 'gold', provider: 'email', providers: ['email'] },
        identities: [{ provider: 'email' }],
      },
    });
    expect(made.body).not.toHaveProperty('email_confirmed_at');
    expect(await admin('POST', '', { email })).toMatchObject({
      status: 422,
      body: { error_code: 'email_exists' },
    });
    expect(await admin('POST', '', {})).toMatchObject({
      status: 400,
      body: { error_code: 'validation_failed' },
    });
  });

  test('answers 500 when an update takes an address that somebody has', async () => {
    const one = await newUser();
    const two = await newUser();
    const answer = await call('PUT', `/admin/users/${one.userId}`, {
      token: target.serviceRoleKey,
      body: { email: two.email },
      headers: modern,
    });
    expect(answer).toMatchObject({ status: 500, body: { code: 'unexpected_failure' } });
    // Only the old form tells that the address was the reason.
    const legacy = await call('PUT', `/admin/users/${one.userId}`, {
      token: target.serviceRoleKey,
      body: { email: two.email },
    });
    expect(legacy).toMatchObject({ status: 500, body: { code: '23505', message: expect.any(String) } });
  });

  test('pages with X-Total-Count and Link, and leaves associations out', async () => {
    await newUser();
    await newUser();
    const page = await admin('GET', '?page=1&per_page=1');
    expect(page.status).toBe(200);
    const users = page.body['users'];
    expect(Array.isArray(users) ? users : []).toMatchObject([{ identities: null }]);
    expect(Array.isArray(users) ? users[0] : {}).not.toHaveProperty('factors');
    const total = Number(page.headers.get('x-total-count'));
    expect(total).toBeGreaterThanOrEqual(2);
    expect(page.headers.get('link')).toBe(
      `</admin/users?page=2&per_page=1>; rel="next", </admin/users?page=${total}&per_page=1>; rel="last"`,
    );
    expect(await admin('GET', '?page=x')).toMatchObject({ status: 400 });
  });

  test('filters by part of the address', async () => {
    const { email } = await newUser();
    const { body } = await admin('GET', `?filter=${email.slice(9, 20)}`);
    expect(body['users']).toMatchObject([{ email }]);
  });

  test('tells a missing user from an id that is none', async () => {
    expect(await admin('GET', `/${crypto.randomUUID()}`)).toMatchObject({
      status: 404,
      body: { error_code: 'user_not_found' },
    });
    expect(await admin('GET', '/nobody')).toMatchObject({
      status: 404,
      body: { error_code: 'validation_failed' },
    });
  });

  test('bans and lifts the ban', async () => {
    const { userId } = await newUser();
    const banned = await admin('PUT', `/${userId}`, { ban_duration: '1h30m' });
    expect(banned.body).toHaveProperty('banned_until');
    const lifted = await admin('PUT', `/${userId}`, { ban_duration: 'none' });
    expect(lifted.body).not.toHaveProperty('banned_until');
    expect(await admin('PUT', `/${userId}`, { ban_duration: 'soon' })).toMatchObject({ status: 400 });
  });

  test('deletes softly with a body and for good without one', async () => {
    const { userId, email } = await newUser();
    expect(await admin('DELETE', `/${userId}`, { should_soft_delete: true })).toMatchObject({
      status: 200,
      text: '{}',
    });
    const kept = await admin('GET', `/${userId}`);
    expect(kept).toMatchObject({ status: 200, body: { deleted_at: expect.any(String) } });
    expect(kept.body['email']).not.toBe(email);
    expect((await admin('DELETE', `/${userId}`)).status).toBe(200);
    expect((await admin('GET', `/${userId}`)).status).toBe(404);
  });

  test('an invitation by mail sets invited_at', async () => {
    const email = newEmail();
    const answer = await call('POST', '/invite', { token: target.serviceRoleKey, body: { email } });
    expect(answer).toMatchObject({ status: 200, body: { email, invited_at: expect.any(String) } });
  });
});

describe('the service itself', () => {
  test('tells its health, settings and public keys without a token', async () => {
    expect(await call('GET', '/health')).toMatchObject({
      status: 200,
      body: { name: 'GoTrue', version: expect.any(String), description: expect.any(String) },
    });
    expect(await call('GET', '/settings')).toMatchObject({
      status: 200,
      body: {
        external: { email: true, anonymous_users: true, google: false },
        disable_signup: false,
        mailer_autoconfirm: expect.any(Boolean),
        phone_autoconfirm: expect.any(Boolean),
        saml_enabled: expect.any(Boolean),
      },
    });
    expect(await call('GET', '/.well-known/jwks.json')).toMatchObject({
      status: 200,
      body: { keys: expect.any(Array) },
    });
  });
});

describe('the official client', () => {
  test('signs up or in, refreshes, updates and signs out', async () => {
    const { email } = await newUser();
    const auth = client();
    const signed = await auth.signInWithPassword({ email, password });
    expect(signed.error).toBeNull();
    const refreshed = await auth.refreshSession();
    expect(refreshed.error).toBeNull();
    expect((await auth.getUser()).data.user?.email).toBe(email);
    expect((await auth.getClaims()).data?.claims.email).toBe(email);
    expect((await auth.updateUser({ data: { done: true } })).data.user?.user_metadata).toMatchObject({
      done: true,
    });
    expect((await auth.signOut()).error).toBeNull();
  });

  test('enrols a factor and reaches aal2', async () => {
    const { email } = await newUser();
    const auth = client();
    await auth.signInWithPassword({ email, password });
    const { data } = await auth.mfa.enroll({ factorType: 'totp' });
    expect(data?.type).toBe('totp');
    const secret = data?.type === 'totp' ? data.totp.secret : '';
    const verified = await auth.mfa.challengeAndVerify({ factorId: data?.id ?? '', code: totp(secret) });
    expect(verified.error).toBeNull();
    expect((await auth.mfa.getAuthenticatorAssuranceLevel()).data?.currentLevel).toBe('aal2');
  });

  test('understands the error codes', async () => {
    const auth = client();
    const { error } = await auth.signInWithPassword({ email: newEmail(), password: 'nothing' });
    expect(error).toMatchObject({ code: 'invalid_credentials', status: 400 });
  });
});
