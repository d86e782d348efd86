import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectPhoenix, type Frame, type PhoenixSocket } from '../support/phoenix-socket.ts';
import { startTestRealtime, type TestRealtime } from '../support/realtime.ts';

const alice = '11111111-1111-1111-1111-111111111111';
let world: TestRealtime;
let asService: string;
const sockets: PhoenixSocket[] = [];

beforeAll(async () => {
  world = await startTestRealtime({ timing: { resubscribeMs: 10, publicationCheckMs: 100 } });
  asService = await world.tokenFor('service', 3600, 'service_role');
});
afterAll(() => world.stop());
afterEach(() => {
  for (const socket of sockets.splice(0)) socket[Symbol.dispose]();
});

let rooms = 0;

/** A channel with row changes of one table, subscribed. */
async function watch(spec: Record<string, unknown>, token: string): Promise<PhoenixSocket> {
  const socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
  sockets.push(socket);
  rooms += 1;
  socket.send([
    '1',
    '1',
    `realtime:watch-${rooms}`,
    'phx_join',
    {
      access_token: token,
      config: { postgres_changes: [{ event: '*', schema: 'public', ...spec }] },
    },
  ]);
  const { payload } = await socket.next(({ event }) => event === 'system');
  expect(payload).toMatchObject({ status: 'ok', message: 'Subscribed to PostgreSQL' });
  return socket;
}

interface Data {
  readonly type: string;
  readonly columns: readonly { readonly name: string }[];
  readonly record?: Record<string, unknown>;
  readonly old_record?: Record<string, unknown>;
  readonly errors: readonly string[] | null;
}

const isChange =
  (type: string) =>
  ({ event, payload }: Frame): boolean =>
    event === 'postgres_changes' && dataOf(payload).type === type;

function dataOf(payload: Record<string, unknown>): Data {
  return payload['data'] as Data;
}

async function change(socket: PhoenixSocket, type: string): Promise<Data> {
  return dataOf((await socket.next(isChange(type))).payload);
}

/**
 * Inserts until a row arrives: an announcement may still be that of the table which the publication took in just
 * before, and the one that matters shows by what it brings.
 */
async function untilDelivered(
  socket: PhoenixSocket,
  insert: (id: number) => PromiseLike<unknown>,
): Promise<void> {
  let id = 0;
  await expect
    .poll(
      async () => {
        id += 1;
        await insert(id);
        return socket.frames.some(isChange('INSERT'));
      },
      { timeout: 10_000 },
    )
    .toBe(true);
}

async function table(name: string, columns: string, more = ''): Promise<void> {
  await world.sql.unsafe(`create table ${name} (${columns}); alter publication supabase_realtime add table ${name};
    ${more}`);
}

describe('old rows', () => {
  it('hold the key under the default replica identity, and the whole row under FULL', async () => {
    await table('plain', 'id int primary key, body text');
    await table('whole', 'id int primary key, body text', 'alter table whole replica identity full');
    const plain = await watch({ table: 'plain' }, asService);
    const whole = await watch({ table: 'whole' }, asService);
    for (const name of ['plain', 'whole']) {
      await world.sql.unsafe(`insert into ${name} values (1, 'a'); update ${name} set body = 'b'`);
    }
    expect((await change(plain, 'UPDATE')).old_record).toEqual({ id: 1 });
    expect((await change(whole, 'UPDATE')).old_record).toEqual({ id: 1, body: 'a' });
    await world.sql`delete from plain`;
    await world.sql`delete from whole`;
    expect((await change(plain, 'DELETE')).old_record).toEqual({ id: 1 });
    expect((await change(whole, 'DELETE')).old_record).toEqual({ id: 1, body: 'b' });
  });

  it('of a table with row level security hold the key alone when a row is deleted', async () => {
    await table('secret', 'id int primary key, body text', 'alter table secret replica identity full');
    await world.sql`alter table secret enable row level security`;
    const socket = await watch({ table: 'secret' }, asService);
    await world.sql`insert into secret values (1, 'a')`;
    await change(socket, 'INSERT');
    await world.sql`delete from secret`;
    expect((await change(socket, 'DELETE')).old_record).toEqual({ id: 1 });
  });

  it('fill what an update left out of the new row only under FULL', async () => {
    const big = "(select string_agg(md5(n::text), '') from generate_series(1, 400) n)";
    await table('toast', 'id int primary key, n int, big text');
    await table(
      'toastfull',
      'id int primary key, n int, big text',
      'alter table toastfull replica identity full',
    );
    const partial = await watch({ table: 'toast' }, asService);
    const full = await watch({ table: 'toastfull' }, asService);
    for (const name of ['toast', 'toastfull']) {
      await world.sql.unsafe(`insert into ${name} values (1, 1, ${big}); update ${name} set n = 2`);
    }
    expect(Object.keys((await change(partial, 'UPDATE')).record ?? {})).toEqual(['id', 'n']);
    expect(Object.keys((await change(full, 'UPDATE')).record ?? {})).toEqual(['id', 'n', 'big']);
  });
});

