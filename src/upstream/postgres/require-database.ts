import { notConfigured } from '../../lib/not-configured.ts';

/** What there is where the deployment has a database. Throws NOT_CONFIGURED where it has none. */
export function requireDatabase<T>(given: T | undefined): T {
  if (given !== undefined) return given;
  throw notConfigured('POSTGRES', 'This gateway has no database: DATABASE_URL is not set.');
}
