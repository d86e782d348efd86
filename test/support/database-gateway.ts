import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { type Ask, startTestGateway, type TestGateway } from './gateway.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';
import { hmacToken, keyClaims, testSecret } from './tokens.ts';

export interface DatabaseGateway extends TestGateway {
  readonly server: TestPostgres;
  /** As supabase_admin, a superuser. */
  readonly admin: postgres.Sql;
  /** Posts an operation as SERVICE_ROLE. */
  readonly ask: Ask;
}

export const serviceToken = hmacToken(keyClaims('service_role'));

/** A Postgres and a gateway in front of it. `env` adds to the gateway's environment. */
export async function startDatabaseGateway(
  env: Readonly<Record<string, string>> = {},
): Promise<DatabaseGateway> {
  const server = await startTestPostgres();
  const admin = postgres(server.urlFor('supabase_admin'), { max: 2, onnotice: () => undefined });
  const gateway = await startTestGateway({ ...databaseEnv(server.databaseUrl), ...env });
  const close = async (): Promise<void> => {
    await gateway.close();
    await admin.end();
    await server.stop();
  };
  return {
    ...gateway,
    server,
    admin,
    ask: (operation, variables) => gateway.graphql(operation, { token: serviceToken, variables }),
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
