import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import { type CodeType, deleteCode, findCode, type StoredCode } from '../codes.ts';
import type { AuthContext } from '../context.ts';
import type { Db } from '../database.ts';
import { applyPhoneChange, confirmEmailChange } from '../email-change.ts';
import { issueAuthCode } from '../flows.ts';
import { readEmail, readPhone } from '../input.ts';
import { hashPassword } from '../password.ts';
import { redirectTarget } from '../redirect.ts';
import type { Route } from '../route.ts';
import { setPassword, signInAs } from '../sessions.ts';
import { step } from '../step.ts';
import { otpHash } from '../tokens.ts';
import { confirmUser, findUserById, isBanned, verifyIdentity } from '../users.ts';

const verifyBody = z.object({
  type: z.string().nullish(),
  token: z.string().nullish(),
  token_hash: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  redirect_to: z.string().nullish(),
});

type CodesByType = ReadonlyMap<string, readonly CodeType[]>;
const emailCodes: CodesByType = new Map<string, readonly CodeType[]>([
  ['email', ['confirmation_token', 'recovery_token']],
  ['signup', ['confirmation_token']],
  ['invite', ['confirmation_token']],
  ['magiclink', ['recovery_token']],
  ['recovery', ['recovery_token']],
  ['email_change', ['email_change_token_new', 'email_change_token_current']],
]);
const phoneCodes: CodesByType = new Map<string, readonly CodeType[]>([
  ['sms', ['confirmation_token']],
  ['phone_change', ['phone_change_token']],
]);
const acceptedOne = 'Confirmation link accepted. Please proceed to confirm link sent to the other email';

/** Spends a code. Answers false when a change of e-mail address still waits for its second code. */
async function spendCode(context: AuthContext, db: Db, code: StoredCode): Promise<boolean> {
  const user = await findUserById(db, code.user_id);
  if (user === undefined) throw new AuthError(403, 'otp_expired', 'Email link is invalid or has expired');
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned');
  if (code.token_type.startsWith('email_change')) return await confirmEmailChange(context, db, code);
  if (code.token_type === 'phone_change_token') {
    await step('Error confirming user', applyPhoneChange(db, user.id, code.relates_to));
    return true;
  }
  await deleteCode(db, user.id, code.token_type);
  const byPhone = code.relates_to === user.phone && user.email !== code.relates_to;
  const confirmedAt = byPhone ? user.phone_confirmed_at : user.email_confirmed_at;
  if (confirmedAt === null) {
    if (user.invited_at !== null && !user.encrypted_password) {
      // An invited user gets a password nobody knows until they choose one.
      const hash = await hashPassword(randomBytes(32).toString('base64url'), context.settings.bcryptCost);
      await step('Error storing password', setPassword(db, user.id, hash));
    }
    await step(
      code.token_type === 'recovery_token' ? 'Database error updating user' : 'Error confirming user',
      confirmUser(db, user.id, byPhone ? 'phone' : 'email'),
    );
    if (code.token_type === 'confirmation_token' && !byPhone) {
      await step('Error setting email_verified to true on identity', verifyIdentity(db, user));
    }
  }
  return true;
}

interface WantedCode {
  readonly tokenHashes: readonly string[];
  /** Undefined: there is no such type, and so no code. */
  readonly types: readonly CodeType[] | undefined;
  /** What to say when it is not found. */
  readonly failure: string;
}

function wantedByAddress(
  body: z.infer<typeof verifyBody> & { readonly type: string; readonly token: string },
): WantedCode {
  const failure = 'Token has expired or is invalid';
  if (body.phone && !body.email) {
    const tokenHashes = [otpHash(readPhone(body.phone), body.token)];
    return { tokenHashes, types: phoneCodes.get(body.type), failure };
  }
  if (body.email && !body.phone) {
    const hash = otpHash(readCodeEmail(body.email), body.token);
    // Who types a code in need not know in which flow it was sent; who follows a link does.
    return { tokenHashes: [hash, `pkce_${hash}`], types: emailCodes.get(body.type), failure };
  }
  throw invalid('Only an email address or phone number should be provided on verify');
}

