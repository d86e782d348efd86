import { AppError } from '../lib/app-error.ts';

/** Why a credential was refused: `extensions.reason` of UNAUTHENTICATED. */
const unauthenticatedReasons = {
  token_malformed: 'The token is not a JSON Web Token.',
  token_expired: 'The token has expired.',
  not_yet_valid: 'The token is not valid yet.',
  bad_signature: 'The signature of the token is wrong.',
  unsupported_alg: 'The algorithm of the token is not the one of its key.',
  unknown_kid: 'The token names a key that is not known here.',
  missing_exp: 'The token has no expiry.',
  missing_sub: 'The token names no user.',
  unknown_role: 'The role of the token is missing or not known here.',
  wrong_audience: 'The token is meant for somebody else.',
  wrong_issuer: 'The token comes from another issuer.',
  not_an_access_token: 'The token is for another use, such as a signed URL.',
  unknown_apikey: 'The API key is not known here.',
  apikey_missing: 'An API key is needed.',
  duplicate_credentials: 'A credential was sent more than once.',
  secret_key_in_browser: 'A secret API key must not be used in a browser.',
} as const;

export type UnauthenticatedReason = keyof typeof unauthenticatedReasons;

export function unauthenticated(reason: UnauthenticatedReason, cause?: unknown): AppError {
  return new AppError('UNAUTHENTICATED', unauthenticatedReasons[reason], { cause, details: { reason } });
}
