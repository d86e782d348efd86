import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { startTestAuthServer } from '../support/auth-server.ts';
import { startTestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

/** A logger at its most talkative, and what it wrote. */
function capturing() {
  let written = '';
  const log = createLogger({
    level: 'debug',
    to: {
      write: (line: string) => {
        written += line;
      },
    },
  });
  return { log, text: () => written };
}

const signIn = gql(
  `mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken refreshToken } } }`,
);

describe('secrets', () => {
  test('of a whole session are in no line of the log', async () => {
    await using auth = await startTestAuthServer();
    const { log, text } = capturing();
    await using gateway = await startTestGateway(
      {
        AUTH_URL: auth.url,
        JWT_SECRET: auth.keys.jwtSecret,
        SUPABASE_ANON_KEY: auth.keys.anonKey,
        SUPABASE_SERVICE_KEY: auth.keys.serviceRoleKey,
      },
      { log },
    );
    const email = `secret-${randomBytes(6).toString('hex')}@example.com`;
    const password = `pw-${randomBytes(8).toString('hex')}`;
    const input = { email, password };
    await gateway.graphql(gql(`mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }`), {
      variables: { input },
    });
    const { data } = await gateway.graphql(signIn, { variables: { input } });
    const { accessToken, refreshToken } = data.signIn.session;
    const { data: enrolled } = await gateway.graphql(gql(`mutation { enrollFactor(input: {}) { secret } }`), {
      token: accessToken,
    });
    await gateway.graphql(
      gql(`mutation ($t: String!) { refreshSession(refreshToken: $t) { user { id } } }`),
      {
        variables: { t: refreshToken },
      },
    );
    await gateway.graphql(signIn, { variables: { input: { email, password: `${password}-wrong` } } });
    await gateway.graphql(gql(`{ me { id } }`), { token: `${accessToken}x` });
    await fetch(`${gateway.url}/auth/v1/verify?type=signup&token=link-token-0123456789`, {
      redirect: 'manual',
    });
    for (const secret of [
      password,
      accessToken,
      accessToken.split('.')[2],
      refreshToken,
      enrolled.enrollFactor.secret,
      auth.keys.serviceRoleKey,
      'link-token-0123456789',
    ]) {
      expect(text()).not.toContain(secret);
    }
  });

  test('that a failing service repeats are in no line of the log and in no answer', async () => {
    const password = `pw-${randomBytes(8).toString('hex')}`;
    const upstream = await listen((request, response) => {
      request.resume();
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 'unexpected_failure', message: `could not hash ${password}` }));
    });
    await using _closing = { [Symbol.asyncDispose]: () => upstream.close() };
    const { log, text } = capturing();
    await using gateway = await startTestGateway(
      { AUTH_URL: upstream.url, JWT_SECRET: testSecret, SUPABASE_ANON_KEY: hmacToken(keyClaims('anon')) },
      { log },
    );
    const answer = await gateway.graphql(signIn, {
      variables: { input: { email: 'a@example.com', password } },
    });
    expect(answer.errors[0]?.extensions.code).toBe('UPSTREAM_ERROR');
    expect(JSON.stringify(answer)).not.toContain(password);
    expect(text()).not.toContain(password);
  });

  const secret = 'hunter2-0123456789';
  const withVariables = gql(`mutation ($input: SignInInput!) { signIn(input: $input) { user { id } } }`);
  test.each([
    ['an input with a field too many', withVariables, { email: 'a@example.com', password: secret, more: 1 }],
    ['an input with another field that is wrong', withVariables, { email: 'nobody', password: secret }],
    ['a password of another type', withVariables, { email: 'a@example.com', password: [secret] }],
    ['a variable that is no input', withVariables, secret],
    [
      'a document that cannot be read',
      `mutation { signIn(input: { email: "a@example.com", password "${secret}" }) { user { id } } }`,
      null,
    ],
    [
      'a document with a value of another type',
      `mutation { signIn(input: { email: "a@example.com", password: ["${secret}"] }) { user { id } } }`,
      null,
    ],
    ['a document with a text for an input', `mutation { signIn(input: "${secret}") { user { id } } }`, null],
  ])('are not repeated in the error about %s', async (_, query, input) => {
    await using gateway = await startTestGateway({ JWT_SECRET: testSecret });
    const { errors } = await gateway.graphqlText(query, { variables: { input } });
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });
});
