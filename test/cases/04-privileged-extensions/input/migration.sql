-- Extensions that are on the disk and not "trusted" in plain Postgres.
create extension if not exists moddatetime with schema extensions;
create extension if not exists pgstattuple with schema extensions;
create extension if not exists postgres_fdw with schema extensions;
