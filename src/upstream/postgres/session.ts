import type { PostgresAddress } from '../../lib/postgres-url.ts';
import type { DriverOptions, PostgresDriver, PostgresNotice } from './connection.ts';
import { createMessageFilter, type MessageFilter } from './message-filter.ts';
import type { PlainSql, PostgresSql } from './postgres-sql.ts';
import { type CancelKey, sendCancel } from './send-cancel.ts';
import type { OpenPostgresSocket } from './socket-opener.ts';

/**
 * One connection to Postgres. It is never reopened: what is lost is lost, the pool opens another. `Sql` is what the driver
 * that holds it can send.
 */
export interface PostgresSession<Sql extends PlainSql = PostgresSql> {
  readonly sql: Sql;
  /** Its process on the server; undefined behind a pooler, which gives a number of its own. */
  readonly backend: PostgresBackend | undefined;
  /** Such as 150018. */
  readonly serverVersion: number;
  /** Calls back once, when the connection is gone for whatever reason; at once when it is gone already. */
  onClose(callback: () => void): void;
  /** Receives notices while set. */
  noticeListener: ((notice: PostgresNotice) => void) | undefined;
  /** Receives NOTIFY messages while set. */
  notifyListener: ((channel: string, payload: string) => void) | undefined;
  readonly closed: boolean;
  /** What is left out of the server's stream before the driver sees it. */
  readonly messages: Pick<MessageFilter, 'rowLimit' | 'rowsLeftOut'>;
  /** Bytes that arrived since `receivedBytes` was last set to 0. */
  receivedBytes: number;
  /** The connection is destroyed when `receivedBytes` passes this. */
  receiveLimit: number;
  /** True when `receiveLimit` was what ended it. */
  readonly overflowed: boolean;
  /** True when its statement would not end, which says nothing about other connections. */
  givenUp: boolean;
  /**
   * Asks Postgres to cancel what runs, and resolves when that request has come to its end. False: it may still come, so
   * this connection must not be used for anything else. Never rejects.
   */
  cancel(): Promise<boolean>;
  /** Ends the connection at once; pending statements reject. */
  destroy(): void;
  /** Says goodbye to Postgres, then ends. */
  end(): Promise<void>;
}

interface PostgresBackend {
  readonly pid: number;
  /** Microseconds, when the server was started: a process id means something on that server alone. */
  readonly serverStart: string;
}

export interface OpenSessionOptions<Sql extends PlainSql> {
  readonly openDriver: (options: DriverOptions) => PostgresDriver<Sql>;
  readonly address: PostgresAddress;
  readonly openSocket: OpenPostgresSocket;
  /** Startup parameters beside user and database. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds for the whole opening of one host. */
  readonly connectTimeoutMs: number;
  /** Whether statements may be prepared by name on it; those that do not ask for it are not. */
  readonly mayPrepare: boolean;
  /** Whether a pooler lends a backend for one transaction only. */
  readonly pooled: boolean;
  /** Hosts known not to look whether their client is still there; it is added to. */
  readonly unwatching: Set<PostgresHost>;
}

/**
 * Opens a connection to the first host that answers and fits `target_session_attrs`.
 * Throws the last host's error when none does.
 */
export async function openPostgresSession<Sql extends PlainSql>(
  options: OpenSessionOptions<Sql>,
): Promise<PostgresSession<Sql>> {
  const { hosts, targetSessionAttributes: wanted } = options.address;
  let lastError: unknown;
  // `prefer-standby` takes anything in a second round.
  const rounds = wanted === 'prefer-standby' ? ([wanted, 'any'] as const) : ([wanted] as const);
  for (const target of rounds) {
    for (const host of hosts) {
      try {
        return await openWatching(options, host, target);
      } catch (error) {
        lastError = error;
      }
    }
  }
  throw lastError;
}

