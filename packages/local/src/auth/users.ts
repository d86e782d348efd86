import { AuthError } from './auth-error.ts';
import { type Db, type JsonObject, mergeMetadata } from './database.ts';
import { step } from './step.ts';

/** The rows that Supabase Auth itself writes carry this instance id; others are invisible to it. */
export const instanceId = '00000000-0000-0000-0000-000000000000';
/** Of every user that does not say another one. */
export const audience = 'authenticated';

export interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  phone: string | null;
  encrypted_password: string | null;
  email_confirmed_at: string | null;
  phone_confirmed_at: string | null;
  confirmed_at: string | null;
  invited_at: string | null;
  confirmation_sent_at: string | null;
  recovery_sent_at: string | null;
  email_change: string | null;
  email_change_sent_at: string | null;
  email_change_confirm_status: number;
  phone_change: string | null;
  phone_change_sent_at: string | null;
  reauthentication_sent_at: string | null;
  last_sign_in_at: string | null;
  raw_app_meta_data: JsonObject | null;
  raw_user_meta_data: JsonObject | null;
  banned_until: string | null;
  deleted_at: string | null;
  is_anonymous: boolean;
  created_at: string;
  updated_at: string;
}

export interface IdentityRow {
  id: string;
  provider_id: string;
  user_id: string;
  identity_data: JsonObject;
  provider: string;
  email: string | null;
  last_sign_in_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface FactorRow {
  id: string;
  user_id: string;
  friendly_name: string | null;
  factor_type: string;
  status: 'unverified' | 'verified';
  secret: string | null;
  phone: string | null;
  last_challenged_at: string | null;
  created_at: string;
  updated_at: string;
}

/**
 * Rows without these cannot be read by Supabase Auth: it fails where such a user is looked for. Another instance or
 * audience is simply not seen.
 */
export function requireReadable(user: UserRow): UserRow {
  const { role, created_at, updated_at }: { [name: string]: unknown } = { ...user };
  if (role !== null && created_at !== null && updated_at !== null) return user;
  const cause = `user ${user.id} of auth.users has null for role, created_at or updated_at`;
  throw new AuthError(500, 'unexpected_failure', 'Database error finding user', { cause });
}

async function findUser(query: PromiseLike<UserRow[]>): Promise<UserRow | undefined> {
  const [user] = await query;
  return user === undefined ? undefined : requireReadable(user);
}

export async function findUserById(db: Db, id: string): Promise<UserRow | undefined> {
  return await findUser(db<UserRow[]>`
    select * from auth.users where instance_id = ${instanceId} and id = ${id}`);
}

export async function findUserByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  return await findUser(db<UserRow[]>`
    select * from auth.users
    where instance_id = ${instanceId} and lower(email) = ${email.toLowerCase()} and aud = ${audience}
      and is_sso_user = false`);
}

export async function findUserByPhone(db: Db, phone: string): Promise<UserRow | undefined> {
  return await findUser(db<UserRow[]>`
    select * from auth.users
    where instance_id = ${instanceId} and phone = ${phone} and aud = ${audience} and is_sso_user = false`);
}

export function isBanned(user: UserRow): boolean {
  return user.banned_until !== null && Date.parse(user.banned_until) > Date.now();
}

export interface NewUser {
  id?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  passwordHash?: string | undefined;
  userMetadata?: JsonObject | undefined;
  appMetadata?: JsonObject | undefined;
  role?: string | undefined;
  aud?: string | undefined;
  isAnonymous?: boolean | undefined;
  /** Claims to put into user_metadata beside the given data, as a sign-up by the user does. */
  claimsInMetadata?: boolean | undefined;
}

