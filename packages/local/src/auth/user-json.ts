import type { Db } from './database.ts';
import type { FactorRow, IdentityRow, UserRow } from './users.ts';

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ''));
}

/** An identity as answers show it: `id` and `identity_id` are swapped on purpose, as upstream does. */
function identityJson(row: IdentityRow): object {
  return {
    identity_id: row.id,
    id: row.provider_id,
    user_id: row.user_id,
    identity_data: row.identity_data,
    provider: row.provider,
    last_sign_in_at: row.last_sign_in_at,
    ...present({ created_at: row.created_at, updated_at: row.updated_at, email: row.email }),
  };
}

/** A factor as answers show it; the secret never leaves after enrolment. */
export function factorJson(row: FactorRow): object {
  return {
    id: row.id,
    created_at: row.created_at,
    updated_at: row.updated_at,
    status: row.status,
    ...present({ friendly_name: row.friendly_name }),
    factor_type: row.factor_type,
    phone: row.phone ?? '',
    last_challenged_at: row.last_challenged_at,
  };
}

/** A user as answers show it. Lists load no associations: `identities` is null there and `factors` absent. */
export function userJson(
  row: UserRow,
  associations: { identities: readonly IdentityRow[]; factors: readonly FactorRow[] } | undefined,
): object {
  return {
    id: row.id,
    aud: row.aud,
    role: row.role,
    email: row.email ?? '',
    phone: row.phone ?? '',
    ...present({
      email_confirmed_at: row.email_confirmed_at,
      phone_confirmed_at: row.phone_confirmed_at,
      confirmed_at: row.confirmed_at,
      invited_at: row.invited_at,
      confirmation_sent_at: row.confirmation_sent_at,
      recovery_sent_at: row.recovery_sent_at,
      new_email: row.email_change,
      email_change_sent_at: row.email_change_sent_at,
      new_phone: row.phone_change,
      phone_change_sent_at: row.phone_change_sent_at,
      reauthentication_sent_at: row.reauthentication_sent_at,
      last_sign_in_at: row.last_sign_in_at,
      banned_until: row.banned_until,
      deleted_at: row.deleted_at,
    }),
    app_metadata: row.raw_app_meta_data ?? {},
    user_metadata: row.raw_user_meta_data ?? {},
    ...(associations !== undefined && associations.factors.length > 0
      ? { factors: associations.factors.map(factorJson) }
      : {}),
    identities: associations === undefined ? null : associations.identities.map(identityJson),
    created_at: row.created_at,
    updated_at: row.updated_at,
    is_anonymous: row.is_anonymous,
  };
}

/** A user with identities and factors, as most answers carry it; undefined when the row is gone. */
export async function loadUserJson(db: Db, id: string): Promise<object | undefined> {
  const [user] = await db<UserRow[]>`select * from auth.users where id = ${id}`;
  if (user === undefined) return undefined;
  const identities = await db<IdentityRow[]>`
    select * from auth.identities where user_id = ${id} order by created_at, id`;
  const factors = await db<FactorRow[]>`
    select * from auth.mfa_factors where user_id = ${id} order by created_at, id`;
  return userJson(user, { identities, factors });
}
