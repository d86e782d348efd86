import { z } from 'zod';
import { AppError } from '../../../../lib/app-error.ts';
import type { Cancel, Timers } from '../../../../lib/timers.ts';
import type { Logger } from '../../../../observability/logger.ts';
import { changesChannel } from '../feeds/changes-feed.ts';
import type { ChannelHandlers } from '../socket/channel.ts';
import type { ServerFrame } from '../socket/frames.ts';
import type { RealtimeLimits } from '../socket/limits.ts';
import type { Place, SocketPool } from '../socket/socket-pool.ts';

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** One table as Realtime tells of it. */
export interface TableChannel {
  /** Whether what is written to it now is heard of. */
  readonly isHeard: boolean;
  /** Joins anew, as after a loss. */
  rejoin(): void;
  close(): void;
}

export interface TableChannelDeps {
  readonly pool: Pick<SocketPool, 'place'>;
  readonly timers: Timers;
  readonly limits: Pick<RealtimeLimits, 'refusedTableMs'>;
  /** A JWT of service_role: whoever has fewer rights is not told of a row that has just left them. */
  readonly token: string;
  /** The table may have been written to, or `isHeard` is another one. */
  readonly changed: () => void;
  readonly log: Logger;
}

const gateway = { kind: 'service', key: 'tables' } as const;
/** All that is read of a change. */
const whereWire = z.object({ schema: z.string(), table: z.string() });

/** Joins the channel of a table, until it is closed. What Realtime refuses for good is tried again after a while. */
export function openTableChannel(table: TableName, deps: TableChannelDeps): TableChannel {
  const { pool, timers, limits, token, changed, log } = deps;
  const { schema, name } = table;
  const spec = changesChannel(JSON.stringify(['table', schema, name]), { schema, table: name });
  let place: Place | undefined;
  let cancelRetry: Cancel | undefined;
  let wasHeard = false;

  const heard = (isHeard: boolean): void => {
    const isAnother = isHeard || wasHeard;
    wasHeard = isHeard;
    if (isAnother) changed();
  };
  const leave = (): void => {
    place?.release();
    place = undefined;
  };
  const refused = (error: AppError): void => {
    log.warn({ schema, table: name, err: error }, 'Realtime does not tell of a table that is followed');
    leave();
    cancelRetry = timers.after(limits.refusedTableMs, join);
  };
  const handlers: ChannelHandlers = {
    token: () => token,
    caller: () => gateway,
    live: () => heard(true),
    gap: changed,
    interrupted: () => heard(false),
    message(frame) {
      if (isOf(frame, table)) changed();
    },
    refused({ kind, error }) {
      heard(false);
      if (kind === 'retry') return true;
      refused(error);
      return false;
    },
  };
  function join(): void {
    try {
      place = pool.place(spec, handlers);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused(error);
    }
  }

  join();
  return {
    get isHeard() {
      return place?.channel.state === 'live';
    },
    rejoin: () => place?.channel.rejoin(),
    close() {
      cancelRetry?.();
      leave();
    },
  };
}

/** Realtime takes `_` and `%` of a name for wildcards, so other tables are told of, too. */
function isOf({ event, payload }: ServerFrame, { schema, name }: TableName): boolean {
  if (event !== 'postgres_changes') return false;
  const where = whereWire.safeParse(payload['data']);
  // Whatever it was, it was for us.
  return !where.success || (where.data.schema === schema && where.data.table === name);
}
