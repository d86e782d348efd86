import { errors, jwtVerify } from 'jose';
import { publicKeyOf, type SigningKey } from '../data-folder/signing-key.ts';
import { refuse } from './storage-error.ts';

/** Who calls, as the token says. Storage takes the role as it stands: Postgres decides what it may do. */
export interface StorageCaller {
  readonly role: string;
  readonly sub: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly token: string;
}

export type Authenticate = (authorization: string) => Promise<StorageCaller>;

/** Verifies `Authorization`; the prefix `Bearer ` is optional. Throws AccessDenied with the token library's words. */
export function createAuthenticate(jwtSecret: string, signing?: SigningKey): Authenticate {
  const secret = new TextEncoder().encode(jwtSecret);
  const publicKey = signing && publicKeyOf(signing);
  // The algorithm decides which key there is to choose: neither is ever tried with the other's.
  const keyOf = ({ alg, kid }: { alg?: string; kid?: string }) => {
    if (alg !== 'ES256') return secret;
    if (publicKey !== undefined && kid === signing?.kid) return publicKey;
    throw new errors.JWKSNoMatchingKey();
  };
  return async (authorization) => {
    const token = authorization.replace(/^Bearer(?: |$)/i, '').trim();
    try {
      const { payload } = await jwtVerify(token, keyOf, { algorithms: ['HS256', 'ES256'] });
      const role = typeof payload['role'] === 'string' && payload['role'] !== '' ? payload['role'] : 'anon';
      return { role, sub: payload.sub, claims: payload, token };
    } catch (error) {
      throw refuse.accessDenied(tokenFault(error));
    }
  };
}

/** What is wrong with a token, in the words of the library that Storage uses too. */
export function tokenFault(error: unknown): string {
  return error instanceof errors.JOSEError ? error.message : 'Invalid Compact JWS';
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `owner` is a uuid column: a subject that is none only goes into `owner_id`. */
export function ownerOf(sub: string | undefined): { owner: string | null; owner_id: string | null } {
  return { owner: sub !== undefined && uuid.test(sub) ? sub : null, owner_id: sub ?? null };
}
