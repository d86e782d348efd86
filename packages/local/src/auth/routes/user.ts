import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import { checkAudience, requireUser } from '../callers.ts';
import { deleteCode, findCode } from '../codes.ts';
import type { AuthContext } from '../context.ts';
import { applyEmailChange, applyPhoneChange, sendEmailChange, sendPhoneChange } from '../email-change.ts';
import { checkChannel, jsonObject, pkceFields, readEmail, readPhone, readPkce } from '../input.ts';
import { checkPassword, hashPassword, passwordFits } from '../password.ts';
import type { Route } from '../route.ts';
import { endSessions, type SessionRow, setPassword } from '../sessions.ts';
import { step } from '../step.ts';
import { otpHash } from '../tokens.ts';
import { loadUserJson } from '../user-json.ts';
import { changeMetadata, findUserByEmail, findUserByPhone, insertIdentity, type UserRow } from '../users.ts';

const updateBody = z.object({
  email: z.string().nullish(),
  phone: z.string().nullish(),
  password: z.string().nullish(),
  current_password: z.string().nullish(),
  nonce: z.string().nullish(),
  data: jsonObject.nullish(),
  app_metadata: jsonObject.nullish(),
  channel: z.string().nullish(),
  ...pkceFields,
});
type Update = z.infer<typeof updateBody>;

const dayMs = 86_400_000;

async function checkNonce(context: AuthContext, user: UserRow, nonce: string): Promise<void> {
  const hash = otpHash(user.email ?? user.phone ?? '', nonce);
  const code = await context.sql.begin((tx) => findCode(context, tx, [hash], ['reauthentication_token']));
  if (code === undefined || code.user_id !== user.id) {
    throw new AuthError(422, 'reauthentication_not_valid', 'Nonce has expired or is invalid');
  }
  await deleteCode(context.sql, user.id, 'reauthentication_token');
}

/** Checks a new password against every rule and answers its hash. */
async function newPasswordHash(
  context: AuthContext,
  user: UserRow,
  session: SessionRow,
  password: string,
  nonce: string,
): Promise<string> {
  const old = Date.now() > Date.parse(session.created_at) + dayMs;
  if (context.settings.reauthenticateForPassword && old) {
    if (nonce === '') {
      throw new AuthError(400, 'reauthentication_needed', 'Password update requires reauthentication');
    }
    await checkNonce(context, user, nonce);
  }
  if (user.encrypted_password && (await passwordFits(password, user.encrypted_password))) {
    throw new AuthError(422, 'same_password', 'New password should be different from the old password.');
  }
  return await hashPassword(password, context.settings.bcryptCost);
}

async function checkUpdate(
  context: AuthContext,
  user: UserRow,
  session: SessionRow,
  update: { email: string | undefined; phone: string | undefined; password: string; body: Update },
): Promise<void> {
  const { email, phone, password, body } = update;
  if (body.app_metadata) {
    throw new AuthError(403, 'not_admin', 'Updating app_metadata requires admin privileges');
  }
  const [verified] = await context.sql`
    select 1 from auth.mfa_factors where user_id = ${user.id} and status = 'verified' limit 1`;
  const sensitive =
    password !== '' ||
    (email !== undefined && email !== user.email) ||
    (phone !== undefined && phone !== user.phone);
  if (verified !== undefined && session.aal === 'aal1' && sensitive) {
    throw new AuthError(
      401,
      'insufficient_aal',
      'AAL2 session is required to update email or password when MFA is enabled.',
    );
  }
  if (user.is_anonymous && password !== '' && email === undefined && phone === undefined) {
    throw new AuthError(
      422,
      'validation_failed',
      'Updating password of an anonymous user without an email or phone is not allowed',
    );
  }
  if (email !== undefined && email !== user.email && (await findUserByEmail(context.sql, email))) {
    throw new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
  }
  if (phone !== undefined && phone !== user.phone && (await findUserByPhone(context.sql, phone))) {
    throw new AuthError(422, 'phone_exists', 'A user with this phone number has already been registered');
  }
}

async function updateUser(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const { user, session } = await requireUser(context, request);
  const body = await request.body(updateBody);
  const pkce = readPkce(body);
  const email = body.email ? readEmail(body.email) : undefined;
  const phone = body.phone ? readPhone(body.phone) : undefined;
  if (phone !== undefined) checkChannel(body.channel);
  const password = body.password ?? '';
  if (body.password === '') checkPassword('', context.settings.passwordMinLength);
  if (password !== '') checkPassword(password, context.settings.passwordMinLength);
  await checkUpdate(context, user, session, { email, phone, password, body });
  const hash =
    password === '' ? undefined : await newPasswordHash(context, user, session, password, body.nonce ?? '');

  await context.sql.begin(async (tx) => {
    if (hash !== undefined) {
      await step('Error during password storage', setPassword(tx, user.id, hash, session.id));
      if (!user.encrypted_password && user.email !== null) {
        await insertIdentity(tx, user.id, 'email', { email: user.email, email_verified: true });
      }
    }
    if (body.data) await step('Error updating user', changeMetadata(tx, user, { user: body.data }));
    if (email !== undefined && email !== user.email) {
      if (user.is_anonymous && context.settings.mailerAutoconfirm) {
        await step('Error updating user', applyEmailChange(tx, user.id, email));
      } else await sendEmailChange(context, tx, request, user, email, pkce);
    }
    if (phone !== undefined && phone !== user.phone) {
      if (context.settings.smsAutoconfirm) {
        await step('Error confirming user', applyPhoneChange(tx, user.id, phone));
      } else await sendPhoneChange(context, tx, user, phone);
    }
  });
  return ok(await loadUserJson(context.sql, user.id));
}

/** What a signed-in user does with their own account: read, change, sign out. */
export function userRoutes(context: AuthContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/user',
      async handle(request) {
        const { user, claims } = await requireUser(context, request);
        checkAudience(request, claims);
        return ok(await loadUserJson(context.sql, user.id));
      },
    },
    { method: 'PUT', path: '/user', handle: (request) => updateUser(context, request) },
    {
      method: 'POST',
      path: '/logout',
      async handle(request) {
        const { user, session } = await requireUser(context, request);
        const scope = request.query.get('scope') ?? 'global';
        if (scope !== 'global' && scope !== 'local' && scope !== 'others') {
          throw invalid(`Unsupported logout scope "${scope}"`);
        }
        await endSessions(context.sql, user.id, session.id, scope);
        return { status: 204 };
      },
    },
  ];
}
