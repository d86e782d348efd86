import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import { requireUser } from '../callers.ts';
import { checkMessageInterval, sendCode } from '../codes.ts';
import type { AuthContext } from '../context.ts';
import type { Db, JsonObject } from '../database.ts';
import { sendEmailChange, sendPhoneChange } from '../email-change.ts';
import { startFlow } from '../flows.ts';
import { checkChannel, jsonObject, type Pkce, pkceFields, readEmail, readPhone, readPkce } from '../input.ts';
import { redirectTarget } from '../redirect.ts';
import type { Route } from '../route.ts';
import { step } from '../step.ts';
import { findUserByEmail, findUserByPhone, type UserRow } from '../users.ts';
import { sendConfirmation, signUp } from './signup.ts';

const otpBody = z.object({
  email: z.string().nullish(),
  phone: z.string().nullish(),
  create_user: z.boolean().nullish(),
  data: jsonObject.nullish(),
  channel: z.string().nullish(),
  ...pkceFields,
});
const recoverBody = z.object({ email: z.string().nullish(), ...pkceFields });
const resendBody = z.object({
  type: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  ...pkceFields,
});

/** The mail of /magiclink, /otp and /recover: a code of type recovery_token. */
async function sendRecovery(
  context: AuthContext,
  db: Db,
  request: AuthRequest,
  user: UserRow,
  kind: 'magiclink' | 'recovery',
  pkce: Pkce | undefined,
): Promise<void> {
  checkMessageInterval(context, user.recovery_sent_at);
  if (pkce !== undefined) await startFlow(db, user.id, kind, pkce);
  await step(
    `Error sending ${kind === 'recovery' ? 'recovery' : 'magic link'} email`,
    db`update auth.users set recovery_sent_at = now() where id = ${user.id}`,
  );
  await sendCode(context, db, {
    user,
    type: 'recovery_token',
    to: user.email ?? '',
    kind,
    channel: 'email',
    redirectTo: redirectTarget(context, request),
    pkce,
  });
}

async function signUpForOtp(
  context: AuthContext,
  request: AuthRequest,
  input: { email?: string; phone?: string; data: JsonObject; pkce?: Pkce | undefined },
): Promise<{ user: UserRow; confirmed: boolean } | undefined> {
  if (context.settings.disableSignup) {
    throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
  }
  return await signUp(context, request, { ...input, password: randomBytes(32).toString('base64url') });
}

async function magicLink(
  context: AuthContext,
  request: AuthRequest,
  email: string,
  data: JsonObject,
  pkce: Pkce | undefined,
): Promise<AuthResponse> {
  let user = await findUserByEmail(context.sql, email);
  if (user === undefined || user.email_confirmed_at === null) {
    const created = await signUpForOtp(context, request, { email, data, pkce });
    // Unconfirmed: the confirmation mail that went out is the link.
    if (created !== undefined && !created.confirmed) return ok({});
    user = created?.user ?? user;
  }
  if (user === undefined) return ok({});
  const target = user;
  await context.sql.begin((tx) => sendRecovery(context, tx, request, target, 'magiclink', pkce));
  return ok({});
}

async function smsOtp(
  context: AuthContext,
  request: AuthRequest,
  phone: string,
  data: JsonObject,
): Promise<AuthResponse> {
  let user = await findUserByPhone(context.sql, phone);
  if (user === undefined || user.phone_confirmed_at === null) {
    const created = await signUpForOtp(context, request, { phone, data });
    if (created !== undefined && !created.confirmed) return ok({});
    user = created?.user ?? user;
  }
  if (user === undefined) return ok({});
  const target = user;
  const { messageId } = await context.sql.begin(async (tx) => {
    checkMessageInterval(context, target.confirmation_sent_at, 'sms');
    await tx`update auth.users set confirmation_sent_at = now() where id = ${target.id}`;
    return await sendCode(context, tx, {
      user: target,
      type: 'confirmation_token',
      to: phone,
      kind: 'sms',
      channel: 'sms',
      redirectTo: context.siteUrl,
    });
  });
  return ok({ message_id: messageId });
}

