-- In Supabase the login `postgres` drops triggers and manages policies on the tables of auth, which takes their owner's
-- rights in plain Postgres. It gets these, and what goes beyond is refused as it is there.
do $$
begin
  execute 'grant supabase_auth_admin to postgres' || case
    when current_setting('server_version_num')::int >= 160000 then ' with inherit true, set false' else '' end;
end
$$;

-- Runs as whoever gives the command.
create or replace function _bunbun.keep_auth() returns event_trigger language plpgsql
set search_path = '' as $$
declare
  touched text;
begin
  if current_user in ('supabase_auth_admin', 'supabase_admin') then
    return;
  end if;
  if tg_event = 'sql_drop' then
    select o.object_type || ' ' || o.object_identity into touched
      from pg_catalog.pg_event_trigger_dropped_objects() o
      where o.schema_name = 'auth' and o.object_type not in ('trigger', 'policy');
  else
    select c.object_type || ' ' || c.object_identity into touched
      from pg_catalog.pg_event_trigger_ddl_commands() c
      left join pg_catalog.pg_class t on c.classid = 'pg_catalog.pg_class'::regclass and t.oid = c.objid
      left join pg_catalog.pg_proc f on c.classid = 'pg_catalog.pg_proc'::regclass and f.oid = c.objid
      left join pg_catalog.pg_type y on c.classid = 'pg_catalog.pg_type'::regclass and y.oid = c.objid
      -- Into the schema, or out of it.
      where c.object_type not in ('trigger', 'policy') and (c.schema_name = 'auth'
        or coalesce(t.relowner, f.proowner, y.typowner) = 'supabase_auth_admin'::regrole);
  end if;
  if touched is not null then
    raise exception 'must be owner of %', touched using
      errcode = '42501',
      hint = 'Of what is in the schema auth only triggers and policies can be changed, as in Supabase.';
  end if;
end
$$;

drop event trigger if exists bunbun_keep_auth;
create event trigger bunbun_keep_auth on ddl_command_end execute function _bunbun.keep_auth();
drop event trigger if exists bunbun_keep_auth_dropped;
create event trigger bunbun_keep_auth_dropped on sql_drop execute function _bunbun.keep_auth();
