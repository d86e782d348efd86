import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/gateway/config.ts';
import { AppError } from '../../../src/lib/app-error.ts';
import { credentialsFromHeaders } from '../../../src/viewer/credentials.ts';
import { createViewerResolver } from '../../../src/viewer/resolver.ts';
import { isSameSession } from '../../../src/viewer/same-session.ts';
import { silentLog } from '../../support/test-call.ts';
import {
  hmacToken,
  keyClaims,
  nowSeconds,
  signedToken,
  testSecret,
  userClaims,
} from '../../support/tokens.ts';

interface Options {
  env?: Record<string, string>;
  now?: () => number;
}

function resolverOf({ env = {}, now }: Options = {}) {
  const config = loadConfig(
    { PUBLIC_URL: 'https://api.example.com', JWT_SECRET: testSecret, ...env },
    { mode: 'serve' },
  );
  const resolver = createViewerResolver(config.viewer, { log: silentLog, ...(now ? { now } : {}) });
  return (headers: Record<string, string>) => resolver.resolve(credentialsFromHeaders(new Headers(headers)));
}

async function reasonOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return 'no error';
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'UNAUTHENTICATED') throw error;
    return error.details['reason'];
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const anonKey = hmacToken(keyClaims('anon'));
const serviceKey = hmacToken(keyClaims('service_role'));
const publishable = 'sb_publishable_abcdefghijklmnopqrstuv_12345678';
const secretKey = 'sb_secret_abcdefghijklmnopqrstuv_12345678';
const opaque = {
  SUPABASE_PUBLISHABLE_KEYS: `${publishable}=${anonKey}`,
  SUPABASE_SECRET_KEYS: `${secretKey}=${serviceKey}`,
};

