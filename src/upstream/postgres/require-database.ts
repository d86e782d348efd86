import { AppError } from '../../lib/app-error.ts';

/** The pools, or NOT_CONFIGURED where the deployment has no database. */
export function requireDatabase<Pools>(pools: Pools | undefined): Pools {
  if (pools !== undefined) return pools;
  throw new AppError('NOT_CONFIGURED', 'This gateway has no database: DATABASE_URL is not set.', {
    details: { service: 'POSTGRES' },
  });
}
