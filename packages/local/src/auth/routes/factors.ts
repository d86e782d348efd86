import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import { requireUser } from '../callers.ts';
import type { AuthContext } from '../context.ts';
import { isUuid, readPathId } from '../input.ts';
import type { Route } from '../route.ts';
import {
  accessTokenResponse,
  addAuthenticationMethod,
  rotateRefreshToken,
  type SessionRow,
} from '../sessions.ts';
import { newTotpSecret, qrCodeSvg, totpFits, totpUri } from '../totp.ts';
import type { FactorRow, UserRow } from '../users.ts';

const maxFactors = 10;
const challengeSeconds = 300;

const enrollBody = z.object({
  factor_type: z.string().nullish(),
  friendly_name: z.string().nullish(),
  issuer: z.string().nullish(),
  phone: z.string().nullish(),
});
const verifyBody = z.object({ challenge_id: z.string().nullish(), code: z.string().nullish() });

interface ChallengeRow {
  id: string;
  factor_id: string;
  created_at: string;
  verified_at: string | null;
  ip_address: string;
}

async function requireFactorUser(
  context: AuthContext,
  request: AuthRequest,
): Promise<{ user: UserRow; session: SessionRow }> {
  const { user, session } = await requireUser(context, request);
  if (user.is_anonymous) {
    throw new AuthError(403, 'no_authorization', 'Anonymous user not allowed to perform these actions');
  }
  return { user, session };
}

async function requireFactor(context: AuthContext, request: AuthRequest, user: UserRow): Promise<FactorRow> {
  const id = readPathId(request.params['id'], 'factor_id');
  const [factor] = await context.sql<FactorRow[]>`
    select * from auth.mfa_factors where id = ${id} and user_id = ${user.id}`;
  if (factor === undefined) {
    throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found');
  }
  return factor;
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}

async function enroll(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const { user, session } = await requireFactorUser(context, request);
  const body = await request.body(enrollBody);
  if (body.factor_type === 'phone' || body.factor_type === 'webauthn') {
    const name = body.factor_type === 'phone' ? 'Phone' : 'WebAuthn';
    throw new AuthError(
      422,
      `mfa_${body.factor_type}_enroll_not_enabled`,
      `MFA enroll is disabled for ${name}`,
    );
  }
  if (body.factor_type !== 'totp') throw invalid('factor_type needs to be totp, phone, or webauthn');
  await context.sql`
    delete from auth.mfa_factors
    where user_id = ${user.id} and status = 'unverified' and created_at < now() - interval '5 minutes'`;
  const factors = await context.sql<FactorRow[]>`select * from auth.mfa_factors where user_id = ${user.id}`;
  if (factors.length >= maxFactors) {
    throw new AuthError(
      422,
      'too_many_enrolled_mfa_factors',
      'Maximum number of verified factors reached, unenroll to continue',
    );
  }
  if (session.aal === 'aal1' && factors.some(({ status }) => status === 'verified')) {
    throw new AuthError(403, 'insufficient_aal', 'AAL2 required to enroll a new factor');
  }
  const id = crypto.randomUUID();
  const secret = newTotpSecret();
  const name = body.friendly_name ?? '';
  try {
    await context.sql`
      insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, created_at, updated_at)
      values (${id}, ${user.id}, ${name}, 'totp', 'unverified', ${secret}, now(), now())`;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AuthError(
      422,
      'mfa_factor_name_conflict',
      'A factor with this friendly name for this user already exists',
    );
  }
  const uri = totpUri(
    secret,
    body.issuer || new URL(context.siteUrl).host,
    user.email ?? user.phone ?? user.id,
  );
  return ok({
    id,
    type: 'totp',
    ...(name === '' ? {} : { friendly_name: name }),
    totp: { qr_code: qrCodeSvg(uri), secret, uri },
  });
}

/** A row that another server left behind: its kind is switched off here. */
function requireTotp(factor: FactorRow): void {
  if (factor.factor_type === 'totp') return;
  const name = factor.factor_type === 'phone' ? 'Phone' : 'WebAuthn';
  const code = `mfa_${factor.factor_type}_verify_not_enabled`;
  throw new AuthError(422, code, `MFA verification is disabled for ${name}`);
}