describe('tokens', () => {
  it('stand for a user, with claims, expiry and the token for upstream', async () => {
    const claims = userClaims();
    const token = hmacToken(claims);
    expect(await resolverOf({ env: { SUPABASE_ANON_KEY: anonKey } })(bearer(token))).toMatchObject({
      kind: 'user',
      role: 'AUTHENTICATED',
      userId: claims['sub'],
      databaseRole: 'authenticated',
      expiresAt: claims['exp'],
      claims,
      token,
      apikey: anonKey,
    });
  });

  it('stand for anon and for the service by their role', async () => {
    const resolve = resolverOf();
    expect(await resolve(bearer(anonKey))).toMatchObject({ kind: 'anon', presented: true, token: anonKey });
    expect(await resolve(bearer(serviceKey))).toMatchObject({ kind: 'service', role: 'SERVICE_ROLE' });
  });

  const valid = userClaims();
  const { exp: _exp, ...endless } = valid;
  const { sub: _sub, ...nobody } = valid;
  const { role: _role, ...roleless } = valid;
  const [, payload] = hmacToken(valid).split('.');
  const none = (alg: string) => `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${payload}.`;

  it.each([
    ['not a token', 'token_malformed'],
    ['a.b.c', 'token_malformed'],
    ['..', 'token_malformed'],
    [`${'x'.repeat(20_000)}.b.c`, 'token_malformed'],
    [none('none'), 'unsupported_alg'],
    [none('NONE'), 'unsupported_alg'],
    [none('HS256'), 'bad_signature'],
    [hmacToken(valid, { header: { alg: 'HS512' } }), 'unsupported_alg'],
    [hmacToken(valid, { header: { alg: 'ES256' } }), 'unsupported_alg'],
    [hmacToken(valid, { header: { alg: 'ES256', kid: 'k' } }), 'unknown_kid'],
    [hmacToken(valid, { header: { kid: 7 } }), 'token_malformed'],
    [hmacToken(valid, { header: { crit: ['x'], x: 1 } }), 'unsupported_alg'],
    [hmacToken(valid, { secret: 'another-secret-of-32-characters-long' }), 'bad_signature'],
    [hmacToken(userClaims({ exp: nowSeconds() - 60 })), 'token_expired'],
    [hmacToken(userClaims({ nbf: nowSeconds() + 60 })), 'not_yet_valid'],
    [hmacToken(userClaims({ iat: nowSeconds() + 60 })), 'not_yet_valid'],
    [hmacToken(endless), 'missing_exp'],
    [hmacToken({ ...valid, exp: '2999' }), 'token_malformed'],
    [hmacToken(nobody), 'missing_sub'],
    [hmacToken(roleless), 'unknown_role'],
    [hmacToken(userClaims({ role: 7 })), 'unknown_role'],
    [hmacToken(userClaims({ role: 'supabase_admin' })), 'unknown_role'],
    [hmacToken(userClaims({ url: 'bucket/file' })), 'not_an_access_token'],
    [hmacToken(userClaims({ scope: 'storage' })), 'not_an_access_token'],
  ])('%.40s… is refused: %s', async (token, reason) => {
    expect(await reasonOf(() => resolverOf()({ authorization: `Bearer ${token}` }))).toBe(reason);
  });

  it('refuses another scheme, and an empty bearer', async () => {
    const resolve = resolverOf();
    expect(await reasonOf(() => resolve({ authorization: 'Basic dXNlcjpwdw==' }))).toBe('token_malformed');
    expect(await reasonOf(() => resolve({ authorization: 'Bearer' }))).toBe('token_malformed');
  });

  it('tolerates clocks that differ a little', async () => {
    const token = hmacToken(userClaims({ exp: nowSeconds() - 3, iat: nowSeconds() + 3 }));
    expect(await resolverOf()(bearer(token))).toMatchObject({ kind: 'user' });
    const strict = resolverOf({ env: { JWT_CLOCK_TOLERANCE: '0s' } });
    expect(await reasonOf(() => strict(bearer(token)))).toBe('token_expired');
  });

  it('may come from an OAuth client, with its scope', async () => {
    const token = hmacToken(userClaims({ scope: 'openid', client_id: 'c' }));
    expect(await resolverOf()(bearer(token))).toMatchObject({ kind: 'user' });
  });

  it('checks audience and issuer of users when they are configured', async () => {
    const env = { JWT_AUDIENCE: 'authenticated,mobile', JWT_ISSUER: 'https://x.example/auth/v1' };
    const resolve = resolverOf({ env });
    const good = { iss: env.JWT_ISSUER };
    expect(await resolve(bearer(hmacToken(userClaims(good))))).toMatchObject({ kind: 'user' });
    const other = hmacToken(userClaims({ ...good, aud: ['other'] }));
    expect(await reasonOf(() => resolve(bearer(other)))).toBe('wrong_audience');
    expect(await reasonOf(() => resolve(bearer(hmacToken(userClaims()))))).toBe('wrong_issuer');
    expect(await resolve(bearer(serviceKey))).toMatchObject({ kind: 'service' });
  });

  it('checks them of service and anon tokens too, but not of legacy and configured keys', async () => {
    const env = { JWT_AUDIENCE: 'authenticated', JWT_ISSUER: 'https://x.example/auth/v1' };
    const resolve = resolverOf({ env });
    const reason = (claims: object) => reasonOf(() => resolve(bearer(hmacToken(claims))));
    for (const role of ['anon', 'service_role'] as const) {
      expect(await reason(keyClaims(role, { iss: 'https://other.example', aud: 'other-api' }))).toBe(
        'wrong_issuer',
      );
      expect(await reason(keyClaims(role, { iss: undefined }))).toBe('wrong_issuer');
      expect(await reason(keyClaims(role, { aud: 'other-api' }))).toBe('wrong_issuer');
      expect(await reason(keyClaims(role, { iss: env.JWT_ISSUER, aud: 'other-api' }))).toBe('wrong_audience');
      expect(await reason(keyClaims(role, { iss: env.JWT_ISSUER, aud: 'authenticated' }))).toBe('no error');
      expect(await reason(keyClaims(role, { iss: 'supabase-demo' }))).toBe('no error');
      expect(await reason(keyClaims(role))).toBe('no error');
    }
    const foreign = hmacToken(keyClaims('service_role', { iss: 'https://other.example', aud: 'other-api' }));
    expect(await reasonOf(() => resolve({ apikey: foreign }))).toBe('unknown_apikey');
    const configured = resolverOf({ env: { ...env, SUPABASE_SERVICE_KEY: foreign } });
    expect(await configured({ apikey: foreign })).toMatchObject({ kind: 'service' });
    expect(await configured(bearer(foreign))).toMatchObject({ kind: 'service' });
    const paired = resolverOf({ env: { ...env, SUPABASE_SECRET_KEYS: `${secretKey}=${foreign}` } });
    expect(await paired({ apikey: secretKey })).toMatchObject({ kind: 'service' });
    expect(await paired(bearer(foreign))).toMatchObject({ kind: 'service' });
  });

  it('take a key signed asymmetrically for a legacy one only when it is configured', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' };
    const token = await signedToken(keyClaims('service_role'), { alg: 'ES256', kid: 'one', key: privateKey });
    const env = { JWKS: JSON.stringify({ keys: [jwk] }), JWT_ISSUER: 'https://x.example/auth/v1' };
    expect(await reasonOf(() => resolverOf({ env })(bearer(token)))).toBe('wrong_issuer');
    const paired = resolverOf({ env: { ...env, SUPABASE_SECRET_KEYS: `${secretKey}=${token}` } });
    expect(await paired(bearer(token))).toMatchObject({ kind: 'service' });
  });

  it('counts the extra roles as authenticated, and only those', async () => {
    const resolve = resolverOf({ env: { EXTRA_AUTHENTICATED_ROLES: 'editor' } });
    expect(await resolve(bearer(hmacToken(userClaims({ role: 'editor' }))))).toMatchObject({
      role: 'AUTHENTICATED',
      databaseRole: 'editor',
    });
    expect(await reasonOf(() => resolve(bearer(hmacToken(userClaims({ role: 'owner' })))))).toBe(
      'unknown_role',
    );
  });
});

