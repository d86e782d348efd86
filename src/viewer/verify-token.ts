import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { AppError } from '../lib/app-error.ts';
import type { Claims } from './identity.ts';
import type { KeyRing } from './key-ring.ts';
import { type UnauthenticatedReason, unauthenticated } from './unauthenticated.ts';

export interface VerifyOptions {
  clockToleranceMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

const knownAlgorithms = new Set(['HS256', 'RS256', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA']);
const maxTokenLength = 16 * 1024;

/**
 * The claims of a token whose signature and times are right. The key decides the algorithm; `jku`, `jwk` and `x5u`
 * in the header are not looked at. Throws UNAUTHENTICATED, or UPSTREAM_UNAVAILABLE when keys cannot be fetched.
 */
export async function verifyToken(token: string, ring: KeyRing, options: VerifyOptions): Promise<Claims> {
  const { alg, kid } = readHeader(token);
  if (alg === undefined || !knownAlgorithms.has(alg)) throw unauthenticated('unsupported_alg');
  const found = await ring.find(alg, kid);
  if (!found.algorithms.includes(alg)) throw unauthenticated('unsupported_alg');
  try {
    const { payload } = await jwtVerify(token, found.key, {
      algorithms: [...found.algorithms],
      clockTolerance: options.clockToleranceMs / 1_000,
      requiredClaims: ['exp'],
      currentDate: new Date(options.now()),
    });
    const latest = (options.now() + options.clockToleranceMs) / 1_000;
    if (payload.iat !== undefined && payload.iat > latest) throw unauthenticated('not_yet_valid');
    return payload;
  } catch (error) {
    throw error instanceof AppError ? error : unauthenticated(reasonOf(error), error);
  }
}

function readHeader(token: string): { alg: string | undefined; kid: string | undefined } {
  if (token.length > maxTokenLength || token.split('.').length !== 3)
    throw unauthenticated('token_malformed');
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (kid !== undefined && typeof kid !== 'string') throw unauthenticated('token_malformed');
    return { alg, kid };
  } catch (error) {
    throw error instanceof AppError ? error : unauthenticated('token_malformed', error);
  }
}

function reasonOf(error: unknown): UnauthenticatedReason {
  if (error instanceof errors.JWTExpired) return 'token_expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return 'unsupported_alg';
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') return 'not_yet_valid';
    if (error.claim === 'exp' && error.reason === 'missing') return 'missing_exp';
  }
  return 'token_malformed';
}
