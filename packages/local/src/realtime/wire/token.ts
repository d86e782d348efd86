import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { publicKeyOf, type SigningKey } from '../../data-folder/signing-key.ts';

export interface Claims {
  readonly role: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  /** All claims, as the JSON text that policies see. */
  readonly text: string;
}

export type TokenProblem = 'MalformedJWT' | 'JwtSignatureError' | 'JwtSignerError' | 'InvalidJWTToken';

/** Why a token was refused; `message` is the text clients of Supabase Realtime match on. */
export class TokenError extends Error {
  readonly problem: TokenProblem;

  constructor(problem: TokenProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

const hashes: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

function malformed(): TokenError {
  return new TokenError('MalformedJWT', 'The token provided is not a valid JWT');
}

function part(text: string | undefined): Map<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Map(Object.entries(value));
    }
  } catch {
    // Falls through: not JSON is as malformed as no object.
  }
  throw malformed();
}

/** Seconds since a token's end, as the server words it. */
export function expiredText(exp: number, nowMs: number): string {
  return `Token has expired ${Math.max(0, Math.floor(nowMs / 1000) - exp)} seconds ago`;
}

export type VerifyToken = (token: string) => Claims;

/**
 * Makes the check of tokens: HS256, HS384 and HS512 with the project's secret, ES256 with the signing key by its
 * `kid`. The check throws TokenError.
 */
export function createTokenVerifier(secret: string, signing: SigningKey | undefined): VerifyToken {
  const publicKeys = new Map<string, KeyObject>();
  if (signing !== undefined) publicKeys.set(signing.kid, publicKeyOf(signing));

  function isSigned(header: ReadonlyMap<string, unknown>, data: string, signature: Buffer): boolean {
    const algorithm = header.get('alg');
    const kid = header.get('kid');
    if (algorithm === 'ES256') {
      const key = typeof kid === 'string' ? publicKeys.get(kid) : undefined;
      if (key === undefined) throw new TokenError('JwtSignerError', 'Failed to create signer for the token');
      return verify('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }, signature);
    }
    const hash = typeof algorithm === 'string' ? hashes[algorithm] : undefined;
    if (hash === undefined) return false;
    const expected = createHmac(hash, secret).update(data).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }

  return (token) => {
    const now = Date.now();
    const [header, body, signature, ...rest] = token.split('.');
    if (rest.length > 0 || signature === undefined) throw malformed();
    const claims = part(body);
    if (!isSigned(part(header), `${header}.${body}`, Buffer.from(signature, 'base64url'))) {
      throw new TokenError('JwtSignatureError', 'Failed to validate JWT signature');
    }
    const role = claims.get('role');
    const exp = claims.get('exp');
    if (typeof role !== 'string' || typeof exp !== 'number') {
      throw new TokenError('InvalidJWTToken', 'Fields `role` and `exp` are required in JWT');
    }
    if (exp * 1000 <= now) throw new TokenError('InvalidJWTToken', expiredText(exp, now));
    return { role, exp, text: JSON.stringify(Object.fromEntries(claims)) };
  };
}
