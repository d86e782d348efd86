import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError, errorCodes } from '../../lib/app-error.ts';
import { refuseUpgrade } from '../../lib/refuse-upgrade.ts';
import type { Via } from '../../lib/via.ts';
import { type ClientPlaces, clientOf } from '../../limits/client-places.ts';
import type { Callers } from '../../module/host.ts';
import type { Upgrade } from '../../module/upgrade.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Credentials } from '../../viewer/credentials.ts';
import type { RealtimeEndpoint } from './client/socket/endpoint.ts';
import { createFrameBoundary } from './frame-boundary.ts';

export interface RealtimeTunnelDeps {
  /** Undefined where the deployment has no Realtime. */
  readonly endpoint: RealtimeEndpoint | undefined;
  readonly callers: Callers;
  readonly places: ClientPlaces;
  readonly via: Via;
  /** Milliseconds until upstream has answered the handshake. Realtime delays refusals by two seconds. */
  readonly connectMs: number;
  /**
   * Milliseconds in which something must move. Realtime's clients send a heartbeat every 25 to 30 s.
   * @default 120_000
   */
  readonly idleMs?: number;
  readonly log: Logger;
}

/** What a WebSocket handshake is made of; nothing else of the client's headers goes on. */
const handshakeHeaders = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
];

/**
 * `/realtime/v1/websocket`, for clients that speak Realtime's own protocol. Passes bytes both ways with back-pressure
 * and looks into none. The client's key is verified and translated here; the tokens inside its joins are Realtime's to
 * check.
 */
export function createRealtimeTunnel(deps: RealtimeTunnelDeps): Upgrade {
  const { idleMs = 120_000, log } = deps;
  const open = new Set<OpenTunnel>();
  let closing = false;

  const connect = async (
    request: IncomingMessage,
    client: Duplex,
    head: Buffer,
    endpoint: RealtimeEndpoint,
  ) => {
    const asked = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const viewer = await deps.callers.resolve(keyOf(request, asked));
    // The anonymous caller has a token of ours, but Realtime's clients have to show their own.
    if (!asked.has('apikey') && request.headers['apikey'] === undefined) throw missingKey();
    if (viewer.token === undefined) throw missingKey();
    if (client.destroyed) return;
    if (closing) throw new AppError('SHUTTING_DOWN', 'This process is going down: try again.');
    const target = new URL(endpoint.webSocketUrl);
    const vsn = asked.get('vsn');
    target.search = new URLSearchParams({
      apikey: viewer.token,
      ...(vsn === null ? {} : { vsn }),
    }).toString();
    target.protocol = target.protocol.replace(/^ws/, 'http');
    const headers: Record<string, string> = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      via: deps.via.value,
    };
    for (const name of handshakeHeaders) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const address = deps.callers.clientAddress(request);
    if (address !== undefined) headers['x-forwarded-for'] = address;
    if (endpoint.host !== undefined) headers['host'] = endpoint.host;
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const upstream = send(target, { headers, agent: false, timeout: deps.connectMs });
    const tunnel = openTunnel({ upstream, client, head, idleMs, log });
    open.add(tunnel);
    client.once('close', () => open.delete(tunnel));
    upstream.end();
  };

  return {
    path: '/realtime/v1/websocket',
    async close({ closeMs }) {
      closing = true;
      await Promise.all([...open].map((tunnel) => tunnel.leave(closeMs)));
    },
    upgrade(request, client, head) {
      // Before anything is awaited: an error without a listener would end the process.
      client.on('error', () => client.destroy());
      const { endpoint } = deps;
      if (!deps.callers.originAllowed(request)) refuseUpgrade(client, 403, 'Forbidden');
      else if (endpoint === undefined) refuseUpgrade(client, 501, 'Not Implemented');
      else if (deps.via.isOurs(request)) refuseUpgrade(client, 508, 'Loop Detected');
      else {
        // Before anything is awaited: else a burst would pass the limit.
        const place = deps.places.take('tunnel', clientOf(deps.callers.clientAddress(request)));
        if (place.free === undefined) {
          refuseUpgrade(client, 503, 'Service Unavailable');
          return;
        }
        client.once('close', place.free);
        connect(request, client, head, endpoint).catch((error: unknown) => refuse(client, error));
      }
    },
  };
}

