import type { AnyModule, ClientsOf } from '../module/module.ts';
import type { Service } from '../module/service.ts';
import { auth } from '../modules/auth/index.ts';
import { functions } from '../modules/functions/index.ts';
import { health } from '../modules/health/index.ts';
import { introspection } from '../modules/introspection/index.ts';
import { meta } from '../modules/meta/index.ts';
import { migrations } from '../modules/migrations/index.ts';
import { realtime } from '../modules/realtime/index.ts';
import { rest } from '../modules/rest/index.ts';
import { rows } from '../modules/rows/index.ts';
import { sql } from '../modules/sql/index.ts';
import { storage } from '../modules/storage/index.ts';
import { postgresService } from '../upstream/postgres/postgres-service.ts';

/**
 * What this gateway is made of: here each module has its one line. The order is that of the services in answers, and of
 * the start.
 */
const list = [
  sql,
  introspection,
  migrations,
  auth,
  storage,
  meta,
  realtime,
  rows,
  functions,
  rest,
  health,
] as const;

declare module '../graphql/kit/context.ts' {
  interface Services extends ClientsOf<typeof list> {}
}

export const modules: readonly AnyModule[] = list;

/** The services that the modules stand for. */
export const moduleServices: readonly Service[] = modules.flatMap(({ service }) => service ?? []);

/** Those and the database, as errors, metrics and the schema name them. */
export const namedServices = [postgresService, ...moduleServices] as const;
