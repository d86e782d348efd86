-- Functions whose effect outlives a read-only transaction that is rolled back, or that reach into other sessions.
-- Postgres lets everyone call them; the reading login may not, all others keep what they have in Supabase.
do $$
declare
  routine regprocedure;
begin
  for routine in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and p.proname = any (array[
        'pg_terminate_backend', 'pg_cancel_backend',
        'pg_create_physical_replication_slot', 'pg_create_logical_replication_slot',
        'pg_copy_physical_replication_slot', 'pg_copy_logical_replication_slot', 'pg_drop_replication_slot',
        'pg_replication_slot_advance', 'pg_logical_slot_get_changes', 'pg_logical_slot_get_binary_changes',
        'pg_logical_slot_peek_changes', 'pg_logical_slot_peek_binary_changes', 'pg_logical_emit_message',
        'lo_creat', 'lo_create', 'lo_unlink', 'lo_put', 'lo_from_bytea', 'lowrite', 'lo_truncate', 'lo_truncate64'
      ])
      and (p.proacl is null or exists (
        select from aclexplode(p.proacl) a where a.grantee = 0 and a.privilege_type = 'EXECUTE'
      ))
  loop
    execute format('revoke execute on function %s from public', routine);
    execute format(
      'grant execute on function %s to postgres, authenticator, anon, authenticated, service_role, '
      'supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin', routine
    );
  end loop;
end
$$;

grant execute on function pg_catalog.pg_reload_conf() to postgres;

-- The reading login reads what there is and what will be, but not the catalogues that Postgres keeps to superusers
-- (password hashes of roles), which pg_read_all_data would show it.
revoke pg_read_all_data from bunbun_read;
do $$
declare
  folder name;
  maker name;
begin
  for folder in
    select nspname from pg_namespace
    where nspname not like 'pg\_%' and nspname not in ('information_schema', '_bunbun')
  loop
    execute format('grant usage on schema %I to bunbun_read', folder);
    execute format('grant select on all tables in schema %I to bunbun_read', folder);
    execute format('grant select on all sequences in schema %I to bunbun_read', folder);
  end loop;
  for maker in select rolname from pg_roles where rolname <> 'bunbun_read' and rolname not like 'pg\_%' loop
    execute format('alter default privileges for role %I grant usage on schemas to bunbun_read', maker);
    execute format('alter default privileges for role %I grant select on tables to bunbun_read', maker);
    execute format('alter default privileges for role %I grant select on sequences to bunbun_read', maker);
  end loop;
end
$$;
