import { createHash, randomBytes } from 'node:crypto';
import { GoTrueClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { totpCode } from '../../packages/local/src/auth/totp.ts';
import type { VerifyOtpInput } from '../generated/operations.ts';
import { type AuthGateway, startAuthGateway } from '../support/auth-gateway.ts';
import { type Ask, type GraphQLAnswer, startTestGateway } from '../support/gateway.ts';
import { type DataOf, gql, type OperationText, type VariablesOf } from '../support/gql.ts';

const newEmail = () => `user-${randomBytes(8).toString('hex')}@example.com`;
const password = 'correct horse';
const signUpAnswer = gql(`mutation ($input: SignUpInput!) { signUp(input: $input) {
  user { id email identities { provider } factors { id status } }
  session { accessToken refreshToken tokenType expiresIn expiresAt } confirmationRequired weakPassword { reasons } } }`);

let running: AuthGateway;
beforeAll(async () => {
  running = await startAuthGateway();
});
afterAll(() => running[Symbol.asyncDispose]());

const service = () => running.auth.keys.serviceRoleKey;
const graphql = <Text extends OperationText>(
  operation: Text,
  variables?: VariablesOf<Text>,
  token?: string,
): Promise<GraphQLAnswer<DataOf<Text>>> =>
  running.graphql(operation, { variables, ...(token === undefined ? {} : { token }) });

async function signedUp(): Promise<{ email: string; id: string; token: string; refreshToken: string }> {
  const email = newEmail();
  const { data, errors } = await graphql(signUpAnswer, { input: { email, password } });
  expect(errors).toEqual([]);
  const { user, session } = data.signUp;
  return { email, id: user.id, token: session.accessToken, refreshToken: session.refreshToken };
}

const signIn = (email: string, secret = password) =>
  graphql(
    gql(`mutation ($input: SignInInput!) { signIn(input: $input) {
      user { id } session { accessToken refreshToken } } }`),
    { input: { email, password: secret } },
  );
const refresh = (refreshToken: string) =>
  graphql(
    gql(`mutation ($token: String!) { refreshSession(refreshToken: $token) {
      user { id email } session { accessToken refreshToken } } }`),
    { token: refreshToken },
  );
const me = (token: string) =>
  graphql(
    gql(`{ me { id email isAnonymous userMetadata identities { provider } factors { id status } } }`),
    {},
    token,
  );
const codeOf = (answer: { errors: readonly { extensions: { code: string; reason?: string } }[] }) => {
  const { code, reason } = answer.errors[0]?.extensions ?? { code: 'none' };
  return reason === undefined ? code : `${code} ${reason}`;
};

describe('signing up and in', () => {
  test('answers user and session', async () => {
    const email = newEmail();
    const { data, errors } = await graphql(signUpAnswer, {
      input: { email, password, data: { plan: 'free' } },
    });
    expect(errors).toEqual([]);
    expect(data.signUp).toMatchObject({
      user: { email, identities: [{ provider: 'email' }], factors: [] },
      session: { tokenType: 'bearer', expiresIn: 3600 },
      confirmationRequired: false,
      weakPassword: null,
    });
    const again = await signIn(email);
    expect(again.data.signIn.user.id).toBe(data.signUp.user.id);
    expect((await me(again.data.signIn.session.accessToken)).data.me).toMatchObject({
      email,
      userMetadata: { plan: 'free' },
    });
  });

  test('an unknown user and a wrong password answer alike', async () => {
    const { email } = await signedUp();
    const wrong = await signIn(email, 'not the one');
    const unknown = await signIn(newEmail(), 'not the one');
    const view = ({ errors }: typeof wrong) =>
      errors.map(({ message, extensions: { requestId: _, ...rest } }) => ({ message, ...rest }));
    expect(view(unknown)).toEqual(view(wrong));
    expect(codeOf(wrong)).toBe('UNAUTHENTICATED invalid_credentials');
  });

  test('works anonymously, with empty texts for null', async () => {
    const { data, errors } = await graphql(
      gql(
        `mutation { signInAnonymously(data: { a: 1 }) { user { email phone isAnonymous } session { accessToken } } }`,
      ),
    );
    expect(errors).toEqual([]);
    expect(data.signInAnonymously.user).toEqual({ email: null, phone: null, isAnonymous: true });
  });

  test('works with a phone number', async () => {
    const phone = `+49${String(Date.now()).slice(-10)}`;
    const { data, errors } = await graphql(
      gql(
        `mutation ($input: SignUpInput!) { signUp(input: $input) { user { phone } session { expiresIn } } }`,
      ),
      { input: { phone, password } },
    );
    expect(errors).toEqual([]);
    expect(data.signUp.user.phone).toBe(phone.slice(1));
  });

  test('a stale Authorization header does not stop it', async () => {
    const { email } = await signedUp();
    const answer = await graphql(
      gql(`mutation ($input: SignInInput!) { signIn(input: $input) { user { email } } }`),
      { input: { email, password } },
      'not.a.token',
    );
    expect(answer.data.signIn.user.email).toBe(email);
    const anonymous = await graphql(
      gql(`mutation { signInAnonymously { user { isAnonymous } } }`),
      undefined,
      'not.a.token',
    );
    expect(anonymous.errors).toEqual([]);
    expect(anonymous.data.signInAnonymously.user.isAnonymous).toBe(true);
  });

  test('a confirmation is asked for alike whether the address is known or not', async () => {
    const unconfirming = await running.auth.another({ mailerAutoconfirm: false, smsAutoconfirm: false });
    await using gateway = await startTestGateway({ ...running.env, AUTH_URL: unconfirming.url });
    const { email } = await signedUp();
    const signUp = async (address: string) => {
      const { data, errors } = await gateway.graphql(signUpAnswer, {
        variables: { input: { email: address, password } },
      });
      expect(errors).toEqual([]);
      return data.signUp;
    };
    const known = await signUp(email);
    expect(known).toEqual({ user: null, session: null, confirmationRequired: true, weakPassword: null });
    expect(await signUp(newEmail())).toEqual(known);
  });

  test('a known address is CONFLICT where nothing has to be confirmed', async () => {
    const { email } = await signedUp();
    const answer = await graphql(
      gql(`mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }`),
      { input: { email, password: 'another one' } },
    );
    expect(codeOf(answer)).toBe('CONFLICT user_already_exists');
  });
});

describe('sessions', () => {
  test('are refreshed, and a session of the official client works here and the other way round', async () => {
    const { email, refreshToken } = await signedUp();
    const official = new GoTrueClient({
      url: `${running.url}/auth/v1`,
      headers: { apikey: running.auth.keys.anonKey },
      persistSession: false,
      autoRefreshToken: false,
    });
    const refreshed = await refresh(refreshToken);
    const { session } = refreshed.data.refreshSession;
    const taken = await official.setSession({
      access_token: session.accessToken,
      refresh_token: session.refreshToken,
    });
    expect(taken.error).toBeNull();
    expect(taken.data.user?.email).toBe(email);

    const own = await official.signInWithPassword({ email, password });
    const token = own.data.session?.access_token ?? '';
    expect((await me(token)).data.me.email).toBe(email);
    const { data } = await refresh(own.data.session?.refresh_token ?? '');
    expect(data.refreshSession.user.email).toBe(email);
  });

  test('one refresh token is refreshed once however many ask at a time', async () => {
    const { refreshToken } = await signedUp();
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(refreshToken)));
    const successors = new Set(answers.map(({ data }) => data.refreshSession.session.refreshToken));
    const tokens = new Set(answers.map(({ data }) => data.refreshSession.session.accessToken));
    expect([successors.size, tokens.size]).toEqual([1, 1]);
  });

  test('a reused refresh token is UNAUTHENTICATED with its reason', async () => {
    const strict = await running.auth.another({ refreshTokenReuseInterval: 0 });
    await using gateway = await startTestGateway({ ...running.env, AUTH_URL: strict.url });
    const first = (await signedUp()).refreshToken;
    const go = (token: string) =>
      gateway.graphql(
        gql(`mutation ($t: String!) { refreshSession(refreshToken: $t) { session { refreshToken } } }`),
        { variables: { t: token } },
      );
    const second = (await go(first)).data.refreshSession.session.refreshToken;
    await go(second);
    expect(codeOf(await go(first))).toBe('UNAUTHENTICATED refresh_token_already_used');
    expect(codeOf(await go('abcdefghijkl'))).toBe('UNAUTHENTICATED refresh_token_not_found');
    expect(codeOf(await go('no'))).toBe('UNAUTHENTICATED validation_failed');
  });

  test.each(['GLOBAL', 'LOCAL', 'OTHERS'] as const)('end by signOut with scope %s', async (scope) => {
    const one = await signedUp();
    const two = (await signIn(one.email)).data.signIn.session.accessToken;
    const { data } = await graphql(
      gql(`mutation ($scope: SignOutScope!) { signOut(scope: $scope) { userId } }`),
      { scope },
      one.token,
    );
    expect(data.signOut.userId).toBe(one.id);
    const ended = async (token: string) => codeOf(await me(token)) === 'UNAUTHENTICATED session_not_found';
    expect([await ended(one.token), await ended(two)]).toEqual([scope !== 'OTHERS', scope !== 'LOCAL']);
  });

  test('an ended one, a banned user and a deleted user are told apart', async () => {
    const banned = await signedUp();
    await graphql(
      gql(`mutation ($id: UUID!) { updateUser(id: $id, input: { banDuration: "24h" }) { bannedUntil } }`),
      { id: banned.id },
      service(),
    );
    expect(codeOf(await me(banned.token))).toBe('FORBIDDEN user_banned');
    expect(codeOf(await signIn(banned.email))).toBe('FORBIDDEN user_banned');
    const deleted = await signedUp();
    const { data } = await graphql(
      gql(`mutation ($id: UUID!) { deleteUser(id: $id) { userId } }`),
      { id: deleted.id },
      service(),
    );
    expect(data.deleteUser.userId).toBe(deleted.id);
    expect(codeOf(await me(deleted.token))).toBe('UNAUTHENTICATED user_not_found');
  });
});

