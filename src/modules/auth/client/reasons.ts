import type { ErrorCode } from '../../../lib/app-error.ts';

export type Meaning = readonly [code: ErrorCode, message: string];

/**
 * Supabase Auth's error codes and what a form needs to know of them. The status is not consulted: the same cause has
 * different ones in different endpoints.
 */
const byReason: Readonly<Record<string, Meaning>> = {
  bad_json: ['BAD_USER_INPUT', 'The auth service could not read the input.'],
  validation_failed: ['BAD_USER_INPUT', 'The auth service refused the input.'],
  weak_password: ['BAD_USER_INPUT', 'The password is too weak.'],
  same_password: ['BAD_USER_INPUT', 'The new password must differ from the old one.'],
  email_address_invalid: ['BAD_USER_INPUT', 'This e-mail address cannot be used.'],
  email_address_not_provided: ['BAD_USER_INPUT', 'An e-mail address is needed.'],
  email_address_not_authorized: ['FORBIDDEN', 'Mail to this address is not allowed here.'],
  captcha_failed: ['BAD_USER_INPUT', 'The captcha was not solved.'],
  bad_code_verifier: ['BAD_USER_INPUT', 'The code verifier does not fit.'],
  current_password_required: ['BAD_USER_INPUT', 'The current password is needed.'],
  current_password_invalid: ['BAD_USER_INPUT', 'The current password is wrong.'],
  current_password_mismatch: ['BAD_USER_INPUT', 'The current password is wrong.'],
  reauthentication_not_valid: ['BAD_USER_INPUT', 'The nonce is wrong or expired.'],
  mfa_verification_failed: ['BAD_USER_INPUT', 'The code is wrong.'],
  mfa_challenge_expired: ['BAD_USER_INPUT', 'The challenge has expired: ask for a new one.'],
  mfa_ip_address_mismatch: ['BAD_USER_INPUT', 'The challenge was used, or came from another address.'],
  oauth_provider_not_supported: ['BAD_USER_INPUT', 'This provider is not supported.'],
  oauth_invalid_state: ['BAD_USER_INPUT', 'The state of the sign-in does not fit.'],
  bad_oauth_state: ['BAD_USER_INPUT', 'The state of the sign-in is wrong or expired.'],
  bad_oauth_callback: ['BAD_USER_INPUT', 'The provider sent back nothing to go on with.'],
  web3_unsupported_chain: ['BAD_USER_INPUT', 'This chain is not supported.'],
  webauthn_challenge_expired: ['BAD_USER_INPUT', 'The challenge has expired: ask for a new one.'],
  webauthn_verification_failed: ['BAD_USER_INPUT', 'The credential could not be verified.'],
  saml_assertion_no_user_id: ['BAD_USER_INPUT', 'The identity provider did not say who signs in.'],
  saml_assertion_no_email: ['BAD_USER_INPUT', 'The identity provider gave no e-mail address.'],
  saml_metadata_fetch_failed: ['BAD_USER_INPUT', 'The metadata of the identity provider cannot be had.'],
  saml_entity_id_mismatch: ['BAD_USER_INPUT', 'The metadata belongs to another identity provider.'],

  invalid_credentials: ['UNAUTHENTICATED', 'The credentials are wrong.'],
  otp_expired: ['UNAUTHENTICATED', 'The code or link is wrong, used or expired.'],
  flow_state_not_found: ['UNAUTHENTICATED', 'The code is wrong or was used.'],
  flow_state_expired: ['UNAUTHENTICATED', 'The code has expired.'],
  flow_state_already_used: ['UNAUTHENTICATED', 'The code was used.'],
  oauth_client_state_not_found: ['UNAUTHENTICATED', 'The sign-in is not known any more.'],
  oauth_client_state_expired: ['UNAUTHENTICATED', 'The sign-in took too long.'],
  saml_relay_state_not_found: ['UNAUTHENTICATED', 'The sign-in is not known any more.'],
  saml_relay_state_expired: ['UNAUTHENTICATED', 'The sign-in took too long.'],
  refresh_token_not_found: ['UNAUTHENTICATED', 'The refresh token is not valid any more.'],
  refresh_token_already_used: ['UNAUTHENTICATED', 'The refresh token was used before.'],
  session_not_found: ['UNAUTHENTICATED', 'The session has ended.'],
  session_expired: ['UNAUTHENTICATED', 'The session has expired.'],
  bad_jwt: ['UNAUTHENTICATED', 'The access token was refused.'],
  no_authorization: ['UNAUTHENTICATED', 'An access token is needed.'],
  user_not_found: ['UNAUTHENTICATED', 'The user of this token does not exist any more.'],

  user_banned: ['FORBIDDEN', 'This user is banned.'],
  email_not_confirmed: ['FORBIDDEN', 'The e-mail address is not confirmed yet.'],
  phone_not_confirmed: ['FORBIDDEN', 'The phone number is not confirmed yet.'],
  provider_email_needs_verification: ['FORBIDDEN', 'The e-mail address has to be confirmed first.'],
  not_admin: ['FORBIDDEN', 'This is for administrators.'],
  unexpected_audience: ['FORBIDDEN', 'The access token is for another audience.'],
  insufficient_aal: ['FORBIDDEN', 'A second factor has to be verified first.'],
  reauthentication_needed: ['FORBIDDEN', 'Reauthenticate first, and send the nonce.'],
  mfa_verification_rejected: ['FORBIDDEN', 'The verification was rejected.'],
  signup_disabled: ['FORBIDDEN', 'Sign-up is switched off.'],
  otp_disabled: ['FORBIDDEN', 'Sign-up by code is switched off.'],
  user_sso_managed: ['FORBIDDEN', 'Single sign-on manages this account.'],

  user_already_exists: ['CONFLICT', 'The user exists already.'],
  email_exists: ['CONFLICT', 'The e-mail address is taken.'],
  phone_exists: ['CONFLICT', 'The phone number is taken.'],
  identity_already_exists: ['CONFLICT', 'The identity belongs to a user already.'],
  email_conflict_identity_not_deletable: ['CONFLICT', 'The identity cannot be removed.'],
  single_identity_not_deletable: ['CONFLICT', 'The last identity cannot be removed.'],
  mfa_factor_name_conflict: ['CONFLICT', 'A factor with this name exists already.'],
  mfa_verified_factor_exists: ['CONFLICT', 'Such a factor is verified already.'],
  too_many_enrolled_mfa_factors: ['CONFLICT', 'There are too many factors: remove one first.'],
  too_many_passkeys: ['CONFLICT', 'There are too many passkeys: remove one first.'],
  over_custom_provider_quota: ['CONFLICT', 'There are too many providers: remove one first.'],
  webauthn_credential_exists: ['CONFLICT', 'The credential is registered already.'],
  saml_idp_already_exists: ['CONFLICT', 'The identity provider exists already.'],
  sso_domain_already_exists: ['CONFLICT', 'The domain belongs to an identity provider already.'],
  conflict: ['CONFLICT', 'Another request is changing this session.'],

  mfa_factor_not_found: ['NOT_FOUND', 'There is no such factor or challenge.'],
  identity_not_found: ['NOT_FOUND', 'There is no such identity.'],
  invite_not_found: ['NOT_FOUND', 'There is no such invitation.'],
  webauthn_credential_not_found: ['NOT_FOUND', 'There is no such credential.'],
  webauthn_challenge_not_found: ['NOT_FOUND', 'There is no such challenge, or it was used.'],
  saml_idp_not_found: ['NOT_FOUND', 'There is no such identity provider.'],
  sso_provider_not_found: ['NOT_FOUND', 'There is no such identity provider.'],
  custom_provider_not_found: ['NOT_FOUND', 'There is no such provider.'],
  oauth_client_not_found: ['NOT_FOUND', 'There is no such client.'],
  oauth_authorization_not_found: ['NOT_FOUND', 'There is no such authorization.'],
  oauth_consent_not_found: ['NOT_FOUND', 'There is no such grant.'],

  over_request_rate_limit: ['RATE_LIMITED', 'Too many requests to the auth service.'],
  over_email_send_rate_limit: ['RATE_LIMITED', 'Too many mails: try again later.'],
  over_sms_send_rate_limit: ['RATE_LIMITED', 'Too many text messages: try again later.'],

  request_entity_too_large: ['PAYLOAD_TOO_LARGE', 'The input is too large.'],
  request_timeout: ['TIMEOUT', 'The auth service gave up.'],
  sms_send_failed: ['UPSTREAM_ERROR', 'The text message could not be sent.'],
  hook_timeout: ['UPSTREAM_ERROR', 'A hook of the auth service did not answer in time.'],
  hook_timeout_after_retry: ['UPSTREAM_ERROR', 'A hook of the auth service cannot be reached.'],
  hook_payload_over_size_limit: ['UPSTREAM_ERROR', 'A hook of the auth service answered too much.'],
  hook_payload_invalid_content_type: ['UPSTREAM_ERROR', 'A hook of the auth service did not answer JSON.'],
  unexpected_failure: ['UPSTREAM_ERROR', 'The auth service failed.'],
};

const switchedOff = /_(disabled|not_enabled)$/;

/** The code without one: what the service says of an answer that a hook made, at whose status it is. */
export const hookReason = 'unknown';

function ofStatus(status: number): Meaning {
  if (status === 429) return ['RATE_LIMITED', 'Too many requests to the auth service.'];
  if (status >= 500) return ['UPSTREAM_ERROR', 'The auth service failed.'];
  return ['FORBIDDEN', 'The auth service refused this.'];
}

/** What a code of Supabase Auth's means to our callers. `status` counts where the code says nothing. */
export function meaningOf(reason: string, status: number): Meaning {
  if (reason === hookReason) return ofStatus(status);
  if (Object.hasOwn(byReason, reason)) return byReason[reason] ?? ofStatus(status);
  if (switchedOff.test(reason)) return ['FORBIDDEN', 'This is switched off in the auth service.'];
  return status >= 500 ? ofStatus(status) : ['BAD_USER_INPUT', 'The auth service refused this.'];
}
