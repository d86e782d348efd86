import { AppError } from '../../lib/app-error.ts';
import type { Logger } from '../../observability/logger.ts';
import type { PostgresPools } from './pools.ts';
import type { PostgresSql } from './postgres-sql.ts';

const channel = 'bunbun_schema';

/** Tells PostgREST and all gateways, when the transaction commits, that the schema is another one. */
export async function announceSchemaChange(sql: PostgresSql, version: string): Promise<void> {
  await sql.query(
    `select pg_catalog.pg_notify('pgrst', 'reload schema'), pg_catalog.pg_notify('${channel}', $1::text)`,
    [version],
  );
}

export interface SchemaChanges {
  /** Begins to listen, at the first call; for whoever has read something that a change makes stale. */
  follow(): void;
  /** For a change that this process made itself. */
  changed(): void;
  close(): Promise<void>;
}

export interface SchemaChangesDeps {
  readonly pools: Pick<PostgresPools, 'listen'> | undefined;
  /** Has everybody forget what was read from the schema. */
  readonly changed: () => void;
  readonly log: Logger;
}

/**
 * Hears of schema changes that any gateway made, on a connection past the pooler. Without such a connection caches
 * live on until their own time is over, and this is logged once.
 */
export function createSchemaChanges({ pools, changed, log }: SchemaChangesDeps): SchemaChanges {
  let listener: { close(): Promise<void> } | undefined;
  let following = false;

  return {
    follow() {
      if (following || pools === undefined) return;
      following = true;
      try {
        // A new connection may have missed something.
        listener = pools.listen(channel, { onMessage: changed, onConnect: changed });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        log.warn({ err: error }, 'schema changes of other replicas are noticed late');
      }
    },
    changed,
    close: async () => await listener?.close(),
  };
}