describe('asymmetric keys', () => {
  async function pair(alg: string, kid: string) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    return { publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } };
  }

  it.each(['RS256', 'ES256', 'ES512', 'EdDSA'])('verify %s by kid', async (alg) => {
    const { jwk, privateKey } = await pair(alg, 'one');
    const other = await pair(alg, 'two');
    const resolve = resolverOf({ env: { JWKS: JSON.stringify({ keys: [other.jwk, jwk] }) } });
    const token = await signedToken(userClaims(), { alg, kid: 'one', key: privateKey });
    expect(await resolve(bearer(token))).toMatchObject({ kind: 'user' });
    const wrong = await signedToken(userClaims(), { alg, kid: 'two', key: privateKey });
    expect(await reasonOf(() => resolve(bearer(wrong)))).toBe('bad_signature');
    const unknown = await signedToken(userClaims(), { alg, kid: 'three', key: privateKey });
    expect(await reasonOf(() => resolve(bearer(unknown)))).toBe('unknown_kid');
    const unnamed = await signedToken(userClaims(), { alg, key: privateKey });
    expect(await reasonOf(() => resolve(bearer(unnamed)))).toBe('unknown_kid');
  });

  it('decide the algorithm: HS256 with the RSA public key as the secret is refused', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'rsa', alg: 'RS256' };
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
        type: 'pkcs1',
        format: 'pem',
      }),
    ];
    const only = createViewerResolver(
      loadConfig(
        { PUBLIC_URL: 'https://a.example', JWKS: JSON.stringify({ keys: [jwk] }) },
        { mode: 'serve' },
      ).viewer,
      { log: silentLog },
    );
    const both = resolverOf({ env: { JWKS: JSON.stringify({ keys: [jwk] }) } });
    for (const secret of secrets) {
      for (const header of [{}, { kid: 'rsa' }]) {
        const credentials = { authorization: `Bearer ${hmacToken(userClaims(), { secret, header })}` };
        expect(await reasonOf(() => both(credentials))).toBe(
          'kid' in header ? 'unsupported_alg' : 'bad_signature',
        );
        const resolve = () => only.resolve(credentialsFromHeaders(new Headers(credentials)));
        expect(await reasonOf(resolve)).toBe('kid' in header ? 'unsupported_alg' : 'unknown_kid');
      }
    }
  });

  it('do not replace the secret: both kinds of token count', async () => {
    const { jwk, privateKey } = await pair('ES256', 'one');
    const resolve = resolverOf({ env: { JWKS: JSON.stringify({ keys: [jwk] }) } });
    expect(await resolve(bearer(hmacToken(userClaims())))).toMatchObject({ kind: 'user' });
    const token = await signedToken(userClaims(), { alg: 'ES256', kid: 'one', key: privateKey });
    expect(await resolve(bearer(token))).toMatchObject({ kind: 'user' });
  });

  it('ignore keys that the token brings along', async () => {
    const { jwk, privateKey } = await pair('ES256', 'mine');
    const resolve = resolverOf();
    const header = { jwk, jku: 'http://127.0.0.1:1/jwks.json', x5u: 'http://127.0.0.1:1/x' };
    const token = await signedToken(userClaims(), { alg: 'ES256', kid: 'mine', key: privateKey, header });
    expect(await reasonOf(() => resolve(bearer(token)))).toBe('unknown_kid');
  });

  it('may be a shared secret in the inline set', async () => {
    const k = Buffer.from('the-secret-of-an-inline-oct-key!').toString('base64url');
    const env = { JWKS: JSON.stringify({ keys: [{ kty: 'oct', k, kid: 'shared', alg: 'HS256' }] }) };
    const token = hmacToken(userClaims(), { secret: Buffer.from(k, 'base64url'), header: { kid: 'shared' } });
    expect(await resolverOf({ env })(bearer(token))).toMatchObject({ kind: 'user' });
  });
});

