import { importJWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSigningKey } from '../../packages/local/src/data-folder/signing-key.ts';
import { connectPhoenix, type Frame, type PhoenixSocket } from '../support/phoenix-socket.ts';
import { startTestRealtime, type TestRealtime } from '../support/realtime.ts';

let world: TestRealtime;
let key: string;
const sockets: PhoenixSocket[] = [];

const signing = { ...createSigningKey(), kid: 'key-1' };

beforeAll(async () => {
  world = await startTestRealtime({
    limits: { channelsPerSocket: 3, sockets: 6 },
    timing: { idleMs: 1_000 },
    signing,
  });
  key = world.postgres.keys.anonKey;
  await world.sql.unsafe(`
    create table things (id int primary key);
    alter publication supabase_realtime add table things;
    create policy read on realtime.messages for select to anon using (realtime.topic() = 'den');
  `);
});
afterAll(() => world.stop());
afterEach(async () => {
  world.server.faults.reset();
  for (const socket of sockets.splice(0)) {
    socket[Symbol.dispose]();
    await socket.closed;
  }
  await expect.poll(() => world.server.counts()).toEqual({ sockets: 0, channels: 0 });
});

async function connect(vsn: '1.0.0' | '2.0.0' = '2.0.0'): Promise<PhoenixSocket> {
  const socket = await connectPhoenix(world.server.url, key, vsn);
  sockets.push(socket);
  return socket;
}

const isReplyTo =
  (wanted: string) =>
  ({ event, ref }: Frame): boolean =>
    event === 'phx_reply' && ref === wanted;
const named =
  (wanted: string) =>
  ({ event }: Frame): boolean =>
    event === wanted;

async function join(socket: PhoenixSocket, room: string, config: object = {}, ref = '1'): Promise<Frame> {
  socket.send([ref, ref, `realtime:${room}`, 'phx_join', { config }]);
  return await socket.next(isReplyTo(ref));
}

const withChanges = { postgres_changes: [{ event: '*', schema: 'public', table: 'things' }] };

describe('frames', () => {
  it('of a join follow the order of the protocol, with refs where they belong', async () => {
    const socket = await connect();
    await join(socket, 'a', { ...withChanges, presence: { key: 'me', enabled: true } });
    await socket.next(named('system'));
    expect(socket.frames.map(({ joinRef, ref, event }) => [joinRef, ref, event])).toEqual([
      ['1', '1', 'phx_reply'],
      ['1', null, 'presence_state'],
      ['1', null, 'system'],
    ]);
    expect(socket.frames[0]?.payload).toEqual({
      status: 'ok',
      response: { postgres_changes: [{ ...withChanges.postgres_changes[0], id: expect.any(Number) }] },
    });
    expect(socket.frames[2]?.payload).toEqual({
      extension: 'postgres_changes',
      status: 'ok',
      message: 'Subscribed to PostgreSQL',
      channel: 'a',
    });
  });

  it('of a leave are the reply and then phx_close; a second join closes the first', async () => {
    const socket = await connect();
    await join(socket, 'a');
    await join(socket, 'a', {}, '2');
    const closed = await socket.next(named('phx_close'));
    expect([closed.joinRef, closed.ref]).toEqual(['1', '1']);
    socket.send(['2', '3', 'realtime:a', 'phx_leave', {}]);
    await socket.next(isReplyTo('3'));
    await socket.next(({ event, joinRef }) => event === 'phx_close' && joinRef === '2');
    socket.send(['2', '4', 'realtime:a', 'broadcast', {}]);
    expect((await socket.next(isReplyTo('4'))).payload).toEqual({
      status: 'error',
      response: { reason: 'unmatched topic' },
    });
    socket.send([null, '5', 'realtime:never', 'phx_leave', {}]);
    expect((await socket.next(isReplyTo('5'))).payload).toEqual({ status: 'ok', response: {} });
  });

  it('of kind 3 reach version 2 as kind 4 and version 1 as text; bytes that are no JSON do not reach version 1', async () => {
    const [sender, modern, old] = [await connect(), await connect(), await connect('1.0.0')];
    await join(sender, 'a', { broadcast: { ack: true } });
    await join(modern, 'a');
    old.send({ topic: 'realtime:a', event: 'phx_join', payload: { config: {} }, ref: '1' });
    await old.next(isReplyTo('1'));
    const push = (ref: string, event: string, json: boolean, data: string) => {
      const fields = ['1', ref, 'realtime:a', event, ''];
      const sizes = fields.map((field) => field.length);
      sender.sendRaw(
        Buffer.concat([Buffer.from([3, ...sizes, json ? 1 : 0]), Buffer.from(fields.join('') + data)]),
      );
    };
    push('2', 'raw', false, '\u0000\u0001');
    push('3', 'cursor', true, '{"x":12345678901234567890}');
    await sender.next(isReplyTo('2'));
    await sender.next(isReplyTo('3'));
    const { raw } = await old.next(named('broadcast'));
    expect(raw).toBe(
      '{"topic":"realtime:a","event":"broadcast","payload":{"type":"broadcast","event":"cursor","payload":{"x":12345678901234567890}},"ref":null}',
    );
    await modern.next(({ binary }) => binary?.includes('cursor') === true);
    const frames = modern.frames.flatMap(({ binary }) => (binary === undefined ? [] : [binary]));
    expect(frames.map((frame) => frame.toString('latin1'))).toEqual([
      '\u0004\u000a\u0003\u0000\u0000realtime:araw\u0000\u0001',
      '\u0004\u000a\u0006\u0000\u0001realtime:acursor{"x":12345678901234567890}',
    ]);
  });

  it('of a text broadcast are relayed as they are, digits and all', async () => {
    const [sender, other] = [await connect(), await connect()];
    await join(sender, 'a');
    await join(other, 'a');
    sender.sendRaw(
      '["1","2","realtime:a","broadcast", {"type":"broadcast","event":"e","payload":{"n":9007199254740993.10}} ]',
    );
    expect((await other.next(named('broadcast'))).raw).toBe(
      '[null,null,"realtime:a","broadcast",{"type":"broadcast","event":"e","payload":{"n":9007199254740993.10}}]',
    );
  });
});

