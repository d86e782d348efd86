import {
  createPostgresPools,
  type PostgresPools,
  type PostgresPoolsOptions,
} from '../../src/upstream/postgres/pools.ts';
import { defaultConfig } from './default-config.ts';
import { silentLog } from './test-call.ts';

export type TestPoolsOptions = Pick<PostgresPoolsOptions, 'url'> & Partial<PostgresPoolsOptions>;

/** Pools as a gateway has them that is told nothing but the URL. */
export function postgresPools(options: TestPoolsOptions): PostgresPools {
  const { pooler, poolSize, readPoolSize, poolWaitMs } = defaultConfig.database;
  return createPostgresPools({
    readUrl: options.url,
    pooler,
    refusePrivilegedRead: false,
    max: poolSize,
    readMax: readPoolSize,
    acquireTimeoutMs: poolWaitMs,
    log: silentLog,
    ...options,
  });
}
