import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createVia } from '../../src/lib/via.ts';
import { createClientPlaces } from '../../src/limits/client-places.ts';
import { realtimeEndpoint } from '../../src/modules/realtime/client/socket/endpoint.ts';
import { createRealtimeTunnel, type RealtimeTunnelDeps } from '../../src/modules/realtime/tunnel.ts';
import { anonymous } from '../../src/viewer/anonymous.ts';
import { type FakeRealtime, startFakeRealtime } from '../support/fake-realtime.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { listen } from '../support/listening-server.ts';
import { silentLog } from '../support/test-call.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';
import { acceptedClient, rawClient, waitFor } from '../support/websocket-gateway.ts';

const anonKey = hmacToken(keyClaims('anon'));
const path = `/realtime/v1/websocket?vsn=2.0.0&apikey=${anonKey}`;

let fake: FakeRealtime;
const gateways: TestGateway[] = [];
beforeEach(async () => {
  fake = await startFakeRealtime();
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  await fake.close();
});

async function start(env: Record<string, string> = {}, mode: 'dev' | 'serve' = 'dev'): Promise<TestGateway> {
  const gateway = await startTestGateway(
    {
      PUBLIC_URL: 'http://127.0.0.1',
      REALTIME_URL: fake.url,
      JWT_SECRET: testSecret,
      SUPABASE_ANON_KEY: anonKey,
      ...env,
    },
    { mode },
  );
  gateways.push(gateway);
  return gateway;
}

/** A socket through the gateway; rejects with the status of a refusal. */
async function open(origin: string, options: { headers?: Record<string, string> } = {}): Promise<WebSocket> {
  const socket = new WebSocket(origin.replace('http', 'ws') + path, options);
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return socket;
}

/** The tunnel alone, on a server of its own. */
async function bareTunnel({
  callers,
  ...deps
}: Partial<Omit<RealtimeTunnelDeps, 'callers'>> &
  Pick<RealtimeTunnelDeps, 'places'> & { callers?: Partial<RealtimeTunnelDeps['callers']> }) {
  const tunnel = createRealtimeTunnel({
    endpoint: realtimeEndpoint(fake.url, 'realtime-dev'),
    callers: {
      resolve: () => ({ ...anonymous, token: anonKey }),
      originAllowed: () => true,
      clientAddress: () => undefined,
      ...callers,
    },
    via: createVia('https://api.example.com'),
    connectMs: 5_000,
    log: silentLog,
    ...deps,
  });
  const server = await listen((_request, response) => response.writeHead(404).end());
  server.server.on('upgrade', tunnel.upgrade);
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await tunnel.close({ graceMs: 0, spreadMs: 0, closeMs: 1_000 });
      await server.close();
    },
  };
}

const closeOf = async (socket: WebSocket): Promise<number> => {
  const [code] = await once(socket, 'close');
  return Number(code);
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function connections(gateway: TestGateway): Promise<Record<string, number>> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const lines = text.matchAll(/^bunbun_client_connections\{what="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, what, count]) => [what, Number(count)]));
}

test('refuses what it has passed on to itself with 508', async () => {
  const port = String(await freePort());
  const gateway = await start({ PORT: port, REALTIME_URL: `http://127.0.0.1:${port}/realtime/v1` });
  await expect(open(gateway.url)).rejects.toThrow('508');
});

test('counts its sockets, GraphQL sockets and event streams together, and says so in the metrics', async () => {
  const gateway = await start({ WS_MAX_SOCKETS: '2' });
  const graphql = await acceptedClient(gateway.graphqlWsUrl);
  const passed = await open(gateway.url);
  expect(await connections(gateway)).toEqual({ websocket: 1, tunnel: 1, eventStream: 0 });
  await expect(open(gateway.url)).rejects.toThrow('503');
  expect(await (await rawClient(gateway.graphqlWsUrl)).closed).toMatchObject({ code: 1013 });
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(text).toContain('bunbun_limit_hits_total{limit="WS_MAX_SOCKETS"} 2');

  passed.close();
  await fake.until(() => fake.connections.size === 0);
  await expect.poll(() => connections(gateway)).toMatchObject({ tunnel: 0 });
  await open(gateway.url);
  graphql.socket.close();
});

test('gives one address no more than its share, whichever way its connections came', async () => {
  const gateway = await start({ WS_MAX_SOCKETS_PER_CLIENT: '2', TRUSTED_PROXIES: '1' });
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const graphql = await rawClient(gateway.graphqlWsUrl, from('192.0.2.1'));
  await open(gateway.url, from('192.0.2.1'));
  await expect(open(gateway.url, from('192.0.2.1'))).rejects.toThrow('503');
  expect(await (await rawClient(gateway.graphqlWsUrl, from('192.0.2.1'))).closed).toMatchObject({
    code: 1013,
  });
  const streaming = (address: string) =>
    fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        'x-forwarded-for': address,
      },
      body: JSON.stringify({ query: gql(`subscription { broadcasts(channel: "room") { type } }`) }),
    });
  expect(await (await streaming('192.0.2.1')).text()).toContain(
    '"limit":2,"retryAfter":1,"code":"RATE_LIMITED"',
  );
  const stream = await streaming('192.0.2.2');
  await expect.poll(() => connections(gateway)).toEqual({ websocket: 1, tunnel: 1, eventStream: 1 });
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(text).toContain('bunbun_limit_hits_total{limit="WS_MAX_SOCKETS_PER_CLIENT"} 3');
  await stream.body?.cancel();
  graphql.socket.close();
});