describe('tokens', () => {
  it('signed with the key of the auth server are accepted by its kid alone', async () => {
    const privateKey = await importJWK(signing.privateJwk, 'ES256');
    const signed = (kid: string) =>
      new SignJWT({ role: 'authenticated', sub: 'x' })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setExpirationTime('1h')
        .sign(privateKey);
    const socket = await connect();
    const joinWith = async (ref: string, token: string) => {
      socket.send([ref, ref, `realtime:${ref}`, 'phx_join', { access_token: token, config: {} }]);
      return JSON.stringify((await socket.next(isReplyTo(ref))).payload);
    };
    const good = await signed('key-1');
    expect(await joinWith('1', good)).toContain('"ok"');
    expect(await joinWith('2', await signed('key-2'))).toContain('JwtSignerError');
    expect(await joinWith('3', `${good.slice(0, -8)}AAAAAAAA`)).toContain('JwtSignatureError');
    expect(await joinWith('4', 'nonsense')).toContain('MalformedJWT');
  });
});

describe('limits', () => {
  it('refuse a channel beyond those of a socket, and a socket beyond those of the server', async () => {
    const socket = await connect();
    for (const room of ['a', 'b', 'c']) await join(socket, room, {}, room);
    expect((await join(socket, 'd', {}, 'd')).payload).toEqual({
      status: 'error',
      response: { reason: 'ChannelRateLimitReached: Too many channels' },
    });
    for (let n = 1; n < 6; n += 1) await connect();
    await expect(connect()).rejects.toThrow('429');
  });

  it('close a socket that sends nothing, whatever it receives', async () => {
    const socket = await connect();
    await join(socket, 'a');
    expect(await socket.closed).toBe(1000);
  });

  it('refuse topics and versions that do not exist', async () => {
    const socket = await connect();
    expect(JSON.stringify((await join(socket, '')).payload)).toContain('TopicNameRequired');
    socket.send(['2', '2', 'elsewhere', 'phx_join', {}]);
    expect(JSON.stringify((await socket.next(isReplyTo('2'))).payload)).toContain('unmatched topic');
    const answer = await fetch(`${world.server.url}/socket/websocket?vsn=3.0.0&apikey=${key}`);
    expect(answer.status).toBe(404);
  });

  it('close a channel that tracks presence too often', async () => {
    const socket = await connect();
    await join(socket, 'a', { presence: { key: 'k', enabled: true } });
    for (let n = 0; n < 6; n += 1) {
      socket.send([
        '1',
        `t${n}`,
        'realtime:a',
        'presence',
        { type: 'presence', event: 'track', payload: { n } },
      ]);
    }
    const { payload } = await socket.next(named('system'));
    expect(payload).toMatchObject({ extension: 'system', message: 'Client presence rate limit exceeded' });
    await socket.next(named('phx_close'));
  });
});

