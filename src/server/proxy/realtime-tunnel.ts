import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { AppError, errorCodes } from '../../lib/app-error.ts';
import type { RealtimeEndpoint } from '../../modules/realtime/endpoint.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Credentials } from '../../viewer/credentials.ts';
import type { Viewer } from '../../viewer/viewer.ts';
import { refuseUpgrade, type UpgradeHandler } from '../upgrade-router.ts';

export interface RealtimeTunnelDeps {
  /** Undefined where the deployment has no Realtime. */
  readonly endpoint: RealtimeEndpoint | undefined;
  resolve(credentials: Credentials): Viewer | Promise<Viewer>;
  readonly originAllowed: (request: IncomingMessage) => boolean;
  readonly clientAddress: (request: IncomingMessage) => string | undefined;
  /** Tunnels of this process. */
  readonly maxSockets: number;
  /** Milliseconds until upstream has answered the handshake. Realtime delays refusals by two seconds. */
  readonly connectMs: number;
  readonly log: Logger;
}

/** `/realtime/v1/websocket`, for clients that speak Realtime's own protocol. */
export interface RealtimeTunnel {
  readonly upgrade: UpgradeHandler;
  readonly open: number;
  close(): void;
}

/** What a WebSocket handshake is made of; nothing else of the client's headers goes on. */
const handshakeHeaders = [
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
];

/**
 * Passes bytes both ways with back-pressure and looks into none. The client's key is verified and translated here; the
 * tokens inside its joins are Realtime's to check.
 */
export function createRealtimeTunnel(deps: RealtimeTunnelDeps): RealtimeTunnel {
  const open = new Set<() => void>();

  const connect = async (
    request: IncomingMessage,
    client: Duplex,
    head: Buffer,
    endpoint: RealtimeEndpoint,
  ) => {
    const asked = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const viewer = await deps.resolve(keyOf(request, asked));
    // The anonymous caller has a token of ours, but Realtime's clients have to show their own.
    if (!asked.has('apikey') && request.headers['apikey'] === undefined) throw missingKey();
    if (viewer.token === undefined) throw missingKey();
    if (client.destroyed) return;
    const target = new URL(endpoint.webSocketUrl);
    const vsn = asked.get('vsn');
    target.search = new URLSearchParams({
      apikey: viewer.token,
      ...(vsn === null ? {} : { vsn }),
    }).toString();
    target.protocol = target.protocol.replace(/^ws/, 'http');
    const headers: Record<string, string> = { connection: 'Upgrade', upgrade: 'websocket' };
    for (const name of handshakeHeaders) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const address = deps.clientAddress(request);
    if (address !== undefined) headers['x-forwarded-for'] = address;
    if (endpoint.host !== undefined) headers['host'] = endpoint.host;
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const upstream = send(target, { headers, agent: false, timeout: deps.connectMs });
    tunnel(upstream, client, head);
    upstream.end();
  };

  const tunnel = (upstream: ClientRequest, client: Duplex, head: Buffer) => {
    const end = () => {
      open.delete(end);
      upstream.destroy();
      client.destroy();
    };
    open.add(end);
    client.once('close', end);
    client.on('error', end);
    upstream.on('timeout', () => upstream.destroy(new Error('the handshake took too long')));
    upstream.on('error', (error) => {
      deps.log.warn({ err: error.message }, 'Realtime could not be reached for a pass-through socket');
      refuse(client, new AppError('UPSTREAM_UNAVAILABLE', 'Realtime cannot be reached.'));
    });
    upstream.on('response', (answer) => {
      answer.resume();
      refuseUpgrade(client, answer.statusCode ?? 502, answer.statusMessage ?? 'Refused');
    });
    upstream.on('upgrade', (answer, socket, first) => {
      socket.setTimeout(0);
      socket.once('close', end);
      socket.on('error', end);
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${handshakeAnswer(answer)}\r\n`);
      if (first.length > 0) client.write(first);
      if (head.length > 0) socket.write(head);
      socket.pipe(client).pipe(socket);
    });
  };

  return {
    get open() {
      return open.size;
    },
    close() {
      for (const end of [...open]) end();
    },
    upgrade(request, client, head) {
      // Before anything is awaited: an error without a listener would end the process.
      client.on('error', () => client.destroy());
      if (!deps.originAllowed(request)) refuseUpgrade(client, 403, 'Forbidden');
      else if (deps.endpoint === undefined) refuseUpgrade(client, 501, 'Not Implemented');
      else if (open.size >= deps.maxSockets) refuseUpgrade(client, 429, 'Too Many Requests');
      else {
        connect(request, client, head, deps.endpoint).catch((error: unknown) => refuse(client, error));
      }
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