/** The same failure has another status here than anywhere else. */
function readCodeEmail(value: string): string {
  try {
    return readEmail(value);
  } catch {
    throw new AuthError(422, 'validation_failed', 'Invalid email format');
  }
}

function wantedByHash(body: z.infer<typeof verifyBody> & { readonly type: string }): WantedCode {
  if (body.email || body.phone || body.redirect_to) {
    throw invalid('Only the token_hash and type should be provided');
  }
  const types = emailCodes.get(body.type);
  if (types === undefined) throw invalid('Invalid email verification type');
  return { tokenHashes: [body.token_hash ?? ''], types, failure: 'Email link is invalid or has expired' };
}

async function verifyByBody(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const body = await request.body(verifyBody);
  if (!body.type) throw invalid('Verify requires a verification type');
  if (!body.token === !body.token_hash) throw invalid('Verify requires either a token or a token hash');
  const { tokenHashes, types, failure } = body.token
    ? wantedByAddress({ ...body, type: body.type, token: body.token })
    : wantedByHash({ ...body, type: body.type });
  return await context.sql.begin(async (tx) => {
    const code = types && (await findCode(context, tx, tokenHashes, types));
    if (code === undefined) throw new AuthError(403, 'otp_expired', failure);
    if (!(await spendCode(context, tx, code))) return ok({ msg: acceptedOne, code: '200' });
    return ok(await signInAs(context, tx, request, code.user_id, 'otp'));
  });
}

function redirect(location: string): AuthResponse {
  return { status: 303, headers: { location }, text: '' };
}

function withQuery(target: string, values: Record<string, string>): string {
  const url = new URL(target);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  return url.toString();
}

function withFragment(target: string, values: Record<string, string>): string {
  const url = new URL(target);
  url.hash = new URLSearchParams(values).toString();
  return url.toString();
}

async function verifyByLink(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const type = request.query.get('type') ?? '';
  const token = request.query.get('token') ?? '';
  if (type === '') throw invalid('Verify requires a verification type');
  if (token === '') throw invalid('Verify requires a token or a token hash');
  const target = redirectTarget(context, request);
  const pkce = token.startsWith('pkce_');
  try {
    return await context.sql.begin(async (tx) => {
      const types = emailCodes.get(type);
      if (types === undefined) throw invalid('Invalid email verification type');
      const code = await findCode(context, tx, [token], types);
      if (code === undefined) {
        throw new AuthError(403, 'otp_expired', 'Email link is invalid or has expired');
      }
      if (!(await spendCode(context, tx, code))) {
        const note = { message: acceptedOne };
        return redirect(pkce ? withQuery(target, note) : withFragment(target, { ...note, sb: '' }));
      }
      if (pkce) {
        const authCode = await issueAuthCode(tx, code.user_id, type);
        if (authCode === undefined) {
          throw new AuthError(400, 'flow_state_not_found', 'No associated flow state found.');
        }
        return redirect(withQuery(target, { code: authCode }));
      }
      const session = await signInAs(context, tx, request, code.user_id, 'otp');
      return redirect(
        withFragment(target, {
          access_token: String(session['access_token']),
          expires_at: String(session['expires_at']),
          expires_in: String(session['expires_in']),
          refresh_token: String(session['refresh_token']),
          sb: '',
          token_type: 'bearer',
          type,
        }),
      );
    });
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const failure = {
      error:
        error.status === 500 ? 'server_error' : error.status === 403 ? 'access_denied' : 'invalid_request',
      error_code: error.code,
      error_description: error.message,
    };
    const marked = withFragment(target, { ...failure, sb: '' });
    return redirect(pkce ? withQuery(marked, failure) : marked);
  }
}

/** /verify by body (a session) and by link (a redirect that carries one, or a code to exchange). */
export function verifyRoutes(context: AuthContext): Route[] {
  return [
    { method: 'POST', path: '/verify', handle: (request) => verifyByBody(context, request) },
    { method: 'GET', path: '/verify', handle: (request) => verifyByLink(context, request) },
  ];
}
