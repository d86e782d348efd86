import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import postgres from 'postgres';
import { WebSocketServer } from 'ws';
import { dropUnread } from './drop-unread.ts';
import type { LocalKeys, LocalLog, LocalServer } from './local-server.ts';
import { createAuthorization } from './realtime/authorization.ts';
import { createChangeStream, type Transaction } from './realtime/change-stream.ts';
import { createChanges } from './realtime/changes.ts';
import { noFaults } from './realtime/fault-switches.ts';
import { createRealtimeFaults, type RealtimeFaults } from './realtime/faults.ts';
import { handshakeToken, refuseHandshake } from './realtime/handshake.ts';
import { answerHttp } from './realtime/http.ts';
import { watchPublication } from './realtime/publication-watch.ts';
import { createRateCounter } from './realtime/rate-counter.ts';
import { createRooms } from './realtime/rooms.ts';
import type { RealtimeLimits, RealtimeTiming, ServerContext } from './realtime/server-context.ts';
import { createSocketSession, type SocketSession } from './realtime/socket.ts';
import { deliverStored, recentMessages } from './realtime/stored-messages.ts';
import { createTokenVerifier } from './realtime/token.ts';
import type { SigningKey } from './signing-key.ts';

export interface RealtimeServerOptions {
  /** Login of a superuser with replication: `supabase_admin`. */
  readonly postgresUrl: string;
  readonly keys: LocalKeys;
  readonly log: LocalLog;
  /** Port on 127.0.0.1; any free one by default. */
  readonly port?: number | undefined;
  readonly limits?: Partial<RealtimeLimits>;
  readonly timing?: Partial<RealtimeTiming>;
  /** What the auth server signs user tokens with, where that is not the secret. */
  readonly signing?: SigningKey | undefined;
  /** Names that the Host header may carry beside the loopback ones and the tenant `realtime-dev`. */
  readonly allowedHosts?: readonly string[];
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

const MAX_FRAME_BYTES = 5 * 1024 * 1024;
const publications = ['supabase_realtime', 'supabase_realtime_messages_publication'];

/**
 * Starts the realtime server of the local stack on loopback: what Supabase Realtime does for its clients, over
 * pgoutput instead of wal2json. Throws when the port is taken.
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
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const allowed = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    'realtime-dev',
    ...(options.allowedHosts ?? []),
  ]);
  const misdirected = (request: IncomingMessage): boolean => {
    const name = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    return !allowed.has(name) && !name.startsWith('realtime-dev.');
  };

  const server = createServer((request, response) => {
    dropUnread(request, response);
    if (misdirected(request)) {
      response.writeHead(421).end();
      return;
    }
    void answerHttp(context, request, response);
  });

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (misdirected(request)) {
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
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the realtime server has no port');

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
    url: `http://127.0.0.1:${address.port}`,
    faults,
    counts: () => ({ sockets: sessions.size, channels: channels().length }),
    async close() {
      publication.stop();
      for (const counter of [broadcastRate, changeRate, joinRate]) counter.close();
      for (const session of sessions) session.drop(undefined, '');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, stream.close()]);
      await sql.end({ timeout: 2 });
    },
  };
}
