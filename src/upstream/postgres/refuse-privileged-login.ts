import { notConfigured } from '../../lib/not-configured.ts';
import type { PostgresSession } from './session.ts';

interface LoginRow {
  login: string;
  /** Rights that reach out of a read-only transaction that is rolled back, or to what is a superuser's to read. */
  rights: string[];
}

/**
 * Throws NOT_CONFIGURED when the session's login has rights that a read-only transaction does not bind: it, or a role
 * that it may become, is a superuser, may replicate, read or write files, run programs, or signal other sessions; or
 * when it reads all data, which password hashes are a part of.
 */
export async function refusePrivilegedLogin(session: PostgresSession): Promise<void> {
  const [row] = await session.sql.run<LoginRow>(`
    select session_user::text as login, array(
      select case when r.rolsuper then 'SUPERUSER' else 'REPLICATION' end
      from pg_catalog.pg_roles r
      where (r.rolsuper or r.rolreplication)
        and (r.rolname = session_user or (not own.rolsuper and pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')))
      union
      select r.rolname::text
      from pg_catalog.pg_roles r
      where not own.rolsuper and r.rolname in
        ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_signal_backend',
          'pg_read_all_data')
        and pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
      order by 1
    ) as rights
    from pg_catalog.pg_roles own
    where own.rolname = session_user`);
  if (row === undefined || row.rights.length === 0) return;
  throw notConfigured(
    'POSTGRES',
    `The login ${JSON.stringify(row.login)} for reading SQL has more rights than reading: ${row.rights.join(', ')}. ` +
      'Give DATABASE_URL_READ a login without them (`node dist/cli.js doctor --grants` prints the SQL that makes one), ' +
      'or set ALLOW_PRIVILEGED_SQL=true.',
  );
}
