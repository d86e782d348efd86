import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/gateway/config.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { silentLog } from '../support/test-call.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

let postgres: TestPostgres;
/** Requests that a fault answers itself, later or never. */
const hung = new WeakSet<object>();
const running: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.close();
});

/** Answers as each service does when it is well, unless `fault` takes the request. */
async function services(fault: RequestListener = () => undefined): Promise<ListeningServer> {
  const server = await listen((request, response) => {
    fault(request, response);
    if (response.headersSent || response.destroyed || hung.has(request)) return;
    const json = (body: unknown) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    };
    switch (request.url) {
      case '/auth/health':
        return json({ version: 'v2.196.0', name: 'GoTrue', description: 'x' });
      case '/storage/version':
        return void response.end('1.70.6');
      case '/meta/health':
        return json({ date: '2026-01-01T00:00:00.000Z' });
      case '/meta/':
        return json({ status: 200, name: 'pg-meta', version: '0.99.0' });
      case '/realtime/api/ping':
        response.statusCode = request.headers.host === 'realtime-dev' ? 200 : 401;
        return json({ message: 'Success' });
      case '/functions/':
        response.statusCode = 400;
        return json({ msg: 'missing function name in request' });
      default:
        response.setHeader('server', 'postgrest/12.2.3');
        return void response.end();
    }
  });
  running.push(server);
  return server;
}

async function start(
  upstream: ListeningServer | undefined,
  env: Record<string, string> = {},
): Promise<TestGateway> {
  const url = upstream?.url;
  const started = await startTestGateway({
    JWT_SECRET: testSecret,
    ...(url === undefined
      ? {}
      : {
          AUTH_URL: `${url}/auth`,
          STORAGE_URL: `${url}/storage`,
          META_URL: `${url}/meta`,
          REALTIME_URL: `${url}/realtime`,
          FUNCTIONS_URL: `${url}/functions`,
          POSTGREST_URL: `${url}/postgrest`,
          API_GATEWAY_URL: `${url}/gateway`,
          DATABASE_URL: postgres.databaseUrl,
          DATABASE_URL_READ: postgres.readUrl,
        }),
    ...env,
  });
  running.push(started);
  return started;
}

interface Service {
  readonly name: string;
  readonly status: string;
  readonly latency: number | null;
  readonly version: string | null;
  readonly reason: string | null;
  readonly circuit: string | null;
}

const query = gql(`{ services { name status latency checkedAt version reason circuit } }`);
const service = hmacToken(keyClaims('service_role'));

async function statuses(gateway: TestGateway): Promise<Record<string, string>> {
  const { data } = await gateway.graphql(query);
  const list: Service[] = data.services;
  return Object.fromEntries(list.map(({ name, status }) => [name, status]));
}

