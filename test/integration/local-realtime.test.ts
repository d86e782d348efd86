import { createConnection } from 'node:net';
import type { RealtimeChannel, RealtimeChannelOptions, SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPhoenix } from '../support/phoenix-socket.ts';
import { startTestRealtime, type TestRealtime } from '../support/realtime.ts';

const alice = '11111111-1111-1111-1111-111111111111';
const bob = '22222222-2222-2222-2222-222222222222';

let world: TestRealtime;

beforeAll(async () => {
  world = await startTestRealtime();
  await world.sql.unsafe(`
    create table notes (id bigint primary key, owner uuid, body text);
    alter table notes enable row level security;
    create policy own on notes for select to authenticated using (owner = auth.uid());
    alter publication supabase_realtime add table notes;
    create policy room on realtime.messages for select to authenticated using (realtime.topic() = 'lobby');
    create policy talk on realtime.messages for insert to authenticated
      with check (realtime.topic() = 'lobby' and auth.uid() = '${alice}');
  `);
});

afterAll(() => world.stop());

interface Feed {
  readonly channel: RealtimeChannel;
  readonly events: Record<string, unknown>[];
}

/** Subscribes and waits for "Subscribed to PostgreSQL". */
async function feed(client: SupabaseClient, table: string, filter?: string): Promise<Feed> {
  const events: Record<string, unknown>[] = [];
  const channel = client.channel(`feed-${table}-${Math.random()}`);
  await new Promise<void>((resolve, reject) => {
    channel
      .on(
        'postgres_changes',
        { event: '*', schema: 'public', table, ...(filter === undefined ? {} : { filter }) },
        (event) => events.push(event),
      )
      .on('system', {}, (message) => {
        if (message.extension !== 'postgres_changes') return;
        if (message.status === 'ok') resolve();
        else reject(new Error(message.message));
      })
      .subscribe();
  });
  return { channel, events };
}

async function until(check: () => boolean): Promise<void> {
  await expect.poll(check, { timeout: 10_000 }).toBe(true);
}

describe('row changes', () => {
  it('reach each caller as row level security says', async () => {
    const anon = await feed(await world.client(), 'notes');
    const a = await feed(await world.client(await world.tokenFor(alice)), 'notes');
    const b = await feed(await world.client(await world.tokenFor(bob)), 'notes');
    const service = await feed(await world.client(await world.tokenFor('x', 3600, 'service_role')), 'notes');

    await world.sql`insert into notes values (1, ${alice}, 'a'), (2, ${bob}, 'b')`;
    await until(() => service.events.length === 2 && a.events.length === 1 && b.events.length === 1);
    await world.sql`update notes set body = 'aa' where id = 1`;
    await until(() => service.events.length === 3 && a.events.length === 2);
    await world.sql`delete from notes where id = 1`;
    await until(() => [anon, a, b, service].every(({ events }) => events.at(-1)?.['eventType'] === 'DELETE'));

    const short = (events: Record<string, unknown>[]) =>
      events.map(({ eventType, new: row, old }) => ({ eventType, row, old }));
    expect(short(service.events)).toEqual([
      { eventType: 'INSERT', row: { id: 1, owner: alice, body: 'a' }, old: {} },
      { eventType: 'INSERT', row: { id: 2, owner: bob, body: 'b' }, old: {} },
      { eventType: 'UPDATE', row: { id: 1, owner: alice, body: 'aa' }, old: { id: 1 } },
      { eventType: 'DELETE', row: {}, old: { id: 1 } },
    ]);
    expect(short(b.events)).toEqual([
      { eventType: 'INSERT', row: { id: 2, owner: bob, body: 'b' }, old: {} },
      { eventType: 'DELETE', row: {}, old: { id: 1 } },
    ]);
    expect(a.events.map(({ eventType }) => eventType)).toEqual(['INSERT', 'UPDATE', 'DELETE']);
    expect(anon.events.map(({ eventType }) => eventType)).toEqual(['DELETE']);
  });
});

async function joined(
  client: SupabaseClient,
  room: string,
  config: RealtimeChannelOptions['config'] = {},
  prepare: (channel: RealtimeChannel) => void = () => undefined,
): Promise<RealtimeChannel> {
  const channel = client.channel(room, { config });
  prepare(channel);
  await new Promise<void>((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') resolve();
      else reject(error ?? new Error(status));
    });
  });
  return channel;
}