describe('messages from the database', () => {
  it('are replayed to a private channel, oldest first, and arrive live with their id', async () => {
    const before = Date.now() - 60_000;
    await world.sql`select realtime.send('{"n":1}', 'e', 'den'), realtime.send('{"n":2}', 'e', 'den')`;
    const socket = await connect();
    await join(socket, 'den', { private: true, broadcast: { replay: { since: before, limit: 10 } } });
    await socket.next(({ raw }) => raw.includes('"n": 2'));
    const replayed = socket.frames.filter(named('broadcast'));
    expect(replayed.map(({ payload }) => payload['meta'])).toEqual([
      { replayed: true, id: expect.any(String) },
      { replayed: true, id: expect.any(String) },
    ]);
    await world.sql`select realtime.send('{"n":3}', 'live', 'den')`;
    const { binary } = await socket.next((frame) => frame.binary !== undefined);
    expect(binary?.[0]).toBe(4);
    expect(binary?.toString('utf8')).toMatch(/realtime:denlive\{"id":"[0-9a-f-]{36}"\}\{/);
  });
});

describe('faults', () => {
  it('delay or withhold what they say', async () => {
    const { faults } = world.server;
    faults.delaySystemOk(Number.POSITIVE_INFINITY);
    const socket = await connect();
    await join(socket, 'a', withChanges);
    faults.sendSystem('error', 'Too many database timeouts');
    expect((await socket.next(named('system'))).payload).toMatchObject({ status: 'error' });
    faults.slowJoin(Number.POSITIVE_INFINITY);
    socket.send(['2', '2', 'realtime:b', 'phx_join', {}]);
    socket.send([null, '3', 'phoenix', 'heartbeat', {}]);
    await socket.next(isReplyTo('3'));
    expect(socket.frames.some(isReplyTo('2'))).toBe(false);
    faults.reset();
    faults.refuseJoins('RealtimeRestarting: x');
    expect(JSON.stringify((await join(socket, 'c', {}, '4')).payload)).toContain('RealtimeRestarting');
    faults.refuseSockets(503);
    await expect(connect()).rejects.toThrow('503');
  });

  it('lose changes while they are swallowed, and for ever when the worker is killed silently', async () => {
    const { faults } = world.server;
    const socket = await connect();
    await join(socket, 'a', withChanges);
    await socket.next(named('system'));
    faults.swallowChanges(true);
    await world.sql`insert into things values (1)`;
    const other = await connect();
    await join(other, 'den', { private: true });
    await world.sql`select realtime.send('{}', 'after', 'den')`;
    await other.next(({ binary }) => binary?.includes('after') === true);
    faults.swallowChanges(false);
    await world.sql`insert into things values (2)`;
    await socket.next(named('postgres_changes'));
    expect(socket.frames.filter(named('postgres_changes'))).toHaveLength(1);

    await faults.killChangeWorker({ silent: true });
    const fresh = await connect();
    await join(fresh, 'b', withChanges);
    await fresh.next(named('system'));
    await world.sql`insert into things values (3)`;
    await fresh.next(named('postgres_changes'));
    expect(socket.frames.filter(named('postgres_changes'))).toHaveLength(1);
  });

  it('send frames that nobody can read, and end channels', async () => {
    const { faults } = world.server;
    const socket = await connect('2.0.0');
    await join(socket, 'a');
    faults.sendRaw(Buffer.from([9, 9, 9]));
    expect((await socket.next(({ binary }) => binary !== undefined)).binary).toEqual(Buffer.from([9, 9, 9]));
    faults.endChannels('phx_error');
    await socket.next(named('phx_error'));
    socket.send(['1', '2', 'realtime:a', 'broadcast', {}]);
    expect(JSON.stringify((await socket.next(isReplyTo('2'))).payload)).toContain('unmatched topic');
  });
});