async function challenge(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const { user } = await requireFactorUser(context, request);
  const factor = await requireFactor(context, request, user);
  requireTotp(factor);
  const id = crypto.randomUUID();
  await context.sql.begin(async (tx) => {
    await tx`update auth.mfa_factors set last_challenged_at = clock_timestamp() where id = ${factor.id}`;
    await tx`
      insert into auth.mfa_challenges (id, factor_id, created_at, ip_address)
      values (${id}, ${factor.id}, now(), ${request.ip})`;
  });
  return ok({
    id,
    type: factor.factor_type,
    expires_at: Math.floor(Date.now() / 1000) + challengeSeconds,
  });
}

async function verify(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const { user, session } = await requireFactorUser(context, request);
  const factor = await requireFactor(context, request, user);
  requireTotp(factor);
  const body = await request.body(verifyBody);
  if (!body.code) throw invalid('Code needs to be non-empty');
  const challengeId = body.challenge_id ?? '';
  const [found] = isUuid(challengeId)
    ? await context.sql<ChallengeRow[]>`
        select * from auth.mfa_challenges where id = ${challengeId} and factor_id = ${factor.id}`
    : [];
  if (found === undefined) {
    throw new AuthError(422, 'mfa_factor_not_found', 'MFA factor with the provided challenge ID not found');
  }
  if (found.verified_at !== null || found.ip_address !== request.ip) {
    throw new AuthError(422, 'mfa_ip_address_mismatch', 'Challenge and verify IP addresses mismatch.');
  }
  if (Date.now() > Date.parse(found.created_at) + challengeSeconds * 1000) {
    throw new AuthError(
      422,
      'mfa_challenge_expired',
      `MFA challenge ${found.id} has expired, verify against another challenge or create a new challenge.`,
    );
  }
  if (!totpFits(factor.secret ?? '', body.code, Date.now() / 1000)) {
    throw new AuthError(422, 'mfa_verification_failed', 'Invalid TOTP code entered');
  }
  return await context.sql.begin(async (tx) => {
    await tx`update auth.mfa_challenges set verified_at = now() where id = ${found.id}`;
    await tx`update auth.mfa_factors set status = 'verified', updated_at = now() where id = ${factor.id}`;
    await tx`delete from auth.mfa_factors where user_id = ${user.id} and status = 'unverified'`;
    await tx`delete from auth.sessions where user_id = ${user.id} and id <> ${session.id} and aal = 'aal1'`;
    await addAuthenticationMethod(tx, session.id, 'totp');
    const [raised] = await tx<SessionRow[]>`
      update auth.sessions set aal = 'aal2', factor_id = ${factor.id}, updated_at = now()
      where id = ${session.id} returning *`;
    if (raised === undefined) throw new AuthError(403, 'session_not_found', 'The session has ended');
    const token = await rotateRefreshToken(tx, raised);
    return ok(await accessTokenResponse(context, tx, user, raised, token));
  });
}

async function unenroll(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const { user, session } = await requireFactorUser(context, request);
  const factor = await requireFactor(context, request, user);
  if (factor.status === 'verified' && session.aal === 'aal1') {
    throw new AuthError(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor');
  }
  await context.sql.begin(async (tx) => {
    await tx`
      delete from auth.mfa_amr_claims where authentication_method = 'totp' and session_id in (
        select id from auth.sessions where factor_id = ${factor.id})`;
    await tx`update auth.sessions set aal = 'aal1', factor_id = null where factor_id = ${factor.id}`;
    await tx`delete from auth.mfa_factors where id = ${factor.id}`;
  });
  return ok({ id: factor.id });
}

/** TOTP factors: enrol, challenge, verify to aal2, remove. */
export function factorRoutes(context: AuthContext): Route[] {
  return [
    { method: 'POST', path: '/factors', handle: (request) => enroll(context, request) },
    { method: 'POST', path: '/factors/:id/challenge', handle: (request) => challenge(context, request) },
    { method: 'POST', path: '/factors/:id/verify', handle: (request) => verify(context, request) },
    { method: 'DELETE', path: '/factors/:id', handle: (request) => unenroll(context, request) },
  ];
}