describe('the values of a row', () => {
  it('keep every digit and follow to_jsonb', async () => {
    await world.sql.unsafe(`
      create table kinds (id int8 primary key, n numeric, f float8, list int4[], j jsonb, b bytea,
        at timestamptz, plain timestamp, day date, flag bool, m money);
      grant select on kinds to anon;
      alter publication supabase_realtime add table kinds`);
    using socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
    const config = { postgres_changes: [{ event: 'INSERT', schema: 'public', table: 'kinds' }] };
    socket.send(['1', '1', 'realtime:kinds', 'phx_join', { config }]);
    await socket.next(({ event }) => event === 'system');
    await world.sql.unsafe(`insert into kinds values (9007199254740993, 123456789012345678.123456789, 'NaN',
      '{1,null,3}', '{"big":12345678901234567890}', '\\x0aff', '2026-01-02 03:04:05.123456+02',
      '2026-01-02 03:04:05.1', '2026-01-02', true, 12.5)`);
    const { raw } = await socket.next(({ event }) => event === 'postgres_changes');
    const record = raw.slice(raw.indexOf('"record":'), raw.indexOf(',"errors"'));
    expect(record).toBe(
      '"record":{"id":9007199254740993,"n":123456789012345678.123456789,"f":"NaN","list":[1, null, 3],' +
        '"j":{"big": 12345678901234567890},"b":"0aff","at":"2026-01-02T01:04:05.123456+00:00",' +
        '"plain":"2026-01-02T03:04:05.1","day":"2026-01-02","flag":true,"m":"$12.50"}',
    );
  });
});

