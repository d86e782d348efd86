import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { gql, type VariablesOf } from '../support/gql.ts';
import { type RealtimeGateway, startRealtimeGateway } from '../support/realtime-gateway.ts';

const alice = '11111111-1111-4111-8111-111111111111';
const bob = '22222222-2222-4222-8222-222222222222';

let gateway: RealtimeGateway;

beforeAll(async () => {
  gateway = await startRealtimeGateway({ limits: { eventsPerSecond: 100_000, joinsPerSecond: 10_000 } });
  await gateway.world.sql.unsafe(`
    create table notes (id bigint primary key, owner uuid, body text);
    alter table notes enable row level security;
    create policy own on notes for select to authenticated using (owner = auth.uid());
    create policy everybody on notes for select to anon using (owner is null);
    create table every_type (
      id bigint primary key, price numeric, ratio float8, tags bigint[], doc jsonb, bytes bytea, at timestamptz, day date,
      local timestamp, flag boolean
    );
    create table unpublished (id int primary key);
    create schema internal;
    grant usage on schema internal to service_role;
    create table internal.jobs (id int primary key);
    grant select on internal.jobs to service_role;
    create domain own_role as text check (value = current_user);
    create table loose (id int primary key, plain json, role own_role);
    create table hidden (id int primary key, secret text);
    revoke select on hidden from anon, authenticated;
    grant select (id) on hidden to anon;
    alter publication supabase_realtime add table notes, every_type, hidden, loose, internal.jobs;
    create policy room on realtime.messages for select to authenticated using (realtime.topic() = 'lobby');
    create policy talk on realtime.messages for insert to authenticated
      with check (realtime.topic() = 'lobby' and auth.uid() = '${alice}');
  `);
});
afterAll(() => gateway.close());
afterEach(() => gateway.world.server.faults.reset());

const changes = gql(`
  subscription ($table: String!, $filter: String, $event: PostgresEvent) {
    postgresChanges(table: $table, filter: $filter, event: $event, resyncOnStart: true) {
      type schema table commitTimestamp columns { name type } record oldRecord errors
    }
  }`);

/** Follows the changes of a table; resolves when they flow. */
async function feed(
  token: string | undefined,
  table: string,
  more: Omit<VariablesOf<typeof changes>, 'table'> = {},
) {
  const following = gateway.follow(gateway.client(token), changes, { table, ...more });
  expect(await following.event(0)).toMatchObject({ type: 'RESYNC', table });
  return following;
}

