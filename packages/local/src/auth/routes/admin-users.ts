import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AuthError, invalid } from '../auth-error.ts';
import type { AuthRequest } from '../auth-request.ts';
import { type AuthResponse, ok } from '../auth-response.ts';
import type { AuthContext } from '../context.ts';
import type { Db } from '../database.ts';
import { isUuid, jsonObject, readBanDuration, readEmail, readPhone } from '../input.ts';
import { checkPassword, hashPassword } from '../password.ts';
import { setPassword } from '../sessions.ts';
import { step } from '../step.ts';
import { loadUserJson, userJson } from '../user-json.ts';
import {
  audience,
  changeMetadata,
  confirmUser,
  findUserByEmail,
  findUserById,
  findUserByPhone,
  insertIdentity,
  insertUser,
  instanceId,
  requireReadable,
  type UserRow,
} from '../users.ts';
import { requireTarget } from './admin-target.ts';

const userBody = z.object({
  id: z.string().nullish(),
  aud: z.string().nullish(),
  role: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  password: z.string().nullish(),
  password_hash: z.string().nullish(),
  email_confirm: z.boolean().nullish(),
  phone_confirm: z.boolean().nullish(),
  user_metadata: jsonObject.nullish(),
  app_metadata: jsonObject.nullish(),
  ban_duration: z.string().nullish(),
});
type UserBody = z.infer<typeof userBody>;
const deleteBody = z.object({ should_soft_delete: z.boolean().nullish() });

function readCount(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name) ?? '';
  if (text === '') return fallback;
  if (!/^\d{1,15}$/.test(text)) throw invalid(`Bad Pagination Parameters: ${name} is not a number`);
  return Number(text);
}

export async function listUsers(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const { query } = request;
  const page = Math.max(readCount(query, 'page', 1), 1);
  const perPage = readCount(query, 'per_page', 50);
  // Upstream divides by it.
  if (perPage === 0) throw new AuthError(500, 'unexpected_failure', 'Internal Server Error');
  const sort = query.get('sort') || 'created_at desc';
  if (sort !== 'created_at desc' && sort !== 'created_at asc') throw invalid('Bad Sort Parameters');
  const filter = `%${query.get('filter') ?? ''}%`;
  const { sql } = context;
  const matching = sql`
    from auth.users where instance_id = ${instanceId} and aud = ${audience} and
      (coalesce(email, '') like ${filter} or raw_user_meta_data ->> 'full_name' ilike ${filter})`;
  const [{ count } = { count: 0 }] = await sql<
    { count: number }[]
  >`select count(*)::int as count ${matching}`;
  const found = sql<UserRow[]>`
    select * ${matching}
    order by created_at ${sort.endsWith('asc') ? sql`asc` : sql`desc`}, id
    limit ${perPage} offset ${(page - 1) * perPage}`;
  const rows = await step(
    'Database error finding users',
    found.then((users) => users.map(requireReadable)),
  );

  const pages = Math.ceil(count / perPage);
  const linkTo = (target: number) => {
    const link = new URLSearchParams(query);
    link.set('page', String(target));
    link.sort();
    return `</admin/users?${link}>`;
  };
  const links = [
    ...(pages > page ? [`${linkTo(page + 1)}; rel="next"`] : []),
    `${linkTo(pages)}; rel="last"`,
  ];
  return ok(
    { users: rows.map((row) => userJson(row, undefined)), aud: audience },
    { 'x-total-count': String(count), link: links.join(', ') },
  );
}

async function setBan(db: Db, id: string, body: UserBody): Promise<void> {
  if (!body.ban_duration) return;
  const seconds = readBanDuration(body.ban_duration);
  await db`
    update auth.users set updated_at = now(), banned_until =
      case when ${seconds}::float8 is null then null else now() + make_interval(secs => ${seconds ?? 0}) end
    where id = ${id}`;
}

