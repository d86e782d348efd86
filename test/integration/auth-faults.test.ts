import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret, userClaims } from '../support/tokens.ts';

const secretBody = 'internal-host-10-1-2-3';
const anonKey = hmacToken(keyClaims('anon'));
const serviceKey = hmacToken(keyClaims('service_role'));
const userToken = hmacToken(userClaims());

interface Faulty extends TestGateway {
  upstream: ListeningServer;
}

/** A gateway in front of an auth service that misbehaves. */
async function faulty(handler: RequestListener, more: Record<string, string> = {}): Promise<Faulty> {
  const upstream = await listen(handler);
  const gateway = await startTestGateway({
    AUTH_URL: upstream.url,
    JWT_SECRET: testSecret,
    SUPABASE_ANON_KEY: anonKey,
    SUPABASE_SERVICE_KEY: serviceKey,
    UPSTREAM_TIMEOUT: '10s',
    ...more,
  });
  const close = async () => {
    await gateway.close();
    await upstream.close();
  };
  return { ...gateway, upstream, close, [Symbol.asyncDispose]: close };
}

const answer =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
const html = { 'content-type': 'text/html' };
const json = (value: unknown) => JSON.stringify(value);

const query = gql(`{ authSettings { signUpDisabled } }`);
const mutation = gql(
  `mutation { signIn(input: { email: "a@example.com", password: "secret1" }) { user { id } } }`,
);

const faults: [string, RequestListener, string, string][] = [
  ['HTML in a success', answer(200, `<html>${secretBody}`, html), 'UPSTREAM_ERROR', 'UPSTREAM_ERROR'],
  ['an empty success', answer(200, ''), 'UPSTREAM_ERROR', 'UPSTREAM_ERROR'],
  ['a success that is no JSON', answer(200, `{"a":${secretBody}`), 'UPSTREAM_ERROR', 'UPSTREAM_ERROR'],
  ['a success of another shape', answer(200, json({ a: secretBody })), 'UPSTREAM_ERROR', 'UPSTREAM_ERROR'],
  ['null', answer(200, 'null'), 'UPSTREAM_ERROR', 'UPSTREAM_ERROR'],
  ['HTML in a failure', answer(500, `<html>${secretBody}`, html), 'UPSTREAM_ERROR', 'UPSTREAM_ERROR'],
  [
    'a refused key of a gateway',
    answer(401, json({ message: secretBody })),
    'UPSTREAM_ERROR',
    'UPSTREAM_ERROR',
  ],
  [
    'its own failure',
    answer(500, json({ code: 'unexpected_failure', message: secretBody })),
    'UPSTREAM_ERROR',
    'UPSTREAM_ERROR',
  ],
  [
    'a code that is none of its own',
    answer(400, json({ code: `${secretBody} refused`, message: secretBody })),
    'UPSTREAM_ERROR',
    'UPSTREAM_ERROR',
  ],
  ['a bad gateway', answer(502, `<html>${secretBody}`, html), 'UPSTREAM_UNAVAILABLE', 'OUTCOME_UNKNOWN'],
  [
    'a gateway that waited',
    answer(504, `<html>${secretBody}`, html),
    'UPSTREAM_UNAVAILABLE',
    'OUTCOME_UNKNOWN',
  ],
  [
    'a gateway without it',
    answer(503, `<html>${secretBody}`, html),
    'UPSTREAM_UNAVAILABLE',
    'UPSTREAM_UNAVAILABLE',
  ],
  [
    'that it gave up',
    answer(504, json({ code: 'request_timeout', message: secretBody })),
    'TIMEOUT',
    'OUTCOME_UNKNOWN',
  ],
  ['silence', () => undefined, 'TIMEOUT', 'OUTCOME_UNKNOWN'],
  ['a cut connection', (request) => request.socket.destroy(), 'UPSTREAM_UNAVAILABLE', 'OUTCOME_UNKNOWN'],
  [
    'half an answer',
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"a":', () => request.socket.destroy());
    },
    'UPSTREAM_UNAVAILABLE',
    'OUTCOME_UNKNOWN',
  ],
];

