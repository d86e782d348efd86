-- Tells whoever reads the schema that it is another one, once a transaction: tables, functions, comments and grants.
create or replace function _bunbun.announce_schema_change() returns event_trigger language plpgsql
set search_path = '' as $$
begin
  perform pg_catalog.pg_notify('bunbun_schema', 'ddl');
  perform pg_catalog.pg_notify('pgrst', 'reload schema');
end
$$;
revoke execute on function _bunbun.announce_schema_change() from public;

drop event trigger if exists bunbun_schema_change;
create event trigger bunbun_schema_change on ddl_command_end
  execute function _bunbun.announce_schema_change();
drop event trigger if exists bunbun_schema_change_dropped;
create event trigger bunbun_schema_change_dropped on sql_drop
  execute function _bunbun.announce_schema_change();