describe('API keys', () => {
  const env = { ...opaque, SUPABASE_ANON_KEY: anonKey };

  it('leave a caller without any as anon, who goes upstream with the anon key', async () => {
    expect(resolverOf({ env })({})).toMatchObject({
      kind: 'anon',
      presented: false,
      token: anonKey,
      apikey: anonKey,
    });
    expect(resolverOf()({})).toMatchObject({ kind: 'anon', token: undefined, apikey: undefined });
    const named = { ...opaque, SUPABASE_ANON_KEY: publishable };
    expect(resolverOf({ env: named })({})).toMatchObject({
      kind: 'anon',
      token: anonKey,
      apikey: publishable,
    });
  });

  it('are translated into their JWT when opaque', () => {
    const resolve = resolverOf({ env });
    expect(resolve({ apikey: publishable })).toMatchObject({
      kind: 'anon',
      presented: true,
      token: anonKey,
      apikey: publishable,
    });
    expect(resolve({ apikey: secretKey })).toMatchObject({
      kind: 'service',
      token: serviceKey,
      apikey: secretKey,
    });
  });

  it('are taken when legacy, configured or signed by our secret', async () => {
    const resolve = resolverOf({ env });
    expect(await resolve({ apikey: anonKey })).toMatchObject({
      kind: 'anon',
      token: anonKey,
      apikey: anonKey,
    });
    expect(await resolve({ apikey: serviceKey })).toMatchObject({ kind: 'service', token: serviceKey });
  });

  it('count when they equal a configured one, though its signature cannot be checked', async () => {
    const foreign = hmacToken(keyClaims('anon'), { secret: 'the-old-secret-nobody-knows-any-more' });
    // Only public keys are published: there is no secret that could verify it.
    const { publicKey } = await generateKeyPair('ES256');
    const JWKS = JSON.stringify({ keys: [await exportJWK(publicKey)] });
    const resolve = resolverOf({ env: { JWT_SECRET: '', JWKS, SUPABASE_ANON_KEY: foreign } });
    expect(await resolve({ apikey: foreign, ...bearer(foreign) })).toMatchObject({
      kind: 'anon',
      token: foreign,
    });
    expect(await reasonOf(() => resolverOf()({ apikey: foreign }))).toBe('unknown_apikey');
  });

  it.each([
    ['an unknown opaque key', 'sb_secret_unknown'],
    ['a text', 'nonsense'],
    ["a user's token", hmacToken(userClaims())],
    ['an expired legacy key', hmacToken(keyClaims('anon', { exp: 1 }))],
  ])('refuse %s even beside a good token', async (_, apikey) => {
    const resolve = resolverOf({ env });
    expect(await reasonOf(() => resolve({ apikey, ...bearer(hmacToken(userClaims())) }))).toBe(
      'unknown_apikey',
    );
    expect(await reasonOf(() => resolve({ apikey }))).toBe('unknown_apikey');
  });

  it("yield to a user's token, and go upstream beside it", async () => {
    const token = hmacToken(userClaims());
    const viewer = await resolverOf({ env })({ apikey: publishable, ...bearer(token) });
    expect(viewer).toMatchObject({ kind: 'user', token, apikey: publishable });
    const lower = await resolverOf({ env })({ apikey: secretKey, ...bearer(token) });
    expect(lower).toMatchObject({ kind: 'user', token, apikey: secretKey });
  });

  it('do not rescue a bad token', async () => {
    const resolve = resolverOf({ env });
    const expired = bearer(hmacToken(userClaims({ exp: 1 })));
    expect(await reasonOf(() => resolve({ apikey: secretKey, ...expired }))).toBe('token_expired');
  });

  it('mean nothing as bearer: the apikey decides', async () => {
    const resolve = resolverOf({ env });
    expect(resolve({ apikey: publishable, ...bearer(publishable) })).toMatchObject({ kind: 'anon' });
    expect(resolve({ apikey: publishable, ...bearer(secretKey) })).toMatchObject({ kind: 'anon' });
    expect(await reasonOf(() => resolve(bearer(secretKey)))).toBe('unknown_apikey');
  });

  it('refuse a secret key that comes from a page', async () => {
    const resolve = resolverOf({ env });
    const origin = 'https://app.example';
    expect(await reasonOf(() => resolve({ apikey: secretKey, origin }))).toBe('secret_key_in_browser');
    expect(resolve({ apikey: publishable, origin })).toMatchObject({ kind: 'anon' });
  });

  it('are needed when the operator says so', async () => {
    const resolve = resolverOf({ env: { ...env, REQUIRE_API_KEY: 'true' } });
    expect(await reasonOf(() => resolve({}))).toBe('apikey_missing');
    expect(await reasonOf(() => resolve(bearer(hmacToken(userClaims()))))).toBe('apikey_missing');
    expect(resolve({ apikey: publishable })).toMatchObject({ kind: 'anon' });
  });

  it('tell two secret keys of one JWT apart', () => {
    const keys = `${secretKey}=${serviceKey},sb_secret_other=${serviceKey}`;
    const resolve = resolverOf({ env: { SUPABASE_SECRET_KEYS: keys } });
    const [one, other] = [resolve({ apikey: secretKey }), resolve({ apikey: 'sb_secret_other' })];
    expect('identity' in one && 'identity' in other && one.identity !== other.identity).toBe(true);
  });

  it('refuse two at once', async () => {
    const resolve = resolverOf({ env });
    expect(await reasonOf(() => resolve({ apikey: `${publishable}, ${secretKey}` }))).toBe(
      'duplicate_credentials',
    );
  });
});