async function resend(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const body = await request.body(resendBody);
  const types = ['signup', 'email_change', 'sms', 'phone_change'];
  if (!body.type || !types.includes(body.type)) {
    throw invalid('Missing one of these types: signup, email_change, sms, phone_change');
  }
  if (body.email && body.phone) throw invalid('Only an email address or phone number should be provided.');
  if (!body.email && !body.phone) throw invalid('Missing email address or phone number');
  const pkce = readPkce(body);
  const byPhone = body.type === 'sms' || body.type === 'phone_change';
  if (byPhone ? !body.phone : !body.email) {
    throw invalid(`Type provided requires ${byPhone ? 'a phone number' : 'an email address'}`);
  }
  const user = body.email
    ? await findUserByEmail(context.sql, readEmail(body.email))
    : await findUserByPhone(context.sql, readPhone(body.phone ?? ''));
  if (user === undefined) return ok({});
  return await context.sql.begin(async (tx) => {
    if (body.type === 'signup' && user.email_confirmed_at === null) {
      await sendConfirmation(context, tx, request, user, pkce);
    }
    if (body.type === 'sms' && user.phone_confirmed_at === null) {
      return ok({ message_id: (await sendConfirmation(context, tx, request, user)).messageId });
    }
    if (body.type === 'email_change' && user.email_change) {
      await sendEmailChange(context, tx, request, user, user.email_change, pkce);
    }
    if (body.type === 'phone_change' && user.phone_change) {
      return ok({ message_id: (await sendPhoneChange(context, tx, user, user.phone_change)).messageId });
    }
    return ok({});
  });
}

/** /otp, /magiclink, /recover, /resend and /reauthenticate: everything that only sends a message. */
export function messageRoutes(context: AuthContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/otp',
      async handle(request) {
        const body = await request.body(otpBody);
        if (body.email && body.phone) {
          throw invalid('Only an email address or phone number should be provided');
        }
        if (body.email && body.channel) throw invalid('Channel should only be specified with Phone OTP');
        const pkce = readPkce(body);
        if (!body.email && !body.phone) throw invalid('One of email or phone must be set');
        if (body.phone) checkChannel(body.channel);
        const email = body.email ? readEmail(body.email) : undefined;
        const phone = body.phone ? readPhone(body.phone) : undefined;
        if (body.create_user === false) {
          const known =
            email === undefined
              ? await findUserByPhone(context.sql, phone ?? '')
              : await findUserByEmail(context.sql, email);
          if (known === undefined) throw new AuthError(422, 'otp_disabled', 'Signups not allowed for otp');
        }
        return email === undefined
          ? await smsOtp(context, request, phone ?? '', body.data ?? {})
          : await magicLink(context, request, email, body.data ?? {}, pkce);
      },
    },
    {
      method: 'POST',
      path: '/magiclink',
      async handle(request) {
        const body = await request.body(otpBody);
        if (!body.email) throw new AuthError(422, 'validation_failed', 'Password recovery requires an email');
        return await magicLink(context, request, readEmail(body.email), body.data ?? {}, readPkce(body));
      },
    },
    {
      method: 'POST',
      path: '/recover',
      async handle(request) {
        const body = await request.body(recoverBody);
        if (!body.email) throw invalid('Password recovery requires an email');
        const email = readEmail(body.email);
        const pkce = readPkce(body);
        const user = await findUserByEmail(context.sql, email);
        if (user === undefined) return ok({});
        await context.sql.begin((tx) => sendRecovery(context, tx, request, user, 'recovery', pkce));
        return ok({});
      },
    },
    { method: 'POST', path: '/resend', handle: (request) => resend(context, request) },
    {
      method: 'GET',
      path: '/reauthenticate',
      async handle(request) {
        const { user } = await requireUser(context, request);
        const channel = user.email === null ? 'sms' : 'email';
        if (user.email === null && user.phone === null) {
          throw invalid('Reauthentication requires the user to have an email or a phone number');
        }
        if (channel === 'email' && user.email_confirmed_at === null) {
          throw new AuthError(422, 'email_not_confirmed', 'Please verify your email first.');
        }
        if (channel === 'sms' && user.phone_confirmed_at === null) {
          throw new AuthError(422, 'phone_not_confirmed', 'Please verify your phone first.');
        }
        return await context.sql.begin(async (tx) => {
          checkMessageInterval(context, user.reauthentication_sent_at, channel);
          await step(
            'Error sending reauthentication email',
            tx`update auth.users set reauthentication_sent_at = now() where id = ${user.id}`,
          );
          const { messageId } = await sendCode(context, tx, {
            user,
            type: 'reauthentication_token',
            to: user.email ?? user.phone ?? '',
            kind: 'reauthentication',
            channel,
            redirectTo: context.siteUrl,
          });
          return ok(channel === 'sms' ? { message_id: messageId } : {});
        });
      },
    },
  ];
}
