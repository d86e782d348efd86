import { isSignedWith, type OpaqueKey } from './opaque-keys.ts';
import type { SharedValues } from './shared-variables.ts';

/** What is wrong with the configured keys together, which each by itself does not show. */
export function keyProblems(values: SharedValues): string[] {
  return [...unpairedKeys(values), ...keysOfAnotherSecret(values)];
}

function unpairedKeys(values: SharedValues): string[] {
  const unpaired = (key: string | undefined, pairs: readonly OpaqueKey[] = []) =>
    key?.startsWith('sb_') && !pairs.some((pair) => pair.key === key);
  const problems: string[] = [];
  if (unpaired(values.SUPABASE_ANON_KEY, values.SUPABASE_PUBLISHABLE_KEYS)) {
    problems.push('SUPABASE_ANON_KEY must be a JWT with the role anon, or one of SUPABASE_PUBLISHABLE_KEYS.');
  }
  if (unpaired(values.SUPABASE_SERVICE_KEY, values.SUPABASE_SECRET_KEYS)) {
    problems.push(
      'SUPABASE_SERVICE_KEY must be a JWT with the role service_role, or one of SUPABASE_SECRET_KEYS.',
    );
  }
  return problems;
}

/** Services verify the keys with the secret: with one of another installation every call would fail, and late. */
function keysOfAnotherSecret(values: SharedValues): string[] {
  if (values.JWT_SECRET === undefined) return [];
  const inline = (values.JWKS?.keys ?? []).flatMap(({ kty, k }) =>
    kty === 'oct' && typeof k === 'string' ? [Buffer.from(k, 'base64url')] : [],
  );
  const secrets = [values.JWT_SECRET, ...inline];
  const jwts = (pairs: readonly OpaqueKey[] | undefined) => (pairs ?? []).map(({ jwt }) => jwt);
  const keys = {
    SUPABASE_ANON_KEY: legacyKeys(values.SUPABASE_ANON_KEY),
    SUPABASE_SERVICE_KEY: legacyKeys(values.SUPABASE_SERVICE_KEY),
    SUPABASE_PUBLISHABLE_KEYS: jwts(values.SUPABASE_PUBLISHABLE_KEYS),
    SUPABASE_SECRET_KEYS: jwts(values.SUPABASE_SECRET_KEYS),
  };
  return Object.entries(keys)
    .filter(([, ofName]) => !ofName.every((jwt) => isSignedWith(jwt, secrets)))
    .map(([name]) => `${name} must be signed with JWT_SECRET: what is given was made with another secret.`);
}

function legacyKeys(key: string | undefined): string[] {
  return key === undefined || key.startsWith('sb_') ? [] : [key];
}
