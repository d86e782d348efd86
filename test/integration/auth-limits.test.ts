import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthGateway, startAuthGateway } from '../support/auth-gateway.ts';
import { gql } from '../support/gql.ts';

const rule = { limit: 2, window: '1h' };
const limits = {
  signUp: rule,
  signIn: rule,
  signInAnonymously: rule,
  refreshSession: rule,
  verifyOtp: rule,
  exchangeAuthCode: rule,
  reauthenticate: rule,
  verifyFactor: rule,
  enrollFactor: rule,
  challengeFactor: rule,
  updateMe: rule,
};

const newEmail = () => `user-${randomBytes(8).toString('hex')}@example.com`;

let running: AuthGateway;

beforeAll(async () => {
  running = await startAuthGateway(
    { mailerAutoconfirm: false },
    { RATE_LIMITS: JSON.stringify(limits), TRUSTED_PROXIES: '1' },
  );
});
afterAll(() => running[Symbol.asyncDispose]());

/** An address that nobody has called from. */
const newAddress = () =>
  `2001:db8:${randomBytes(4)
    .toString('hex')
    .replace(/^(....)/, '$1:')}::1`;

interface Sent {
  path: string;
  method?: string;
  body?: string;
  token?: string;
  from?: string;
}

/** A request as it is written, a body with GET included. */
async function send({ path, method = 'POST', body, token, from = newAddress() }: Sent) {
  const { url, auth } = running;
  const { hostname, port } = new URL(url);
  const headers = {
    apikey: auth.keys.anonKey,
    'x-forwarded-for': from,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({ hostname, port, path: `/auth/v1/${path}`, method, headers }, resolve);
    request.once('error', reject);
    request.end(body);
  });
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}

/** Statuses of as many attempts as are one too many, all from one address. */
async function statuses(attempt: (index: number) => Sent): Promise<number[]> {
  const from = newAddress();
  const found: number[] = [];
  for (let index = 0; index <= rule.limit; index += 1) {
    found.push((await send({ from, ...attempt(index) })).status);
  }
  return found;
}