describe('verified tokens', () => {
  it('are remembered: the second answer comes at once', async () => {
    const resolve = resolverOf();
    const token = hmacToken(userClaims());
    const first = resolve(bearer(token));
    expect(first).toBeInstanceOf(Promise);
    const second = resolve(bearer(token));
    await Promise.all([first, second]);
    expect(resolve(bearer(token))).toEqual(await first);
  });

  it('expire on time, and are verified again after a minute', async () => {
    let time = Date.now();
    const resolve = resolverOf({ now: () => time, env: { JWT_CLOCK_TOLERANCE: '0s' } });
    const token = hmacToken(userClaims({ exp: nowSeconds() + 90 }));
    await resolve(bearer(token));
    time += 59_000;
    expect(resolve(bearer(token))).not.toBeInstanceOf(Promise);
    time += 2_000;
    const again = resolve(bearer(token));
    expect(again).toBeInstanceOf(Promise);
    await again;
    time += 30_000;
    expect(await reasonOf(() => resolve(bearer(token)))).toBe('token_expired');
    expect(await reasonOf(() => resolve(bearer(token)))).toBe('token_expired');
  });

  it('are never remembered when they were refused', async () => {
    const resolve = resolverOf();
    const bad = hmacToken(userClaims(), { secret: 'another-secret-of-32-characters-long' });
    for (let i = 0; i < 3; i += 1) expect(await reasonOf(() => resolve(bearer(bad)))).toBe('bad_signature');
  });
});

