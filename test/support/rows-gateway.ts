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
    readonly postgres?: Parameters<typeof startTestPostgres>[0];
  } = {},
): Promise<RowsGateway> {
  const { reached = (url) => url, postgres: postgresOptions, ...others } = options;
  const server = await startTestPostgres(postgresOptions);
  const developer = postgres(server.databaseUrl, { max: 1, onnotice: () => undefined });
  await developer.unsafe(schema);
  await developer.end();
  const admin = postgres(server.urlFor('supabase_admin'), { max: 2, onnotice: () => undefined });
  const urls = {
    databaseUrl: await reached(server.databaseUrl),
    rowsUrl: await reached(server.rowsUrl),
    rowsServiceUrl: await reached(server.rowsServiceUrl),
  };
  const own = typeof env === 'function' ? env(server) : env;
  const gateway = await startTestGateway({ ...rowsEnv(urls), ...own }, others);
  const close = async (): Promise<void> => {
    await gateway.close();
    await admin.end();
    await server.stop();
  };
  return { ...gateway, server, admin, close, [Symbol.asyncDispose]: close };
}

/** The environment of a gateway that shows the tables of the database with these logins. */
export function rowsEnv({
  databaseUrl,
  rowsUrl,
  rowsServiceUrl,
}: Pick<TestPostgres, 'databaseUrl' | 'rowsUrl' | 'rowsServiceUrl'>): Record<string, string> {
  return {
    ...databaseEnv(databaseUrl),
    DATABASE_URL_ROWS: rowsUrl,
    DATABASE_URL_ROWS_SERVICE: rowsServiceUrl,
  };
}
