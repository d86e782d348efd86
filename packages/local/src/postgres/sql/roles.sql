-- The roles of a Supabase database. Passwords are set by login-passwords.ts.
do $$
declare
  name text;
begin
  foreach name in array array[
    'anon', 'authenticated', 'service_role', 'authenticator', 'postgres', 'bunbun_read', 'bunbun_rows',
    'supabase_auth_admin', 'supabase_storage_admin', 'supabase_realtime_admin'
  ] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I', name);
    end if;
  end loop;
end
$$;

alter role supabase_admin login superuser createdb createrole replication bypassrls;
alter role supabase_admin set search_path = "$user", public, auth, extensions;

-- What tokens say a caller is.
alter role anon nologin inherit nobypassrls;
alter role authenticated nologin inherit nobypassrls;
alter role service_role nologin inherit bypassrls;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';

-- The login of request-serving services: it has no rights until it takes one of the roles above.
alter role authenticator login noinherit nobypassrls;
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
grant anon, authenticated, service_role to authenticator;

-- The developer's login: owner of the database, not a superuser.
alter role postgres login nosuperuser createdb createrole replication bypassrls;
alter role postgres set search_path = "$user", public, extensions;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

alter role supabase_auth_admin login noinherit createrole noreplication;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin login noinherit createrole noreplication;
alter role supabase_storage_admin set search_path = storage;
grant authenticator to supabase_storage_admin;
alter role supabase_realtime_admin nologin noinherit noreplication;
grant anon, authenticated, service_role to supabase_realtime_admin;

-- The login for reading SQL: it sees everything, and a statement that would write fails in any transaction.
alter role bunbun_read login nosuperuser nocreatedb nocreaterole noreplication bypassrls;
alter role bunbun_read set default_transaction_read_only = on;

-- The login for rows: no rights until it takes the role of a caller, and none that row level security does not bind.
-- rows-login.ts adds the roles of the operator's own.
alter role bunbun_rows login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role bunbun_rows set jit = off;
grant anon, authenticated to bunbun_rows;
