import type { Sql } from 'postgres';

/** Lets the login for rows become those of `roles` that exist, except what row level security does not bind. */
export async function grantToRowsLogin(sql: Sql, roles: readonly string[]): Promise<void> {
  const found = await sql<{ name: string }[]>`
    select rolname as name from pg_roles
    where rolname = any (${[...roles]}) and not rolsuper and not rolbypassrls`;
  for (const { name } of found) await sql`grant ${sql(name)} to bunbun_rows`;
}
