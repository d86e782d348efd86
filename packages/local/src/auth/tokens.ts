import { createHash, randomBytes, randomInt } from 'node:crypto';
import { type CryptoKey, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from 'jose';
import { type PublicJwk, publicJwkOf, publicKeyOf, type SigningKey } from '../data-folder/signing-key.ts';
import { AuthError } from './auth-error.ts';

export interface TokenSigner {
  /** Signs an access token: ES256 when a signing key was given, else HS256 with the project's secret. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** The claims of a token of ours; 403 bad_jwt otherwise. Keys made with the secret stay valid beside ES256. */
  verify(token: string): Promise<Record<string, unknown>>;
  /** What /.well-known/jwks.json says: public keys only, none under HS256. */
  readonly publicKeys: readonly PublicJwk[];
}

/** Makes the signer; keys are imported once. */
export async function createTokenSigner(secret: string, signing?: SigningKey): Promise<TokenSigner> {
  const shared = new TextEncoder().encode(secret);
  let privateKey: CryptoKey | Uint8Array | undefined;
  if (signing !== undefined) privateKey = await importJWK(signing.privateJwk, 'ES256');
  const publicKey = signing && publicKeyOf(signing);
  return {
    publicKeys: signing === undefined ? [] : [publicJwkOf(signing)],
    async sign(claims) {
      const jwt = new SignJWT({ ...claims });
      if (privateKey !== undefined && signing !== undefined) {
        return await jwt.setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: signing.kid }).sign(privateKey);
      }
      return await jwt.setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(shared);
    },
    async verify(token) {
      try {
        const { kid } = decodeProtectedHeader(token);
        const { payload } =
          publicKey !== undefined && kid !== undefined && kid === signing?.kid
            ? await jwtVerify(token, publicKey, { algorithms: ['ES256'] })
            : await jwtVerify(token, shared, { algorithms: ['HS256'] });
        return payload;
      } catch (cause) {
        throw Object.assign(
          new AuthError(
            403,
            'bad_jwt',
            'invalid JWT: unable to parse or verify signature, or token is expired',
          ),
          { cause },
        );
      }
    },
  };
}

/** Twelve characters of [a-z0-9], the first form of refresh tokens. */
export function newRefreshToken(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(randomBytes(12), (byte) => alphabet[byte % 32]).join('');
}

/** Six digits. */
export function newOtp(): string {
  return String(randomInt(0, 1_000_000)).padStart(6, '0');
}

/** What is stored of a code: hex SHA-224 over the address and the code. */
export function otpHash(emailOrPhone: string, otp: string): string {
  return createHash('sha224').update(emailOrPhone).update(otp).digest('hex');
}
