import { AuthError } from './auth-error.ts';
import type { AuthRequest } from './auth-request.ts';
import type { AuthContext } from './context.ts';
import type { Db } from './database.ts';
import { step } from './step.ts';
import { newRefreshToken } from './tokens.ts';
import { loadUserJson } from './user-json.ts';
import { findUserById, instanceId, isBanned, type UserRow } from './users.ts';

export interface SessionRow {
  id: string;
  user_id: string;
  aal: 'aal1' | 'aal2' | 'aal3';
  factor_id: string | null;
  not_after: string | null;
  created_at: string;
}

interface RefreshTokenRow {
  id: string;
  token: string;
  revoked: boolean;
  parent: string | null;
  session_id: string | null;
  updated_at: string;
}

/** An access token with its refresh token and the user: what every grant answers. */
export async function accessTokenResponse(
  context: AuthContext,
  db: Db,
  user: UserRow,
  session: SessionRow,
  refreshToken: string,
): Promise<Record<string, unknown>> {
  const methods = await db<{ method: string; timestamp: number }[]>`
    select authentication_method as method, extract(epoch from updated_at)::int as timestamp
    from auth.mfa_amr_claims where session_id = ${session.id} order by updated_at desc`;
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + context.settings.jwtExpiry;
  const accessToken = await context.signer.sign({
    aud: user.aud,
    exp: expiresAt,
    iat: issuedAt,
    sub: user.id,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role,
    aal: session.aal,
    amr: methods.map(({ method, timestamp }) => ({ method, timestamp })),
    session_id: session.id,
    is_anonymous: user.is_anonymous,
  });
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: context.settings.jwtExpiry,
    expires_at: expiresAt,
    refresh_token: refreshToken,
    user: await loadUserJson(db, user.id),
  };
}

/** Notes how a session was authenticated. */
export async function addAuthenticationMethod(db: Db, sessionId: string, method: string): Promise<void> {
  await db`
    insert into auth.mfa_amr_claims (id, session_id, authentication_method, created_at, updated_at)
    values (${crypto.randomUUID()}, ${sessionId}, ${method}, now(), now())
    on conflict (session_id, authentication_method) do update set updated_at = now()`;
}

async function insertRefreshToken(
  db: Db,
  userId: string,
  sessionId: string,
  parent: string | null,
): Promise<string> {
  const token = newRefreshToken();
  await db`
    insert into auth.refresh_tokens (instance_id, token, user_id, revoked, parent, session_id, created_at, updated_at)
    values (${instanceId}, ${token}, ${userId}, false, ${parent}, ${sessionId}, now(), now())`;
  return token;
}

function ipOf(request: AuthRequest): string | null {
  return /^[0-9a-f.:]+$/i.test(request.ip) ? request.ip : null;
}

/** Opens a session for a user and answers its tokens. */
export async function signInAs(
  context: AuthContext,
  db: Db,
  request: AuthRequest,
  userId: string,
  method: string,
): Promise<Record<string, unknown>> {
  return await step('Database error granting user', openSession(context, db, request, userId, method));
}

async function openSession(
  context: AuthContext,
  db: Db,
  request: AuthRequest,
  userId: string,
  method: string,
): Promise<Record<string, unknown>> {
  const [user] = await db<UserRow[]>`
    update auth.users set last_sign_in_at = now(), updated_at = now() where id = ${userId} returning *`;
  const [session] = await db<SessionRow[]>`
    insert into auth.sessions (id, user_id, aal, created_at, updated_at, user_agent, ip)
    values (${crypto.randomUUID()}, ${userId}, 'aal1', now(), now(), ${request.userAgent}, ${ipOf(request)})
    returning *`;
  if (user === undefined || session === undefined) throw new Error('the user is gone');
  await db`update auth.identities set last_sign_in_at = now() where user_id = ${userId}`;
  await addAuthenticationMethod(db, session.id, method);
  const token = await insertRefreshToken(db, userId, session.id, null);
  return await accessTokenResponse(context, db, user, session, token);
}

/** Revokes the active token of a session and issues its successor. */
export async function rotateRefreshToken(db: Db, session: SessionRow): Promise<string> {
  const [active] = await db<RefreshTokenRow[]>`
    update auth.refresh_tokens set revoked = true, updated_at = now() where id = (
      select id from auth.refresh_tokens where session_id = ${session.id} and revoked = false order by id desc limit 1)
    returning *`;
  return await insertRefreshToken(db, session.user_id, session.id, active?.token ?? null);
}

