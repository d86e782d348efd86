import { hash } from 'node:crypto';
import type { PostgresSql } from '../postgres-sql.ts';
import { quoteIdentifier } from '../quote-identifier.ts';
import { tablesSql } from './tables-sql.ts';

interface Found {
  readonly exists: boolean;
  readonly version: string | null;
  readonly missing: string[];
}

/**
 * Makes the tables and functions where they are not what they are to be, and lets `logins` call the functions. Gives
 * the secret that all gateways in front of this database have in common. Rejects where the login may not make them.
 */
export async function installTables(sql: PostgresSql, logins: readonly string[]): Promise<string> {
  const [found] = await sql.query<Found>(lookAround, [JSON.stringify(logins)]);
  const { exists = false, version = null, missing = [] } = found ?? {};
  if (version !== wanted || missing.length > 0) await sql.run(installation(exists, missing));
  const [row] = await sql.run<{ secret: string }>('select secret from bunbun.idempotency_secret');
  if (row === undefined) throw new Error('bunbun.idempotency_secret is empty.');
  return row.secret;
}

const wanted = `Made by BunBun: ${hash('sha256', tablesSql, 'hex').slice(0, 16)}`;

/** What is there, and which of the logins may not call the functions yet. Without rights nothing is tried in vain. */
const lookAround = `
  with ours as (
      select (select oid from pg_catalog.pg_namespace where nspname = 'bunbun') as schema,
        pg_catalog.to_regclass('bunbun.idempotency_keys') as keys
    ),
    functions as (
      select p.oid from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'bunbun' and p.proname in ('claim_idempotency_key', 'end_idempotency_key')
    )
  select (select schema from ours) is not null as exists,
    pg_catalog.obj_description((select keys from ours), 'pg_class') as version,
    array(
      select r.rolname::text from pg_catalog.pg_roles r
      where r.rolname in (select pg_catalog.jsonb_array_elements_text($1::jsonb))
        and ((select pg_catalog.count(*) from functions) < 2
          or exists (select from functions f where not pg_catalog.has_function_privilege(r.oid, f.oid, 'EXECUTE'))
          or not pg_catalog.has_schema_privilege(r.oid, (select schema from ours), 'USAGE'))
    ) as missing`;

/** One transaction, and one gateway at a time: several start together. */
function installation(exists: boolean, logins: readonly string[]): string {
  const grants = logins.map(quoteIdentifier).map(
    (login) => `grant usage on schema bunbun to ${login};
      grant execute on function bunbun.claim_idempotency_key(text, text, text, text, bigint, bigint),
        bunbun.end_idempotency_key(text, text) to ${login}`,
  );
  return [
    "do $$ begin perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('bunbun.idempotency')); end $$",
    // Also where it exists that takes a right to the database.
    ...(exists ? [] : ['create schema if not exists bunbun']),
    tablesSql,
    ...grants,
    `comment on table bunbun.idempotency_keys is '${wanted}'`,
  ].join(';\n');
}
