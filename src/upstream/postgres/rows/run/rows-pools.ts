import { notConfigured } from '../../../../lib/not-configured.ts';
import type { SslMode } from '../../../../lib/postgres-url.ts';
import type { Logger } from '../../../../observability/logger.ts';
import { createPostgresPool, type PostgresPool, type PostgresPoolStats } from '../../pool.ts';
import type { PostgresSession } from '../../session.ts';
import { createSessionOpener } from '../../session-opener.ts';
import { terminateBackend } from '../../terminate-backend.ts';
import { openPipelineDriver, type PipelineSql } from './pipeline-driver.ts';
import { type RowsCaller, serviceRole } from './rows-caller.ts';
import { refuseUnboundLogin } from './rows-login.ts';

export interface RowsPoolsOptions {
  /** DATABASE_URL_ROWS: a login that may become the API roles, and that row level security binds. */
  readonly url: string;
  /** DATABASE_URL_ROWS_SERVICE: the login for callers with the service role. They are refused without it. */
  readonly serviceUrl: string | undefined;
  /** `transaction`: between us and Postgres is a pooler that lends a backend for one transaction only. */
  readonly pooler: 'session' | 'transaction';
  /** DATABASE_SSLMODE: over what the URLs say. */
  readonly sslMode: SslMode | undefined;
  /** DATABASE_CA: PEM text, over what the URLs say. */
  readonly ca: string | undefined;
  /** Connections of each pool. */
  readonly max: number;
  /** Milliseconds a call waits for a connection. */
  readonly acquireTimeoutMs: number;
  readonly log: Logger;
}

export type RowsSession = PostgresSession<PipelineSql>;
export type RowsPool = PostgresPool<PipelineSql>;

/** Connections for reading and for writing of one login. They are opened when first needed. */
interface LoginPools {
  /** Transactions are read-only and repeatable read, and nothing that runs in one can change that. */
  readonly read: RowsPool;
  readonly write: RowsPool;
}

export interface RowsPools {
  /** Throws NOT_CONFIGURED for the service role where it has no login. */
  of(caller: RowsCaller): LoginPools;
  stats(): RowsPoolsStats;
  evict(): void;
  close(graceMs: number): Promise<void>;
}

export type RowsPoolsStats = Readonly<
  Record<'read' | 'write' | 'serviceRead' | 'serviceWrite', PostgresPoolStats | undefined>
>;

/** Throws when a URL or its CA file is unusable. */
export function createRowsPools(options: RowsPoolsOptions): RowsPools {
  const { url, serviceUrl } = options;
  const service = serviceUrl === undefined ? undefined : loginPools('rows-service', serviceUrl, options, {});
  const helper = serviceUrl === undefined ? undefined : opener(serviceUrl, options);
  const callers = loginPools('rows', url, options, { check: refuseUnboundLogin, helper });
  const all = [callers, service].flatMap((pools) => (pools === undefined ? [] : [pools.read, pools.write]));
  return {
    of({ role }) {
      if (role !== serviceRole) return callers;
      if (service !== undefined) return service;
      throw notConfigured(
        'POSTGRES',
        'Rows have no login for the service role: set DATABASE_URL_ROWS_SERVICE.',
      );
    },
    stats: () => ({
      read: callers.read.stats(),
      write: callers.write.stats(),
      serviceRead: service?.read.stats(),
      serviceWrite: service?.write.stats(),
    }),
    evict() {
      for (const pool of all) pool.evict();
    },
    async close(graceMs) {
      await Promise.all(all.map((pool) => pool.close(graceMs)));
    },
  };
}

type Open = () => Promise<RowsSession>;

interface LoginTraits {
  /** Rejects for a connection that must not be used. */
  readonly check?: (session: RowsSession) => Promise<unknown>;
  /** Ends backends that the login itself may not end. */
  readonly helper?: Open | undefined;
}

function loginPools(
  name: string,
  url: string,
  options: RowsPoolsOptions,
  { check, helper }: LoginTraits,
): LoginPools {
  const { max, acquireTimeoutMs, log } = options;
  const pool = (kind: keyof LoginPools, parameters: Readonly<Record<string, string>>): RowsPool => {
    const open = opener(url, options, parameters);
    return createPostgresPool({
      name: `${name}-${kind}`,
      open: check === undefined ? open : () => openChecked(open, check),
      terminate: (session) => terminateBackend(session, helper === undefined ? [open] : [open, helper]),
      max,
      acquireTimeoutMs,
      writes: kind === 'write',
      log,
    });
  };
  return {
    read: pool('read', {
      default_transaction_isolation: 'repeatable read',
      default_transaction_read_only: 'on',
    }),
    write: pool('write', {}),
  };
}

function opener(
  url: string,
  { pooler, sslMode, ca }: RowsPoolsOptions,
  parameters: Readonly<Record<string, string>> = {},
): Open {
  const pooled = pooler === 'transaction';
  return createSessionOpener({
    url,
    openDriver: openPipelineDriver,
    sslMode,
    ca,
    pooled,
    mayPrepare: !pooled,
    // Compiling one row's statement takes longer than running it.
    parameters: { jit: 'off', ...parameters },
  });
}

async function openChecked(
  open: Open,
  check: (session: RowsSession) => Promise<unknown>,
): Promise<RowsSession> {
  const session = await open();
  try {
    await check(session);
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}
