import { createHmac } from 'node:crypto';
import { type CryptoKey, SignJWT } from 'jose';

export const testSecret = 'a-secret-of-at-least-32-characters';

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token signed by hand with HMAC-SHA-256, whatever its header says. */
export function hmacToken(
  claims: object,
  options: { secret?: string | Buffer; header?: object } = {},
): string {
  const { secret = testSecret, header = {} } = options;
  const signed = `${base64url({ alg: 'HS256', typ: 'JWT', ...header })}.${base64url(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** A token signed with an asymmetric key. */
export function signedToken(
  claims: Record<string, unknown>,
  options: { alg: string; kid?: string; key: CryptoKey; header?: object },
): Promise<string> {
  const { alg, kid, key, header } = options;
  return new SignJWT(claims)
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }), ...header })
    .sign(key);
}

export const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** Claims of a user's access token, an hour to live. */
export function userClaims(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    sub: '00000000-0000-4000-8000-000000000001',
    role: 'authenticated',
    aud: 'authenticated',
    session_id: '00000000-0000-4000-8000-0000000000aa',
    iat: nowSeconds(),
    exp: nowSeconds() + 3_600,
    ...overrides,
  };
}

/** Claims of a legacy API key. */
export function keyClaims(role: 'anon' | 'service_role', overrides: Record<string, unknown> = {}) {
  return { role, iss: 'supabase', iat: nowSeconds() - 60, exp: nowSeconds() + 315_360_000, ...overrides };
}