describe('an auth service that answers with', () => {
  test.each(faults)(
    '%s is a typed error that tells nothing of it',
    async (name, handler, onRead, onWrite) => {
      await using running = await faulty(handler, name === 'silence' ? { UPSTREAM_TIMEOUT: '300ms' } : {});
      for (const [document, code] of [
        [query, onRead],
        [mutation, onWrite],
      ] as const) {
        const result = await running.graphql(document);
        expect(result.errors.map(({ extensions }) => extensions.code)).toEqual([code]);
        const shown = JSON.stringify(result);
        expect(shown).not.toContain(secretBody);
        expect(shown).not.toContain(new URL(running.upstream.url).port);
      }
    },
  );

  test('its own words shows them to a service key alone', async () => {
    await using running = await faulty(
      answer(500, json({ code: 'unexpected_failure', message: 'Database error saving new user' })),
    );
    const create = gql(`mutation { createUser(input: { email: "a@example.com" }) { id } }`);
    const shown = await running.graphql(create, { token: serviceKey });
    expect(shown.errors[0]?.extensions).toMatchObject({
      code: 'UPSTREAM_ERROR',
      reason: 'unexpected_failure',
      upstreamMessage: 'Database error saving new user',
    });
    const hidden = await running.graphql(mutation);
    expect(hidden.errors[0]?.extensions).not.toHaveProperty('upstreamMessage');
  });

  test('429 tells when to come back, by header or in its sentence', async () => {
    await using byHeader = await faulty(answer(429, 'slow down', { ...html, 'retry-after': '7' }));
    expect((await byHeader.graphql(mutation)).errors[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfter: 7,
    });
    await using bySentence = await faulty(
      answer(
        429,
        json({
          code: 'over_email_send_rate_limit',
          message: 'For security purposes, you can only request this after 42 seconds.',
        }),
      ),
    );
    const result = await bySentence.graphql(mutation);
    expect(result.errors[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      reason: 'over_email_send_rate_limit',
      retryAfter: 42,
    });
    expect(result.headers.get('retry-after')).toBe('42');
  });

  test('a code that nobody knows is still an error with its reason', async () => {
    await using running = await faulty(answer(418, json({ code: 'brand_new', message: 'x' })));
    expect((await running.graphql(mutation)).errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      reason: 'brand_new',
    });
  });

  test.each([
    ['otp_expired', 'UNAUTHENTICATED'],
    ['user_already_exists', 'CONFLICT'],
    ['anonymous_provider_disabled', 'FORBIDDEN'],
    ['validation_failed', 'BAD_USER_INPUT'],
  ])('the code %s is %s, whatever status and form it comes in', async (reason, code) => {
    for (const status of [400, 403, 404, 422, 500]) {
      for (const body of [
        { code: reason, message: secretBody },
        { code: status, error_code: reason, msg: secretBody },
      ]) {
        await using running = await faulty(answer(status, json(body)));
        const { errors } = await running.graphql(mutation);
        expect(errors[0]?.extensions).toMatchObject({ code, reason });
        expect(JSON.stringify(errors)).not.toContain(secretBody);
      }
    }
  });

  test('headers that tell of a session stay inside', async () => {
    const inside = ['sb-auth-user-id', 'sb-auth-session-id', 'sb-auth-refresh-token-prefix'];
    await using running = await faulty(
      answer(200, '{}', Object.fromEntries(inside.map((name) => [name, 'abcde']))),
    );
    const passed = await fetch(`${running.url}/auth/v1/settings`, { headers: { apikey: anonKey } });
    expect(passed.status).toBe(200);
    expect(inside.filter((name) => passed.headers.has(name))).toEqual([]);
  });

  test('identities that are null in a list fetches them, and says null when the user has gone', async () => {
    const user = {
      id: crypto.randomUUID(),
      email: '',
      phone: '',
      role: '',
      created_at: '2026-01-02T03:04:05Z',
    };
    await using running = await faulty((request, response) => {
      const list = request.url?.startsWith('/admin/users?');
      response.writeHead(list ? 200 : 404, { 'content-type': 'application/json', 'x-total-count': '1' });
      response.end(
        list
          ? json({ users: [{ ...user, identities: null }] })
          : json({ code: 'user_not_found', message: 'User not found' }),
      );
    });
    const { data, errors } = await running.graphql(
      gql(`{ users { totalCount nodes { email identities { id } factors { id } } } }`),
      { token: serviceKey },
    );
    expect(errors).toEqual([]);
    expect(data.users).toEqual({ totalCount: 1, nodes: [{ email: null, identities: null, factors: null }] });
  });

  test('times of another zone are UTC here, with every digit', async () => {
    const user = {
      id: crypto.randomUUID(),
      role: 'authenticated',
      created_at: '2026-01-02T03:04:05.123456+02:00',
      updated_at: '2026-01-02T03:04:05Z',
      identities: [],
    };
    await using running = await faulty(answer(200, json(user)));
    const { data } = await running.graphql(gql(`{ me { createdAt updatedAt factors { id } } }`), {
      token: userToken,
    });
    expect(data.me).toEqual({
      createdAt: '2026-01-02T01:04:05.123456Z',
      updatedAt: '2026-01-02T03:04:05Z',
      factors: [],
    });
  });
});

