import type { Socket } from 'node:net';
import postgres from 'postgres';
import { formatPostgresArray } from '../lib/postgres-array.ts';
import type { PostgresAddress } from '../lib/postgres-url.ts';
import { builtInByOid } from '../lib/postgres-values.ts';
import { type CancelKey, sendCancel } from './postgres-cancel.ts';
import type { OpenPostgresSocket } from './postgres-socket.ts';

export type PostgresSql = ReturnType<typeof openDriver>;
export type PostgresNotice = Readonly<Record<string, string>>;

/** One connection to Postgres. It is never reopened: what is lost is lost, the pool opens another. */
export interface PostgresSession {
  /**
   * postgres.js over this one connection. Values are as in SqlResult: int8, numeric, bytea and times
   * are strings, json is parsed losslessly, arrays are arrays.
   */
  readonly sql: PostgresSql;
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
  /** Bytes that arrived since `receivedBytes` was last set to 0. */
  receivedBytes: number;
  /** The connection is destroyed when `receivedBytes` passes this. */
  receiveLimit: number;
  /** True when `receiveLimit` was what ended it. */
  readonly overflowed: boolean;
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

export interface PostgresBackend {
  readonly pid: number;
  /** When the server was started: a process id means something on that server alone. */
  readonly serverStart: string;
}

export interface OpenSessionOptions {
  readonly address: PostgresAddress;
  readonly openSocket: OpenPostgresSocket;
  /** Startup parameters beside user and database. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds for the whole opening of one host. */
  readonly connectTimeoutMs: number;
  /** Whether statements may be prepared by name on it; those that do not ask for it are not. */
  readonly mayPrepare: boolean;
  /** Whether a pooler lends a backend for one transaction only. */
  readonly lentBackend: boolean;
}

/**
 * Opens a connection to the first host that answers and fits `target_session_attrs`.
 * Throws the last host's error when none does.
 */
export async function openPostgresSession(options: OpenSessionOptions): Promise<PostgresSession> {
  const { hosts, targetSessionAttributes: wanted } = options.address;
  let lastError: unknown;
  // `prefer-standby` takes anything in a second round.
  const rounds = wanted === 'prefer-standby' ? ([wanted, 'any'] as const) : ([wanted] as const);
  for (const target of rounds) {
    for (const host of hosts) {
      try {
        return await openOne(options, host, target);
      } catch (error) {
        lastError = error;
      }
    }
  }
  throw lastError;
}

type Host = PostgresAddress['hosts'][number];
interface ServerState {
  version: number;
  standby: boolean;
  read_only: boolean;
  pid: number;
  started: string;
}

async function openOne(
  options: OpenSessionOptions,
  host: Host,
  wanted: PostgresAddress['targetSessionAttributes'],
): Promise<PostgresSession> {
  const { address, openSocket, connectTimeoutMs } = options;
  let socket: Socket | undefined;
  let dials = 0;
  let closed = false;
  let overflowed = false;
  const closeCallbacks: (() => void)[] = [];

  const markClosed = (): void => {
    if (closed) return;
    closed = true;
    for (const callback of closeCallbacks) callback();
  };
  const dial = async (): Promise<Socket> => {
    // postgres.js reconnects by itself, in a loop without an end when the server hangs up during the handshake.
    dials += 1;
    if (dials > 1) throw new Error('the connection was lost');
    socket = await openSocket(host, connectTimeoutMs);
    socket.once('close', () => {
      markClosed();
      // A statement that the driver took between the socket's error and its end would never be answered.
      void sql.end({ timeout: 0 });
    });
    return socket;
  };

  const sql = openDriver({
    address,
    host,
    dial,
    parameters: options.parameters,
    mayPrepare: options.mayPrepare,
    onNotice: (notice) => session.noticeListener?.(notice),
    onNotify: (channel, payload) => session.notifyListener?.(channel, payload),
  });

  let cancelKey: CancelKey = { pid: 0, secret: 0 };
  const destroy = (): void => {
    socket?.destroy();
    sql.end({ timeout: 0 }).catch(() => undefined);
    markClosed();
  };

  const session: PostgresSession & { serverVersion: number; backend: PostgresBackend | undefined } = {
    sql,
    backend: undefined,
    serverVersion: 0,
    noticeListener: undefined,
    notifyListener: undefined,
    receivedBytes: 0,
    receiveLimit: Number.POSITIVE_INFINITY,
    get closed() {
      return closed;
    },
    get overflowed() {
      return overflowed;
    },
    onClose(callback) {
      if (closed) callback();
      else closeCallbacks.push(callback);
    },
    cancel: () => sendCancel(openSocket, host, connectTimeoutMs, cancelKey),
    destroy,
    async end() {
      await sql.end({ timeout: 1 }).catch(() => undefined);
      destroy();
    },
  };

  const timer = setTimeout(destroy, connectTimeoutMs);
  try {
    const [state] = await withState(sql);
    if (state === undefined) throw new Error('the server did not say what it is');
    cancelKey = state.cancelKey;
    if (!fits(wanted, state)) throw new Error(`the server is not ${wanted}`);
    if (!options.lentBackend && cancelKey.pid === state.pid)
      session.backend = { pid: state.pid, serverStart: state.started };
    session.serverVersion = state.version;
    countBytes(socket, session, () => {
      overflowed = true;
      destroy();
    });
    return session;
  } catch (error) {
    destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function withState(sql: PostgresSql): Promise<(ServerState & { cancelKey: CancelKey })[]> {
  const rows = await sql<ServerState[]>`
    select pg_catalog.current_setting('server_version_num')::int as version,
      pg_catalog.pg_is_in_recovery() as standby,
      pg_catalog.current_setting('transaction_read_only') = 'on' as read_only,
      pg_catalog.pg_backend_pid() as pid,
      pg_catalog.pg_postmaster_start_time()::text as started`.simple();
  return rows.map((row) => ({ ...row, cancelKey: rows.state }));
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

function countBytes(socket: Socket | undefined, session: PostgresSession, tooMany: () => void): void {
  socket?.on('data', (chunk) => {
    session.receivedBytes += chunk.length;
    if (session.receivedBytes > session.receiveLimit) tooMany();
  });
}

interface DriverOptions {
  readonly address: PostgresAddress;
  readonly host: Host;
  readonly dial: () => Promise<Socket>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly mayPrepare: boolean;
  readonly onNotice: (notice: PostgresNotice) => void;
  readonly onNotify: (channel: string, payload: string) => void;
}

/** Every option is given, because postgres.js takes what is missing from PG… environment variables. */
function openDriver({ address, host, dial, parameters, mayPrepare, onNotice, onNotify }: DriverOptions) {
  const options = {
    host: 'postgres',
    port: host.port,
    database: address.database,
    user: address.user,
    password: () => address.password,
    max: 1,
    ssl: false,
    prepare: mayPrepare,
    fetch_types: false,
    debug: false,
    idle_timeout: 0,
    max_lifetime: 0,
    connect_timeout: 0,
    keep_alive: 0,
    max_pipeline: 1000,
    onnotice: onNotice,
    onnotify: onNotify,
    connection: { application_name: address.applicationName ?? 'bunbun', ...parameters },
    socket: dial,
    types: driverTypes,
  };
  return postgres(options);
}

/** Values come as the rest of the gateway hands them out; what goes in is text, JSON or an array of text. */
const driverTypes = Object.fromEntries(
  [...builtInByOid].map(([oid, { name, decode = (text: string) => text }]) => {
    const serialize = name.endsWith('[]') ? writeArray : /^jsonb?$/.test(name) ? JSON.stringify : writeText;
    return [`oid${oid}`, { to: oid, from: [oid], parse: decode, serialize }];
  }),
);

function writeText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value);
}

function writeArray(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return formatPostgresArray(value, (item) => {
    if (item === null || typeof item === 'string') return item;
    return typeof item === 'object' ? JSON.stringify(item) : writeText(item);
  });
}
