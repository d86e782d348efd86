import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { type Ask, startTestApp, type TestApp } from './app.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';
import { hmacToken, keyClaims, testSecret } from './tokens.ts';

export interface DatabaseApp extends AsyncDisposable {
  readonly server: TestPostgres;
  readonly app: TestApp;
  /** As supabase_admin, a superuser. */
  readonly admin: postgres.Sql;
  /** Posts an operation as SERVICE_ROLE. */
  readonly ask: Ask;
  close(): Promise<void>;
}

export const serviceToken = hmacToken(keyClaims('service_role'));

/** A Postgres and a gateway in front of it. `env` adds to the gateway's environment. */
export async function startDatabaseApp(env: Readonly<Record<string, string>> = {}): Promise<DatabaseApp> {
  const server = await startTestPostgres();
  const admin = postgres(server.urlFor('supabase_admin'), { max: 2, onnotice: () => undefined });
  const app = await startTestApp({ ...databaseEnv(server.databaseUrl), ...env });
  const close = async (): Promise<void> => {
    await app.close();
    await admin.end();
    await server.stop();
  };
  return {
    server,
    app,
    admin,
    ask: (operation, variables) => app.graphql(operation, { token: serviceToken, variables }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The environment of a gateway in front of the database `url`. */
export function databaseEnv(url: string): Record<string, string> {
  return {
    JWT_SECRET: testSecret,
    SUPABASE_ANON_KEY: hmacToken(keyClaims('anon')),
    DATABASE_URL: url,
    ALLOW_PRIVILEGED_SQL: 'true',
  };
}

/** Makes the schemas `demo` and `Odd "Names" 😀`, which have one of everything. */
export async function makeDemoSchema(admin: postgres.Sql): Promise<void> {
  await admin.unsafe(await readFile(new URL('./demo-schema.sql', import.meta.url), 'utf8'));
}
