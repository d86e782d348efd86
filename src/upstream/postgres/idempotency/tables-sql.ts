/** Bytes of the longest answer whose text is kept. */
export const mostAnswerBytes = 256 * 1024;
/** Live keys of one caller, and the bytes of their answers. */
export const mostKeys = 10_000;
const mostBytes = 20 * 1024 * 1024;
const longestTtlMs = 7 * 86_400_000;

/**
 * What is kept of idempotency keys, in the schema `bunbun`. Whoever may call the two functions can claim keys if he
 * knows a hash of the secret, and end those whose hashes he knows; only their owner sees the tables. It can be run again
 * over its own result.
 */
export const tablesSql = `
create table if not exists bunbun.idempotency_secret (
  only_one boolean primary key default true check (only_one),
  secret text not null
);
insert into bunbun.idempotency_secret (secret) values (pg_catalog.encode(pg_catalog.sha256(
    pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
      || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())), 'hex'))
  on conflict do nothing;

create table if not exists bunbun.idempotency_keys (
  id text primary key,
  owner text not null,
  request text not null,
  done boolean not null default false,
  answer text,
  -- Until when whoever runs it is alive. Null where the key is part of the transaction that it is for.
  leased_until timestamptz,
  expires_at timestamptz not null
);
-- So that nobody has to read the answers to add them up. Tables of before have no such column.
alter table bunbun.idempotency_keys
  add column if not exists answer_bytes int generated always as (pg_catalog.octet_length(answer)) stored;
create index if not exists idempotency_keys_of_owner on bunbun.idempotency_keys (owner);
create index if not exists idempotency_keys_expired on bunbun.idempotency_keys (expires_at);

create or replace function bunbun.claim_idempotency_key(
  key_id text, key_owner text, key_request text, sealed_with text, ttl_ms bigint, lease_ms bigint,
  out outcome text, out kept text
) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  known record;
  held bigint;
  bytes bigint;
begin
  -- Somebody has made the tables anew: with another secret the same key would be another one to each gateway.
  if not exists (
    select from bunbun.idempotency_secret s where encode(sha256(convert_to(s.secret, 'UTF8')), 'hex') = sealed_with
  ) then
    raise invalid_schema_name using message = 'the secret of idempotency keys is another one by now';
  end if;
  -- Whoever has a lease asks again; nobody else's transaction is waited for with a connection that all need.
  if lease_ms is not null then perform set_config('lock_timeout', '10ms', true); end if;
  loop
    select * into known from bunbun.idempotency_keys k where k.id = key_id;
    if found and known.expires_at > clock_timestamp() then
      kept := known.answer;
      outcome := case
        when known.request <> key_request then 'reused'
        when known.done and known.answer is null then 'unkept'
        when known.done then 'done'
        when known.leased_until > clock_timestamp() then 'running'
        else 'unknown'
      end;
      if outcome <> 'done' then kept := null; end if;
      return;
    end if;
    if found then
      delete from bunbun.idempotency_keys k where k.id = key_id and k.expires_at <= clock_timestamp();
    end if;
    select count(*), coalesce(sum(k.answer_bytes), 0) into held, bytes
      from bunbun.idempotency_keys k where k.owner = key_owner and k.expires_at > clock_timestamp();
    if held >= ${mostKeys} or bytes > ${mostBytes - mostAnswerBytes} then
      outcome := 'full';
      return;
    end if;
    insert into bunbun.idempotency_keys (id, owner, request, leased_until, expires_at) values (
      key_id, key_owner, key_request,
      clock_timestamp() + least(lease_ms, 60000) * interval '1 ms',
      clock_timestamp() + least(ttl_ms, ${longestTtlMs}) * interval '1 ms'
    ) on conflict (id) do nothing;
    if found then
      outcome := 'new';
      return;
    end if;
  end loop;
end
$$;

create or replace function bunbun.end_idempotency_key(key_id text, given text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update bunbun.idempotency_keys k
  set done = true, leased_until = null, answer = case when octet_length(given) <= ${mostAnswerBytes} then given end
  where k.id = key_id and not k.done
$$;

-- Also from whom the operator gives rights to all that comes to be.
do $$
declare
  granted record;
begin
  for granted in
    select c.oid::pg_catalog.regclass as relation, a.grantee
    from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
    where c.oid in ('bunbun.idempotency_secret'::pg_catalog.regclass, 'bunbun.idempotency_keys'::pg_catalog.regclass)
      and a.grantee <> c.relowner
  loop
    execute pg_catalog.format('revoke all on %s from %s', granted.relation,
      case when granted.grantee = 0 then 'public' else granted.grantee::pg_catalog.regrole::text end);
  end loop;
end
$$;
alter table bunbun.idempotency_secret enable row level security;
alter table bunbun.idempotency_keys enable row level security;
revoke all on function bunbun.claim_idempotency_key(text, text, text, text, bigint, bigint) from public;
revoke all on function bunbun.end_idempotency_key(text, text) from public;
`;
