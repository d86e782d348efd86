-- Tables, policies-ready row level security and helper functions of the storage schema, with Supabase Storage's names.
-- Owned by supabase_storage_admin, whose login therefore sees every row.
set local role supabase_storage_admin;

do $$
begin
  if to_regtype('storage.buckettype') is null then
    create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');
  end if;
end
$$;

create table if not exists storage.migrations (
  id integer primary key,
  name varchar(100) not null unique,
  hash varchar(40) not null,
  executed_at timestamp default current_timestamp
);

create table if not exists storage.buckets (
  id text primary key,
  name text not null,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text,
  type storage.buckettype not null default 'STANDARD'
);
create unique index if not exists bname on storage.buckets (name);

create table if not exists storage.buckets_analytics (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  type storage.buckettype not null default 'ANALYTICS',
  format text not null default 'ICEBERG',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);

create table if not exists storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text constraint "objects_bucketId_fkey" references storage.buckets (id),
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  owner_id text,
  user_metadata jsonb
);
create unique index if not exists bucketid_objname on storage.objects (bucket_id, name);
create index if not exists idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
create index if not exists name_prefix_search on storage.objects (name text_pattern_ops);

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
alter table storage.migrations enable row level security;
alter table storage.buckets_analytics enable row level security;

create or replace function storage.foldername(name text) returns text[] language plpgsql immutable as $$
declare
  parts text[] := string_to_array(name, '/');
begin
  return parts[1 : array_length(parts, 1) - 1];
end
$$;

create or replace function storage.filename(name text) returns text language plpgsql immutable as $$
declare
  parts text[] := string_to_array(name, '/');
begin
  return parts[array_length(parts, 1)];
end
$$;

create or replace function storage.extension(name text) returns text language plpgsql immutable as $$
begin
  return reverse(split_part(reverse(storage.filename(name)), '.', 1));
end
$$;

create or replace function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language sql stable as $$
  select sum((metadata ->> 'size')::bigint)::bigint, o.bucket_id from storage.objects o group by o.bucket_id
$$;

-- Which call is running, such as `storage.object.upload`, for policies that tell calls apart.
create or replace function storage.operation() returns text language sql stable as $$
  select current_setting('storage.operation', true)
$$;

create or replace function storage.allow_only_operation(expected_operation text) returns boolean
language sql stable as $$
  select coalesce(
    ltrim(storage.operation(), '.') in (expected_operation, 'storage.' || expected_operation), false)
$$;

create or replace function storage.allow_any_operation(expected_operations text[]) returns boolean
language sql stable as $$
  select coalesce(bool_or(storage.allow_only_operation(expected)), false) from unnest(expected_operations) expected
$$;

create or replace function storage.update_updated_at_column() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end
$$;
create or replace trigger update_objects_updated_at before update on storage.objects
  for each row execute function storage.update_updated_at_column();

-- Deleting a row by SQL would leave its bytes behind.
create or replace function storage.protect_delete() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
    raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using errcode = '42501';
  end if;
  return null;
end
$$;
create or replace trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();
create or replace trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();

-- What lies directly under `prefix`: folders, whose id is null, and files; names relative to the prefix. Letter case
-- does not count, and by name a folder stands where its slash puts it: `a+b.txt` comes before the folder `a`.
create or replace function storage.search(
  prefix text, bucketname text, limits integer default 100, levels integer default 1, offsets integer default 0,
  search text default '', sortcolumn text default 'name', sortorder text default 'asc'
) returns table (
  name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
) language plpgsql stable as $$
declare
  direction text := case when lower(sortorder) = 'desc' then 'desc' else 'asc' end;
  ordering text := case
    when sortcolumn in ('updated_at', 'created_at', 'last_accessed_at')
      then format('e.id is not null, e.%I %s, e.name collate "C" %s', sortcolumn, direction, direction)
    else format('lower(case when e.id is null then e.name || ''/'' else e.name end) collate "C" %1$s, '
      || 'e.name collate "C" %1$s', direction)
  end;
begin
  return query execute format($query$
    with found as (
      select substr(o.name, length($1) + 1) as rest,
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from storage.objects o
      where o.bucket_id = $2 and starts_with(lower(o.name), lower($1))
    ), e as (
      select min(split_part(f.rest, '/', 1) collate "C") as name, null::uuid as id, null::timestamptz as updated_at,
        null::timestamptz as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata
      from found f where strpos(f.rest, '/') > 0 group by lower(split_part(f.rest, '/', 1))
      union all
      select f.rest, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata
      from found f where strpos(f.rest, '/') = 0
    )
    select e.* from e where starts_with(lower(e.name), lower($3))
    order by %s limit $4 offset $5
  $query$, ordering) using prefix, bucketname, search, limits, offsets;
end
$$;

-- One page by cursor. Names are full keys, folders end in a slash; without a delimiter there are no folders.
-- A folder sorts by the newest (descending) or oldest (ascending) moment below it.
create or replace function storage.search_page(
  prefix text, bucket_name text, limits integer, with_delimiter boolean, sort_column text, sort_order text,
  start_after text, sort_after timestamptz
) returns table (
  name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb,
  sort_moment timestamptz
) language plpgsql stable as $$
declare
  descending boolean := lower(sort_order) = 'desc';
  direction text := case when descending then 'desc' else 'asc' end;
  compare text := case when descending then '<' else '>' end;
  pick text := case when descending then 'max' else 'min' end;
  by_time boolean := sort_column in ('updated_at', 'created_at');
  moment text := case when by_time
    then format('date_trunc(''milliseconds'', o.%I)', sort_column) else 'null::timestamptz' end;
  ordering text := case when by_time
    then format('e.sort_moment %1$s, e.name collate "C" %1$s', direction)
    else format('e.name collate "C" %s', direction) end;
  condition text := case
    when by_time then format('$5::timestamptz is null or (e.sort_moment, e.name collate "C") %s ($5, $4)', compare)
    else format('$4 = '''' or e.name collate "C" %s $4', compare) end;
begin
  return query execute format($query$
    with found as (
      select o.name, strpos(substr(o.name, length($1) + 1), '/') as slash, %1$s as moment,
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from storage.objects o
      where o.bucket_id = $2 and starts_with(o.name, $1)
    ), e as (
      select left(f.name, length($1) + f.slash) as name, null::uuid as id, null::timestamptz as updated_at,
        null::timestamptz as created_at, null::timestamptz as last_accessed_at, null::jsonb as metadata,
        %2$s(f.moment) as sort_moment
      from found f where $3 and f.slash > 0 group by 1
      union all
      select f.name, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata, f.moment
      from found f where not $3 or f.slash = 0
    )
    select e.* from e where %3$s order by %4$s limit $6
  $query$, moment, pick, condition, ordering)
  using prefix, bucket_name, with_delimiter, coalesce(start_after, ''), sort_after, limits;
end
$$;

grant usage on schema storage to anon, authenticated, service_role, postgres;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role, postgres;
grant all on storage.buckets_analytics to service_role, postgres;
grant execute on all functions in schema storage to anon, authenticated, service_role, postgres;

reset role;
-- Policies on these tables are the developer's to write, and that takes the owner's rights.
grant supabase_storage_admin to postgres;