test('admits no more than its limit of those that come at once, while their keys are being verified', async () => {
  let verify: () => void = () => undefined;
  const verified = new Promise<void>((resolve) => {
    verify = resolve;
  });
  await using bare = await bareTunnel({
    places: createClientPlaces({ max: 3, maxPerClient: 3 }),
    callers: {
      resolve: async () => {
        await verified;
        return { ...anonymous, token: anonKey };
      },
    },
  });
  const attempts = Array.from({ length: 12 }, () => open(bare.url));
  // Those over the limit are told at once.
  await Promise.race(attempts).catch(() => undefined);
  verify();
  const outcomes = await Promise.allSettled(attempts);
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(3);
  expect(fake.connections.size).toBe(3);
});

test('frees the place of a client whose handshake failed', async () => {
  const gateway = await start({ WS_MAX_SOCKETS: '1' });
  fake.refuse = () => 403;
  await expect(open(gateway.url)).rejects.toThrow('403');
  fake.refuse = () => 'destroy';
  await expect(open(gateway.url)).rejects.toThrow('503');
  fake.refuse = undefined;
  await expect.poll(() => connections(gateway)).toMatchObject({ tunnel: 0 });
  await open(gateway.url);
});

test('ends a socket on which nothing moves', async () => {
  const places = createClientPlaces({ max: 10, maxPerClient: 10 });
  await using bare = await bareTunnel({ places, idleMs: 100 });
  const socket = await open(bare.url);
  expect(places.taken().tunnel).toBe(1);
  expect(await closeOf(socket)).toBe(1006);
  await waitFor(() => places.taken().tunnel === 0);
  await fake.until(() => fake.connections.size === 0);
});

test('at its end puts a close frame between frames, and never into one', async () => {
  const places = createClientPlaces({ max: 10, maxPerClient: 10 });
  // A service that says what it likes after the handshake.
  const upstream = await listen((_request, response) => response.writeHead(404).end());
  let said: Buffer = Buffer.alloc(0);
  upstream.server.on('upgrade', (_request, socket) => {
    socket
      .on('error', () => socket.destroy())
      .on('end', () => socket.destroy())
      .resume();
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.write(said);
  });
  const received = async (bytes: Buffer): Promise<string> => {
    said = bytes;
    const bare = await bareTunnel({ places, endpoint: realtimeEndpoint(upstream.url, 'realtime-dev') });
    const { hostname, port } = new URL(bare.url);
    const request = httpRequest({
      hostname,
      port,
      path,
      headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    });
    request.end();
    const [, socket, head]: [unknown, Socket, Buffer] = await new Promise((resolve) =>
      request.once('upgrade', (...parts) => resolve(parts)),
    );
    let text = head.toString('hex');
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('hex');
    });
    socket.on('error', () => undefined);
    await waitFor(() => text.length >= bytes.length * 2);
    const closed = once(socket, 'close');
    await bare[Symbol.asyncDispose]();
    await closed;
    return text;
  };
  expect(await received(Buffer.from('81026869', 'hex'))).toBe('81026869880203e9');
  expect(await received(Buffer.from('81056869', 'hex'))).toBe('81056869');
  await upstream.close();
});

/** Status of an upgrade or request, and whether the connection ends with it. */
async function ask(url: string, headers: Record<string, string>) {
  const request = httpRequest(url, { headers });
  request.end();
  const [answer] = await once(request, 'response');
  answer.resume();
  return [answer.statusCode, answer.headers.connection];
}

test('takes nothing new while draining, and says 1001 to those who are there', async () => {
  const gateway = await start({ SHUTDOWN_TIMEOUT: '4s', AUTH_URL: fake.url }, 'serve');
  const graphql = await acceptedClient(gateway.graphqlWsUrl);
  const passed = await open(gateway.url);
  const code = closeOf(passed);
  const closing = gateway.close();
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  expect(
    await ask(gateway.url + path, { ...upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }),
  ).toEqual([503, 'close']);
  const answer = await fetch(`${gateway.url}/auth/v1/settings`, { headers: { apikey: anonKey } });
  expect([answer.status, answer.headers.get('connection')]).toEqual([503, 'close']);
  expect(await answer.text()).toContain('SHUTTING_DOWN');
  expect(await code).toBe(1001);
  expect((await graphql.closed).code).toBe(1001);
  await closing;
});
