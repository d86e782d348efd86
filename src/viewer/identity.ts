import { hash } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

/** Differ between two tokens of the same session, and say nothing about what the caller may do. */
const perToken = new Set(['iat', 'exp', 'nbf', 'jti']);

/** SHA-256 over the claims in a fixed order, without those that differ from token to token. */
export function identityOf(claims: Claims, salt = ''): string {
  const lasting = Object.entries(claims).filter(([name]) => !perToken.has(name));
  return hash('sha256', salt + canonical(Object.fromEntries(lasting)), 'base64url');
}

const maxDepth = 32;

function canonical(value: unknown, depth = 0): string {
  if (Array.isArray(value) && depth <= maxDepth)
    return `[${value.map((one) => canonical(one, depth + 1)).join(',')}]`;
  // Users write their own metadata: what they nest too deeply is taken in the order it came in.
  if (typeof value !== 'object' || value === null || depth > maxDepth) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner, depth + 1)}`);
  return `{${members.join(',')}}`;
}
