import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import postgres from 'postgres';
import { WebSocketServer } from 'ws';
import type { LocalKeys } from './data-folder/keys.ts';
import type { SigningKey } from './data-folder/signing-key.ts';
import { createHostCheck, hostName } from './http/allowed-hosts.ts';
import { type LocalServer, startLocalServer } from './http/local-server.ts';
import type { LocalLog } from './lib/log.ts';
import { createAuthorization } from './realtime/authorization.ts';
import { createChangeStream, type Transaction } from './realtime/changes/change-stream.ts';
import { createChanges } from './realtime/changes/changes.ts';
import { watchPublication } from './realtime/changes/publication-watch.ts';
import { noFaults } from './realtime/fault-switches.ts';
import { createRealtimeFaults, type RealtimeFaults } from './realtime/faults.ts';
import { answerHttp, failHttp } from './realtime/http.ts';
import { createRateCounter } from './realtime/rate-counter.ts';
import { createRooms } from './realtime/rooms.ts';
import type { RealtimeLimits, RealtimeTiming, ServerContext } from './realtime/server-context.ts';
import { createSocketSession, type SocketSession } from './realtime/socket.ts';
import { deliverStored, recentMessages } from './realtime/stored-messages.ts';
import { handshakeToken, refuseHandshake } from './realtime/wire/handshake.ts';
import { createTokenVerifier } from './realtime/wire/token.ts';

export interface RealtimeServerOptions {
  /** Login of a superuser with replication: `supabase_admin`. */
  readonly postgresUrl: string;
  readonly keys: LocalKeys;
  readonly log: LocalLog;
  readonly limits?: Partial<RealtimeLimits>;
  readonly timing?: Partial<RealtimeTiming>;
  /** What the auth server signs user tokens with, where that is not the secret. */
  readonly signing?: SigningKey | undefined;
}

export interface RealtimeServer extends LocalServer {
  readonly faults: RealtimeFaults;
  /** Open sockets and joined channels, for tests that look for leaks. */
  counts(): { sockets: number; channels: number };
}

const defaultLimits: RealtimeLimits = {
  sockets: 200,
  channelsPerSocket: 100,
  joinsPerSecond: 100,
  eventsPerSecond: 100,
  presenceCallsPer30Seconds: 5,
};

const defaultTiming: RealtimeTiming = {
  systemOkMs: 20,
  resubscribeMs: 1000,
  joinErrorMs: 0,
  idleMs: 60_000,
  publicationCheckMs: 60_000,
};

/** Whose name may stand before the host, as clients of the real server say which tenant they mean. */
const tenant = 'realtime-dev';
const maxFrameBytes = 5 * 1024 * 1024;
const publications = ['supabase_realtime', 'supabase_realtime_messages_publication'];

/**
 * Starts the realtime server of the local stack on loopback: what Supabase Realtime does for its clients, over
 * pgoutput instead of wal2json.
 */
export async function startRealtimeServer(options: RealtimeServerOptions): Promise<RealtimeServer> {
  const { log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const timing = { ...defaultTiming, ...options.timing };
  const sql = postgres(options.postgresUrl, {
    max: 4,
    idle_timeout: 30,
    onnotice: () => undefined,
    connection: { TimeZone: 'UTC', statement_timeout: 10_000, application_name: 'bunbun realtime' },
  });
  const verifyToken = createTokenVerifier(options.keys.jwtSecret, options.signing);
  const switches = noFaults();
  const rooms = createRooms();
  const sessions = new Set<SocketSession>();
  const broadcastRate = createRateCounter(limits.eventsPerSecond);
  const changeRate = createRateCounter(limits.eventsPerSecond);
  const joinRate = createRateCounter(limits.joinsPerSecond);
  const changes = createChanges({ sql, log, admit: changeRate.admit });
  const channels = () => [...sessions].flatMap((session) => [...session.channels]);

  const resubscribeAll = () => {
    for (const channel of channels()) channel.resubscribe();
  };

  const stream = createChangeStream({
    postgresUrl: options.postgresUrl,
    publications,
    log,
    async onTransaction(transaction: Transaction) {
      deliverStored(transaction, rooms);
      if (!switches.swallow) await changes.deliver(transaction);
    },
    onRestart: resubscribeAll,
  });

  const context: ServerContext = {
    verifyToken,
    log,
    limits,
    timing,
    faults: switches,
    authorization: createAuthorization(sql),
    rooms,
    changes,
    broadcastRate,
    joinRate,
    startChanges: stream.ready,
    recentMessages: (room, since, limit) => recentMessages(sql, room, since, limit),
  };

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });
  const isLocal = createHostCheck([tenant]);
  const isOurs = (request: IncomingMessage): boolean =>
    isLocal(request) || hostName(request).startsWith(`${tenant}.`);

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (!isOurs(request)) {
      refuseHandshake(socket, 421, 'Misdirected Request');
      return;
    }
    const handshake = handshakeToken(request, verifyToken, {
      refusal: switches.socketRefusal,
      full: sessions.size >= limits.sockets,
    });
    if (handshake.session === undefined) {
      refuseHandshake(socket, handshake.status, handshake.error);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const session = createSocketSession({ context, ws, ...handshake.session });
      sessions.add(session);
      ws.once('close', () => sessions.delete(session));
    });
  }

  const server = await startLocalServer({
    isOurs,
    answer: (request, response) => answerHttp(context, request, response),
    fail: (error, _request, response) => failHttp(context, error, response),
    upgrade,
  });

  // Messages from the database must arrive without anyone subscribing to row changes first.
  await stream
    .ready()
    .catch((error: unknown) => log.warn({ err: error }, 'row changes are not available yet'));

  const publication = await watchPublication({
    sql,
    log,
    everyMs: timing.publicationCheckMs,
    onChange: resubscribeAll,
  });

  const faults = createRealtimeFaults({ switches, sessions: () => sessions, channels, changes, stream });

  return {
    url: server.url,
    faults,
    counts: () => ({ sockets: sessions.size, channels: channels().length }),
    async close() {
      publication.stop();
      for (const counter of [broadcastRate, changeRate, joinRate]) counter.close();
      for (const session of sessions) session.drop(undefined, '');
      await Promise.all([server.close(), stream.close()]);
      await sql.end({ timeout: 2 });
    },
  };
}