interface OpenTunnel {
  /** Tells the client that we go away, where that cannot break a frame; settles when the client's socket has closed. */
  leave(ms: number): Promise<void>;
}

/** A WebSocket close frame of a server: 1001, going away. */
const goingAway = Buffer.from([0x88, 0x02, 0x03, 0xe9]);

function openTunnel(parts: {
  readonly upstream: ClientRequest;
  readonly client: Duplex;
  readonly head: Buffer;
  readonly idleMs: number;
  readonly log: Logger;
}): OpenTunnel {
  const { upstream, client, head, idleMs, log } = parts;
  const sent = createFrameBoundary();
  let socket: Socket | undefined;
  let leaving = false;
  const cutUpstream = () => {
    upstream.destroy();
    socket?.destroy();
  };
  const end = () => {
    cutUpstream();
    if (!leaving) client.destroy();
  };
  client.once('close', cutUpstream);
  upstream.on('timeout', () => upstream.destroy(new Error('the handshake took too long')));
  upstream.on('error', (error) => {
    if (socket !== undefined || leaving || client.destroyed) return;
    log.warn({ err: error.message }, 'Realtime could not be reached for a pass-through socket');
    refuse(client, new AppError('UPSTREAM_UNAVAILABLE', 'Realtime cannot be reached.'));
  });
  upstream.on('response', (answer) => {
    answer.resume();
    refuseUpgrade(client, answer.statusCode ?? 502, answer.statusMessage ?? 'Refused');
  });
  upstream.on('upgrade', (answer, upgraded, first) => {
    socket = upgraded;
    // All that moves either way moves here.
    upgraded.setTimeout(idleMs, end);
    upgraded.once('close', end);
    upgraded.on('error', end);
    client.write(`HTTP/1.1 101 Switching Protocols\r\n${handshakeAnswer(answer)}\r\n`);
    if (first.length > 0) {
      sent.pass(first);
      client.write(first);
    }
    upgraded.on('data', (chunk: Buffer) => sent.pass(chunk));
    if (head.length > 0) upgraded.write(head);
    upgraded.pipe(client).pipe(upgraded);
  });
  return {
    async leave(ms) {
      if (client.destroyed) return;
      leaving = true;
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      const cut = setTimeout(() => client.destroy(), ms);
      if (socket === undefined) {
        // Upstream may have refused it a moment before.
        if (!client.writableEnded) refuseUpgrade(client, 503, 'Service Unavailable');
      } else {
        socket.unpipe(client);
        client.unpipe(socket);
        client.resume();
        if (sent.takesFrame) client.end(goingAway);
        else client.destroy();
      }
      cutUpstream();
      await closed;
      clearTimeout(cut);
    },
  };
}

function keyOf(request: IncomingMessage, query: URLSearchParams): Credentials {
  const given = [...query.getAll('apikey'), ...(request.headersDistinct['apikey'] ?? [])];
  const [apikey] = given;
  return {
    authorization: undefined,
    apikey,
    ambiguous: new Set(given).size > 1,
    fromBrowser: request.headers.origin !== undefined,
  };
}

function missingKey(): AppError {
  return new AppError('UNAUTHENTICATED', 'An API key is needed.', { details: { reason: 'apikey_missing' } });
}

function refuse(client: Duplex, error: unknown): void {
  const status = error instanceof AppError ? errorCodes[error.code].http : 500;
  refuseUpgrade(client, status, 'Refused');
}

function handshakeAnswer(answer: IncomingMessage): string {
  const wanted = new Set([
    'connection',
    'upgrade',
    'sec-websocket-accept',
    'sec-websocket-protocol',
    'sec-websocket-extensions',
  ]);
  return Object.entries(answer.headers)
    .filter(([name]) => wanted.has(name))
    .map(([name, value]) => `${name}: ${String(value)}\r\n`)
    .join('');
}