export async function createUser(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const body = await request.body(userBody);
  if (!body.email && !body.phone) {
    throw invalid('Cannot create a user without either an email or phone');
  }
  const email = body.email ? readEmail(body.email) : undefined;
  const phone = body.phone ? readPhone(body.phone) : undefined;
  if (email !== undefined && (await findUserByEmail(context.sql, email))) {
    throw new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
  }
  if (phone !== undefined && (await findUserByPhone(context.sql, phone))) {
    throw new AuthError(422, 'phone_exists', 'Phone number already registered by another user');
  }
  if (body.password && body.password_hash) {
    throw invalid('Only a password or a password hash should be provided');
  }
  if (body.id && !isUuid(body.id)) throw invalid('ID must conform to the uuid v4 format');
  if (body.ban_duration) readBanDuration(body.ban_duration);
  const password = body.password || randomBytes(32).toString('base64url');
  if (Buffer.byteLength(password) > 72) throw invalid('Password cannot be longer than 72 characters');
  if (body.password_hash && !/^\$2[aby]\$\d\d\$.{53}$/.test(body.password_hash)) {
    throw invalid('Only bcrypt hashes are supported');
  }
  const passwordHash = body.password_hash || (await hashPassword(password, context.settings.bcryptCost));
  const created = context.sql.begin(async (tx) => {
    const user = await insertUser(tx, {
      id: body.id?.toLowerCase() || undefined,
      aud: body.aud || undefined,
      role: body.role || undefined,
      email,
      phone,
      passwordHash,
      userMetadata: body.user_metadata ?? {},
      appMetadata: body.app_metadata ?? {},
    });
    if (body.email_confirm && email !== undefined) await confirmUser(tx, user.id, 'email');
    if (body.phone_confirm && phone !== undefined) await confirmUser(tx, user.id, 'phone');
    await setBan(tx, user.id, body);
    return user.id;
  });
  const id = await step('Database error creating new user', created);
  return ok(await loadUserJson(context.sql, id));
}

export async function changeUser(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const body = await request.body(userBody);
  const email = body.email ? readEmail(body.email) : undefined;
  const phone = body.phone ? readPhone(body.phone) : undefined;
  if (body.ban_duration) readBanDuration(body.ban_duration);
  if (typeof body.password === 'string') checkPassword(body.password, context.settings.passwordMinLength);
  const hash = body.password ? await hashPassword(body.password, context.settings.bcryptCost) : undefined;
  const changed = context.sql.begin(async (tx) => {
    if (body.role)
      await tx`update auth.users set role = ${body.role}, updated_at = now() where id = ${user.id}`;
    if (hash !== undefined) {
      await setPassword(tx, user.id, hash);
    }
    if (email !== undefined) {
      const verified = { email_verified: body.email_confirm === true, phone_verified: false };
      await insertIdentity(tx, user.id, 'email', { email, ...verified });
      await tx`update auth.users set email = ${email}, updated_at = now() where id = ${user.id}`;
    }
    if (phone !== undefined) {
      const verified = { email_verified: false, phone_verified: body.phone_confirm === true };
      await insertIdentity(tx, user.id, 'phone', { phone, ...verified });
      await tx`update auth.users set phone = ${phone}, updated_at = now() where id = ${user.id}`;
    }
    if (body.email_confirm) await confirmUser(tx, user.id, 'email');
    if (body.phone_confirm) await confirmUser(tx, user.id, 'phone');
    const current = (await findUserById(tx, user.id)) ?? user;
    await changeMetadata(tx, current, {
      user: body.user_metadata ?? undefined,
      app: body.app_metadata ?? undefined,
    });
    await setBan(tx, user.id, body);
  });
  // A taken address is a plain failure here, as upstream.
  await step('Error updating user', changed);
  return ok(await loadUserJson(context.sql, user.id));
}

function obscured(id: string, value: string | null): string | null {
  return value === null ? null : createHash('sha256').update(id).update(value).digest('base64url');
}

export async function removeUser(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const { should_soft_delete: soft } = await request.body(deleteBody, true);
  if (!soft) {
    await step('Database error deleting user', context.sql`delete from auth.users where id = ${user.id}`);
    return ok({});
  }
  const removed = context.sql.begin(async (tx) => {
    await tx`
      update auth.users set email = ${obscured(user.id, user.email)}, phone = ${obscured(user.id, user.phone)},
        encrypted_password = '', email_change = '', phone_change = '', raw_app_meta_data = '{}',
        raw_user_meta_data = '{}', deleted_at = now(), updated_at = now()
      where id = ${user.id}`;
    await tx`
      update auth.identities set provider_id = encode(sha256(convert_to(provider_id || id, 'utf8')), 'base64'),
        identity_data = '{}' where user_id = ${user.id}`;
    await tx`delete from auth.sessions where user_id = ${user.id}`;
    await tx`delete from auth.mfa_factors where user_id = ${user.id}`;
    await tx`delete from auth.one_time_tokens where user_id = ${user.id}`;
  });
  await step('Error soft deleting user', removed);
  return ok({});
}
