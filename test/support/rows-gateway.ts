import postgres from 'postgres';
import type { Logger } from '../../src/observability/logger.ts';
import { databaseEnv } from './database-gateway.ts';
import { startTestGateway, type TestGateway } from './gateway.ts';
import { startTestPostgres, type TestPostgres } from './postgres.ts';

export interface RowsGateway extends TestGateway {
  readonly server: TestPostgres;
  /** As supabase_admin, a superuser. */
  readonly admin: postgres.Sql;
}

/** A Postgres in which `schema`, SQL, was run as its developer, and a gateway that shows its tables. */
export async function startRowsGateway(
  schema: string,
  env: Readonly<Record<string, string>> | ((server: TestPostgres) => Readonly<Record<string, string>>) = {},
  options: {
    readonly log?: Logger;
    /** The way of the gateway to the database, where it is not the straight one. */
    readonly reached?: (url: string) => string | Promise<string>;
  } = {},
): Promise<RowsGateway> {
  const server = await startTestPostgres();
  const developer = postgres(server.databaseUrl, { max: 1, onnotice: () => undefined });
  await developer.unsafe(schema);
  await developer.end();
  const admin = postgres(server.urlFor('supabase_admin'), { max: 2, onnotice: () => undefined });
  const { reached = (url) => url, ...others } = options;
  const rowsEnv = {
    ...databaseEnv(await reached(server.databaseUrl)),
    DATABASE_URL_ROWS: await reached(server.rowsUrl),
    DATABASE_URL_ROWS_SERVICE: await reached(server.rowsServiceUrl),
    ...(typeof env === 'function' ? env(server) : env),
  };
  const gateway = await startTestGateway(rowsEnv, others);
  const close = async (): Promise<void> => {
    await gateway.close();
    await admin.end();
    await server.stop();
  };
  return { ...gateway, server, admin, close, [Symbol.asyncDispose]: close };
}