describe('codes', () => {
  const verify = (input: VerifyOtpInput) =>
    graphql(
      gql(`mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) {
        user { email } session { accessToken } } }`),
      { input },
    );

  test('sign in with what the mailbox got, once', async () => {
    const { email } = await signedUp();
    const { data } = await graphql(
      gql(`mutation ($input: SendOtpInput!) { sendOtp(input: $input) { sent messageId } }`),
      { input: { email } },
    );
    expect(data.sendOtp).toEqual({ sent: true, messageId: null });
    const token = running.auth.mailbox.list(email)[0]?.otp;
    expect((await verify({ email, token, type: 'EMAIL' })).data.verifyOtp.user.email).toBe(email);
    expect(codeOf(await verify({ email, token, type: 'EMAIL' }))).toBe('UNAUTHENTICATED otp_expired');
  });

  test('a password is reset by link, silently for unknown addresses', async () => {
    const { email } = await signedUp();
    const request = (address: string) =>
      graphql(
        gql(`mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { sent messageId } }`),
        {
          email: address,
        },
      );
    expect((await request(newEmail())).data).toEqual((await request(email)).data);
    const tokenHash = running.auth.mailbox.list(email)[0]?.tokenHash;
    const { data } = await verify({ tokenHash, type: 'RECOVERY' });
    const token = data.verifyOtp.session.accessToken;
    const changed = await graphql(
      gql(`mutation { updateMe(input: { password: "a new one" }) { id } }`),
      {},
      token,
    );
    expect(changed.errors).toEqual([]);
    expect((await signIn(email, 'a new one')).errors).toEqual([]);
  });

  test('a PKCE flow ends in exchangeAuthCode, with the right verifier, once', async () => {
    const { email } = await signedUp();
    const verifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    await graphql(gql(`mutation ($input: SendOtpInput!) { sendOtp(input: $input) { sent } }`), {
      input: { email, codeChallenge, redirectTo: 'http://localhost:3000/welcome' },
    });
    const link = new URL(running.auth.mailbox.list(email)[0]?.link ?? '');
    const followed = await fetch(`${running.url}/auth/v1/verify${link.search}`, { redirect: 'manual' });
    expect(followed.status).toBe(303);
    const target = new URL(followed.headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe('http://localhost:3000/welcome');
    const exchange = (codeVerifier: string) =>
      graphql(
        gql(
          `mutation ($code: String!, $v: String!) { exchangeAuthCode(code: $code, codeVerifier: $v) { user { email } } }`,
        ),
        { code: target.searchParams.get('code') ?? '', v: codeVerifier },
      );
    expect(codeOf(await exchange('x'.repeat(43)))).toBe('BAD_USER_INPUT bad_code_verifier');
    expect((await exchange(verifier)).data.exchangeAuthCode.user.email).toBe(email);
    expect(codeOf(await exchange(verifier))).toBe('UNAUTHENTICATED flow_state_not_found');
  });

  test('confirmations are sent again', async () => {
    const { data, errors } = await graphql(
      gql(`mutation ($input: ResendInput!) { resendConfirmation(input: $input) { sent } }`),
      { input: { type: 'SIGNUP', email: newEmail() } },
    );
    expect(errors).toEqual([]);
    expect(data.resendConfirmation.sent).toBe(true);
  });
});

describe('the own account', () => {
  test('metadata is merged, a new address waits for its confirmation', async () => {
    const { token, email } = await signedUp();
    const wanted = newEmail();
    const { data, errors } = await graphql(
      gql(`mutation ($input: UpdateUserInput!) { updateMe(input: $input) { email newEmail userMetadata } }`),
      { input: { email: wanted, data: { color: 'red' } } },
      token,
    );
    expect(errors).toEqual([]);
    expect(data.updateMe).toMatchObject({ email, newEmail: wanted, userMetadata: { color: 'red' } });
  });

  test('refuses weak, equal and taken with a reason a form can show', async () => {
    const other = await signedUp();
    const { token } = await signedUp();
    const update = (input: Record<string, unknown>) =>
      graphql(
        gql(`mutation ($input: UpdateUserInput!) { updateMe(input: $input) { id } }`),
        { input },
        token,
      );
    const weak = await update({ password: 'abc' });
    expect(codeOf(weak)).toBe('BAD_USER_INPUT weak_password');
    expect(weak.errors[0]?.extensions.weakPassword).toEqual({ reasons: ['length'] });
    expect(codeOf(await update({ password }))).toBe('BAD_USER_INPUT same_password');
    expect(codeOf(await update({ email: other.email }))).toBe('CONFLICT email_exists');
  });

  test('a nonce is sent for reauthentication', async () => {
    const { token, email } = await signedUp();
    const { data } = await graphql(gql(`mutation { reauthenticate { sent } }`), {}, token);
    expect(data.reauthenticate.sent).toBe(true);
    expect(running.auth.mailbox.list(email)[0]).toMatchObject({ kind: 'reauthentication' });
  });

  test('a service key has no user', async () => {
    for (const document of [
      gql(`{ me { id } }`),
      gql(`mutation { updateMe(input: { data: {} }) { id } }`),
      gql(`mutation { reauthenticate { sent } }`),
      gql(`mutation { signOut { userId } }`),
      gql(`mutation { enrollFactor(input: {}) { factorId } }`),
      gql(`mutation { challengeFactor(factorId: "00000000-0000-4000-8000-000000000000") { challengeId } }`),
      gql(`mutation { unenrollFactor(factorId: "00000000-0000-4000-8000-000000000000") { factorId } }`),
    ]) {
      expect([document, codeOf(await graphql(document, {}, service()))]).toEqual([
        document,
        'FORBIDDEN no_user',
      ]);
    }
  });

  test('what is switched on is told to everybody, and a provider that is off has no address', async () => {
    const { data } = await graphql(gql(`{ authSettings { providers signUpDisabled mailerAutoconfirm } }`));
    expect(data.authSettings).toEqual({
      providers: ['anonymous_users', 'email', 'phone'],
      signUpDisabled: false,
      mailerAutoconfirm: true,
    });
    for (const provider of ['google', 'email', 'no such', 'nonsense']) {
      const answer = await graphql(gql(`query ($p: String!) { oauthUrl(provider: $p) }`), { p: provider });
      expect(answer.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('second factors', () => {
  const enroll = (token: string, friendlyName?: string) =>
    graphql(
      gql(`mutation ($input: EnrollFactorInput!) { enrollFactor(input: $input) {
        factorId type friendlyName qrCode secret uri } }`),
      { input: friendlyName === undefined ? {} : { friendlyName } },
      token,
    );

  test('raise the session to aal2, then guard the account', async () => {
    const { token, email } = await signedUp();
    const { data } = await enroll(token, 'phone');
    expect(data.enrollFactor).toMatchObject({ type: 'TOTP', friendlyName: 'phone' });
    expect(data.enrollFactor.qrCode).toMatch(/^<svg/);
    const { factorId, secret } = data.enrollFactor;
    expect(codeOf(await enroll(token, 'phone'))).toBe('CONFLICT mfa_factor_name_conflict');

    const challenge = await graphql(
      gql(`mutation ($id: UUID!) { challengeFactor(factorId: $id) { challengeId expiresAt } }`),
      { id: factorId },
      token,
    );
    const { challengeId } = challenge.data.challengeFactor;
    const verify = (code: string) =>
      graphql(
        gql(`mutation ($input: VerifyFactorInput!) { verifyFactor(input: $input) {
          user { factors { id status } } session { accessToken } } }`),
        { input: { factorId, challengeId, code } },
        token,
      );
    const right = totpCode(secret, Date.now() / 1000);
    const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
    expect(codeOf(await verify(wrong))).toBe('BAD_USER_INPUT mfa_verification_failed');
    const verified = await verify(right);
    expect(verified.errors).toEqual([]);
    expect(verified.data.verifyFactor.user.factors).toEqual([{ id: factorId, status: 'VERIFIED' }]);
    const high = verified.data.verifyFactor.session.accessToken;

    const low = (await signIn(email)).data.signIn.session.accessToken;
    const unenroll = (bearer: string) =>
      graphql(
        gql(`mutation ($id: UUID!) { unenrollFactor(factorId: $id) { factorId } }`),
        { id: factorId },
        bearer,
      );
    expect(codeOf(await unenroll(low))).toBe('FORBIDDEN insufficient_aal');
    expect((await unenroll(high)).data.unenrollFactor.factorId).toBe(factorId);
    expect(codeOf(await unenroll(high))).toBe('NOT_FOUND mfa_factor_not_found');
  });

  test('are not for anonymous users', async () => {
    const { data } = await graphql(gql(`mutation { signInAnonymously { session { accessToken } } }`));
    const answer = await enroll(data.signInAnonymously.session.accessToken);
    expect(codeOf(answer)).toBe('FORBIDDEN no_authorization');
  });
});

describe('administration', () => {
  const admin: Ask = (operation, variables) => graphql(operation, variables, service());
  const create = (input: Record<string, unknown>) =>
    admin(
      gql(`mutation ($input: CreateUserInput!) { createUser(input: $input) { id email role appMetadata } }`),
      { input },
    );

  test('is refused to users', async () => {
    const { token } = await signedUp();
    expect(codeOf(await graphql(gql(`{ users { totalCount } }`), {}, token))).toBe('FORBIDDEN role_too_low');
  });

  test('pages through all users with stable cursors, whatever the size', async () => {
    await using own = await startAuthGateway();
    for (let index = 0; index < 7; index += 1) {
      await own.graphql(gql(`mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }`), {
        variables: { input: { email: `page-${index}@example.com` } },
        token: own.auth.keys.serviceRoleKey,
      });
    }
    const pageOf = (first: number, after: string | null) =>
      own.graphql(
        gql(`query ($first: Int!, $after: String) { users(first: $first, after: $after) {
          totalCount nodes { email } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }`),
        { variables: { first, after }, token: own.auth.keys.serviceRoleKey },
      );
    const seen: string[] = [];
    let after: string | null = null;
    for (const first of [2, 3, 1, 5]) {
      const { data, errors } = await pageOf(first, after);
      expect(errors).toEqual([]);
      expect(data.users.totalCount).toBe(7);
      expect(data.users.pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...data.users.nodes.map(({ email }) => email));
      after = data.users.pageInfo.endCursor;
      expect(data.users.pageInfo.hasNextPage).toBe(seen.length < 7);
    }
    expect(seen).toEqual(Array.from({ length: 7 }, (_, index) => `page-${index}@example.com`));
  });

  test.each([
    ['first: 0', 'first'],
    ['first: -1', 'first'],
    ['first: 201', 'first'],
    ['first: 1000000000', 'first'],
    ['after: "not ours"', 'after'],
    ['after: "WyJVc2VyIiwieCJd"', 'after'],
    [`filter: "${'x'.repeat(256)}"`, 'filter'],
  ])('users(%s) is BAD_USER_INPUT', async (args, path) => {
    const answer = await running.graphqlText(
      `{ users(${args}) { nodes { id email identities { id } } totalCount } }`,
      { token: service() },
    );
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: [path] }],
    });
  });

  test('lists know identities and factors of each user, never a false []', async () => {
    const { email } = await signedUp();
    const { data, errors } = await admin(
      gql(
        `query ($f: String!) { users(filter: $f) { nodes { email identities { provider } factors { id } } } }`,
      ),
      { f: email },
    );
    expect(errors).toEqual([]);
    expect(data.users.nodes).toEqual([{ email, identities: [{ provider: 'email' }], factors: [] }]);
  });

  test('reads one user once however often an operation asks', async () => {
    const { id, email } = await signedUp();
    const { data } = await admin(
      gql(`query ($id: UUID!) { a: user(id: $id) { email } b: user(id: $id) { email } }`),
      { id },
    );
    expect(data).toEqual({ a: { email }, b: { email } });
    const none = await admin(gql(`{ user(id: "00000000-0000-4000-8000-000000000000") { id } }`));
    expect(none).toMatchObject({ data: { user: null }, errors: [] });
  });

  test('creates users, with known roles alone', async () => {
    const email = newEmail();
    const made = await create({ email, emailConfirm: true, appMetadata: { tier: 'gold' } });
    expect(made.data.createUser).toMatchObject({
      email,
      role: 'authenticated',
      appMetadata: { tier: 'gold' },
    });
    expect(codeOf(await create({ email }))).toBe('CONFLICT email_exists');
    for (const role of ['service_role', 'supabase_admin', 'postgres']) {
      expect(codeOf(await create({ email: newEmail(), role }))).toBe('BAD_USER_INPUT');
    }
    await using gateway = await startTestGateway({ ...running.env, EXTRA_AUTHENTICATED_ROLES: 'editor' });
    const editor = await gateway.graphql(
      gql(`mutation ($input: CreateUserInput!) { createUser(input: $input) { role } }`),
      { variables: { input: { email: newEmail(), role: 'editor' } }, token: service() },
    );
    expect(editor.data.createUser.role).toBe('editor');
  });

  test('an update that takes a taken address is CONFLICT', async () => {
    const other = await signedUp();
    const { id } = await signedUp();
    const answer = await admin(
      gql(
        `mutation ($id: UUID!, $input: AdminUpdateUserInput!) { updateUser(id: $id, input: $input) { id } }`,
      ),
      { id, input: { email: other.email } },
    );
    expect(codeOf(answer)).toBe('CONFLICT email_exists');
  });

  test('deletes softly and for good, and tells a user that is not there', async () => {
    const { id } = await signedUp();
    const remove = (soft: boolean) =>
      admin(gql(`mutation ($id: UUID!, $soft: Boolean!) { deleteUser(id: $id, soft: $soft) { userId } }`), {
        id,
        soft,
      });
    expect((await remove(true)).data.deleteUser.userId).toBe(id);
    expect(
      (await admin(gql(`query ($id: UUID!) { user(id: $id) { deletedAt } }`), { id })).data.user.deletedAt,
    ).toEqual(expect.any(String));
    expect((await remove(false)).errors).toEqual([]);
    expect(codeOf(await remove(false))).toBe('NOT_FOUND user_not_found');
  });

  test('invites by mail and makes links', async () => {
    const email = newEmail();
    const invited = await admin(
      gql(
        `mutation ($email: EmailAddress!) { inviteUser(email: $email, data: { team: "red" }) { email invitedAt } }`,
      ),
      { email },
    );
    expect(invited.data.inviteUser).toMatchObject({ email, invitedAt: expect.any(String) });
    expect(running.auth.mailbox.list(email)[0]).toMatchObject({ kind: 'invite' });
    const link = await admin(
      gql(`mutation ($input: GenerateAuthLinkInput!) { generateAuthLink(input: $input) {
        actionLink emailOtp hashedToken verificationType redirectTo user { email } } }`),
      { input: { type: 'MAGICLINK', email } },
    );
    expect(link.data.generateAuthLink).toMatchObject({ verificationType: 'magiclink', user: { email } });
    const { data } = await graphql(
      gql(`mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) { user { email userMetadata } } }`),
      { input: { tokenHash: link.data.generateAuthLink.hashedToken, type: 'MAGICLINK' } },
    );
    expect(data.verifyOtp.user).toMatchObject({ email, userMetadata: { team: 'red' } });
  });

  test('the hash of a link for a new address changes the address', async () => {
    const { email, id } = await signedUp();
    const wanted = newEmail();
    const link = await admin(
      gql(`mutation ($input: GenerateAuthLinkInput!) { generateAuthLink(input: $input) { hashedToken } }`),
      { input: { type: 'EMAIL_CHANGE_NEW', email, newEmail: wanted } },
    );
    const { data, errors } = await graphql(
      gql(`mutation ($input: VerifyOtpInput!) { verifyOtp(input: $input) { user { id email } } }`),
      { input: { tokenHash: link.data.generateAuthLink.hashedToken, type: 'EMAIL_CHANGE' } },
    );
    expect(errors).toEqual([]);
    expect(data.verifyOtp.user).toEqual({ id, email: wanted });
  });
});
