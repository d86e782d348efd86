import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { requireAdmin } from '../callers.ts';
import type { AuthContext } from '../context.ts';
import type { Db } from '../database.ts';
import {
  AuthError,
  type AuthRequest,
  type AuthResponse,
  type Handler,
  invalid,
  ok,
  type Route,
} from '../http.ts';
import { isUuid, jsonObject, readBanDuration, readEmail, readPathId, readPhone } from '../input.ts';
import { checkPassword, hashPassword } from '../password.ts';
import { setPassword } from '../sessions.ts';
import { step } from '../step.ts';
import {
  audience,
  changeMetadata,
  confirmUser,
  type FactorRow,
  factorJson,
  findUserByEmail,
  findUserById,
  findUserByPhone,
  insertIdentity,
  insertUser,
  instanceId,
  loadUserJson,
  requireReadable,
  type UserRow,
  userJson,
} from '../users.ts';

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

async function requireTarget(context: AuthContext, request: AuthRequest): Promise<UserRow> {
  const id = readPathId(request.params['id'], 'user_id');
  const user = await step('Database error loading user', findUserById(context.sql, id));
  if (user === undefined) throw new AuthError(404, 'user_not_found', 'User not found');
  return user;
}

function readCount(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name) ?? '';
  if (text === '') return fallback;
  if (!/^\d{1,15}$/.test(text)) throw invalid(`Bad Pagination Parameters: ${name} is not a number`);
  return Number(text);
}

async function listUsers(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
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

async function createUser(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
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

async function changeUser(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
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

async function removeUser(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
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

async function listFactors(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const rows = await context.sql<FactorRow[]>`
    select * from auth.mfa_factors where user_id = ${user.id} order by created_at, id`;
  return ok(rows.map(factorJson));
}

async function renameFactor(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const id = readPathId(request.params['factorId'], 'factor_id');
  const { friendly_name: name } = await request.body(z.object({ friendly_name: z.string().nullish() }));
  const [row] = await context.sql<FactorRow[]>`
    update auth.mfa_factors set friendly_name = coalesce(${name || null}, friendly_name), updated_at = now()
    where id = ${id} and user_id = ${user.id} returning *`;
  if (row === undefined) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found');
  return ok(factorJson(row));
}

async function removeFactor(context: AuthContext, request: AuthRequest): Promise<AuthResponse> {
  const user = await requireTarget(context, request);
  const id = readPathId(request.params['factorId'], 'factor_id');
  const [row] = await context.sql<FactorRow[]>`
    delete from auth.mfa_factors where id = ${id} and user_id = ${user.id} returning *`;
  if (row === undefined) throw new AuthError(404, 'mfa_factor_not_found', 'Factor not found');
  return ok(factorJson(row));
}

/** /admin/users: list, get, create, change, delete, and the factors of a user; and the lists that are empty here. */
export function adminRoutes(context: AuthContext): Route[] {
  const guarded =
    (handle: (context: AuthContext, request: AuthRequest) => Promise<AuthResponse>): Handler =>
    async (request) => {
      await requireAdmin(context, request);
      return await handle(context, request);
    };
  const user = '/admin/users/:id';
  return [
    { method: 'GET', path: '/admin/users', handle: guarded(listUsers) },
    { method: 'POST', path: '/admin/users', handle: guarded(createUser) },
    {
      method: 'GET',
      path: user,
      handle: guarded(async (_, request) => {
        const target = await requireTarget(context, request);
        return ok(await loadUserJson(context.sql, target.id));
      }),
    },
    { method: 'PUT', path: user, handle: guarded(changeUser) },
    { method: 'DELETE', path: user, handle: guarded(removeUser) },
    { method: 'GET', path: `${user}/factors`, handle: guarded(listFactors) },
    { method: 'PUT', path: `${user}/factors/:factorId`, handle: guarded(renameFactor) },
    { method: 'DELETE', path: `${user}/factors/:factorId`, handle: guarded(removeFactor) },
    {
      method: 'GET',
      path: `${user}/passkeys`,
      handle: guarded(async (_, request) => {
        await requireTarget(context, request);
        return ok([]);
      }),
    },
    {
      method: 'DELETE',
      path: `${user}/passkeys/:passkeyId`,
      handle: guarded(async (_, request) => {
        await requireTarget(context, request);
        throw new AuthError(404, 'validation_failed', 'Passkey not found');
      }),
    },
    {
      method: 'GET',
      path: '/admin/audit',
      handle: guarded(async () =>
        ok([], { 'x-total-count': '0', link: '</admin/audit?page=0>; rel="last"' }),
      ),
    },
    { method: 'GET', path: '/admin/sso/providers', handle: guarded(async () => ok({ items: [] })) },
    ...['GET', 'PUT', 'DELETE'].map((method) => ({
      method,
      path: '/admin/sso/providers/:id',
      handle: guarded(async () => {
        throw new AuthError(404, 'sso_provider_not_found', 'SSO Identity Provider not found');
      }),
    })),
  ];
}