describe('services', () => {
  it('shows all eight, probed without a credential', async () => {
    const upstream = await services();
    const gateway = await start(upstream, { SUPABASE_ANON_KEY: hmacToken(keyClaims('anon')) });
    const { data } = await gateway.graphql(query, { token: service });
    const seen: Service[] = data.services;
    expect(seen.map(({ name, status, version, reason }) => [name, status, version, reason])).toEqual([
      ['POSTGRES', 'UP', expect.stringMatching(/^\d+(\.\d+)?$/), null],
      ['AUTH', 'UP', 'v2.196.0', null],
      ['STORAGE', 'UP', '1.70.6', null],
      ['META', 'UP', '0.99.0', null],
      ['REALTIME', 'UP', null, null],
      ['FUNCTIONS', 'UP', null, null],
      ['POSTGREST', 'UP', 'postgrest/12.2.3', null],
      ['API_GATEWAY', 'UP', 'postgrest/12.2.3', null],
    ]);
    expect(seen.every(({ latency }) => latency !== null && latency >= 0)).toBe(true);
    const sent = upstream.requests.flatMap(({ headers }) => [headers.authorization, headers['apikey']]);
    expect(sent.every((credential) => credential === undefined)).toBe(true);
  });

  it('tells callers below SERVICE_ROLE the status alone', async () => {
    const gateway = await start(await services());
    const { data } = await gateway.graphql(query);
    const seen: Service[] = data.services;
    expect(
      seen.map(({ status, latency, version, reason, circuit }) => [
        status,
        latency,
        version,
        reason,
        circuit,
      ]),
    ).toEqual(Array.from({ length: 8 }, () => ['UP', null, null, null, null]));
  });

  it('says NOT_CONFIGURED where there is no URL', async () => {
    const gateway = await start(undefined);
    expect(new Set(Object.values(await statuses(gateway)))).toEqual(new Set(['NOT_CONFIGURED']));
    const { data } = await gateway.graphql(gql(`{ health { status uptime version } }`));
    expect(data.health).toMatchObject({ status: 'OK', version: expect.any(String) });
  });

  it('does not let one service that fails, hangs or cuts the connection hide the others', async () => {
    const upstream = await services((request, response) => {
      if (request.url === '/auth/health') response.writeHead(500).end('secret detail');
      if (request.url === '/storage/status') hung.add(request);
      if (request.url === '/meta/health') request.socket.destroy();
    });
    const gateway = await start(upstream);
    const { data } = await gateway.graphql(query, { token: service });
    const byName = new Map<string, Service>(data.services.map((entry: Service) => [entry.name, entry]));
    expect(byName.get('AUTH')).toMatchObject({
      status: 'DEGRADED',
      reason: 'The probe was answered with 500.',
    });
    expect(byName.get('STORAGE')).toMatchObject({ status: 'DOWN', latency: null });
    expect(byName.get('META')).toMatchObject({ status: 'DOWN', latency: null });
    expect(byName.get('REALTIME')).toMatchObject({ status: 'UP' });
    expect(JSON.stringify(data)).not.toMatch(/secret detail|127\.0\.0\.1/);
    const health = await gateway.graphql(gql(`{ health { status } }`));
    expect(health.data.health.status).toBe('DEGRADED');
  });

  it('shares one probe between all who ask at once', async () => {
    const upstream = await services();
    const gateway = await start(upstream);
    await Promise.all(Array.from({ length: 50 }, () => gateway.graphql(query)));
    expect(upstream.requests.filter(({ url }) => url === '/auth/health')).toHaveLength(1);
  });

  it('is not stopped for others by a caller who leaves', async () => {
    let answer: (() => void) | undefined;
    const upstream = await services((request, response) => {
      if (request.url !== '/auth/health') return;
      hung.add(request);
      answer = () => response.end('{"version":"v1"}');
    });
    const gateway = await start(upstream);
    const leaving = new AbortController();
    const first = fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    });
    await expect.poll(() => answer !== undefined).toBe(true);
    const second = statuses(gateway);
    leaving.abort();
    await expect(first).rejects.toThrow();
    answer?.();
    expect((await second)['AUTH']).toBe('UP');
    expect(upstream.requests.filter(({ url }) => url === '/auth/health')).toHaveLength(1);
  });

  it('sends a key only where a gateway stands in between, and sees through its own answers', async () => {
    const upstream = await services((request, response) => {
      if (request.url?.startsWith('/auth/v1/') === true) response.writeHead(503).end();
      if (request.url?.startsWith('/storage/v1/') === true) response.writeHead(401).end();
    });
    const anonKey = hmacToken(keyClaims('anon'));
    const gateway = await start(undefined, {
      AUTH_URL: `${upstream.url}/auth/v1`,
      STORAGE_URL: `${upstream.url}/storage/v1`,
      SUPABASE_ANON_KEY: anonKey,
    });
    expect(await statuses(gateway)).toMatchObject({ AUTH: 'DOWN', STORAGE: 'DEGRADED' });
    expect(new Set(upstream.requests.map(({ headers }) => headers['apikey']))).toEqual(new Set([anonKey]));
  });
});

describe('serviceHealth', () => {
  it('begins with every service and then tells changes alone', async () => {
    let broken = false;
    const upstream = await services((request, response) => {
      if (broken && request.url === '/auth/health') response.writeHead(500).end();
    });
    const gateway = await start(upstream);
    const leaving = new AbortController();
    const response = await fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: gql(`subscription { serviceHealth { name status reason } }`) }),
      signal: leaving.signal,
    });
    const events: Service[] = [];
    const reading = (async () => {
      let text = '';
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString('utf8');
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const data = /^data: (.+)$/m.exec(block)?.[1];
          if (data !== undefined) events.push(JSON.parse(data).data.serviceHealth);
        }
      }
    })().catch(() => undefined);
    await expect.poll(() => events.length).toBe(8);
    broken = true;
    await expect.poll(() => events.length, { timeout: 15_000 }).toBe(9);
    expect(events.at(-1)).toEqual({ name: 'AUTH', status: 'DEGRADED', reason: null });
    leaving.abort();
    await reading;
  });
});

describe('/ready', () => {
  it('is 503 until everything is true that a start announces', async () => {
    const gateway = createGateway(loadConfig({ HOST: '127.0.0.1', PORT: '0', JWT_SECRET: testSecret }), {
      log: silentLog,
    });
    running.push(gateway);
    const ready = async (port: number) => {
      const response = await fetch(`http://127.0.0.1:${port}/ready`);
      return [response.status, await response.json()];
    };
    const announced: unknown[] = [];
    const { port } = await gateway.listen(async (address) => {
      announced.push(await ready(address.port));
    });
    expect(announced).toEqual([[503, { status: 'starting' }]]);
    expect(await ready(port)).toEqual([200, { status: 'ready' }]);
  });

  it('waits for the services that READY_REQUIRES names', async () => {
    const upstream = await services((request, response) => {
      if (request.url === '/auth/health') response.writeHead(500).end();
    });
    const gateway = await start(upstream, { READY_REQUIRES: 'AUTH,POSTGRES' });
    const ready = await fetch(`${gateway.url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'waiting', missing: ['AUTH'] }]);
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
  });
});
