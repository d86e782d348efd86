/** Functions whose effect outlives a read-only transaction that is rolled back, or that reach into other sessions. */
const outliving = [
  'pg_terminate_backend',
  'pg_cancel_backend',
  'pg_create_physical_replication_slot',
  'pg_create_logical_replication_slot',
  'pg_copy_physical_replication_slot',
  'pg_copy_logical_replication_slot',
  'pg_drop_replication_slot',
  'pg_replication_slot_advance',
  'pg_logical_slot_get_changes',
  'pg_logical_slot_get_binary_changes',
  'pg_logical_slot_peek_changes',
  'pg_logical_slot_peek_binary_changes',
  'pg_logical_emit_message',
  'lo_creat',
  'lo_create',
  'lo_unlink',
  'lo_put',
  'lo_from_bytea',
  'lowrite',
  'lo_truncate',
  'lo_truncate64',
];

/**
 * SQL that makes the login for DATABASE_URL_READ, to be run by a superuser; it can be run again. All other roles keep
 * the right to call the functions that it takes from PUBLIC. Schema by schema instead of pg_read_all_data, whose
 * members also read the catalogues that Postgres keeps to superusers: password hashes of roles, passwords of foreign
 * servers.
 */
export function grantsSql(): string {
  return `-- The login for reading SQL (DATABASE_URL_READ). Run as a superuser, in the database itself; then give it a password:
--   alter role bunbun_read password '…';
-- It reads all tables there are, and those that today's roles will make; run this again when a new role makes tables.
do $$
declare
  routine regprocedure;
  folder name;
  other name;
begin
  if not exists (select from pg_roles where rolname = 'bunbun_read') then
    create role bunbun_read;
  end if;

  -- Taken from everybody, given back to everybody else.
  for routine in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and p.proname = any (array[
        ${outliving.map((name) => `'${name}'`).join(',\n        ')}
      ])
      and (p.proacl is null or exists (
        select from aclexplode(p.proacl) a where a.grantee = 0 and a.privilege_type = 'EXECUTE'
      ))
  loop
    for other in
      select rolname from pg_roles
      where rolname <> 'bunbun_read' and not rolsuper and rolname not like 'pg\\_%'
    loop
      execute format('grant execute on function %s to %I', routine, other);
    end loop;
    execute format('revoke execute on function %s from public', routine);
  end loop;

  for folder in select nspname from pg_namespace where nspname not like 'pg\\_%' and nspname <> 'information_schema'
  loop
    execute format('grant usage on schema %I to bunbun_read', folder);
    execute format('grant select on all tables in schema %I to bunbun_read', folder);
    execute format('grant select on all sequences in schema %I to bunbun_read', folder);
  end loop;
  for other in select rolname from pg_roles where rolname <> 'bunbun_read' and rolname not like 'pg\\_%'
  loop
    execute format('alter default privileges for role %I grant usage on schemas to bunbun_read', other);
    execute format('alter default privileges for role %I grant select on tables to bunbun_read', other);
    execute format('alter default privileges for role %I grant select on sequences to bunbun_read', other);
  end loop;
  -- Answers to callers, which are their own, and what seals them.
  if to_regclass('bunbun.idempotency_keys') is not null then
    revoke all on bunbun.idempotency_keys, bunbun.idempotency_secret from bunbun_read;
  end if;
end
$$;

alter role bunbun_read login nosuperuser nocreatedb nocreaterole noreplication bypassrls;
alter role bunbun_read set default_transaction_read_only = on;
-- Its members read the password hashes of all roles too.
revoke pg_read_all_data from bunbun_read;
`;
}
