import { z } from 'zod';
import { AppError, type ErrorCode } from '../../lib/app-error.ts';
import type { UpstreamResponse } from '../../upstream/http.ts';

/**
 * Supabase Auth's error codes and what a form needs to know of them. The status is not consulted: the same cause has
 * different ones in different endpoints.
 */
const byReason: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  bad_json: ['BAD_USER_INPUT', 'The auth service could not read the input.'],
  validation_failed: ['BAD_USER_INPUT', 'The auth service refused the input.'],
  weak_password: ['BAD_USER_INPUT', 'The password is too weak.'],
  same_password: ['BAD_USER_INPUT', 'The new password must differ from the old one.'],
  email_address_invalid: ['BAD_USER_INPUT', 'This e-mail address cannot be used.'],
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

  invalid_credentials: ['UNAUTHENTICATED', 'The credentials are wrong.'],
  otp_expired: ['UNAUTHENTICATED', 'The code or link is wrong, used or expired.'],
  flow_state_not_found: ['UNAUTHENTICATED', 'The code is wrong or was used.'],
  flow_state_expired: ['UNAUTHENTICATED', 'The code has expired.'],
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
  not_admin: ['FORBIDDEN', 'This is for administrators.'],
  insufficient_aal: ['FORBIDDEN', 'A second factor has to be verified first.'],
  reauthentication_needed: ['FORBIDDEN', 'Reauthenticate first, and send the nonce.'],
  mfa_verification_rejected: ['FORBIDDEN', 'The verification was rejected.'],
  signup_disabled: ['FORBIDDEN', 'Sign-up is switched off.'],
  otp_disabled: ['FORBIDDEN', 'Sign-up by code is switched off.'],
  user_sso_managed: ['FORBIDDEN', 'Single sign-on manages this account.'],
  unknown: ['FORBIDDEN', 'The auth service refused this.'],

  user_already_exists: ['CONFLICT', 'The user exists already.'],
  email_exists: ['CONFLICT', 'The e-mail address is taken.'],
  phone_exists: ['CONFLICT', 'The phone number is taken.'],
  identity_already_exists: ['CONFLICT', 'The identity belongs to a user already.'],
  email_conflict_identity_not_deletable: ['CONFLICT', 'The identity cannot be removed.'],
  single_identity_not_deletable: ['CONFLICT', 'The last identity cannot be removed.'],
  mfa_factor_name_conflict: ['CONFLICT', 'A factor with this name exists already.'],
  mfa_verified_factor_exists: ['CONFLICT', 'Such a factor is verified already.'],
  too_many_enrolled_mfa_factors: ['CONFLICT', 'There are too many factors: remove one first.'],
  conflict: ['CONFLICT', 'Another request is changing this session.'],

  mfa_factor_not_found: ['NOT_FOUND', 'There is no such factor or challenge.'],
  identity_not_found: ['NOT_FOUND', 'There is no such identity.'],
  invite_not_found: ['NOT_FOUND', 'There is no such invitation.'],

  over_request_rate_limit: ['RATE_LIMITED', 'Too many requests to the auth service.'],
  over_email_send_rate_limit: ['RATE_LIMITED', 'Too many mails: try again later.'],
  over_sms_send_rate_limit: ['RATE_LIMITED', 'Too many text messages: try again later.'],

  request_entity_too_large: ['PAYLOAD_TOO_LARGE', 'The input is too large.'],
  request_timeout: ['TIMEOUT', 'The auth service gave up.'],
  unexpected_failure: ['UPSTREAM_ERROR', 'The auth service failed.'],
};

const switchedOff = /_(disabled|not_enabled)$/;

const wireError = z.object({
  code: z.union([z.string(), z.number()]).nullish(),
  error_code: z.string().nullish(),
  error: z.string().nullish(),
  error_description: z.string().nullish(),
  msg: z.string().nullish(),
  message: z.string().nullish(),
  weak_password: z.object({ reasons: z.array(z.string()).nullish() }).nullish(),
});

// A word, such as `otp_expired` or Postgres' 23505: callers see it, so nothing else may pass for one.
const plainCode = /^\w{1,64}$/;

function reasonOf(wire: z.infer<typeof wireError>): string | undefined {
  const code = wire.error_code || wire.code;
  if (typeof code === 'string' && code !== '') return plainCode.test(code) ? code : undefined;
  // OAuth's own form has no code of Supabase Auth's: id_token and the like.
  return wire.error ? 'validation_failed' : undefined;
}

/** Seconds: of the Retry-After header, else of the sentence that names them. */
function retryAfterOf(answer: UpstreamResponse, message: string): number | undefined {
  const header = Number(answer.headers['retry-after']);
  if (Number.isFinite(header) && header > 0) return Math.ceil(header);
  const [, seconds] = /after (\d{1,6}) seconds?/.exec(message) ?? [];
  return seconds === undefined ? undefined : Math.max(1, Number(seconds));
}

function withoutCode(answer: UpstreamResponse): AppError {
  const details = { service: 'AUTH' };
  if (answer.status === 429) {
    const retryAfter = retryAfterOf(answer, '');
    return new AppError('RATE_LIMITED', 'Too many requests to the auth service.', {
      details: { ...details, ...(retryAfter === undefined ? {} : { retryAfter }) },
    });
  }
  if (answer.status >= 502 && answer.status <= 504) {
    return new AppError('UPSTREAM_UNAVAILABLE', 'AUTH cannot be reached.', { details });
  }
  return new AppError('UPSTREAM_ERROR', 'AUTH gave an answer that cannot be read.', {
    details,
    privileged: { upstreamStatus: answer.status },
  });
}

/**
 * The error of an answer that is no success: our code by Supabase Auth's code, which goes along as `reason`. Its own
 * words are for SERVICE_ROLE alone.
 */
export function toAuthError(answer: UpstreamResponse): AppError {
  const parsed = wireError.safeParse(answer.body);
  const reason = parsed.success ? reasonOf(parsed.data) : undefined;
  if (!parsed.success || reason === undefined) return withoutCode(answer);
  const wire = parsed.data;
  const words = wire.msg ?? wire.message ?? wire.error_description ?? '';
  const [code, message] =
    byReason[reason] ??
    (switchedOff.test(reason)
      ? (['FORBIDDEN', 'This is switched off in the auth service.'] as const)
      : answer.status >= 500
        ? (['UPSTREAM_ERROR', 'The auth service failed.'] as const)
        : (['BAD_USER_INPUT', 'The auth service refused this.'] as const));
  const retryAfter = code === 'RATE_LIMITED' ? retryAfterOf(answer, words) : undefined;
  return new AppError(code, message, {
    details: {
      reason,
      ...(wire.weak_password ? { weakPassword: { reasons: wire.weak_password.reasons ?? [] } } : {}),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(code === 'UPSTREAM_ERROR' ? { service: 'AUTH' } : {}),
    },
    privileged: { upstreamMessage: words, upstreamStatus: answer.status },
  });
}

/** The same error with another code: where one reason means different things to different callers. */
export function withCode(error: AppError, code: ErrorCode, message: string): AppError {
  return new AppError(code, message, {
    cause: error.cause,
    details: error.details,
    privileged: error.privileged,
  });
}