describe('broadcast', () => {
  it('goes to the others, and to oneself only when asked', async () => {
    const seen: string[] = [];
    const listen = (name: string) => (channel: RealtimeChannel) =>
      void channel.on('broadcast', { event: 'cursor' }, ({ payload }) =>
        seen.push(`${name}:${payload['x']}`),
      );
    const first = await joined(await world.client(), 'room', { broadcast: { ack: true } }, listen('a'));
    await joined(await world.client(), 'room', { broadcast: { self: true } }, listen('b'));
    expect(await first.send({ type: 'broadcast', event: 'cursor', payload: { x: 1 } })).toBe('ok');
    await until(() => seen.length === 1);
    expect(seen).toEqual(['b:1']);
  });

  it('comes from the REST routes and from the database', async () => {
    const seen: unknown[] = [];
    await joined(
      await world.client(),
      'news',
      {},
      (channel) =>
        void channel.on('broadcast', { event: '*' }, ({ event, payload }) =>
          seen.push([event, payload['n']]),
        ),
    );
    const post = (path: string, body: unknown) =>
      fetch(`${world.server.url}/api/broadcast${path}`, {
        method: 'POST',
        headers: { apikey: world.postgres.keys.anonKey, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const batch = await post('', { messages: [{ topic: 'news', event: 'batch', payload: { n: 1 } }] });
    expect(batch.status).toBe(202);
    expect((await post('/news/events/one', { n: 2 })).status).toBe(202);
    await until(() => seen.length === 2);
    await world.sql`select realtime.send('{"n":3}', 'sql', 'news', false)`;
    await until(() => seen.length === 3);
    expect(seen).toEqual([
      ['batch', 1],
      ['one', 2],
      ['sql', 3],
    ]);
  });
});

describe('private channels', () => {
  it('are refused without a policy that lets the caller read', async () => {
    await expect(joined(await world.client(), 'lobby', { private: true })).rejects.toThrow(/Unauthorized/);
    const client = await world.client(await world.tokenFor(bob));
    await expect(joined(client, 'elsewhere', { private: true })).rejects.toThrow(/Unauthorized/);
  });

  it('take messages only from those who may write', async () => {
    const seen: unknown[] = [];
    const asBob = await world.client(await world.tokenFor(bob));
    const asAlice = await world.client(await world.tokenFor(alice));
    const listening = await joined(
      asBob,
      'lobby',
      { private: true },
      (channel) => void channel.on('broadcast', { event: '*' }, ({ event }) => seen.push(event)),
    );
    const talking = await joined(
      asAlice,
      'lobby',
      { private: true, broadcast: { ack: true, self: true } },
      (channel) => void channel.on('broadcast', { event: '*' }, ({ event }) => seen.push(`alice ${event}`)),
    );
    await listening.send({ type: 'broadcast', event: 'denied', payload: {} });
    expect(await talking.send({ type: 'broadcast', event: 'allowed', payload: {} })).toBe('ok');
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual(['alice allowed', 'allowed']);
  });
});

describe('presence', () => {
  it('shows who is there, and who left', async () => {
    const watcher = await joined(
      await world.client(),
      'hall',
      { presence: { key: 'watcher', enabled: true } },
      (channel) => void channel.on('presence', { event: 'sync' }, () => undefined),
    );
    const guest = await joined(await world.client(), 'hall', { presence: { key: 'guest', enabled: true } });
    expect(await guest.track({ name: 'Ann' })).toBe('ok');
    await until(() => watcher.presenceState()['guest'] !== undefined);
    expect(watcher.presenceState()['guest']).toMatchObject([{ name: 'Ann' }]);
    await guest.unsubscribe();
    await until(() => watcher.presenceState()['guest'] === undefined);
  });
});

describe('tokens', () => {
  it('end their channel when they expire, and the socket lives on', async () => {
    using socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
    const token = await world.tokenFor(alice, 2);
    socket.send(['1', '1', 'realtime:short', 'phx_join', { access_token: token, config: {} }]);
    const { payload } = await socket.next(({ event }) => event === 'system');
    expect(payload).toMatchObject({ extension: 'system', status: 'error', channel: 'short' });
    expect(payload['message']).toMatch(/^Token has expired \d+ seconds ago$/);
    await socket.next(({ event }) => event === 'phx_close');
    socket.send([null, '2', 'phoenix', 'heartbeat', {}]);
    await socket.next(({ ref }) => ref === '2');
  });

  it('that are no good are refused at the handshake and at the join', async () => {
    await expect(connectPhoenix(world.server.url, 'sb_publishable_x')).rejects.toThrow('401');
    using socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
    const token = await world.tokenFor(alice, -10);
    socket.send(['1', '1', 'realtime:t', 'phx_join', { access_token: token, config: {} }]);
    const { payload } = await socket.next(({ event }) => event === 'phx_reply');
    expect(JSON.stringify(payload)).toMatch(/InvalidJWTToken: Token has expired 1\d seconds ago/);
  });
});

describe('the server', () => {
  it('answers a foreign Host with 421', async () => {
    await expect(
      connectPhoenix(world.server.url, world.postgres.keys.anonKey, '2.0.0', { host: 'evil.example' }),
    ).rejects.toThrow('421');
    using socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey, '1.0.0', {
      host: 'realtime-dev',
    });
    socket.send({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '1' });
    expect((await socket.next(({ ref }) => ref === '1')).raw).toBe(
      '{"topic":"phoenix","event":"phx_reply","payload":{"status":"ok","response":{}},"ref":"1"}',
    );
  });

  it('survives targets that are no URL, as a request and as an upgrade', async () => {
    const { port } = new URL(world.server.url);
    const raw = (headers: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = createConnection({ port: Number(port), host: '127.0.0.1' });
        socket.once('error', reject);
        socket.once('data', (data) => {
          resolve(data.toString('utf8').slice(0, 12));
          socket.destroy();
        });
        socket.write(`GET // HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
      });
    expect(await raw('')).toBe('HTTP/1.1 400');
    const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n';
    expect(await raw(upgrade)).toBe('HTTP/1.1 404');
  });

  it('drops what it cannot read and keeps the socket', async () => {
    using socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
    for (const frame of ['{', '[1,2]', 'null', new Uint8Array([9, 9]), new Uint8Array([3, 255, 1])]) {
      socket.sendRaw(frame);
    }
    socket.send([null, '1', 'phoenix', 'heartbeat', {}]);
    await socket.next(({ ref }) => ref === '1');
  });

  it('says when a subscription cannot be made', async () => {
    const client = await world.client();
    await expect(feed(client, 'no_such_table')).rejects.toThrow(/Please check Realtime is enabled/);
    await expect(feed(client, 'notes', 'nope=eq.1')).rejects.toThrow(/invalid column for filter nope/);
    await expect(feed(client, 'notes', 'id=eq.x')).rejects.toThrow(/invalid input syntax for type bigint/);
  });

  it('delivers only what a filter lets through', async () => {
    const service = await world.client(await world.tokenFor('x', 3600, 'service_role'));
    const some = await feed(service, 'notes', 'id=gte.100,body=in.(a,"b,c")');
    const rest = await feed(service, 'notes', 'id=gte.100');
    await world.sql`insert into notes (id, body) values (100, 'a'), (101, 'b,c'), (102, 'd'), (103, null)`;
    await until(() => rest.events.length === 4);
    expect(some.events).toHaveLength(2);
  });

  it('lets a filter that raises take a row from nobody else', async () => {
    const service = await world.client(await world.tokenFor('x', 3600, 'service_role'));
    const broken = await feed(service, 'notes', 'body=match.[a');
    const whole = await feed(service, 'notes', 'id=gte.800');
    await world.sql`insert into notes (id, body) values (800, 'a')`;
    await until(() => whole.events.length === 1);
    expect(broken.events).toHaveLength(0);
  });

  it('starts its worker again and says so', async () => {
    using socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
    const config = { postgres_changes: [{ event: '*', schema: 'public', table: 'notes' }] };
    socket.send(['1', '1', 'realtime:again', 'phx_join', { config }]);
    await socket.next(({ event }) => event === 'system');
    socket.frames.length = 0;
    await world.server.faults.killChangeWorker();
    await socket.next(({ event, payload }) => event === 'system' && payload['status'] === 'ok');
    await world.sql`insert into notes (id) values (900)`;
    await world.sql`delete from notes where id = 900`;
    await socket.next(({ event }) => event === 'postgres_changes');
  });

  it('drops sockets with a chosen code and leaves nothing behind', async () => {
    using socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
    socket.send(['1', '1', 'realtime:x', 'phx_join', { config: {} }]);
    await socket.next(({ event }) => event === 'phx_reply');
    world.server.faults.dropSockets(1012);
    expect(await socket.closed).toBe(1012);
  });
});