describe('what the auth service is told', () => {
  test("the caller's address, once, and the version of its errors, but nothing that a client may not say", async () => {
    await using running = await faulty(answer(200, json({ external: {} })));
    await running.graphql(query, {
      headers: { 'x-forwarded-for': '6.6.6.6', 'x-jwt-aud': 'other', 'sb-forwarded-for': '6.6.6.6' },
    });
    const [seen] = running.upstream.requests;
    expect(seen?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-supabase-api-version': '2024-01-01',
      authorization: `Bearer ${anonKey}`,
    });
    expect(seen?.headers).not.toHaveProperty('x-jwt-aud');
    expect(seen?.headers).not.toHaveProperty('sb-forwarded-for');
  });

  test('a refresh goes on when the caller has left, and others get its outcome', async () => {
    const user = { id: crypto.randomUUID(), created_at: '2026-01-02T03:04:05Z', identities: [] };
    const grant = {
      access_token: 'access',
      refresh_token: 'next',
      token_type: 'bearer',
      expires_in: 3600,
      user,
    };
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived: () => void = () => undefined;
    const began = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await using running = await faulty((_request, response) => {
      arrived();
      released.then(
        () => response.writeHead(200, { 'content-type': 'application/json' }).end(json(grant)),
        () => undefined,
      );
    });
    const document = gql(
      `mutation { refreshSession(refreshToken: "abcdefghijkl") { session { refreshToken } } }`,
    );
    const leaving = new AbortController();
    const first = fetch(running.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: json({ query: document }),
      signal: leaving.signal,
    }).catch(() => 'left');
    await began;
    const second = running.graphql(document);
    leaving.abort();
    expect(await first).toBe('left');
    release();
    expect((await second).data.refreshSession.session.refreshToken).toBe('next');
    expect(running.upstream.requests.length).toBeLessThanOrEqual(2);
  });

  test('nothing, where there is no auth service or no key for the gateway before it', async () => {
    await using none = await startTestGateway({ JWT_SECRET: testSecret });
    expect((await none.graphql(query)).errors[0]?.extensions).toMatchObject({
      code: 'NOT_CONFIGURED',
      service: 'AUTH',
    });
    await using keyless = await startTestGateway({
      JWT_SECRET: testSecret,
      SUPABASE_URL: 'http://127.0.0.1:9',
    });
    expect((await keyless.graphql(query)).errors[0]?.extensions.code).toBe('NOT_CONFIGURED');
  });
});

