import { notConfigured } from '../../lib/not-configured.ts';

/** The pools, or NOT_CONFIGURED where the deployment has no database. */
export function requireDatabase<Pools>(pools: Pools | undefined): Pools {
  if (pools !== undefined) return pools;
  throw notConfigured('POSTGRES', 'This gateway has no database: DATABASE_URL is not set.');
}
