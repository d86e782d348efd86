import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import { requireAdmin } from '../callers.ts';
import { actionLink, type CodeType, sendCode, storeCode } from '../codes.ts';
import type { AuthContext } from '../context.ts';
import type { Db } from '../database.ts';
import { jsonObject, readEmail } from '../input.ts';
import { checkPassword, hashPassword } from '../password.ts';
import { redirectTarget } from '../redirect.ts';
import type { Route } from '../route.ts';
import { step } from '../step.ts';
import { otpHash } from '../tokens.ts';
import { loadUserJson } from '../user-json.ts';
import { changeMetadata, findUserByEmail, insertUser, type UserRow } from '../users.ts';

const linkBody = z.object({
  type: z.string().nullish(),
  email: z.string().nullish(),
  new_email: z.string().nullish(),
  password: z.string().nullish(),
  data: jsonObject.nullish(),
  redirect_to: z.string().nullish(),
});
type LinkBody = z.infer<typeof linkBody>;
const inviteBody = z.object({ email: z.string().nullish(), data: jsonObject.nullish() });

const taken = () =>
  new AuthError(422, 'email_exists', 'A user with this email address has already been registered');

interface Link {
  user: UserRow;
  kind: string;
  otp: string;
  tokenHash: string;
}

async function findOrCreate(
  context: AuthContext,
  db: Db,
  kind: string,
  email: string,
  body: LinkBody,
): Promise<UserRow> {
  const existing = await findUserByEmail(db, email);
  if (existing !== undefined) {
    if ((kind === 'signup' || kind === 'invite') && existing.email_confirmed_at !== null) throw taken();
    if (kind === 'signup' && body.data) {
      await step('Database error updating user', changeMetadata(db, existing, { user: body.data }));
    }
    return existing;
  }
  const password = body.password ?? '';
  const passwordHash =
    kind === 'invite' ? undefined : await hashPassword(password, context.settings.bcryptCost);
  return await step(
    'Database error saving new user',
    insertUser(db, {
      email,
      passwordHash,
      userMetadata: body.data ?? {},
    }),
  );
}

async function changeLink(db: Db, type: string, user: UserRow, newEmail: string): Promise<Link> {
  const current = type === 'email_change_current';
  await db`
    update auth.users set email_change = ${newEmail}, email_change_sent_at = now(), email_change_confirm_status = 0
    where id = ${user.id}`;
  const code = await storeCode(db, {
    user,
    type: current ? 'email_change_token_current' : 'email_change_token_new',
    to: current ? (user.email ?? '') : newEmail,
  });
  return { user, kind: type, ...code };
}

async function makeLink(context: AuthContext, db: Db, body: LinkBody, email: string): Promise<Link> {
  const known = await findUserByEmail(db, email);
  let type = body.type ?? '';
  let input = body;
  if (known === undefined && type === 'magiclink') {
    type = 'signup';
    input = { ...body, password: randomBytes(32).toString('base64url') };
  }
  if (type === 'email_change_current' || type === 'email_change_new' || type === 'recovery') {
    if (known === undefined) throw new AuthError(404, 'user_not_found', 'User with this email not found');
    if (type !== 'recovery') {
      const newEmail = readEmail(body.new_email ?? '');
      if (await findUserByEmail(db, newEmail)) throw taken();
      return await changeLink(db, type, known, newEmail);
    }
  } else if (type !== 'signup' && type !== 'invite' && type !== 'magiclink') {
    throw invalid(`Invalid email action link type requested: ${type}`);
  }
  if (type === 'signup' && known === undefined) {
    if (!input.password) throw invalid('Signup requires a valid password');
    checkPassword(input.password, context.settings.passwordMinLength);
  }
  const user = await findOrCreate(context, db, type, email, input);
  const recovery = type === 'recovery' || type === 'magiclink';
  const codeType: CodeType = recovery ? 'recovery_token' : 'confirmation_token';
  const code = await storeCode(db, { user, type: codeType, to: email });
  if (recovery) await db`update auth.users set recovery_sent_at = now() where id = ${user.id}`;
  else await db`update auth.users set confirmation_sent_at = now() where id = ${user.id}`;
  if (type === 'invite') await db`update auth.users set invited_at = now() where id = ${user.id}`;
  return { user, kind: type, ...code };
}

async function generateLink(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const body = await request.body(linkBody);
  const email = readEmail(body.email ?? '');
  const redirectTo = redirectTarget(context, request, body.redirect_to);
  const link = await context.sql.begin((tx) => makeLink(context, tx, body, email));
  const target = link.kind.startsWith('email_change') ? 'email_change' : link.kind;
  return ok({
    ...(await loadUserJson(context.sql, link.user.id)),
    action_link: actionLink(context, target, link.tokenHash, redirectTo),
    email_otp: link.otp,
    // Over the present address, whatever is stored: upstream's hash for a new address leads nowhere, its link does.
    hashed_token: otpHash(email, link.otp),
    verification_type: link.kind,
    redirect_to: redirectTo,
  });
}

async function invite(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const body = await request.body(inviteBody);
  const email = readEmail(body.email ?? '');
  const id = await context.sql.begin(async (tx) => {
    const user = await findOrCreate(context, tx, 'invite', email, { data: body.data });
    await step(
      'Error inviting user',
      tx`update auth.users set invited_at = now(), confirmation_sent_at = now() where id = ${user.id}`,
    );
    await sendCode(context, tx, {
      user,
      type: 'confirmation_token',
      to: email,
      kind: 'invite',
      channel: 'email',
      redirectTo: redirectTarget(context, request),
    });
    return user.id;
  });
  return ok(await loadUserJson(context.sql, id));
}

/** /admin/generate_link and /invite. */
export function linkRoutes(context: AuthContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/admin/generate_link',
      async handle(request) {
        await requireAdmin(context, request);
        return await generateLink(context, request);
      },
    },
    {
      method: 'POST',
      path: '/invite',
      async handle(request) {
        await requireAdmin(context, request);
        return await invite(context, request);
      },
    },
  ];
}