describe('identity', () => {
  const identityOf = async (claims: object) => (await resolverOf()(bearer(hmacToken(claims)))).identity;

  it('is the same for two tokens of one session, whatever the order of their claims', async () => {
    const claims = userClaims({ app_metadata: { a: 1, b: 2 } });
    const { sub, ...rest } = claims;
    const later = {
      ...rest,
      sub,
      app_metadata: { b: 2, a: 1 },
      iat: nowSeconds() - 5,
      exp: nowSeconds() + 9,
      jti: 'x',
    };
    expect(await identityOf(later)).toBe(await identityOf(claims));
  });

  it.each([
    ['aal', 'aal2'],
    ['session_id', 'other'],
    ['app_metadata', { tenant: 2 }],
    ['sub', 'other'],
  ])('differs when %s differs', async (name, value) => {
    expect(await identityOf(userClaims({ [name]: value }))).not.toBe(await identityOf(userClaims()));
  });
});

it('knows a fresh token of the same session from another one', async () => {
  const resolve = resolverOf();
  const viewer = async (overrides: object = {}) =>
    resolve(bearer(hmacToken({ ...userClaims(), ...overrides })));
  const first = await viewer();
  expect(isSameSession(first, await viewer({ exp: nowSeconds() + 99, aal: 'aal2' }))).toBe(true);
  expect(isSameSession(first, await viewer({ sub: 'other' }))).toBe(false);
  expect(isSameSession(first, await viewer({ session_id: 'other' }))).toBe(false);
  expect(isSameSession(first, await resolve(bearer(serviceKey)))).toBe(false);
});

it('survives metadata that is nested a thousand times, and remembers no huge token', async () => {
  let nested: unknown = 1;
  for (let i = 0; i < 1_500; i += 1) nested = [nested];
  const resolve = resolverOf();
  const deep = hmacToken(userClaims({ user_metadata: { nested } }));
  expect(await resolve(bearer(deep))).toMatchObject({ kind: 'user' });
  const huge = hmacToken(userClaims({ user_metadata: { text: 'x'.repeat(8_000) } }));
  expect(await resolve(bearer(huge))).toMatchObject({ kind: 'user' });
  expect(resolve(bearer(huge))).toBeInstanceOf(Promise);
});