/** Inserts a user and, for an e-mail or phone, its identity. */
export async function insertUser(db: Db, input: NewUser): Promise<UserRow> {
  const id = input.id ?? crypto.randomUUID();
  const providers = [...(input.email ? ['email'] : []), ...(input.phone ? ['phone'] : [])];
  const claims: JsonObject = { sub: id, email_verified: false, phone_verified: false };
  const addresses: { [provider: string]: JsonObject } = {
    email: { email: input.email ?? '' },
    phone: { phone: input.phone ?? '' },
  };
  const signedUp = input.claimsInMetadata === true;
  const userMetadata = {
    ...(signedUp ? { ...claims, ...(input.email ? addresses['email'] : {}) } : {}),
    ...input.userMetadata,
  };
  const appMetadata = {
    ...(providers[0] === undefined ? {} : { provider: providers[0], providers }),
    ...input.appMetadata,
  };
  const [user] = await db<UserRow[]>`
    insert into auth.users (instance_id, id, aud, role, email, phone, encrypted_password, raw_app_meta_data,
      raw_user_meta_data, is_anonymous, created_at, updated_at)
    values (${instanceId}, ${id}, ${input.aud ?? audience}, ${input.role ?? 'authenticated'},
      ${input.email ?? null}, ${input.phone ?? null}, ${input.passwordHash ?? ''}, ${db.json(appMetadata)},
      ${db.json(userMetadata)}, ${input.isAnonymous ?? false}, now(), now())
    returning *`;
  if (user === undefined) throw new Error('insert into auth.users returned no row');
  for (const provider of providers) {
    // What a user signs up with stands in the identity too, but says nothing about the address.
    const given = signedUp ? input.userMetadata : {};
    await step(
      'Error creating identity',
      insertIdentity(db, id, provider, { ...given, ...claims, ...addresses[provider] }),
    );
  }
  return user;
}

/** Adds the identity of an e-mail or phone login, or changes the one that is there. */
export async function insertIdentity(
  db: Db,
  userId: string,
  provider: string,
  data: JsonObject,
): Promise<void> {
  await db`
    insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    values (${userId}, ${userId}, ${db.json({ ...data, sub: userId })}, ${provider}, now(), now(), now())
    on conflict (provider_id, provider) do update
      set identity_data = identities.identity_data || excluded.identity_data, updated_at = now()`;
}

/** Marks the address as confirmed, in the row and for an e-mail in the metadata. */
export async function confirmUser(db: Db, id: string, channel: 'email' | 'phone'): Promise<UserRow> {
  const [user] =
    channel === 'email'
      ? await db<UserRow[]>`
          update auth.users set email_confirmed_at = coalesce(email_confirmed_at, now()), is_anonymous = false,
            raw_user_meta_data = coalesce(raw_user_meta_data, '{}') || '{"email_verified": true}', updated_at = now()
          where id = ${id} returning *`
      : await db<UserRow[]>`
          update auth.users set phone_confirmed_at = coalesce(phone_confirmed_at, now()), is_anonymous = false,
            updated_at = now()
          where id = ${id} returning *`;
  if (user === undefined) throw new Error('the user to confirm is gone');
  return user;
}

/** Notes in the identity that its address was proved, which only the code that was sent there does. */
export async function verifyIdentity(db: Db, user: UserRow): Promise<void> {
  await db`
    update auth.identities set identity_data = identity_data || '{"email_verified": true}', updated_at = now()
    where user_id = ${user.id} and email = lower(${user.email})`;
}

/** Merges metadata at the top level; null removes a key. */
export async function changeMetadata(
  db: Db,
  user: UserRow,
  change: { user?: JsonObject | undefined; app?: JsonObject | undefined },
): Promise<void> {
  const userMetadata = mergeMetadata(user.raw_user_meta_data, change.user ?? {});
  const appMetadata = mergeMetadata(user.raw_app_meta_data, change.app ?? {});
  await db`
    update auth.users set raw_user_meta_data = ${db.json(userMetadata)}, raw_app_meta_data = ${db.json(appMetadata)},
      updated_at = now()
    where id = ${user.id}`;
}