const alreadyUsed = new AuthError(400, 'refresh_token_already_used', 'Invalid Refresh Token: Already Used');

/**
 * The refresh grant, with the rules of refresh tokens of the first form: the direct parent of the active token gets
 * the active token again, an older one a new token inside the reuse interval, and afterwards all tokens of the
 * session are revoked.
 */
export async function refreshSession(
  context: AuthContext,
  request: AuthRequest,
  presented: string,
): Promise<Record<string, unknown>> {
  if (!/^[a-z0-9]{12,}$/.test(presented)) {
    throw new AuthError(400, 'validation_failed', 'Refresh token is not valid');
  }
  // Errors are returned, not thrown: a transaction that revokes a family of tokens must commit.
  const outcome = await context.sql.begin(async (tx) => {
    const [found] = await tx<RefreshTokenRow[]>`select * from auth.refresh_tokens where token = ${presented}`;
    const [session] = await tx<SessionRow[]>`
      select * from auth.sessions where id = ${found?.session_id ?? null} for update`;
    const user = session && (await findUserById(tx, session.user_id));
    const [token] = await tx<RefreshTokenRow[]>`select * from auth.refresh_tokens where token = ${presented}`;
    if (token === undefined || session === undefined || user === undefined) {
      return new AuthError(400, 'refresh_token_not_found', 'Invalid Refresh Token: Refresh Token Not Found');
    }
    if (isBanned(user)) return new AuthError(400, 'user_banned', 'Invalid Refresh Token: User Banned');
    if (session.not_after !== null && Date.parse(session.not_after) < Date.now()) {
      return new AuthError(400, 'session_expired', 'Invalid Refresh Token: Session Expired');
    }
    let issued: string | undefined;
    if (token.revoked) {
      const [active] = await tx<RefreshTokenRow[]>`
        select * from auth.refresh_tokens where session_id = ${session.id} and revoked = false order by id desc limit 1`;
      if (active !== undefined && active.parent === token.token) issued = active.token;
      const reusableUntil = Date.parse(token.updated_at) + context.settings.refreshTokenReuseInterval * 1000;
      if (issued === undefined && Date.now() > reusableUntil) {
        await tx`
          update auth.refresh_tokens set revoked = true, updated_at = now()
          where session_id = ${session.id} and revoked = false`;
        return alreadyUsed;
      }
    }
    if (issued === undefined) {
      await tx`update auth.refresh_tokens set revoked = true, updated_at = now() where id = ${token.id} and not revoked`;
      issued = await insertRefreshToken(tx, user.id, session.id, token.token);
    }
    await tx`
      update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now(),
        user_agent = ${request.userAgent}, ip = ${ipOf(request)}
      where id = ${session.id}`;
    return await accessTokenResponse(context, tx, user, session, issued);
  });
  if (outcome instanceof AuthError) throw outcome;
  return outcome;
}

/**
 * Stores a new password. Whoever knew the old one loses what they began: sessions, but for the one to keep, and codes
 * that were sent.
 */
export async function setPassword(db: Db, userId: string, hash: string, keepSession?: string): Promise<void> {
  await db`
    update auth.users set encrypted_password = ${hash}, confirmation_sent_at = null, recovery_sent_at = null,
      email_change_sent_at = null, phone_change_sent_at = null, reauthentication_sent_at = null, updated_at = now()
    where id = ${userId}`;
  await db`delete from auth.one_time_tokens where user_id = ${userId}`;
  if (keepSession === undefined) await db`delete from auth.sessions where user_id = ${userId}`;
  else await endSessions(db, userId, keepSession, 'others');
}

/** Ends sessions: all of the user's, this one, or all but this one. */
export async function endSessions(
  db: Db,
  userId: string,
  sessionId: string,
  scope: 'global' | 'local' | 'others',
): Promise<void> {
  if (scope === 'global') await db`delete from auth.sessions where user_id = ${userId}`;
  if (scope === 'local') await db`delete from auth.sessions where id = ${sessionId}`;
  if (scope === 'others')
    await db`delete from auth.sessions where user_id = ${userId} and id <> ${sessionId}`;
}
