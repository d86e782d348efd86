import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql, type OperationText } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const words = 'internal-host-10-1-2-3';

let upstream: ListeningServer;
let gateway: TestGateway;
let next: { status: number; body: unknown } = { status: 500, body: {} };
beforeAll(async () => {
  upstream = await listen((_request, response) => {
    response.writeHead(next.status, { 'content-type': 'application/json' }).end(JSON.stringify(next.body));
  });
  const rule = { limit: 100_000, window: '1h' };
  gateway = await startTestGateway({
    AUTH_URL: upstream.url,
    JWT_SECRET: testSecret,
    SUPABASE_ANON_KEY: hmacToken(keyClaims('anon')),
    RATE_LIMITS: JSON.stringify({ signIn: rule, refreshSession: rule, failedAttempts: rule }),
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const signIn = gql(
  `mutation { signIn(input: { email: "a@example.com", password: "secret1" }) { user { id } } }`,
);

/** The one error of an operation that Supabase Auth answers with `code` and `message`, in both of its forms. */
async function refused(status: number, code: string, message: string, document: OperationText = signIn) {
  const shown = [];
  for (const body of [
    { code, message },
    { code: status, error_code: code, msg: message },
  ]) {
    next = { status, body };
    const { errors } = await gateway.graphql(document);
    expect(errors).toHaveLength(1);
    shown.push({ message: errors[0]?.message, ...errors[0]?.extensions, requestId: undefined });
  }
  expect(shown[0]).toEqual(shown[1]);
  return shown[0] ?? {};
}

/** Every code that Supabase Auth v2.196 has, with a status it comes with. Those of Auth Hooks stand below. */
const codes: readonly [reason: string, status: number, code: string][] = [
  ['bad_json', 400, 'BAD_USER_INPUT'],
  ['validation_failed', 400, 'BAD_USER_INPUT'],
  ['weak_password', 422, 'BAD_USER_INPUT'],
  ['same_password', 422, 'BAD_USER_INPUT'],
  ['captcha_failed', 400, 'BAD_USER_INPUT'],
  ['bad_code_verifier', 400, 'BAD_USER_INPUT'],
  ['email_address_invalid', 400, 'BAD_USER_INPUT'],
  ['email_address_not_provided', 400, 'BAD_USER_INPUT'],
  ['current_password_required', 400, 'BAD_USER_INPUT'],
  ['current_password_invalid', 400, 'BAD_USER_INPUT'],
  ['reauthentication_not_valid', 422, 'BAD_USER_INPUT'],
  ['mfa_verification_failed', 422, 'BAD_USER_INPUT'],
  ['mfa_challenge_expired', 422, 'BAD_USER_INPUT'],
  ['mfa_ip_address_mismatch', 422, 'BAD_USER_INPUT'],
  ['webauthn_challenge_expired', 400, 'BAD_USER_INPUT'],
  ['webauthn_verification_failed', 400, 'BAD_USER_INPUT'],
  ['oauth_provider_not_supported', 400, 'BAD_USER_INPUT'],
  ['oauth_invalid_state', 400, 'BAD_USER_INPUT'],
  ['bad_oauth_state', 400, 'BAD_USER_INPUT'],
  ['bad_oauth_callback', 400, 'BAD_USER_INPUT'],
  ['web3_unsupported_chain', 400, 'BAD_USER_INPUT'],
  ['saml_assertion_no_user_id', 400, 'BAD_USER_INPUT'],
  ['saml_assertion_no_email', 400, 'BAD_USER_INPUT'],
  ['saml_metadata_fetch_failed', 400, 'BAD_USER_INPUT'],
  ['saml_entity_id_mismatch', 400, 'BAD_USER_INPUT'],

  ['bad_jwt', 403, 'UNAUTHENTICATED'],
  ['no_authorization', 401, 'UNAUTHENTICATED'],
  ['user_not_found', 403, 'UNAUTHENTICATED'],
  ['session_not_found', 403, 'UNAUTHENTICATED'],
  ['session_expired', 400, 'UNAUTHENTICATED'],
  ['refresh_token_not_found', 400, 'UNAUTHENTICATED'],
  ['refresh_token_already_used', 400, 'UNAUTHENTICATED'],
  ['flow_state_not_found', 404, 'UNAUTHENTICATED'],
  ['flow_state_expired', 422, 'UNAUTHENTICATED'],
  ['flow_state_already_used', 400, 'UNAUTHENTICATED'],
  ['oauth_client_state_not_found', 422, 'UNAUTHENTICATED'],
  ['oauth_client_state_expired', 422, 'UNAUTHENTICATED'],
  ['saml_relay_state_not_found', 404, 'UNAUTHENTICATED'],
  ['saml_relay_state_expired', 422, 'UNAUTHENTICATED'],
  ['otp_expired', 403, 'UNAUTHENTICATED'],

  ['not_admin', 403, 'FORBIDDEN'],
  ['user_banned', 400, 'FORBIDDEN'],
  ['signup_disabled', 422, 'FORBIDDEN'],
  ['otp_disabled', 422, 'FORBIDDEN'],
  ['email_not_confirmed', 400, 'FORBIDDEN'],
  ['phone_not_confirmed', 400, 'FORBIDDEN'],
  ['provider_email_needs_verification', 422, 'FORBIDDEN'],
  ['unexpected_audience', 403, 'FORBIDDEN'],
  ['insufficient_aal', 401, 'FORBIDDEN'],
  ['reauthentication_needed', 400, 'FORBIDDEN'],
  ['user_sso_managed', 422, 'FORBIDDEN'],
  ['email_address_not_authorized', 400, 'FORBIDDEN'],
  ['email_provider_disabled', 400, 'FORBIDDEN'],
  ['phone_provider_disabled', 400, 'FORBIDDEN'],
  ['anonymous_provider_disabled', 422, 'FORBIDDEN'],
  ['provider_disabled', 400, 'FORBIDDEN'],
  ['saml_provider_disabled', 404, 'FORBIDDEN'],
  ['sso_provider_disabled', 404, 'FORBIDDEN'],
  ['manual_linking_disabled', 404, 'FORBIDDEN'],
  ['web3_provider_disabled', 422, 'FORBIDDEN'],
  ['oauth_dynamic_client_registration_disabled', 403, 'FORBIDDEN'],
  ['feature_disabled', 404, 'FORBIDDEN'],
  ['passkey_disabled', 404, 'FORBIDDEN'],
  ['mfa_phone_enroll_not_enabled', 422, 'FORBIDDEN'],
  ['mfa_phone_verify_not_enabled', 422, 'FORBIDDEN'],
  ['mfa_totp_enroll_not_enabled', 422, 'FORBIDDEN'],
  ['mfa_totp_verify_not_enabled', 422, 'FORBIDDEN'],
  ['mfa_webauthn_enroll_not_enabled', 422, 'FORBIDDEN'],
  ['mfa_webauthn_verify_not_enabled', 422, 'FORBIDDEN'],

  ['user_already_exists', 422, 'CONFLICT'],
  ['email_exists', 422, 'CONFLICT'],
  ['phone_exists', 422, 'CONFLICT'],
  ['identity_already_exists', 422, 'CONFLICT'],
  ['single_identity_not_deletable', 422, 'CONFLICT'],
  ['email_conflict_identity_not_deletable', 422, 'CONFLICT'],
  ['mfa_factor_name_conflict', 422, 'CONFLICT'],
  ['mfa_verified_factor_exists', 422, 'CONFLICT'],
  ['too_many_enrolled_mfa_factors', 422, 'CONFLICT'],
  ['too_many_passkeys', 422, 'CONFLICT'],
  ['over_custom_provider_quota', 400, 'CONFLICT'],
  ['webauthn_credential_exists', 422, 'CONFLICT'],
  ['saml_idp_already_exists', 422, 'CONFLICT'],
  ['sso_domain_already_exists', 400, 'CONFLICT'],
  ['conflict', 409, 'CONFLICT'],

  ['invite_not_found', 404, 'NOT_FOUND'],
  ['identity_not_found', 422, 'NOT_FOUND'],
  ['mfa_factor_not_found', 404, 'NOT_FOUND'],
  ['webauthn_credential_not_found', 404, 'NOT_FOUND'],
  ['webauthn_challenge_not_found', 400, 'NOT_FOUND'],
  ['saml_idp_not_found', 404, 'NOT_FOUND'],
  ['sso_provider_not_found', 404, 'NOT_FOUND'],
  ['custom_provider_not_found', 404, 'NOT_FOUND'],
  ['oauth_client_not_found', 404, 'NOT_FOUND'],
  ['oauth_authorization_not_found', 404, 'NOT_FOUND'],
  ['oauth_consent_not_found', 404, 'NOT_FOUND'],

  ['over_request_rate_limit', 429, 'RATE_LIMITED'],
  ['over_email_send_rate_limit', 429, 'RATE_LIMITED'],
  ['over_sms_send_rate_limit', 429, 'RATE_LIMITED'],
  ['request_entity_too_large', 413, 'PAYLOAD_TOO_LARGE'],
  ['request_timeout', 504, 'OUTCOME_UNKNOWN'],

  ['sms_send_failed', 422, 'UPSTREAM_ERROR'],
  ['hook_timeout', 422, 'UPSTREAM_ERROR'],
  ['hook_timeout_after_retry', 422, 'UPSTREAM_ERROR'],
  ['hook_payload_over_size_limit', 422, 'UPSTREAM_ERROR'],
  ['hook_payload_invalid_content_type', 400, 'UPSTREAM_ERROR'],
  ['unexpected_failure', 500, 'UPSTREAM_ERROR'],
];

describe("a code of Supabase Auth's", () => {
  test.each(codes)('%s (%i) is %s, with a sentence of ours', async (reason, status, code) => {
    const shown = await refused(status, reason, words);
    expect(shown).toMatchObject({ code, reason });
    expect(JSON.stringify(shown)).not.toContain(words);
    if (code === 'UPSTREAM_ERROR') expect(shown).toMatchObject({ service: 'AUTH' });
  });

  test('is told from another by its sentence where a person can act on it', async () => {
    const sentences = new Set<unknown>();
    for (const reason of ['sms_send_failed', 'hook_timeout_after_retry', 'unexpected_failure']) {
      sentences.add((await refused(422, reason, words))['message']);
    }
    expect(sentences.size).toBe(3);
  });

  test('for a malformed refresh token is UNAUTHENTICATED, for it does not begin a session again', async () => {
    const document = gql(`mutation { refreshSession(refreshToken: "x") { user { id } } }`);
    expect(await refused(400, 'validation_failed', 'Refresh token is not valid', document)).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'validation_failed',
      message: 'The refresh token is not valid.',
    });
  });
});

describe('the words of an Auth Hook', () => {
  const sentence = 'Sign up with the address of your company: "@example.com" — ждём вас.';

  // Supabase Auth has no code of its own for what a hook refuses; the status is the hook's `http_code`.
  test.each([
    [400, 'FORBIDDEN'],
    [401, 'FORBIDDEN'],
    [403, 'FORBIDDEN'],
    [422, 'FORBIDDEN'],
    [429, 'RATE_LIMITED'],
    [503, 'UPSTREAM_ERROR'],
  ])('that refuses with %i reach the caller, as %s', async (status, code) => {
    expect(await refused(status, 'unknown', sentence)).toMatchObject({
      code,
      reason: 'unknown',
      message: sentence,
    });
  });

  test('that rejects a sign-in or a second factor reach the caller', async () => {
    expect(await refused(400, 'invalid_credentials', sentence)).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: sentence,
    });
    expect(await refused(403, 'mfa_verification_rejected', sentence)).toMatchObject({
      code: 'FORBIDDEN',
      message: sentence,
    });
  });

  test('are not those of the service for a wrong password', async () => {
    const shown = await refused(400, 'invalid_credentials', 'Invalid login credentials');
    expect(shown).toMatchObject({ code: 'UNAUTHENTICATED', message: 'The credentials are wrong.' });
  });

  test('are one line of at most 500 characters, however long they were', async () => {
    expect(await refused(400, 'unknown', 'first\nsecond\u0000\u001b[31m\tthird ')).toMatchObject({
      message: 'first second [31m third',
    });
    for (const [letter, size] of [
      ['a', 1_000_000],
      [' ', 100_000],
      ['\n', 100_000],
      ['\u{1f980}', 60_000],
    ] as const) {
      const { message } = await refused(400, 'unknown', `begin ${letter.repeat(size)}`);
      expect(String(message).length).toBeLessThanOrEqual(500);
      expect(message).toMatch(/^begin/);
      expect(encodeURIComponent(String(message))).toBeTypeOf('string');
    }
  });

  test('that are none leave our own', async () => {
    for (const empty of ['', ' \n ']) {
      expect(await refused(403, 'unknown', empty)).toMatchObject({
        message: 'The auth service refused this.',
      });
    }
  });
});

describe('a failure of the auth service', () => {
  test.each([
    'Database error saving new user',
    'Database error creating new user',
    "Database error updating user's last_sign_in_at",
    'Error sending confirmation email',
    'Error updating user',
  ])('that it calls "%s" is called so, for the operator to look there', async (sentence) => {
    expect(await refused(500, 'unexpected_failure', sentence)).toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: sentence,
    });
  });

  test.each([
    `Database error saving new user: ERROR: null value in "${words}"`,
    'Database error saving new user at 10.1.2.3',
    'Error running hook URI: pg-functions://postgres/public/hook',
    'Error sending sms OTP to provider: 401',
    `Database error ${'a'.repeat(100_000)}`,
  ])('keeps to itself what goes beyond such a sentence: %.60s', async (sentence) => {
    expect(await refused(500, 'unexpected_failure', sentence)).toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: 'The auth service failed.',
    });
  });
});
