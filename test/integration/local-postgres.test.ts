import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

describe('the local Postgres', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startTestPostgres();
  });
  afterAll(async () => {
    await server.stop();
  });

  it('gives each role the attributes it has in Supabase', async () => {
    const sql = postgres(server.databaseUrl, { max: 1 });
    const rows = await sql`
      select rolname as role, concat_ws(' ',
        case when rolsuper then 'superuser' end, case when rolcanlogin then 'login' end,
        case when rolinherit then 'inherit' end, case when rolbypassrls then 'bypassrls' end,
        case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
        case when rolreplication then 'replication' end) as attributes
      from pg_roles where rolname !~ '^pg_' order by rolname`;
    expect(Object.fromEntries(rows.map((row) => [row['role'], row['attributes']]))).toEqual({
      anon: 'inherit',
      authenticated: 'inherit',
      authenticator: 'login',
      bunbun_read: 'login inherit bypassrls',
      postgres: 'login inherit bypassrls createrole createdb replication',
      service_role: 'inherit bypassrls',
      supabase_admin: 'superuser login inherit bypassrls createrole createdb replication',
      supabase_auth_admin: 'login createrole',
      supabase_realtime_admin: '',
      supabase_storage_admin: 'login createrole',
    });
    await sql.end();
  });
});
