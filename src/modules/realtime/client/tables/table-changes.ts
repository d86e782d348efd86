import type { Cancel, Timers } from '../../../../lib/timers.ts';
import type { RealtimeLimits } from '../socket/limits.ts';
import {
  openTableChannel,
  type TableChannel,
  type TableChannelDeps,
  type TableName,
} from './table-channel.ts';

/** A table that is followed. */
interface FollowedTable {
  /** Whether what is written to it now is heard of. */
  readonly isHeard: boolean;
  stop(): void;
}

/**
 * Word of tables that were written to, and nothing of what: it is for whoever reads them anew with the rights of those
 * who ask. The gateway follows them with its own key, so no row may ever pass here.
 */
export interface TableChanges {
  /**
   * Calls `changed` when the table may have been written to, and when `isHeard` is another one. Throws nothing: a table
   * that cannot be followed is not heard.
   */
  follow(table: TableName, changed: () => void): FollowedTable;
}

export interface FollowedTables extends TableChanges {
  readonly followed: number;
  /** Joins every channel anew, of which all are told. */
  rejoinAll(): void;
}

export interface TableChangesDeps extends Omit<TableChannelDeps, 'token' | 'changed'> {
  readonly token: string | undefined;
  readonly timers: Timers;
  readonly limits: RealtimeLimits;
  /** Has somebody watch over channels of row changes, until what it gives is called. */
  readonly keep: () => (() => void) | undefined;
}

interface SharedTable {
  readonly channel: TableChannel;
  readonly watchers: Set<{ readonly changed: () => void }>;
  cancelLinger: Cancel | undefined;
}

const unheard: FollowedTable = { isHeard: false, stop: () => undefined };

/** One channel for each table, whoever follows it, which outlives the last of them by a while. */
export function createTableChanges({ token, keep, ...deps }: TableChangesDeps): FollowedTables {
  const { timers, limits } = deps;
  const most = Math.min(limits.followedTables, Math.ceil((limits.sockets * limits.channelsPerSocket) / 2));
  const tables = new Map<string, SharedTable>();
  let stopKeeping: (() => void) | undefined;

  function open(key: string, table: TableName, service: string): SharedTable {
    const watchers: SharedTable['watchers'] = new Set();
    const changed = (): void => {
      for (const watcher of [...watchers]) watcher.changed();
    };
    if (tables.size === 0) stopKeeping = keep();
    const channel = openTableChannel(table, { ...deps, token: service, changed });
    const opened: SharedTable = { channel, watchers, cancelLinger: undefined };
    tables.set(key, opened);
    return opened;
  }

  function close(key: string, { channel }: SharedTable): void {
    tables.delete(key);
    channel.close();
    if (tables.size === 0) stopKeeping?.();
  }

  return {
    get followed() {
      return tables.size;
    },
    rejoinAll() {
      for (const { channel } of tables.values()) channel.rejoin();
    },
    follow(table, changed) {
      const key = JSON.stringify([table.schema, table.name]);
      if (token === undefined || (tables.size >= most && !tables.has(key))) return unheard;
      const shared = tables.get(key) ?? open(key, table, token);
      shared.cancelLinger?.();
      const watcher = { changed };
      shared.watchers.add(watcher);
      return {
        get isHeard() {
          return shared.channel.isHeard;
        },
        stop() {
          if (!shared.watchers.delete(watcher) || shared.watchers.size > 0) return;
          shared.cancelLinger = timers.after(limits.lingerMs, () => close(key, shared));
        },
      };
    },
  };
}
