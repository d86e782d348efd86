import { AuthError } from './auth-error.ts';
import type { AuthContext } from './context.ts';
import type { Db } from './database.ts';
import type { Pkce } from './input.ts';
import { newOtp, otpHash } from './tokens.ts';
import type { UserRow } from './users.ts';

export type CodeType =
  | 'confirmation_token'
  | 'recovery_token'
  | 'reauthentication_token'
  | 'email_change_token_new'
  | 'email_change_token_current'
  | 'phone_change_token';

export interface StoredCode {
  id: string;
  user_id: string;
  token_type: CodeType;
  token_hash: string;
  relates_to: string;
}

export interface CodeRequest {
  readonly user: Pick<UserRow, 'id'>;
  readonly type: CodeType;
  /** Address the code belongs to: it is part of the hash. */
  readonly to: string;
  readonly pkce?: Pkce | undefined;
  readonly otp?: string;
}

/** Makes a code and stores its hash, replacing the previous one of the same type. */
export async function storeCode(db: Db, request: CodeRequest): Promise<{ otp: string; tokenHash: string }> {
  const otp = request.otp ?? newOtp();
  const tokenHash = `${request.pkce === undefined ? '' : 'pkce_'}${otpHash(request.to, otp)}`;
  await db`
    insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
    values (${crypto.randomUUID()}, ${request.user.id}, ${request.type}, ${tokenHash}, ${request.to},
      now() at time zone 'utc', now() at time zone 'utc')
    on conflict (user_id, token_type) do update set token_hash = excluded.token_hash,
      relates_to = excluded.relates_to, created_at = excluded.created_at, updated_at = excluded.updated_at`;
  return { otp, tokenHash };
}

/** The live code with one of these hashes. */
export async function findCode(
  context: AuthContext,
  db: Db,
  tokenHashes: readonly string[],
  types: readonly CodeType[],
): Promise<StoredCode | undefined> {
  const [code] = await db<StoredCode[]>`
    select * from auth.one_time_tokens
    where token_hash in ${db([...tokenHashes])} and token_type::text in ${db([...types])}
      and created_at > (now() at time zone 'utc') - make_interval(secs => ${context.settings.otpExpiry})
    for update`;
  return code;
}

export async function deleteCode(db: Db, userId: string, type: CodeType): Promise<void> {
  await db`delete from auth.one_time_tokens where user_id = ${userId} and token_type = ${type}`;
}

/** 429 when the last message to this user is too recent. */
export function checkMessageInterval(
  context: AuthContext,
  sentAt: string | null,
  channel: 'email' | 'sms' = 'email',
): void {
  if (sentAt === null) return;
  const wait = Date.parse(sentAt) + context.settings.messageInterval * 1000 - Date.now();
  if (wait > 0) {
    throw new AuthError(
      429,
      channel === 'email' ? 'over_email_send_rate_limit' : 'over_sms_send_rate_limit',
      `For security purposes, you can only request this after ${Math.ceil(wait / 1000)} seconds.`,
    );
  }
}

const subjects: Readonly<Record<string, string>> = {
  signup: 'Confirm your address',
  invite: 'You have been invited',
  magiclink: 'Your sign-in link',
  recovery: 'Reset your password',
  email_change: 'Confirm the change of your e-mail address',
  reauthentication: 'Confirm that it is you',
  sms: 'Your code',
  phone_change: 'Confirm the change of your phone number',
};

/** The link of a mail; following it verifies the code and goes on to `redirectTo`. */
export function actionLink(
  context: AuthContext,
  kind: string,
  tokenHash: string,
  redirectTo: string,
): string {
  const query = new URLSearchParams({ token: tokenHash, type: kind });
  // As it is, where nothing in it would end the parameter.
  const target = /[&=#]/.test(redirectTo) ? encodeURIComponent(redirectTo) : redirectTo;
  return `${context.externalUrl()}/verify?${query}&redirect_to=${target}`;
}

/** Stores a code and puts the message into the mailbox. */
export async function sendCode(
  context: AuthContext,
  db: Db,
  request: CodeRequest & { kind: string; channel: 'email' | 'sms'; redirectTo: string },
): Promise<{ messageId: string }> {
  const { otp, tokenHash } = await storeCode(db, request);
  const { kind, channel, to } = request;
  const linked = channel === 'email' && kind !== 'reauthentication';
  const message = context.mailbox.deliver({
    channel,
    to,
    kind,
    subject: subjects[kind] ?? kind,
    otp,
    ...(linked ? { tokenHash, link: actionLink(context, kind, tokenHash, request.redirectTo) } : {}),
  });
  return { messageId: String(message.id) };
}
