import { AuthError, invalid } from './auth-error.ts';
import type { AuthRequest } from './auth-request.ts';
import type { AuthContext } from './context.ts';
import { isUuid } from './input.ts';
import type { SessionRow } from './sessions.ts';
import { findUserById, isBanned, type UserRow } from './users.ts';

const adminRoles = ['service_role', 'supabase_admin'];

async function claimsOf(context: AuthContext, request: AuthRequest): Promise<Record<string, unknown>> {
  const [, token] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) {
    throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token');
  }
  return await context.signer.verify(token);
}

async function sessionOf(
  context: AuthContext,
  claims: Record<string, unknown>,
): Promise<SessionRow | undefined> {
  const id = claims['session_id'];
  if (typeof id !== 'string' || id === '') return undefined;
  const [session] = isUuid(id)
    ? await context.sql<SessionRow[]>`select * from auth.sessions where id = ${id}`
    : [];
  if (session === undefined) {
    throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  }
  return session;
}

/** The signed-in user and session of a request; the errors of every guarded endpoint. */
export async function requireUser(
  context: AuthContext,
  request: AuthRequest,
): Promise<{ user: UserRow; session: SessionRow; claims: Record<string, unknown> }> {
  const claims = await claimsOf(context, request);
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '') {
    throw new AuthError(403, 'bad_jwt', 'invalid claim: missing sub claim');
  }
  if (!isUuid(sub)) throw new AuthError(400, 'bad_jwt', 'invalid claim: sub claim must be a UUID');
  const user = await findUserById(context.sql, sub);
  if (user === undefined) {
    throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist');
  }
  const session = await sessionOf(context, claims);
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned');
  if (session === undefined) {
    throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  }
  return { user, session, claims };
}

/** Refuses tokens whose role is not an administrator's; a token with a session needs a live one. */
export async function requireAdmin(context: AuthContext, request: AuthRequest): Promise<void> {
  const claims = await claimsOf(context, request);
  if (!adminRoles.includes(String(claims['role']))) {
    throw new AuthError(403, 'not_admin', 'User not allowed');
  }
  await sessionOf(context, claims);
}

/** The audience a request works on: X-JWT-AUD overrides that of the token. A gateway must not let clients send it. */
export function checkAudience(request: AuthRequest, claims: Record<string, unknown>): void {
  const asked = request.headers['x-jwt-aud'];
  if (typeof asked === 'string' && asked !== '' && asked !== claims['aud']) {
    throw invalid("Token audience doesn't match request audience");
  }
}
