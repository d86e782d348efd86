-- Tells whoever reads the schema that it is another one, once a transaction: tables, functions, comments and grants.
-- Temporary tables are nobody else's business.
create or replace function _bunbun.announce_schema_change() returns event_trigger language plpgsql
set search_path = '' as $$
declare
  lasting boolean;
begin
  if tg_event = 'sql_drop' then
    select pg_catalog.bool_or(not is_temporary) into lasting
      from pg_catalog.pg_event_trigger_dropped_objects();
  else
    select pg_catalog.bool_or(schema_name is distinct from 'pg_temp') into lasting
      from pg_catalog.pg_event_trigger_ddl_commands();
  end if;
  if lasting then
    perform pg_catalog.pg_notify('bunbun_schema', 'ddl'), pg_catalog.pg_notify('pgrst', 'reload schema');
  end if;
end
$$;
revoke execute on function _bunbun.announce_schema_change() from public;

drop event trigger if exists bunbun_schema_change;
create event trigger bunbun_schema_change on ddl_command_end
  execute function _bunbun.announce_schema_change();
drop event trigger if exists bunbun_schema_change_dropped;
create event trigger bunbun_schema_change_dropped on sql_drop
  execute function _bunbun.announce_schema_change();
