import { AppError } from '../../../../lib/app-error.ts';
import type { Logger } from '../../../../observability/logger.ts';
import type { PostgresPools } from '../../pools.ts';

/** Where the triggers that `doctor --live` prints tell the number of a table that was written to. */
const channel = 'bunbun_live';

/** Hears of tables that were written to, where they have the triggers that tell. */
export interface TableSignals {
  /**
   * Calls `changed` when one of the tables, by their numbers, may have changed, until the returned function is called.
   * Undefined where nothing can be heard.
   */
  watch(tables: Iterable<string>, changed: () => void): (() => void) | undefined;
  close(): Promise<void>;
}

/** Listens from the first time on that somebody watches, on a connection past the pooler. */
export function createTableSignals(pools: Pick<PostgresPools, 'listen'>, log: Logger): TableSignals {
  const watching = new Map<string, Set<() => void>>();
  let listener: { close(): Promise<void> } | undefined;
  let state: 'idle' | 'listening' | 'deaf' = 'idle';

  function listen(): void {
    try {
      listener = pools.listen(channel, {
        onMessage(table) {
          for (const changed of [...(watching.get(table) ?? [])]) changed();
        },
        // What was told before is lost.
        onConnect() {
          for (const changed of new Set([...watching.values()].flatMap((each) => [...each]))) changed();
        },
      });
      state = 'listening';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      state = 'deaf';
      log.warn({ err: error }, 'triggers do not tell of live rows: they cannot be listened to');
    }
  }

  return {
    watch(tables, changed) {
      if (state === 'idle') listen();
      if (state === 'deaf') return undefined;
      const ids = [...tables];
      for (const id of ids) watching.set(id, (watching.get(id) ?? new Set()).add(changed));
      return () => {
        for (const id of ids) {
          const watchers = watching.get(id);
          watchers?.delete(changed);
          if (watchers?.size === 0) watching.delete(id);
        }
      };
    },
    close: async () => await listener?.close(),
  };
}