export type PostgresHost = PostgresAddress['hosts'][number];
interface ServerState {
  version: number;
  standby: boolean;
  read_only: boolean;
  pid: number;
  started: string;
}

const clientCheck = 'client_connection_check_interval';

/**
 * Has the server look every second whether its client is still there while a statement runs, so that what nobody waits
 * for ends. Not every server can (Postgres 14 on Linux and some others): one that refuses is not asked again.
 */
async function openWatching<Sql extends PlainSql>(
  options: OpenSessionOptions<Sql>,
  host: PostgresHost,
  wanted: PostgresAddress['targetSessionAttributes'],
): Promise<PostgresSession<Sql>> {
  const { parameters, pooled, unwatching } = options;
  if (!pooled && !unwatching.has(host)) {
    try {
      return await openOne({ ...options, parameters: { ...parameters, [clientCheck]: '1s' } }, host, wanted);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes(clientCheck))) throw error;
      unwatching.add(host);
    }
  }
  return await openOne(options, host, wanted);
}

async function openOne<Sql extends PlainSql>(
  options: OpenSessionOptions<Sql>,
  host: PostgresHost,
  wanted: PostgresAddress['targetSessionAttributes'],
): Promise<PostgresSession<Sql>> {
  const { address, openSocket, connectTimeoutMs, parameters, mayPrepare } = options;
  const messages = createMessageFilter();
  const driver = options.openDriver({
    address,
    port: host.port,
    openSocket: () => openSocket(host, connectTimeoutMs),
    parameters,
    mayPrepare,
    filter: messages,
    onReceived: (bytes) => {
      session.receivedBytes += bytes;
      if (session.receivedBytes <= session.receiveLimit) return;
      overflowed = true;
      driver.destroy();
    },
    onNotice: (notice) => session.noticeListener?.(notice),
    onNotify: (channel, payload) => session.notifyListener?.(channel, payload),
  });
  let overflowed = false;
  let cancelKey: CancelKey = { pid: 0, secret: 0 };

  const session: PostgresSession<Sql> & { serverVersion: number; backend: PostgresBackend | undefined } = {
    sql: driver.sql,
    backend: undefined,
    serverVersion: 0,
    noticeListener: undefined,
    notifyListener: undefined,
    givenUp: false,
    messages,
    receivedBytes: 0,
    receiveLimit: Number.POSITIVE_INFINITY,
    get closed() {
      return driver.closed;
    },
    get overflowed() {
      return overflowed;
    },
    onClose: driver.onClose,
    cancel: () => sendCancel(openSocket, host, connectTimeoutMs, cancelKey),
    destroy: driver.destroy,
    end: driver.end,
  };

  const timer = setTimeout(driver.destroy, connectTimeoutMs);
  try {
    const answer = await askState(driver.sql);
    const [state] = answer;
    if (state === undefined) throw new Error('the server did not say what it is');
    cancelKey = answer.state;
    if (!fits(wanted, state)) throw new Error(`the server is not ${wanted}`);
    if (!options.pooled && cancelKey.pid === state.pid)
      session.backend = { pid: state.pid, serverStart: state.started };
    session.serverVersion = state.version;
    return session;
  } catch (error) {
    driver.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function askState(sql: PlainSql) {
  return sql.run<ServerState>(`
    select pg_catalog.current_setting('server_version_num')::int as version,
      pg_catalog.pg_is_in_recovery() as standby,
      pg_catalog.current_setting('transaction_read_only') = 'on' as read_only,
      pg_catalog.pg_backend_pid() as pid,
      (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::int8 as started`);
}

function fits(wanted: PostgresAddress['targetSessionAttributes'], state: ServerState): boolean {
  switch (wanted) {
    case 'any':
      return true;
    case 'read-write':
      return !state.standby && !state.read_only;
    case 'read-only':
      return state.standby || state.read_only;
    case 'primary':
      return !state.standby;
    case 'standby':
    case 'prefer-standby':
      return state.standby;
  }
}
