import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import { checkMessageInterval, sendCode } from '../codes.ts';
import type { AuthContext } from '../context.ts';
import type { Db, JsonObject } from '../database.ts';
import { startFlow } from '../flows.ts';
import { checkChannel, jsonObject, type Pkce, pkceFields, readEmail, readPhone, readPkce } from '../input.ts';
import { checkPassword, hashPassword } from '../password.ts';
import { redirectTarget } from '../redirect.ts';
import type { Route } from '../route.ts';
import { signInAs } from '../sessions.ts';
import { step } from '../step.ts';
import { loadUserJson, userJson } from '../user-json.ts';
import { confirmUser, findUserByEmail, findUserByPhone, insertUser, type UserRow } from '../users.ts';

const signupBody = z.object({
  email: z.string().nullish(),
  phone: z.string().nullish(),
  password: z.string().nullish(),
  data: jsonObject.nullish(),
  channel: z.string().nullish(),
  ...pkceFields,
});

/** The mail or text message that confirms a new address. */
export async function sendConfirmation(
  context: AuthContext,
  db: Db,
  request: AuthRequest,
  user: UserRow,
  pkce?: Pkce,
): Promise<{ messageId: string }> {
  const channel = user.email === null ? 'sms' : 'email';
  checkMessageInterval(context, user.confirmation_sent_at, channel);
  if (pkce !== undefined) await startFlow(db, user.id, 'signup', pkce);
  const update = db`update auth.users set confirmation_sent_at = now() where id = ${user.id}`;
  await (channel === 'email' ? step('Error sending confirmation email', update) : update);
  return await sendCode(context, db, {
    user,
    type: 'confirmation_token',
    to: user.email ?? user.phone ?? '',
    kind: channel === 'email' ? 'signup' : 'sms',
    channel,
    redirectTo: redirectTarget(context, request),
    pkce,
  });
}

/** What a repeated sign-up of a confirmed address answers: it looks new, and only its identities are empty. */
function pretendUser(email: string | undefined, phone: string | undefined, data: JsonObject): object {
  const now = new Date().toISOString();
  const provider = email === undefined ? 'phone' : 'email';
  return {
    ...userJson(
      {
        id: crypto.randomUUID(),
        aud: 'authenticated',
        role: '',
        email: email ?? null,
        phone: phone ?? null,
        encrypted_password: null,
        email_confirmed_at: null,
        phone_confirmed_at: null,
        confirmed_at: null,
        invited_at: null,
        confirmation_sent_at: now,
        recovery_sent_at: null,
        email_change: null,
        email_change_sent_at: null,
        email_change_confirm_status: 0,
        phone_change: null,
        phone_change_sent_at: null,
        reauthentication_sent_at: null,
        last_sign_in_at: null,
        raw_app_meta_data: { provider, providers: [provider] },
        raw_user_meta_data: data,
        banned_until: null,
        deleted_at: null,
        is_anonymous: false,
        created_at: now,
        updated_at: now,
      },
      { identities: [], factors: [] },
    ),
  };
}

async function signUpAnonymously(
  context: AuthContext,
  request: AuthRequest,
  data: JsonObject,
): Promise<AuthResponse> {
  if (!context.settings.anonymousUsers) {
    throw new AuthError(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
  }
  const session = context.sql.begin(async (tx) => {
    const user = await insertUser(tx, { isAnonymous: true, userMetadata: data });
    return await signInAs(context, tx, request, user.id, 'anonymous');
  });
  return ok(await step('Database error creating anonymous user', session));
}

/** Creates the user, or treats an existing one as upstream does; undefined means "confirmed already". */
export async function signUp(
  context: AuthContext,
  request: AuthRequest,
  input: {
    email?: string | undefined;
    phone?: string | undefined;
    password: string;
    data: JsonObject;
    pkce?: Pkce | undefined;
  },
): Promise<{ user: UserRow; confirmed: boolean } | undefined> {
  const { email, phone, data, pkce } = input;
  const channel = email === undefined ? 'phone' : 'email';
  const autoconfirm =
    channel === 'email' ? context.settings.mailerAutoconfirm : context.settings.smsAutoconfirm;
  const passwordHash = await hashPassword(input.password, context.settings.bcryptCost);
  return await context.sql.begin(async (tx) => {
    const existing =
      email === undefined ? await findUserByPhone(tx, phone ?? '') : await findUserByEmail(tx, email);
    const confirmedAt = channel === 'email' ? existing?.email_confirmed_at : existing?.phone_confirmed_at;
    if (confirmedAt !== null && confirmedAt !== undefined) return undefined;
    const user =
      existing ??
      (await step(
        'Database error saving new user',
        insertUser(tx, { email, phone, passwordHash, userMetadata: data, claimsInMetadata: true }),
      ));
    if (autoconfirm) {
      const confirmed = await step('Database error updating user', confirmUser(tx, user.id, channel));
      return { user: confirmed, confirmed: true };
    }
    await sendConfirmation(context, tx, request, user, pkce);
    return { user, confirmed: false };
  });
}

/** POST /signup: by e-mail, by phone, or anonymously. */
export function signupRoutes(context: AuthContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/signup',
      async handle(request) {
        const { settings } = context;
        if (settings.disableSignup) {
          throw new AuthError(422, 'signup_disabled', 'Signups not allowed for this instance');
        }
        const body = await request.body(signupBody);
        const data = body.data ?? {};
        if (!body.email && !body.phone) return await signUpAnonymously(context, request, data);
        const password = body.password ?? '';
        if (password === '') throw invalid('Signup requires a valid password');
        checkPassword(password, settings.passwordMinLength);
        if (body.email && body.phone) {
          throw invalid('Only an email address or phone number should be provided on signup.');
        }
        if (body.phone) checkChannel(body.channel);
        const pkce = readPkce(body);
        if (pkce !== undefined && body.phone) throw invalid('PKCE not supported for phone signups');
        const email = body.email ? readEmail(body.email) : undefined;
        const phone = body.phone ? readPhone(body.phone) : undefined;

        const result = await signUp(context, request, { email, phone, password, data, pkce });
        if (result === undefined) {
          if (settings.mailerAutoconfirm || settings.smsAutoconfirm) {
            throw new AuthError(422, 'user_already_exists', 'User already registered');
          }
          return ok(pretendUser(email, phone, data));
        }
        const { user } = result;
        if (result.confirmed) {
          return ok(await context.sql.begin((tx) => signInAs(context, tx, request, user.id, 'password')));
        }
        const answer = await loadUserJson(context.sql, user.id);
        // An invited address has not been proved to be the caller's.
        return ok(user.invited_at === null ? answer : { ...answer, user_metadata: {}, identities: [] });
      },
    },
  ];
}