describe('row changes', () => {
  it('reach each caller as row level security says', async () => {
    const { world } = gateway;
    const anon = await feed(undefined, 'notes');
    const a = await feed(await world.tokenFor(alice), 'notes');
    const b = await feed(await world.tokenFor(bob), 'notes');
    const service = await feed(world.postgres.keys.serviceRoleKey, 'notes');
    await world.sql`insert into notes values (1, ${alice}, 'of alice'), (2, ${bob}, 'of bob'), (3, null, 'of nobody')`;
    await world.sql`update notes set body = 'new' where id = 1`;
    // Visibility is judged when a change is read: what is gone by then was never seen.
    await service.event(4);
    await world.sql`delete from notes where id = 2`;
    await service.event(5);
    const seen = (following: typeof anon) =>
      following.events
        .slice(1)
        .map(({ type, record, oldRecord }) => `${type} ${record?.['id'] ?? oldRecord?.['id']}`);
    expect(seen(service)).toEqual(['INSERT 1', 'INSERT 2', 'INSERT 3', 'UPDATE 1', 'DELETE 2']);
    await a.event(3);
    await b.event(2);
    await anon.event(2);
    // Deletions reach everybody, as upstream has it, and name the key alone.
    expect(seen(a)).toEqual(['INSERT 1', 'UPDATE 1', 'DELETE 2']);
    expect(seen(b)).toEqual(['INSERT 2', 'DELETE 2']);
    expect(seen(anon)).toEqual(['INSERT 3', 'DELETE 2']);
    expect(anon.events.at(-1)).toMatchObject({ oldRecord: { id: '2' }, record: null });
    for (const following of [anon, a, b, service]) following.stop();
  });

  it('keep every digit, and are encoded as SQL results are', async () => {
    const token = gateway.world.postgres.keys.serviceRoleKey;
    const service = await feed(token, 'every_type');
    await gateway.world.sql.unsafe(`
      insert into every_type values (
        9007199254740993, 123456789012345678.123456789, 'NaN', '{1,9007199254740993}',
        '{"n": 12345678901234567890, "a": [1.5]}', '\\x00ff', '2026-01-02 03:04:05.123456+02', '2026-01-02',
        '2026-01-02 03:04:05.1', true);
      insert into every_type (id, price, ratio) values (1, 1.50, 1e300);
    `);
    expect((await service.event(1)).record).toEqual({
      id: '9007199254740993',
      price: '123456789012345678.123456789',
      ratio: 'NaN',
      tags: ['1', '9007199254740993'],
      doc: { n: '12345678901234567890', a: [1.5] },
      bytes: 'AP8=',
      at: '2026-01-02T01:04:05.123456Z',
      day: '2026-01-02',
      local: '2026-01-02T03:04:05.1',
      flag: true,
    });
    const row = (await service.event(2)).record;
    expect(row).toMatchObject({ id: '1', price: '1.50', ratio: 1e300 });
    const answer = await gateway.graphql(
      gql(`{ sql(statement: "select * from every_type order by id desc") { rows } }`),
      {
        token,
      },
    );
    expect([service.events[1]?.record, row]).toEqual(answer.data.sql.rows);
    service.stop();
  });

  it.each([
    ['an unknown table', 'nothing_here', undefined, /table: There is no table/],
    ['a table without a grant', 'unpublished_for_nobody', undefined, /table: There is no table/],
    ['a table outside the publication', 'unpublished', undefined, /not in the publication/],
    ['an unknown column', 'notes', 'nothing=eq.1', /no column "nothing"/],
    ['a column that is hidden from the caller', 'hidden', 'secret=eq.1', /no column "secret"/],
    ['an unknown operator', 'notes', 'id=equals.1', /Unknown operator "equals"/],
    ['a value of another type', 'notes', 'id=eq.abc', /value of operator "eq".* column "id"/],
    ['one such value in a list', 'notes', 'id=in.(1,x)', /value of operator "in".* column "id"/],
    ['a truth about no boolean', 'notes', 'id=is.true', /Operator "is".* column "id"/],
    ['an operator its type has not', 'loose', 'plain=eq.{}', /Operator "eq".* column "plain"/],
    ['a value that its type takes from another role', 'loose', 'role=eq.postgres', /column "role"/],
    ['a broken pattern', 'notes', 'body=not.match.[a', /value of operator "match".* column "body"/],
  ])('answers %s with BAD_USER_INPUT', async (_name, table, filter, message) => {
    const following = gateway.follow(gateway.client(), changes, { table, filter });
    await following.ended;
    expect(following.errors).toMatchObject([
      { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(following.events).toEqual([]);
  });

  it.each([
    ['that does not exist', 'nowhere', /no published table in "nowhere"/],
    ['that is a pattern', 'pub%', /no published table in "pub%"/],
    ['that stands for all', '*', /must be a name/],
    ['whose tables are hidden from the caller', 'internal', /no published table in "internal"/],
  ])('of a schema %s are BAD_USER_INPUT', async (_name, schema, message) => {
    const query = gql(`subscription ($schema: String!) { postgresChanges(schema: $schema) { type } }`);
    const following = gateway.follow(gateway.client(), query, { schema });
    await following.ended;
    expect(following.errors).toMatchObject([
      { message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('of a whole schema reach who may read it', async () => {
    const following = gateway.follow(
      gateway.client(gateway.world.postgres.keys.serviceRoleKey),
      gql(`subscription { postgresChanges(schema: "internal", resyncOnStart: true) { type table } }`),
    );
    await following.event(0);
    await gateway.world.sql`insert into internal.jobs values (1)`;
    expect(await following.event(1)).toEqual({ type: 'INSERT', table: 'jobs' });
    following.stop();
  });

  it('are filtered by the server', async () => {
    const service = await feed(gateway.world.postgres.keys.serviceRoleKey, 'notes', {
      filter: 'id=gt.100',
      event: 'INSERT',
    });
    await gateway.world.sql`insert into notes values (50, null, 'no'), (150, null, 'yes')`;
    expect((await service.event(1)).record['id']).toBe('150');
    service.stop();
  });

  it.each([
    ['the sockets are dropped', () => gateway.world.server.faults.dropSockets()],
    ['the node is drained', () => gateway.world.server.faults.dropSockets(1012)],
    ['the channels crash', () => gateway.world.server.faults.endChannels('phx_error')],
    ['the channels are closed', () => gateway.world.server.faults.endChannels('phx_close')],
    ['the subscription is repeated', () => gateway.world.server.faults.sendSystem('ok')],
    ['the worker for changes dies', () => gateway.world.server.faults.killChangeWorker()],
    ['a frame is malformed', () => gateway.world.server.faults.sendRaw('{"not a frame')],
    ['a frame is of an unknown kind', () => gateway.world.server.faults.sendRaw(new Uint8Array([9, 1, 2]))],
    ['the server goes away', () => gateway.world.server.faults.dropSockets(1001)],
  ])(
    'tell RESYNC and go on when %s',
    async (_name, breakIt) => {
      const service = await feed(gateway.world.postgres.keys.serviceRoleKey, 'notes');
      await breakIt();
      // What the case before wrote last may still come first.
      const resyncs = () => service.events.filter(({ type }) => type === 'RESYNC').length;
      await expect.poll(resyncs, { timeout: 45_000 }).toBeGreaterThan(1);
      // A channel that was lost a moment before waits longer each time: what is written before it is back is a gap.
      const written = new Set<string>();
      const cameAfterwards = async () => {
        const id = String(Math.floor(Math.random() * 1e9) + 1_000);
        written.add(id);
        await gateway.world.sql`insert into notes values (${id}, null, 'after')`;
        return service.events.some(({ record }) => written.has(String(record?.['id'])));
      };
      await expect.poll(cameAfterwards, { timeout: 45_000, interval: 100 }).toBe(true);
      service.stop();
    },
    60_000,
  );

  it('end with the socket, which closes 4403, when the token expires', async () => {
    const token = await gateway.world.tokenFor(alice, 2);
    const following = gateway.follow(gateway.client(token), changes, { table: 'notes' });
    await following.ended;
    // The close, for this client does not come back.
    expect(following.errors).toMatchObject([{ code: 4403, reason: 'token_expired' }]);
  });
});

describe('broadcast', () => {
  it('goes both ways between a GraphQL client and supabase-js', async () => {
    const official = await gateway.world.client();
    const heard: unknown[] = [];
    const channel = official
      .channel('chat')
      .on('broadcast', { event: '*' }, ({ event, payload }) => heard.push({ event, payload }));
    await new Promise<void>((resolve) => channel.subscribe((status) => status === 'SUBSCRIBED' && resolve()));
    const following = gateway.follow(
      gateway.client(),
      gql(`subscription { broadcasts(channel: "chat") { type channel event payload } }`),
    );
    await expect.poll(() => gateway.world.server.counts().channels, { timeout: 10_000 }).toBeGreaterThan(1);
    await expect
      .poll(
        async () => {
          await channel.send({ type: 'broadcast', event: 'hello', payload: { from: 'js' } });
          return following.events.length;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    expect(following.events[0]).toEqual({
      type: 'MESSAGE',
      channel: 'chat',
      event: 'hello',
      payload: { from: 'js' },
    });
    const sent = await gateway.graphql(
      gql(`mutation { sendBroadcast(channel: "chat", event: "hi", payload: { from: "graphql", big: 1 }) }`),
    );
    expect(sent).toMatchObject({ data: { sendBroadcast: true }, errors: [] });
    await expect.poll(() => heard).toContainEqual({ event: 'hi', payload: { from: 'graphql', big: 1 } });
    following.stop();
    await official.removeAllChannels();
  });

  it('on a private channel is for those whom its policies admit', async () => {
    const room = gql(`subscription { broadcasts(channel: "lobby", private: true) { event payload } }`);
    const token = await gateway.world.tokenFor(alice);
    const refused = gateway.follow(gateway.client(), room);
    await refused.ended;
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const admitted = gateway.follow(gateway.client(token), room);
    const send = (as: string) =>
      gateway.graphql(
        gql(`mutation { sendBroadcast(channel: "lobby", event: "e", payload: { a: 1 }, private: true) }`),
        {
          token: as,
        },
      );
    await expect
      .poll(
        async () => {
          expect(await send(token)).toMatchObject({ data: { sendBroadcast: true } });
          return admitted.events.length;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    expect(admitted.events[0]).toEqual({ event: 'e', payload: { a: 1 } });
    expect((await send(await gateway.world.tokenFor(bob))).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    admitted.stop();
  });
});

describe('presence', () => {
  it('is seen by supabase-js for as long as the subscription lives, and the other way round', async () => {
    const official = await gateway.world.client();
    const channel = official.channel('people', { config: { presence: { key: 'js', enabled: true } } });
    channel.on('presence', { event: 'sync' }, () => undefined);
    await new Promise<void>((resolve) => channel.subscribe((status) => status === 'SUBSCRIBED' && resolve()));
    await channel.track({ name: 'from js' });
    const following = gateway.follow(
      gateway.client(),
      gql(
        `subscription { presence(channel: "people", key: "graphql", track: { name: "Ann" }) { type state { key metas } } }`,
      ),
    );
    await expect.poll(() => Object.keys(channel.presenceState()), { timeout: 10_000 }).toContain('graphql');
    await expect
      .poll(
        () =>
          following.events
            .at(-1)
            ?.state.map(({ key }) => key)
            .toSorted(),
        { timeout: 10_000 },
      )
      .toEqual(['graphql', 'js']);
    expect(following.events.at(-1)?.state).toContainEqual({ key: 'js', metas: [{ name: 'from js' }] });
    following.stop();
    await expect.poll(() => Object.keys(channel.presenceState()), { timeout: 10_000 }).toEqual(['js']);
    await official.removeAllChannels();
  });

  it('refuses an entry that is no object', async () => {
    const following = gateway.follow(
      gateway.client(),
      gql(`subscription { presence(channel: "people", track: 5) { type } }`),
    );
    await following.ended;
    expect(following.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['track'] }] } },
    ]);
  });
});

it('shares one upstream channel per identity among a thousand subscribers', async () => {
  const { world } = gateway;
  const token = await world.tokenFor(alice);
  await expect.poll(() => world.server.counts().channels, { timeout: 20_000 }).toBe(0);
  const clients = Array.from({ length: 20 }, (_, index) => gateway.client(index < 10 ? token : undefined));
  const all = clients.flatMap((client) =>
    Array.from({ length: 50 }, () => gateway.follow(client, changes, { table: 'notes' })),
  );
  for (const following of all) await following.event(0);
  expect(world.server.counts().channels).toBe(2);
  await world.sql`insert into notes values (777, null, 'to anon'), (778, ${alice}, 'to alice')`;
  for (const [index, following] of all.entries()) {
    expect((await following.event(1)).record['id']).toBe(index < 500 ? '778' : '777');
  }
  for (const following of all) following.stop();
  for (const client of clients) await client.dispose();
});
