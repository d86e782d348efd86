import postgresJs from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../support/command-line.ts';
import { databaseEnv } from '../support/database-gateway.ts';
import { freePort } from '../support/free-port.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { testSecret } from '../support/tokens.ts';

let postgres: TestPostgres;
let admin: postgresJs.Sql;
beforeAll(async () => {
  postgres = await startTestPostgres();
  admin = postgresJs(postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await admin.end();
  await postgres.stop();
});

async function doctor(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { ended, output } = runCommand(['doctor'], env);
  expect(await ended).toBe(0);
  return output().trim().split('\n');
}

const serveEnv = () => ({
  PUBLIC_URL: 'https://api.example.com',
  JWT_SECRET: testSecret,
  ...databaseEnv(postgres.databaseUrl),
  DATABASE_URL_ROWS: postgres.rowsUrl,
});

it('says what of the configuration keeps `db` away', async () => {
  expect(await doctor({})).toEqual([
    'There is no `db`. DATABASE_URL_ROWS is not set: it wants a login that may become the roles of callers.',
  ]);
  expect(await doctor({ ...serveEnv(), ROWS_SCHEMAS: ',' })).toEqual([
    'There is no `db`. ROWS_SCHEMAS names no schema.',
  ]);
});

it('says what of the database does', async () => {
  const nothing = (role: string) =>
    `${role} may use no table and no function of public: callers with it have no \`db\`.`;
  expect(await doctor(serveEnv())).toEqual([nothing('anon'), nothing('authenticated')]);
  await admin.unsafe(`
    create table public.notes (id int);
    grant select on public.notes to authenticated; grant insert on public.notes to anon;
    revoke anon from bunbun_rows`);
  expect(await doctor(serveEnv())).toEqual([
    'The login of DATABASE_URL_ROWS may not become anon: grant it that role, or make the role.',
  ]);
  await admin.unsafe('grant anon to bunbun_rows');
  expect(await doctor(serveEnv())).toEqual(['Callers have all that is configured.']);
  const [problem = ''] = await doctor({
    ...serveEnv(),
    DATABASE_URL_ROWS: postgres.urlFor('supabase_admin'),
  });
  expect(problem).toContain('The login "supabase_admin" for rows is a superuser');
});

it('says which database does not answer, and why', async () => {
  const url = `postgres://nobody@127.0.0.1:${await freePort()}/postgres`;
  const problems = await doctor({ ...serveEnv(), DATABASE_URL_ROWS: url });
  expect(problems).toEqual([expect.stringMatching(/^DATABASE_URL_ROWS: .*ECONNREFUSED/)]);
});
