import { parsePostgresUrl } from '../lib/postgres-url.ts';
import type { Lifecycle } from '../module/host.ts';
import type { Logger } from '../observability/logger.ts';
import {
  createIdempotencyStore,
  type IdempotencyStore,
} from '../upstream/postgres/idempotency/idempotency-store.ts';
import type { PostgresPools } from '../upstream/postgres/pools.ts';
import type { Config } from './config.ts';

/** Where it is kept what was done under which key; undefined where the deployment has no database. */
export function createIdempotency(
  { database }: Config,
  pools: PostgresPools | undefined,
  lifecycle: Lifecycle,
  log: Logger,
): IdempotencyStore | undefined {
  if (pools === undefined) return undefined;
  const { rowsUrl, rowsServiceUrl, idempotencyMs } = database;
  const logins = [rowsUrl, rowsServiceUrl].flatMap((url) => (url === undefined ? [] : loginsOf(url)));
  const store = createIdempotencyStore({ pool: pools.general, logins, ttlMs: idempotencyMs, log });
  lifecycle.add('idempotency keys', store.close);
  return store;
}

/** As the URL has it, and without the tenant that Supavisor wants behind it. */
function loginsOf(url: string): string[] {
  const user = parsePostgresUrl(url).address?.user ?? '';
  const [login = ''] = user.split('.');
  return [user, login];
}
