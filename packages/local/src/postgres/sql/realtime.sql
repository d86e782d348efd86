-- The realtime schema of the local stack: what Supabase Realtime expects of a database, without its poller's
-- functions. Run as a superuser; may be run again.

create table if not exists realtime.messages (
  id uuid primary key default gen_random_uuid(),
  topic text not null,
  extension text not null,
  payload jsonb,
  binary_payload bytea,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now()
);
create index if not exists messages_topic_inserted_at on realtime.messages (topic, inserted_at);
alter table realtime.messages enable row level security;
-- As in Supabase: developers, who log in as postgres, make their policies on it.
alter table realtime.messages owner to supabase_realtime_admin;
grant supabase_realtime_admin to postgres;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

-- The room a private channel is joining, for use in policies on realtime.messages.
create or replace function realtime.topic() returns text
language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '') $$;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
declare
  message_id uuid := gen_random_uuid();
begin
  if jsonb_typeof(payload) = 'object' and not payload ? 'id' then
    payload := payload || jsonb_build_object('id', message_id);
  end if;
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (message_id, payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW')
returns void
language plpgsql
as $$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'operation', operation, 'table', table_name, 'schema', table_schema,
      'record', case when operation = 'DELETE' then null else to_jsonb(new) end,
      'old_record', case when operation = 'INSERT' then null else to_jsonb(old) end),
    event_name, topic_name);
end
$$;

-- What each of several callers may see of one change. One row per element of all_claims, in its order.
-- A policy that raises gives its message in "error" and no event to that caller; the others are not affected.
create or replace function realtime.check_change(
  entity oid, change text, key_names text[], key_values text[], all_claims text[])
returns table (rls boolean, selectable text[], visible boolean, error text)
language plpgsql
as $$
declare
  claims text;
  role_name text;
  condition text;
begin
  select c.relrowsecurity into rls from pg_class c where c.oid = entity;
  if rls is null then
    return;
  end if;
  select string_agg(format('%I = %L::%s', k.name, k.value, format_type(a.atttypid, a.atttypmod)), ' and ')
    into condition
    from unnest(key_names, key_values) as k (name, value)
    join pg_attribute a on a.attrelid = entity and a.attname = k.name;
  foreach claims in array all_claims loop
    visible := false;
    error := null;
    selectable := '{}';
    begin
      role_name := claims::jsonb ->> 'role';
      selectable := array(
        select a.attname::text from pg_attribute a
        where a.attrelid = entity and a.attnum > 0 and not a.attisdropped
          and has_column_privilege(role_name, entity, a.attnum, 'SELECT')
        order by a.attnum);
      if change = 'DELETE' or not rls then
        visible := true;
      elsif condition is not null and key_names <@ selectable then
        perform set_config('role', role_name, true), set_config('request.jwt.claims', claims, true);
        execute format('select exists (select 1 from %s where %s)', entity::regclass, condition) into visible;
        perform set_config('role', 'none', true), set_config('request.jwt.claims', '', true);
      end if;
    exception when others then
      visible := false;
      error := sqlerrm;
    end;
    return next;
  end loop;
end
$$;

-- The extensions ('broadcast', 'presence') that a caller may read from or write to on a private channel, decided
-- by the policies on realtime.messages. Every row it makes to find out is rolled back.
create or replace function realtime.authorize(
  topic_name text, claims text, headers text, action text, extensions text[])
returns text[]
language plpgsql
as $$
declare
  probe text;
  probe_id uuid;
  allowed text[] := '{}';
  found_row boolean;
begin
  foreach probe in array extensions loop
    begin
      probe_id := gen_random_uuid();
      found_row := false;
      if action = 'read' then
        insert into realtime.messages (id, topic, extension, event, private)
        values (probe_id, topic_name, probe, 'authorize', true);
      end if;
      perform
        set_config('realtime.topic', topic_name, true),
        set_config('request.headers', headers, true),
        set_config('request.jwt.claims', claims, true),
        set_config('request.jwt.claim.sub', coalesce(claims::jsonb ->> 'sub', ''), true),
        set_config('request.jwt.claim.role', claims::jsonb ->> 'role', true),
        set_config('role', claims::jsonb ->> 'role', true);
      if action = 'read' then
        found_row := exists (select 1 from realtime.messages m where m.id = probe_id);
      else
        insert into realtime.messages (id, topic, extension, event, private)
        values (probe_id, topic_name, probe, 'authorize', true);
        found_row := true;
      end if;
      raise exception sqlstate 'RT000';
    exception
      when sqlstate 'RT000' then
        if found_row then
          allowed := allowed || probe;
        end if;
      when insufficient_privilege then
        null;
    end;
  end loop;
  return allowed;
end
$$;

revoke all on function realtime.check_change(oid, text, text[], text[], text[]) from public;
revoke all on function realtime.authorize(text, text, text, text, text[]) from public;

do $$
begin
  if not exists (select 1 from pg_publication where pubname = 'supabase_realtime_messages_publication') then
    create publication supabase_realtime_messages_publication for table realtime.messages;
  end if;
end
$$;
