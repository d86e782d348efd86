import { badInput } from '../../../lib/bad-input.ts';
import { type Claims, identityOf } from '../../../viewer/identity.ts';
import type { Viewer } from '../../../viewer/viewer.ts';

/** Whom a holder of the service role wants to be for one operation. */
export interface AssumedCaller {
  readonly role: string;
  readonly claims?: Claims | undefined;
}

/** A viewer of rows without any credential: nothing can be asked of a service as him. Throws BAD_USER_INPUT. */
export function assumedViewer({ role, claims: given }: AssumedCaller, roles: readonly string[]): Viewer {
  if (!roles.includes(role)) {
    throw badInput(
      ['as', 'role'],
      `as.role must be one of the roles that callers have: ${roles.join(', ')}.`,
    );
  }
  const claims: Claims = { ...given, role };
  const base = {
    identity: identityOf(claims),
    claims,
    token: undefined,
    apikey: undefined,
    expiresAt: undefined,
  };
  if (role === 'anon') return { ...base, kind: 'anon', role: 'ANON', presented: false };
  const sub = claims['sub'];
  return {
    ...base,
    kind: 'user',
    role: 'AUTHENTICATED',
    userId: typeof sub === 'string' ? sub : '',
    databaseRole: role,
  };
}
