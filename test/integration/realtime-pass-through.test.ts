import { request as httpRequest } from 'node:http';
import { createClient, type RealtimeClientOptions, type SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RealtimeGateway, startRealtimeGateway } from '../support/realtime-gateway.ts';

const secretKey = 'sb_secret_ours';
const alice = '11111111-1111-4111-8111-111111111111';
const transport = WebSocket as unknown as NonNullable<RealtimeClientOptions['transport']>;

let gateway: RealtimeGateway;
const clients: SupabaseClient[] = [];
beforeAll(async () => {
  gateway = await startRealtimeGateway({
    env: ({ postgres }) => ({
      ALLOWED_ORIGINS: 'https://app.example.com',
      SUPABASE_SECRET_KEYS: `${secretKey}=${postgres.keys.serviceRoleKey}`,
    }),
  });
  await gateway.world.sql.unsafe(`
    create table notes (id bigint primary key, owner uuid);
    alter table notes enable row level security;
    create policy own on notes for select to authenticated using (owner = auth.uid());
    alter publication supabase_realtime add table notes;
  `);
});
afterAll(async () => {
  for (const client of clients) {
    await client.removeAllChannels();
    await client.realtime.disconnect();
  }
  await gateway.close();
});

/** The official client against the gateway. */
function official(): SupabaseClient {
  const client = createClient(gateway.url, gateway.world.postgres.keys.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    realtime: { transport },
  });
  clients.push(client);
  return client;
}

/** Status of an upgrade that is sent exactly as written. */
function upgrade(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    request.on('upgrade', (_answer, socket) => {
      socket.destroy();
      resolve(101);
    });
    request.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end();
  });
}

test('supabase-js gets row changes, broadcasts and presence through the gateway', async () => {
  const client = official();
  await client.realtime.setAuth(await gateway.world.tokenFor(alice));
  const rows: unknown[] = [];
  const heard: unknown[] = [];
  const channel = client
    .channel('room', { config: { broadcast: { self: true }, presence: { key: 'me', enabled: true } } })
    .on('postgres_changes', { event: '*', schema: 'public', table: 'notes' }, (change) =>
      rows.push(change.new),
    )
    .on('broadcast', { event: 'hi' }, ({ payload }) => heard.push(payload))
    .on('presence', { event: 'sync' }, () => undefined);
  await new Promise<void>((resolve) => {
    channel.on('system', {}, ({ status }) => status === 'ok' && resolve()).subscribe();
  });
  await channel.track({ here: true });
  await channel.send({ type: 'broadcast', event: 'hi', payload: { a: 1 } });
  await gateway.world.sql`insert into notes values (1, ${alice}), (2, null)`;
  await expect.poll(() => rows, { timeout: 10_000 }).toEqual([{ id: 1, owner: alice }]);
  await expect.poll(() => heard).toEqual([{ a: 1 }]);
  await expect.poll(() => Object.keys(channel.presenceState())).toEqual(['me']);
});

test('supabase-js sends a broadcast by HTTP through the gateway', async () => {
  const listener = official();
  const heard: unknown[] = [];
  const channel = listener
    .channel('by-http')
    .on('broadcast', { event: 'hi' }, ({ payload }) => heard.push(payload));
  await new Promise<void>((resolve) => channel.subscribe((status) => status === 'SUBSCRIBED' && resolve()));
  const answer = await official().channel('by-http').httpSend('hi', { a: 1 });
  expect(answer.success).toBe(true);
  await expect.poll(() => heard).toEqual([{ a: 1 }]);
});

test.each([
  ['no key', '/realtime/v1/websocket?vsn=2.0.0', 401],
  ['an unknown key', '/realtime/v1/websocket?apikey=nonsense', 401],
  ['an opaque key nobody configured', '/realtime/v1/websocket?apikey=sb_secret_nonsense', 401],
  ['two keys', '/realtime/v1/websocket?apikey=a&apikey=b', 401],
  ['the admin API', '/realtime/v1/api/tenants', 404],
  ['an encoded path', '/realtime/v1/%77ebsocket', 404],
  ['a path that climbs', '/realtime/v1/../v1/websocket', 404],
  ['the long-poll transport', '/realtime/v1/longpoll', 404],
])('refuses an upgrade with %s', async (_name, path, status) => {
  expect(await upgrade(path)).toBe(status);
});

test('refuses an upgrade from a page of another site', async () => {
  const path = `/realtime/v1/websocket?apikey=${gateway.world.postgres.keys.anonKey}`;
  expect(await upgrade(path, { origin: 'https://evil.example.com' })).toBe(403);
  expect(await upgrade(path)).toBe(101);
});

test('refuses an upgrade with a secret key from a page, of an allowed site too', async () => {
  const origin = 'https://app.example.com';
  const path = '/realtime/v1/websocket';
  const { anonKey } = gateway.world.postgres.keys;
  expect(await upgrade(`${path}?apikey=${anonKey}`, { origin })).toBe(101);
  expect(await upgrade(`${path}?apikey=${secretKey}`)).toBe(101);
  expect(await upgrade(`${path}?apikey=${secretKey}`, { origin })).toBe(401);
  expect(await upgrade(path, { origin, apikey: secretKey })).toBe(401);
});

test.each([
  '/realtime/v1/api/tenants',
  '/realtime/v1/api/%74enants',
  '/realtime/v1/api/ping',
  '/realtime/v1/api/openapi',
])('passes nothing on at %s', async (path) => {
  const { anonKey } = gateway.world.postgres.keys;
  const answer = await fetch(gateway.url + path, {
    headers: { apikey: anonKey, authorization: `Bearer ${anonKey}` },
  });
  expect(answer.status).toBe(404);
});

test.each([
  ['/rest/v1/todos', 'POSTGREST'],
  ['/functions/v1/hello', 'FUNCTIONS'],
])('answers 501 at %s where the service is not configured', async (path, service) => {
  const answer = await fetch(gateway.url + path);
  expect(answer.status).toBe(501);
  expect(await answer.json()).toMatchObject({ code: 'NOT_CONFIGURED', service });
});