async function anonymousToken(): Promise<string> {
  const answer = await fetch(`${running.auth.url}/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const body: unknown = await answer.json();
  return String(Reflect.get(Object(body), 'access_token'));
}

const graphql = (text: string, from = newAddress(), authorization = '') =>
  running.graphqlText(text, { headers: { authorization, 'x-forwarded-for': from } });

const codesOf = (errors: readonly { extensions: { code?: unknown } }[]) =>
  errors.map(({ extensions }) => extensions.code);

describe('the pass-through counts an attempt', () => {
  const decoy = (index: number) => `decoy-${index}@example.com`;

  test('at a second factor for the user, whatever e-mail address stands beside the code', async () => {
    const token = await anonymousToken();
    const path = `factors/${crypto.randomUUID()}/verify`;
    const found = await statuses((index) => ({
      path,
      token,
      body: JSON.stringify({ challenge_id: crypto.randomUUID(), code: '123456', email: decoy(index) }),
    }));
    expect(found).toEqual([403, 403, 429]);
  });

  test.each([
    ['refresh_token', { refresh_token: 'aaaaaaaaaaaa' }, 400],
    ['pkce', { auth_code: crypto.randomUUID(), code_verifier: 'x'.repeat(43) }, 404],
    ['id_token', { id_token: 'x', provider: 'google' }, 400],
  ])('of grant %s for the address, whatever e-mail address stands beside it', async (grant, body, status) => {
    const found = await statuses((index) => ({
      path: `token?grant_type=${grant}`,
      body: JSON.stringify({ ...body, email: decoy(index) }),
    }));
    expect(found).toEqual([status, status, 429]);
  });

  test('at the hash of a link for the address, whatever is in the body of the GET', async () => {
    const found = await statuses((index) => ({
      path: `verify?type=magiclink&token=${randomBytes(28).toString('hex')}`,
      method: 'GET',
      body: JSON.stringify({ email: decoy(index) }),
    }));
    expect(found).toEqual([303, 303, 429]);
  });

  test('for the account that the service will read, however its name is spelt', async () => {
    const email = newEmail();
    const spellings = ['email', 'EMAIL', 'eMail'];
    const found = await statuses((index) => ({
      path: 'token?grant_type=password',
      body: JSON.stringify({ [spellings[index] ?? '']: email, password: 'wrong one' }),
    }));
    expect(found.at(-1)).toBe(429);
  });

  test('for nobody when the account has two spellings: only the service knows which one holds', async () => {
    const answer = await send({
      path: 'token?grant_type=password',
      body: `{"email":"${decoy(0)}","Email":"${newEmail()}","password":"wrong one"}`,
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'BAD_USER_INPUT',
      error_code: 'validation_failed',
      issues: [{ path: ['email'] }],
    });
  });

  test.each([
    ['token?grant_type=password', '{"email":"a@example.com","email":null,"password":"wrong one"}'],
    ['token?grant_type=password', '{"data":{"x":["}"]},"email":"a@example.com","em\\u0061il" : null}'],
    ['signup', '{"email":"a@example.com","password":"long enough","email":null}'],
    ['verify', '{"type":"magiclink","token_hash":"x","token_hash":null,"email":"decoy@example.com"}'],
    ['otp', '{"email":"a@example.com","email":null}'],
    ['magiclink', '{"email":"a@example.com","email":null}'],
    ['recover', '{"email":"a@example.com","email":null}'],
    ['resend', '{"type":"signup","email":"a@example.com","email":null}'],
  ])('at %s for nobody when a name comes twice: the service skips a null', async (path, body) => {
    const answer = await send({ path, body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'BAD_USER_INPUT',
      error_code: 'validation_failed',
    });
  });

  test('of a body with a name that comes again further in, or as a text', async () => {
    const email = newEmail();
    const answer = await send({
      path: 'signup',
      body: `{"email":"${email}","password":"long enough","data":{"email":"x","said":"\\"email\\":","n":9007199254740993}}`,
    });
    expect(answer.status).toBe(200);
  });

  test.each([
    'grant_type=x;&grant_type=password',
    'grant_type=%zz&grant_type=password',
    'grant_type=x&grant_type=password',
    'grant_type=refresh_token;&grant%5Ftype=password',
  ])('for nobody at ?%s, of which the service may skip the first', async (query) => {
    const answer = await send({
      path: `token?${query}`,
      body: JSON.stringify({ email: newEmail(), password: 'wrong one' }),
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test.each(['constructor', '__proto__', 'toString'])('of grant %s, which there is none', async (grant) => {
    const answer = await send({
      path: `token?grant_type=${grant}`,
      body: JSON.stringify({ email: newEmail() }),
    });
    expect([400, 429]).toContain(answer.status);
  });

  test('at a nonce that is asked for', async () => {
    const token = await anonymousToken();
    const found = await statuses(() => ({ path: 'reauthenticate', method: 'GET', token }));
    expect(found).toEqual([400, 400, 429]);
  });

  test.each([
    [
      'enrolment of a factor',
      { path: 'factors', body: JSON.stringify({ factor_type: 'phone', phone: '1' }) },
    ],
    ['challenge of a factor', { path: `factors/${crypto.randomUUID()}/challenge`, body: '{}' }],
    ['change of the account', { path: 'user', method: 'PUT', body: JSON.stringify({ nonce: '123456' }) }],
  ])('that is a %s, for the user wherever they call from', async (_name, sent) => {
    const token = await anonymousToken();
    const found = await statuses(() => ({ ...sent, token, from: newAddress() }));
    expect(found.at(-1)).toBe(429);
    expect(found.slice(0, -1)).not.toContain(429);
    expect((await send({ path: 'user', method: 'GET', token })).status).toBe(200);
  });

  test('for the address, where a user of one’s own is quickly made', async () => {
    const tokens = [await anonymousToken(), await anonymousToken(), await anonymousToken()];
    const found = await statuses((index) => ({ path: 'signup', body: '{}', token: tokens[index] ?? '' }));
    expect(found).toEqual([200, 200, 429]);
  });
});

describe('GraphQL counts an attempt', () => {
  test('at the hash of a link for the address, whatever address stands beside it', async () => {
    // Who knows the address can try all codes as hashes.
    const attempts = Array.from({ length: rule.limit + 1 }, (_, index) => {
      const hash = createHash('sha224').update(`victim@example.com${index}`).digest('hex');
      return `a${index}: verifyOtp(input: { type: MAGICLINK, tokenHash: "${hash}", email: "decoy-${index}@example.com" }) { user { id } }`;
    });
    const { errors } = await graphql(`mutation { ${attempts.join(' ')} }`);
    expect(codesOf(errors).sort()).toEqual(['RATE_LIMITED', 'UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  test('for one account, where letters of other scripts become the same when the service lowers them', async () => {
    const attempts = ['victim@example.com', 'v\u0130ctim@example.com', 'VICT\u0130M@example.com'].map(
      (email, index) =>
        `a${index}: signIn(input: { email: "${email}", password: "wrong one" }) { user { id } }`,
    );
    const { errors } = await graphql(`mutation { ${attempts.join(' ')} }`);
    expect(codesOf(errors)).toContain('RATE_LIMITED');
  });

  test.each([
    ['enrollFactor(input: { type: PHONE, phone: "1" }) { factorId }', 'factors', 'POST'],
    [
      'challengeFactor(factorId: "00000000-0000-4000-8000-000000000001") { challengeId }',
      'factors/00000000-0000-4000-8000-000000000001/challenge',
      'POST',
    ],
    ['updateMe(input: { nonce: "123456" }) { id }', 'user', 'PUT'],
  ])('at %s for the user, together with the pass-through', async (field, path, method) => {
    const token = await anonymousToken();
    expect((await send({ path, method, token, body: '{}' })).status).not.toBe(429);
    const { errors } = await graphql(`mutation { a: ${field} b: ${field} }`, newAddress(), `Bearer ${token}`);
    expect(codesOf(errors).filter((code) => code === 'RATE_LIMITED')).toHaveLength(1);
    expect((await send({ path, method, token, body: '{}' })).status).toBe(429);
  });

  test('of a new anonymous user for the address, though the last one asks for the next', async () => {
    const from = newAddress();
    const outcomes: unknown[] = [];
    let authorization = '';
    for (let index = 0; index <= rule.limit; index += 1) {
      const { data, errors } = await graphql(
        gql(`mutation { signInAnonymously { session { accessToken } } }`),
        from,
        authorization,
      );
      outcomes.push(errors[0]?.extensions.code ?? 'OK');
      authorization = `Bearer ${data.signInAnonymously?.session.accessToken}`;
    }
    expect(outcomes).toEqual(['OK', 'OK', 'RATE_LIMITED']);
  });
});
