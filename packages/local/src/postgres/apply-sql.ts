import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Sql } from 'postgres';
import type { LocalLog } from '../lib/log.ts';

/**
 * What makes a plain Postgres look like Supabase's, in this order. Every file can be run again over its own result;
 * it runs as `supabase_admin`, in one transaction, when its text has changed since the last start. Where ownership
 * matters a file says `set local role`.
 */
const sqlFiles = [
  'roles.sql',
  'schemas.sql',
  'extensions.sql',
  'auth-functions.sql',
  'auth.sql',
  'auth-rights.sql',
  'storage.sql',
  'realtime.sql',
  'guards.sql',
  'schema-changes.sql',
  'live-rows.sql',
  'live-rows-hidden.sql',
] as const;

/** Applies the files that are new or changed. `sql` is a connection of the superuser. */
export async function applySqlFiles(sql: Sql, log: LocalLog): Promise<void> {
  const known = await appliedHashes(sql);
  const applied: string[] = [];
  for (const name of sqlFiles) {
    const text = await readFile(new URL(`./sql/${name}`, import.meta.url), 'utf8');
    const hash = createHash('sha256').update(text).digest('hex');
    if (known.get(name) === hash) continue;
    await sql.begin(async (transaction) => {
      await transaction.unsafe(text).simple();
      await transaction`reset role`;
      await transaction`
        insert into _bunbun.applied (name, hash) values (${name}, ${hash})
        on conflict (name) do update set hash = excluded.hash, applied_at = now()`;
    });
    applied.push(name);
  }
  if (applied.length > 0) log.info({ files: applied }, 'schemas of the local database are up to date');
}

async function appliedHashes(sql: Sql): Promise<Map<string, string>> {
  const [there] = await sql`select to_regclass('_bunbun.applied') is not null as yes`;
  if (there?.['yes'] !== true) {
    await sql.unsafe(`
      create schema if not exists _bunbun;
      create table if not exists _bunbun.applied (
        name text primary key,
        hash text not null,
        applied_at timestamptz not null default now()
      );
      create table if not exists _bunbun.passwords (login text primary key, hash text not null);
    `);
    return new Map();
  }
  const rows = await sql<{ name: string; hash: string }[]>`select name, hash from _bunbun.applied`;
  return new Map(rows.map(({ name, hash }) => [name, hash]));
}
