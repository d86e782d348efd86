import type { Ports } from '../../../../module/ports.ts';
import type { TableRead } from '../../../../upstream/postgres/rows/catalogue/tables-read.ts';
import type { TableSignals } from '../../../../upstream/postgres/rows/live/table-signals.ts';

export type TableChanges = Ports['tableChanges'];

/** How changes are noticed: told by the tables themselves, told by Realtime, or looked for now and then. */
export type LiveMode = 'triggers' | 'realtime' | 'poll';

/** The tables of one query while they are watched. */
export interface TableWatch {
  /** As of now: `changed` is called when it is another one. */
  readonly mode: LiveMode;
  stop(): void;
}

export interface TableWatcher {
  /** Calls `changed` when one of the tables may have been written to. */
  watch(tables: readonly TableRead[], changed: () => void): TableWatch;
  close(): Promise<void>;
}

/** Realtime bears few channels: what reads more tables than this without triggers is polled. */
const mostFollowed = 20;

/** Hears of tables by their triggers; else by Realtime, where they are published. */
export function createTableWatcher(signals: TableSignals, realtime: TableChanges): TableWatcher {
  return {
    watch(tables, changed) {
      const unlisten = signals.watch(
        tables.map(({ id }) => id),
        changed,
      );
      const silent = tables.filter(({ signals: tells }) => unlisten === undefined || !tells);
      const required = silent.filter(({ guessed }) => !guessed);
      const published = silent.filter((table) => table.published);
      const canFollow = published.length <= mostFollowed && required.every((table) => table.published);
      const followed = (canFollow ? published : []).map((table) => ({
        isRequired: !table.guessed,
        following: realtime.follow(table, changed),
      }));
      const areHeard = (): boolean =>
        canFollow && followed.every(({ isRequired, following }) => !isRequired || following.isHeard);
      return {
        get mode() {
          if (required.length === 0) return unlisten === undefined ? 'poll' : 'triggers';
          return areHeard() ? 'realtime' : 'poll';
        },
        stop() {
          unlisten?.();
          for (const { following } of followed) following.stop();
        },
      };
    },
    close: signals.close,
  };
}
