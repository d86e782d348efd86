import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Claims {
  readonly role: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  /** All claims, as the JSON text that policies see. */
  readonly text: string;
}

export type TokenProblem = 'MalformedJWT' | 'JwtSignatureError' | 'InvalidJWTToken';

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

/** Verifies an HS256, HS384 or HS512 token. Throws TokenError. */
export function verifyToken(token: string, secret: string, nowMs = Date.now()): Claims {
  const [header, body, signature, ...rest] = token.split('.');
  if (rest.length > 0 || signature === undefined) throw malformed();
  const algorithm = part(header).get('alg');
  const hash = typeof algorithm === 'string' ? hashes[algorithm] : undefined;
  const claims = part(body);
  if (hash === undefined) throw new TokenError('JwtSignatureError', 'Failed to validate JWT signature');
  const expected = createHmac(hash, secret).update(`${header}.${body}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new TokenError('JwtSignatureError', 'Failed to validate JWT signature');
  }
  const role = claims.get('role');
  const exp = claims.get('exp');
  if (typeof role !== 'string' || typeof exp !== 'number') {
    throw new TokenError('InvalidJWTToken', 'Fields `role` and `exp` are required in JWT');
  }
  if (exp * 1000 <= nowMs) throw new TokenError('InvalidJWTToken', expiredText(exp, nowMs));
  return { role, exp, text: JSON.stringify(Object.fromEntries(claims)) };
}
