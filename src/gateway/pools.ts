import type { Lifecycle } from '../module/host.ts';
import type { Logger } from '../observability/logger.ts';
import { createPostgresPools, type PostgresPools } from '../upstream/postgres/pools.ts';
import type { Config } from './config.ts';

/** The pools of a deployment, until it ends; undefined where it has no database. Nothing connects before it is used. */
export function createPools(
  { database }: Config,
  lifecycle: Lifecycle,
  log: Logger,
): PostgresPools | undefined {
  const { url, readUrl, directUrl, pooler, sslmode, ca } = database;
  if (url === undefined || readUrl === undefined) return undefined;
  const pools = createPostgresPools({
    url,
    readUrl,
    directUrl,
    pooler,
    sslMode: sslmode,
    ca,
    max: database.poolSize,
    readMax: database.readPoolSize,
    acquireTimeoutMs: database.poolWaitMs,
    refusePrivilegedRead: database.refusesPrivilegedSql,
    log,
  });
  lifecycle.add('postgres', () => pools.end());
  return pools;
}
