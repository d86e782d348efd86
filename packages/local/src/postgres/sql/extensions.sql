-- What a new Supabase project has switched on, as far as this installation of Postgres brings it.
do $$
declare
  extension text;
begin
  foreach extension in array array['uuid-ossp', 'pgcrypto', 'pg_stat_statements'] loop
    if exists (select from pg_available_extensions where name = extension) then
      execute format('create extension if not exists %I with schema extensions', extension);
    end if;
  end loop;
end
$$;
grant execute on all functions in schema extensions to postgres, anon, authenticated, service_role;
