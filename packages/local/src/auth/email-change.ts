import type { AuthRequest } from './auth-request.ts';
import { checkMessageInterval, deleteCode, type StoredCode, sendCode } from './codes.ts';
import type { AuthContext } from './context.ts';
import type { Db } from './database.ts';
import { startFlow } from './flows.ts';
import type { Pkce } from './input.ts';
import { redirectTarget } from './redirect.ts';
import { step } from './step.ts';
import { confirmUser, findUserById, insertIdentity, type UserRow } from './users.ts';

/** Asks both addresses to agree, or only the new one when addresses are confirmed automatically. */
export async function sendEmailChange(
  context: AuthContext,
  db: Db,
  request: AuthRequest,
  user: UserRow,
  newEmail: string,
  pkce: Pkce | undefined,
): Promise<void> {
  checkMessageInterval(context, user.email_change_sent_at);
  if (pkce !== undefined) await startFlow(db, user.id, 'email_change', pkce);
  await step(
    'Error sending email change email',
    db`
      update auth.users set email_change = ${newEmail}, email_change_sent_at = now(), email_change_confirm_status = 0
      where id = ${user.id}`,
  );
  const shared = { user, kind: 'email_change', channel: 'email', pkce } as const;
  const redirectTo = redirectTarget(context, request);
  await sendCode(context, db, { ...shared, type: 'email_change_token_new', to: newEmail, redirectTo });
  if (user.email !== null && !context.settings.mailerAutoconfirm) {
    await sendCode(context, db, {
      ...shared,
      type: 'email_change_token_current',
      to: user.email,
      redirectTo,
    });
  }
}

/** Sends the code for a new phone number to that number. */
export async function sendPhoneChange(
  context: AuthContext,
  db: Db,
  user: UserRow,
  newPhone: string,
): Promise<{ messageId: string }> {
  checkMessageInterval(context, user.phone_change_sent_at, 'sms');
  await db`
    update auth.users set phone_change = ${newPhone}, phone_change_sent_at = now() where id = ${user.id}`;
  return await sendCode(context, db, {
    user,
    type: 'phone_change_token',
    to: newPhone,
    kind: 'phone_change',
    channel: 'sms',
    redirectTo: context.siteUrl,
  });
}

/** Makes the pending e-mail address the user's own. */
export async function applyEmailChange(db: Db, userId: string, newEmail: string): Promise<void> {
  await insertIdentity(db, userId, 'email', { email: newEmail, email_verified: true, phone_verified: false });
  await db`
    update auth.users set email = ${newEmail}, email_change = '', email_change_confirm_status = 0,
      is_anonymous = false, updated_at = now()
    where id = ${userId}`;
  await confirmUser(db, userId, 'email');
  await deleteCode(db, userId, 'email_change_token_new');
  await deleteCode(db, userId, 'email_change_token_current');
}

/** Makes the pending phone number the user's own. */
export async function applyPhoneChange(db: Db, userId: string, newPhone: string): Promise<void> {
  await insertIdentity(db, userId, 'phone', { phone: newPhone, phone_verified: true, email_verified: false });
  await db`
    update auth.users set phone = ${newPhone}, phone_change = '', is_anonymous = false, updated_at = now(),
      phone_confirmed_at = coalesce(phone_confirmed_at, now())
    where id = ${userId}`;
  await deleteCode(db, userId, 'phone_change_token');
}

/** One of the two codes of a change arrived. True when the change is done, false when the other one is awaited. */
export async function confirmEmailChange(context: AuthContext, db: Db, code: StoredCode): Promise<boolean> {
  const user = await findUserById(db, code.user_id);
  if (user === undefined || !user.email_change) return true;
  const both = !context.settings.mailerAutoconfirm && user.email !== null;
  await deleteCode(db, user.id, code.token_type);
  if (both && user.email_change_confirm_status === 0) {
    await db`update auth.users set email_change_confirm_status = 1 where id = ${user.id}`;
    return false;
  }
  await applyEmailChange(db, user.id, user.email_change);
  return true;
}