describe('rights', () => {
  it('cut the row to the columns that the role may select', async () => {
    await table('partly', 'id int primary key, open text, hidden text');
    await world.sql.unsafe('revoke select on partly from anon; grant select (id, open) on partly to anon');
    const socket = await watch({ table: 'partly' }, world.postgres.keys.anonKey);
    await world.sql`insert into partly values (1, 'a', 'b')`;
    const { record, columns } = await change(socket, 'INSERT');
    expect(record).toEqual({ id: 1, open: 'a' });
    expect(columns.map(({ name }) => name)).toEqual(['id', 'open']);
  });

  it('without the key give an error in place of the row', async () => {
    await table('nokey', 'n int');
    await table('closed', 'id int primary key');
    await world.sql`revoke all on closed from anon`;
    const nokey = await watch({ table: 'nokey' }, asService);
    const closed = await watch({ table: 'closed' }, world.postgres.keys.anonKey);
    await world.sql`insert into nokey values (1)`;
    await world.sql`insert into closed values (1)`;
    expect(await change(nokey, 'INSERT')).toMatchObject({
      record: {},
      columns: [],
      commit_timestamp: null,
      errors: ['Error 400: Bad Request, no primary key'],
    });
    expect(await change(closed, 'INSERT')).toMatchObject({ record: {}, errors: ['Error 401: Unauthorized'] });
  });

  it('that raise for one caller take nothing from the others', async () => {
    await table('fragile', 'id int primary key');
    await world.sql.unsafe(`alter table fragile enable row level security;
      create policy p on fragile for select to authenticated
        using (case when auth.uid() = '${alice}' then (1 / (id - id)) = 1 else true end)`);
    const broken = await watch({ table: 'fragile' }, await world.tokenFor(alice));
    const other = await watch(
      { table: 'fragile' },
      await world.tokenFor('22222222-2222-2222-2222-222222222222'),
    );
    await world.sql`insert into fragile values (1)`;
    await change(other, 'INSERT');
    await world.sql`delete from fragile`;
    await change(broken, 'DELETE');
    expect(broken.frames.filter(isChange('INSERT'))).toEqual([]);
  });
});

describe('large rows', () => {
  it('arrive without their large values', async () => {
    await table('large', 'id int primary key, small text, big text');
    const socket = await watch({ table: 'large' }, asService);
    await world.sql`insert into large values (1, 'x', repeat('y', 1100000))`;
    expect(await change(socket, 'INSERT')).toMatchObject({
      record: { id: 1, small: 'x' },
      errors: ['Error 413: Payload Too Large'],
    });
  });
});

describe('filters', () => {
  it.each([
    ['n=eq.2', [2]],
    ['n=neq.2', [1, 3]],
    ['n=not.eq.2', [1, 3]],
    ['n=gt.1,n=lte.3', [2, 3]],
    ['n=in.(1,3)', [1, 3]],
    ['n=not.in.(1,3)', [2]],
    ['word=like.b%', [2]],
    ['word=not.ilike.B%', [1]],
    ['word=is.null', [3]],
    ['word=not.is.null', [1, 2]],
    ['word=isdistinct.a', [2, 3]],
    ['word=match.^[ab]$', [1, 2]],
    ['word=eq."a"', [1]],
  ])('%s lets %j through', async (filter, expected) => {
    const name = `filtered_${rooms}`;
    await table(name, 'n int primary key, word text');
    const socket = await watch({ table: name, filter }, asService);
    const all = await watch({ table: name }, asService);
    await world.sql.unsafe(`insert into ${name} values (1, 'a'), (2, 'b'), (3, null)`);
    const last = ({ payload }: Frame) => JSON.stringify(payload).includes('"n":3');
    await all.next((frame) => isChange('INSERT')(frame) && last(frame));
    const seen = socket.frames.filter(isChange('INSERT')).map(({ payload }) => dataOf(payload).record?.['n']);
    expect(seen).toEqual(expected);
  });
});

describe('a subscription', () => {
  it('takes over new claims after an access_token message, and says so', async () => {
    await table('own', 'id int primary key, owner uuid');
    await world.sql.unsafe(`alter table own enable row level security;
      create policy p on own for select to authenticated using (owner = auth.uid())`);
    const socket = await watch({ table: 'own' }, world.postgres.keys.anonKey);
    socket.frames.length = 0;
    const token = await world.tokenFor(alice);
    socket.send(['1', '2', `realtime:watch-${rooms}`, 'access_token', { access_token: token }]);
    await socket.next(({ event }) => event === 'system');
    await untilDelivered(socket, (id) => world.sql`insert into own values (${id}, ${alice})`);
  });

  it('to all tables takes in one that is published later, and says so', async () => {
    await table('early', 'id int primary key');
    const socket = await watch({ table: '*' }, asService);
    socket.frames.length = 0;
    await table('late', 'id int primary key');
    await socket.next(({ event }) => event === 'system');
    await untilDelivered(socket, (id) => world.sql`insert into late values (${id})`);
  });

  it('with equal entries names each of them', async () => {
    await table('twice', 'id int primary key');
    const socket = await connectPhoenix(world.server.url, world.postgres.keys.anonKey);
    sockets.push(socket);
    const entry = { event: 'INSERT', schema: 'public', table: 'twice' };
    const config = { postgres_changes: [entry, { ...entry, event: '*' }] };
    socket.send(['1', '1', 'realtime:twice', 'phx_join', { access_token: asService, config }]);
    const reply = await socket.next(({ event }) => event === 'phx_reply');
    const response = reply.payload['response'] as { postgres_changes: { id: number }[] };
    await socket.next(({ event }) => event === 'system');
    await world.sql`insert into twice values (1)`;
    const { payload } = await socket.next(isChange('INSERT'));
    expect(payload['ids']).toEqual(response.postgres_changes.map(({ id }) => id));
  });
});
