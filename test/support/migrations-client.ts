import {
  createMigrationsClient,
  type MigrationsClient,
  type MigrationsClientDeps,
} from '../../src/modules/migrations/client/client.ts';
import type { PostgresPools } from '../../src/upstream/postgres/pools.ts';
import { defaultConfig } from './default-config.ts';

/** A client of its own on `pools`, as a gateway has it that nobody configured. */
export function migrationsClient(
  pools: PostgresPools,
  deps: Partial<MigrationsClientDeps> = {},
): MigrationsClient {
  return createMigrationsClient({
    pools,
    allowOutOfOrder: true,
    timeoutMs: defaultConfig.database.maxTimeoutMs,
    onSchemaChange: () => undefined,
    ...deps,
  });
}
