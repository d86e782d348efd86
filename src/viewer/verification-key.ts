import { type CryptoKey, importJWK, type JWK } from 'jose';
import { z } from 'zod';

/** A key and the algorithms that it, and not the token, allows. */
export interface VerificationKey {
  readonly kid: string | undefined;
  readonly algorithms: readonly string[];
  readonly key: CryptoKey | Uint8Array;
}

/** A shared secret as a key. Imported once: jose would import raw bytes anew at each verification. */
export async function importSecret(secret: Uint8Array<ArrayBuffer>, kid?: string): Promise<VerificationKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['verify']);
  return { kid, algorithms: ['HS256'], key };
}

const jwkSchema = z.object({
  kty: z.string(),
  kid: z.string().max(256).optional(),
  alg: z.string().optional(),
  use: z.string().optional(),
  crv: z.string().optional(),
  n: z.string().optional(),
  e: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
  k: z.string().optional(),
});

/** Throws when it is not a key set at all. */
export const jwksSchema = z.object({ keys: z.array(z.unknown()).max(100) });

function algorithmsOf(jwk: z.output<typeof jwkSchema>): readonly string[] {
  const possible = possibleAlgorithms(jwk.kty, jwk.crv);
  return jwk.alg === undefined ? possible : possible.filter((algorithm) => algorithm === jwk.alg);
}

function possibleAlgorithms(kty: string, crv: string | undefined): readonly string[] {
  if (kty === 'oct') return ['HS256'];
  if (kty === 'RSA') return ['RS256', 'RS512'];
  if (kty === 'OKP') return crv === 'Ed25519' ? ['EdDSA'] : [];
  if (kty !== 'EC') return [];
  return crv === 'P-256' ? ['ES256'] : crv === 'P-384' ? ['ES384'] : crv === 'P-521' ? ['ES512'] : [];
}

/**
 * The usable keys of a set; what is for encryption, of another kind or broken is left out. `allowSecrets: false`
 * refuses `oct` keys: who publishes a shared secret lets everybody sign.
 */
export async function importKeys(
  keys: readonly unknown[],
  options: { allowSecrets: boolean },
): Promise<VerificationKey[]> {
  const imported = await Promise.all(keys.map((key) => importKey(key, options.allowSecrets)));
  return imported.filter((key) => key !== undefined);
}

async function importKey(candidate: unknown, allowSecrets: boolean): Promise<VerificationKey | undefined> {
  // Only the public members pass the schema, so a private key pasted by mistake is used as the public one.
  const parsed = jwkSchema.safeParse(candidate);
  if (!parsed.success) return undefined;
  const jwk = parsed.data;
  const algorithms = algorithmsOf(jwk);
  const [algorithm] = algorithms;
  if (algorithm === undefined || (jwk.use !== undefined && jwk.use !== 'sig')) return undefined;
  if (jwk.kty === 'oct' && !allowSecrets) return undefined;
  const { kty, crv, n, e, x, y, k } = jwk;
  if (k !== undefined && kty === 'oct') return importSecret(Buffer.from(k, 'base64url'), jwk.kid);
  const material = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y };
  try {
    const key = await importJWK(definedOnly(material), algorithm);
    return { kid: jwk.kid, algorithms: kty === 'RSA' ? [algorithm] : algorithms, key };
  } catch {
    return undefined;
  }
}

function definedOnly(material: Record<string, string | undefined>): JWK {
  return Object.fromEntries(Object.entries(material).filter(([, value]) => value !== undefined));
}
