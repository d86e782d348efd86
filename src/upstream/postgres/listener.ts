import { backOff } from '../../lib/back-off.ts';
import type { Logger } from '../../observability/logger.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import type { PostgresSession } from './session.ts';

export interface PostgresListener {
  /** Ends the connection; no handler is called afterwards. */
  close(): Promise<void>;
}

export interface PostgresListenerDeps {
  readonly open: () => Promise<PostgresSession>;
  readonly channel: string;
  readonly handlers: {
    readonly onMessage: (payload: string) => void;
    readonly onConnect?: () => void;
  };
  readonly log: Logger;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
const leastPause = 0.5;

/** LISTEN on a connection of its own, opened again whenever it is lost. */
export function createPostgresListener(deps: PostgresListenerDeps): PostgresListener {
  const { channel, handlers, log } = deps;
  let session: PostgresSession | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  const again = (): void => {
    if (closed) return;
    timer = setTimeout(() => void start(), backOff(failures, firstPauseMs, longestPauseMs, leastPause));
    failures += 1;
    timer.unref();
  };

  async function start(): Promise<void> {
    let opened: PostgresSession | undefined;
    try {
      opened = await deps.open();
      session = opened;
      if (closed) return await opened.end();
      opened.notifyListener = (_channel, payload) => {
        if (!closed) handlers.onMessage(payload);
      };
      opened.onClose(again);
      await opened.sql.run(`listen ${quoteIdentifier(channel)}`);
      failures = 0;
      if (!closed) handlers.onConnect?.();
    } catch (error) {
      log.warn({ channel, err: error }, 'cannot listen to Postgres');
      // A session that was opened reports its own end.
      if (opened === undefined) again();
      else opened.destroy();
    }
  }

  void start();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await session?.end();
    },
  };
}
