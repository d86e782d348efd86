-- The triggers of live-rows.sql are this database's own, as those of foreign keys are: in no dump, no diff and no list of
-- a table's triggers. It runs after bunbun_live_tables, since event triggers run in the order of their names.
create or replace function _bunbun.hide_live_triggers() returns event_trigger language plpgsql
security definer set search_path = '' as $$
begin
  update pg_catalog.pg_trigger set tgisinternal = true where tgname = 'bunbun_live' and not tgisinternal;
end
$$;
revoke execute on function _bunbun.hide_live_triggers() from public;

drop event trigger if exists bunbun_live_tables_hidden;
create event trigger bunbun_live_tables_hidden on ddl_command_end
  when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE')
  execute function _bunbun.hide_live_triggers();
update pg_catalog.pg_trigger set tgisinternal = true where tgname = 'bunbun_live';
