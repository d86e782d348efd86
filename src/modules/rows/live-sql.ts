/**
 * SQL that has tables tell of their changes, so that live queries need not be polled; to be run by a superuser, or by
 * `postgres` on Supabase, and it can be run again. It is what the local database has by itself.
 */
export function liveSql(): string {
  return `create schema if not exists _bunbun;

-- Tells whoever follows the rows of a table that they are others now: once a transaction for each table, and no byte of
-- a row. Tables that are made later get it by themselves.
create or replace function _bunbun.announce_rows() returns trigger language plpgsql as $$
begin
  perform pg_catalog.pg_notify('bunbun_live', tg_relid::pg_catalog.text);
  return null;
end
$$;

create or replace function _bunbun.announce_rows_of(relation pg_catalog.oid) returns void language plpgsql
set search_path = '' as $$
begin
  if exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.oid = relation and c.relkind in ('r', 'p') and c.relpersistence <> 't'
      and n.nspname not like 'pg\\_%' and n.nspname not in (
        'information_schema', 'bunbun', '_bunbun', '_realtime', 'auth', 'storage', 'realtime', 'extensions', 'graphql',
        'graphql_public', 'vault', 'pgbouncer', 'pgsodium', 'cron', 'net', 'supabase_functions',
        'supabase_migrations')
      and not exists (
        select from pg_catalog.pg_trigger g where g.tgrelid = c.oid and g.tgname = 'bunbun_live')
  ) then
    execute pg_catalog.format(
      'create trigger bunbun_live after insert or update or delete or truncate on %s '
      'for each statement execute function _bunbun.announce_rows()', relation::pg_catalog.regclass);
  end if;
exception when insufficient_privilege then
  -- Somebody else's table: to follow it is slower, and to make it must not fail.
  null;
end
$$;

create or replace function _bunbun.announce_rows_of_new_tables() returns event_trigger language plpgsql
security definer set search_path = '' as $$
begin
  perform _bunbun.announce_rows_of(objid) from pg_catalog.pg_event_trigger_ddl_commands()
    where classid = 'pg_catalog.pg_class'::pg_catalog.regclass;
end
$$;
revoke execute on function _bunbun.announce_rows(), _bunbun.announce_rows_of(pg_catalog.oid),
  _bunbun.announce_rows_of_new_tables() from public;

drop event trigger if exists bunbun_live_tables;
create event trigger bunbun_live_tables on ddl_command_end
  when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE')
  execute function _bunbun.announce_rows_of_new_tables();
select _bunbun.announce_rows_of(oid) from pg_catalog.pg_class where relkind in ('r', 'p');
`;
}
