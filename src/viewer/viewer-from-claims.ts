import { decodeProtectedHeader } from 'jose';
import type { SharedConfig } from '../config/shared-config.ts';
import { type Claims, identityOf } from './identity.ts';
import { unauthenticated } from './unauthenticated.ts';
import type { Viewer } from './viewer.ts';

export type ClaimRules = Pick<SharedConfig['viewer'], 'audience' | 'issuer' | 'extraAuthenticatedRoles'>;

/**
 * Who a verified token stands for. `apikey` is left for the caller of this to fill. `isConfigured`: it equals a key
 * that the operator gave, who vouches for it. Throws UNAUTHENTICATED.
 */
export function viewerFromClaims(
  claims: Claims,
  token: string,
  rules: ClaimRules,
  isConfigured: boolean,
): Viewer {
  const { role, sub } = claims;
  // Storage signs its URLs with the same secret. `scope` is also in the tokens that Auth gives to OAuth clients.
  const isStorageToken = 'url' in claims || ('scope' in claims && typeof claims['client_id'] !== 'string');
  if (isStorageToken) throw unauthenticated('not_an_access_token');
  const base = {
    claims,
    token,
    apikey: undefined,
    identity: identityOf(claims),
    expiresAt: typeof claims['exp'] === 'number' ? claims['exp'] : undefined,
  };
  if (!isConfigured && !isLegacyKey(claims, token)) assertMeantForUs(claims, rules);
  if (role === 'anon') return { kind: 'anon', role: 'ANON', presented: true, ...base };
  if (role === 'service_role') return { kind: 'service', role: 'SERVICE_ROLE', ...base };
  if (
    typeof role !== 'string' ||
    (role !== 'authenticated' && !rules.extraAuthenticatedRoles.includes(role))
  ) {
    throw unauthenticated('unknown_role');
  }
  if (typeof sub !== 'string' || sub === '') throw unauthenticated('missing_sub');
  return { kind: 'user', role: 'AUTHENTICATED', userId: sub, databaseRole: role, ...base };
}

const legacyIssuers: ReadonlySet<unknown> = new Set(['supabase', 'supabase-demo']);

/** An API key as Supabase makes them from the shared secret: it names no audience, and an issuer of its own. */
function isLegacyKey(claims: Claims, token: string): boolean {
  const { role, aud, sub, iss } = claims;
  const isKey = (role === 'anon' || role === 'service_role') && aud === undefined && sub === undefined;
  return isKey && legacyIssuers.has(iss) && decodeProtectedHeader(token).alg === 'HS256';
}

function assertMeantForUs(claims: Claims, rules: ClaimRules): void {
  const { aud, iss } = claims;
  if (rules.issuer !== undefined && iss !== rules.issuer) throw unauthenticated('wrong_issuer');
  if (rules.audience === undefined) return;
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (!rules.audience.some((accepted) => audiences.includes(accepted)))
    throw unauthenticated('wrong_audience');
}
