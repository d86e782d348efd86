import { notConfigured } from '../../../../lib/not-configured.ts';
import type { PlainSql } from '../../postgres-sql.ts';
import type { PostgresSession } from '../../session.ts';
import { quoteLiteral } from '../compile/sql-names.ts';

interface LoginRow {
  login: string;
  superuser: boolean;
  bypasses: boolean;
  superusers: string[];
  bypassing: string[];
}

/**
 * Throws NOT_CONFIGURED when row level security does not bind the session's login, or a superuser that it may become: a
 * function that somebody calls may give up the role that was set for him. Gives the other roles that it may become and
 * that row level security does not bind.
 */
export async function refuseUnboundLogin(session: PostgresSession<PlainSql>): Promise<readonly string[]> {
  const [row] = await session.sql.run<LoginRow>(`
    with others as (
      select r.rolname::text as name, r.rolsuper
      from pg_catalog.pg_roles r
      where (r.rolsuper or r.rolbypassrls) and r.rolname <> session_user
        and pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
    )
    select own.rolname::text as login, own.rolsuper as superuser, own.rolbypassrls as bypasses,
      array(select name from others where rolsuper order by 1) as superusers,
      array(select name from others where not rolsuper order by 1) as bypassing
    from pg_catalog.pg_roles own
    where own.rolname = session_user`);
  if (row === undefined) return [];
  const { login, superuser, bypasses, superusers, bypassing } = row;
  const fault = superuser
    ? 'is a superuser'
    : bypasses
      ? 'has BYPASSRLS'
      : superusers.length > 0
        ? `may become the superuser ${superusers.join(', ')}`
        : undefined;
  if (fault === undefined) return bypassing;
  throw notConfigured(
    'POSTGRES',
    `The login ${JSON.stringify(login)} for rows ${fault}, so that row level security would bind nobody. ` +
      'Give DATABASE_URL_ROWS a login without it that is a member of the API roles.',
  );
}

/** What there is to say of a login that row level security binds. */
export interface LoginCheck {
  /** Roles that it may become and that row level security does not bind. */
  readonly bypassing: readonly string[];
  /** Of the roles that callers have, those that it may not take, or that do not exist. */
  readonly outOfReach: readonly string[];
}

/** The same for whoever looks after the login. `callerRoles`: those that it is to take. */
export async function checkLogin(
  session: PostgresSession<PlainSql>,
  callerRoles: readonly string[],
): Promise<LoginCheck> {
  const bypassing = await refuseUnboundLogin(session);
  const rows = await session.sql.run<{ role: string }>(`
    select wanted.role
    from pg_catalog.unnest(array[${callerRoles.map(quoteLiteral).join()}]::pg_catalog.text[]) wanted (role)
    where not exists (
      select from pg_catalog.pg_roles r
      where r.rolname = wanted.role and pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
    )`);
  return { bypassing, outOfReach: rows.map(({ role }) => role) };
}
