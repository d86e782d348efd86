/** Who is asking. Roles are ordered: a higher one may do what a lower one may. */
export const roles = ['ANON', 'AUTHENTICATED', 'SERVICE_ROLE'] as const;
export type Role = (typeof roles)[number];

/** True when `role` reaches `required` in the order ANON < AUTHENTICATED < SERVICE_ROLE. */
export function reaches(role: Role, required: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(required);
}

interface ViewerBase {
  /** SHA-256 of the verified claims without iat, exp, nbf and jti: the key for everything shared between callers. */
  readonly identity: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The JWT that stands for this caller upstream (`Authorization: Bearer`); absent for ANON without an anon key. */
  readonly token: string | undefined;
  /** The verified API key to send upstream as `apikey`; the caller's own, or the anon key. */
  readonly apikey: string | undefined;
  /** Seconds since the epoch; undefined where the credential never expires. */
  readonly expiresAt: number | undefined;
}

interface AnonViewer extends ViewerBase {
  readonly kind: 'anon';
  readonly role: 'ANON';
  /** True for a caller that sent a valid anon or publishable key, false for one that sent no credential at all. */
  readonly presented: boolean;
}

export interface UserViewer extends ViewerBase {
  readonly kind: 'user';
  readonly role: 'AUTHENTICATED';
  /** `sub` of the token. */
  readonly userId: string;
  /** `role` of the token: `authenticated`, or one of EXTRA_AUTHENTICATED_ROLES. */
  readonly databaseRole: string;
}

interface ServiceViewer extends ViewerBase {
  readonly kind: 'service';
  readonly role: 'SERVICE_ROLE';
}

export type Viewer = AnonViewer | UserViewer | ServiceViewer;