describe('bad input is refused before the service is asked', () => {
  const call = gql(`mutation ($input: SignUpInput!) { signUp(input: $input) { confirmationRequired } }`);
  const valid = { email: 'a@example.com', password: 'secret1' };
  test.each<[string, Record<string, unknown>, string]>([
    ['a malformed e-mail', { ...valid, email: 'nobody' }, 'BAD_USER_INPUT'],
    ['a phone number that is not E.164', { phone: '0170 12', password: 'secret1' }, 'BAD_USER_INPUT'],
    ['a password of 73 bytes', { ...valid, password: 'é'.repeat(36) + 'xy' }, 'BAD_USER_INPUT'],
    ['an empty password', { ...valid, password: '' }, 'BAD_USER_INPUT'],
    ['neither e-mail nor phone', { password: 'secret1' }, 'BAD_USER_INPUT'],
    ['both e-mail and phone', { ...valid, phone: '+491701234567' }, 'BAD_USER_INPUT'],
    ['NUL in metadata', { ...valid, data: { a: 'x\u0000y' } }, 'BAD_USER_INPUT'],
    ['a short code challenge', { ...valid, codeChallenge: 'abc' }, 'BAD_USER_INPUT'],
    ['a redirect that is no URL', { ...valid, redirectTo: 'nowhere' }, 'BAD_USER_INPUT'],
    ['metadata of 300 kB', { ...valid, data: { a: 'x'.repeat(300_000) } }, 'PAYLOAD_TOO_LARGE'],
  ])('%s', async (_, input, code) => {
    await using running = await faulty(answer(200, '{}'));
    const result = await running.graphqlText(call, { variables: { input } });
    expect(result.errors[0]?.extensions.code).toBe(code);
    expect(running.upstream.requests).toEqual([]);
    expect(JSON.stringify(result)).not.toContain('secret1');
  });

  test('metadata of 1 MB does not reach the service either', async () => {
    await using running = await faulty(answer(200, '{}'));
    const response = await fetch(running.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: json({ query: call, variables: { input: { ...valid, data: { a: 'x'.repeat(1_100_000) } } } }),
    });
    expect(await response.text()).toContain('PAYLOAD_TOO_LARGE');
    expect(running.upstream.requests).toEqual([]);
  });
});

describe('guessing', () => {
  const attempt = (email: string) =>
    `signIn(input: { email: "${email}", password: "wrong one" }) { user { id } }`;

  test('each alias is one attempt, for the account and not for the key that everybody has', async () => {
    await using running = await faulty(
      answer(400, json({ code: 'invalid_credentials', message: 'Invalid login credentials' })),
      { RATE_LIMITS: json({ signIn: { limit: 3, window: '1h' } }) },
    );
    const aliases = Array.from({ length: 5 }, (_, index) => `a${index}: ${attempt('victim@example.com')}`);
    const { errors } = await running.graphqlText(`mutation { ${aliases.join(' ')} }`, {
      headers: { apikey: anonKey },
    });
    const codes = errors.map(({ extensions }) => extensions.code).sort();
    expect(codes).toEqual([
      'RATE_LIMITED',
      'RATE_LIMITED',
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ]);
    expect(running.upstream.requests.length).toBe(3);
    const other = await running.graphqlText(`mutation { ${attempt('other@example.com')} }`, {
      headers: { apikey: anonKey },
    });
    expect(other.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('spends one bucket through GraphQL and the pass-through', async () => {
    await using running = await faulty(
      answer(400, json({ code: 'invalid_credentials', message: 'Invalid login credentials' })),
      { RATE_LIMITS: json({ signIn: { limit: 1, window: '1h' } }) },
    );
    await running.graphqlText(`mutation { ${attempt('victim@example.com')} }`);
    const passed = await fetch(`${running.url}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers: { apikey: anonKey, 'content-type': 'application/json' },
      body: json({ email: 'Victim@example.com', password: 'wrong one' }),
    });
    expect(passed.status).toBe(429);
  });
});
