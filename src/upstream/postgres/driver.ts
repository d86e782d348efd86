import type { Socket } from 'node:net';
import { Stream } from 'node:stream';
import postgres from 'postgres';
import { AppError } from '../../lib/app-error.ts';
import type { DriverOptions, PostgresDriver } from './connection.ts';
import { filterMessages } from './message-filter.ts';
import type { EncodedParam, PostgresSql } from './postgres-sql.ts';
import { builtInByOid } from './values.ts';

// All that leans on postgres.js is here, because much of it is documented nowhere. Checked against 3.4.9.

/** Nothing connects before something is sent. */
export function openDriver(options: DriverOptions): PostgresDriver<PostgresSql> {
  let socket: Socket | undefined;
  let dials = 0;
  let closed = false;
  const closeCallbacks: (() => void)[] = [];

  const markClosed = (): void => {
    if (closed) return;
    closed = true;
    for (const callback of closeCallbacks) callback();
  };
  const endClient = (seconds: number) => client.end({ timeout: seconds }).catch(() => undefined);
  const destroy = (): void => {
    socket?.destroy();
    void endClient(0);
    markClosed();
  };
  const dial = async (): Promise<Socket> => {
    // It reconnects by itself, in a loop without an end when the server hangs up during the handshake.
    dials += 1;
    if (dials > 1) throw new Error('the connection was lost');
    const connected = await options.openSocket();
    if (closed) {
      connected.destroy();
      throw new Error('the connection was given up while it was being opened');
    }
    socket = connected;
    filterMessages(socket, options.filter, options.onReceived);
    // What was sent fails with the error, a moment before the socket has closed.
    socket.once('error', markClosed);
    socket.once('close', () => {
      markClosed();
      // What it took between the socket's error and its end would never be answered.
      void endClient(0);
    });
    return socket;
  };
  const client = createClient(options, dial);

  return {
    sql: sqlOver(client, destroy),
    get closed() {
      return closed;
    },
    onClose(callback) {
      if (closed) callback();
      else closeCallbacks.push(callback);
    },
    destroy,
    async end() {
      await endClient(1);
      destroy();
    },
  };
}

/** Every option is given, because what is missing comes from PG… environment variables. */
function createClient(
  { address, port, parameters, mayPrepare, onNotice, onNotify }: DriverOptions,
  socket: Dial,
) {
  // `socket` is in no type declaration, and neither is that `ssl: false` leaves it as it comes.
  const options = {
    host: 'postgres',
    port,
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
    socket,
    types: valueTypes,
  };
  return postgres(options);
}

type Dial = () => Promise<Socket>;
type Client = ReturnType<typeof createClient>;

/** What comes is read as the gateway hands it out; what goes in is encoded already. */
const valueTypes = Object.fromEntries(
  [...builtInByOid].map(([oid, { decode = String }]) => [
    `oid${oid}`,
    { to: oid, from: [oid], parse: decode, serialize: String },
  ]),
);

function sqlOver(client: Client, destroy: () => void): PostgresSql {
  return {
    async run<Row extends object>(text: string) {
      return withoutHoles(await client.unsafe<Row[]>(text).execute());
    },
    async query<Row extends object>(text: string, params: readonly EncodedParam[] = [], keepPlan = false) {
      const rows = await extended<Row>(client, text, params, keepPlan).execute();
      refuseStream(rows, destroy);
      return withoutHoles(rows);
    },
    async parameterTypes(text) {
      return (await extended(client, text, [], false).describe()).types;
    },
    async forEachRow({ text, params }, onRow) {
      const query = params === undefined ? client.unsafe(text) : extended(client, text, params, false);
      const result = await query.values().forEach((row, { statement }) => {
        onRow(row, statement.columns);
      });
      refuseStream(result, destroy);
      // Whatever its declarations say, each of them may be missing.
      return {
        command: result.command ?? '',
        count: result.count ?? undefined,
        columns: result.columns ?? [],
      };
    },
  };
}

/** A query waits until it is executed. One without parameters of its own would go by the simple protocol. */
function extended<Row extends object>(
  client: Client,
  text: string,
  params: readonly EncodedParam[],
  prepare: boolean,
) {
  const protocol = { prepare, simple: false };
  // Parameters given as arguments would have it ask the server for their types first, a round trip. Given like this
  // they go out with the statement, and the server infers.
  return Object.assign(client.unsafe<Row[]>(text, [], protocol), { parameters: [...params] });
}

/** It counts rows on from a statement that failed in the middle of its own: the places before ours are empty. */
function withoutHoles<Rows extends unknown[]>(rows: Rows): Rows {
  if (rows.length > 0 && !(0 in rows)) {
    rows.splice(
      0,
      rows.findIndex((_, place) => place in rows),
    );
  }
  return rows;
}

/** It answers COPY with a stream, on which an error that nobody awaits ends the process. */
function refuseStream(result: unknown, destroy: () => void): void {
  if (!(result instanceof Stream)) return;
  result.on('error', () => undefined);
  destroy();
  throw new AppError('BAD_SQL', 'COPY from STDIN or to STDOUT has no place to stream to here.');
}
