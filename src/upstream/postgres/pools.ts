import { notConfigured } from '../../lib/not-configured.ts';
import type { SslMode } from '../../lib/postgres-url.ts';
import type { Logger } from '../../observability/logger.ts';
import { openDriver } from './driver.ts';
import { createPostgresListener, type PostgresListener } from './listener.ts';
import { createPostgresPool, type PostgresPool, type PostgresPoolStats } from './pool.ts';
import { refusePrivilegedLogin } from './refuse-privileged-login.ts';
import type { PostgresSession } from './session.ts';
import { createSessionOpener } from './session-opener.ts';
import { readStatementTimeoutMs } from './statement-timeout.ts';
import { terminateBackend } from './terminate-backend.ts';

export interface PostgresPoolsOptions {
  /** DATABASE_URL. */
  readonly url: string;
  /** DATABASE_URL_READ: the login for SQL that callers wrote to read. */
  readonly readUrl: string;
  /** DATABASE_DIRECT_URL: past the pooler, for what needs a session. */
  readonly directUrl?: string | undefined;
  /** `transaction`: between us and Postgres is a pooler that lends a backend for one transaction only. */
  readonly pooler: 'session' | 'transaction';
  /** DATABASE_SSLMODE: over what the URLs say. */
  readonly sslMode?: SslMode | undefined;
  /** DATABASE_CA: PEM text, over what the URLs say. */
  readonly ca?: string | undefined;
  /** Connections of the read pool whose login can do more than read are refused. */
  readonly refusePrivilegedRead: boolean;
  /** Connections of the general pool. */
  readonly max: number;
  /** Connections of the read pool. */
  readonly readMax: number;
  /** Milliseconds a call waits for a connection. */
  readonly acquireTimeoutMs: number;
  readonly log: Logger;
}

/** All connections of the gateway to Postgres. They are opened when first needed. */
export interface PostgresPools {
  /** DATABASE_URL: generated SQL and executeSql. */
  readonly general: PostgresPool;
  /** DATABASE_URL_READ: connections whose transactions are read-only by default. */
  readonly read: PostgresPool;
  /** True behind a pooler in transaction mode: session state ends with each transaction. */
  readonly transactionPooler: boolean;
  /**
   * For session features (session locks, statements that must not run in a transaction).
   * Throws NOT_CONFIGURED behind a transaction-mode pooler without DATABASE_DIRECT_URL.
   */
  direct(): PostgresPool;
  /** Listens on one channel with a connection of its own that is reopened when lost. Throws as `direct` does. */
  listen(channel: string, handlers: PostgresListenHandlers): PostgresListener;
  /** One round trip on a connection of its own, so that it answers while the pools are busy. */
  ping(signal: AbortSignal): Promise<PostgresPing>;
  stats(): Readonly<Record<'general' | 'read' | 'direct', PostgresPoolStats>>;
  /** Ends everything; running calls get `graceMs`. */
  end(graceMs?: number): Promise<void>;
}

export interface PostgresPing {
  /** Milliseconds. */
  readonly latency: number;
  /** Of the server, such as `15.8`. */
  readonly version: string | null;
}

interface PostgresListenHandlers {
  readonly onMessage: (payload: string) => void;
  /** After each (re)connection: what was sent before is lost. */
  readonly onConnect?: () => void;
}

const pingTimeoutMs = 2_000;
const directMax = 4;

/** Throws when a URL or its CA file is unusable. */
export function createPostgresPools(options: PostgresPoolsOptions): PostgresPools {
  const log = options.log.child({ upstream: 'postgres' });
  const transactionPooler = options.pooler === 'transaction';
  const listeners = new Set<PostgresListener>();

  function opener(
    url: string,
    pooled: boolean,
    mayPrepare: boolean,
    parameters: Record<string, string> = {},
  ) {
    const { sslMode, ca } = options;
    return createSessionOpener({ url, openDriver, sslMode, ca, pooled, mayPrepare, parameters });
  }

  function pool(name: string, max: number, open: Open, writes: boolean, terminators: Open[] = [open]) {
    return createPostgresPool({
      name,
      open,
      terminate: (session) => terminateBackend(session, terminators),
      max,
      writes,
      acquireTimeoutMs: options.acquireTimeoutMs,
      log,
    });
  }

  const openGeneral = opener(options.url, transactionPooler, !transactionPooler);
  const openDirect = options.directUrl === undefined ? openGeneral : opener(options.directUrl, false, false);
  // Each call on it ends with DISCARD ALL, which nothing prepared outlives.
  const openAnyRead = opener(options.readUrl, transactionPooler, false, {
    default_transaction_read_only: 'on',
    statement_timeout: String(readStatementTimeoutMs),
  });
  const openRead = async (): Promise<PostgresSession> => {
    const session = await openAnyRead();
    if (!options.refusePrivilegedRead) return session;
    try {
      await refusePrivilegedLogin(session);
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  };
  const general = pool('general', options.max, openGeneral, true);
  const read = pool('read', options.readMax, openRead, false, [openAnyRead, openGeneral]);
  const direct = pool('direct', directMax, openDirect, true);
  const probe = pool('probe', 1, openGeneral, false);

  function requireDirect(): void {
    if (!transactionPooler || options.directUrl !== undefined) return;
    throw notConfigured(
      'POSTGRES',
      'This needs a session, which a pooler in transaction mode does not give: set DATABASE_DIRECT_URL.',
    );
  }

  return {
    general,
    read,
    transactionPooler,
    direct() {
      requireDirect();
      return direct;
    },
    listen(channel, handlers) {
      requireDirect();
      const listener = createPostgresListener({ open: openDirect, channel, handlers, log });
      listeners.add(listener);
      return listener;
    },
    async ping(signal) {
      const started = performance.now();
      const version = await probe.withSession({ signal, timeoutMs: pingTimeoutMs }, async ({ sql }) => {
        const [row] = await sql.run<{ version: string }>(
          "select pg_catalog.current_setting('server_version') as version",
        );
        return row?.version;
      });
      // A packager's name may follow.
      return { latency: performance.now() - started, version: version?.split(' ')[0] ?? null };
    },
    stats: () => ({ general: general.stats(), read: read.stats(), direct: direct.stats() }),
    async end(graceMs = 5_000) {
      await Promise.all([
        ...[general, read, direct, probe].map((each) => each.close(graceMs)),
        ...[...listeners].map((each) => each.close()),
      ]);
    },
  };
}

type Open = () => Promise<PostgresSession>;
