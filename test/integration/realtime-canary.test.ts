import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createCanaryRow } from '../../src/modules/realtime/client/canary/canary-row.ts';
import { gql } from '../support/gql.ts';
import { postgresPools } from '../support/postgres-pools.ts';
import { type RealtimeGateway, startRealtimeGateway } from '../support/realtime-gateway.ts';

let gateway: RealtimeGateway;
let nextId = 1;

beforeAll(async () => {
  gateway = await startRealtimeGateway({
    limits: { eventsPerSecond: 100_000, joinsPerSecond: 10_000 },
    env: { REALTIME_CANARY: '1s' },
  });
  await gateway.world.sql.unsafe(`
    create table notes (id bigint primary key);
    alter publication supabase_realtime add table notes;
    create role clerk login password 'clerk';
  `);
});
afterAll(() => gateway.close());
afterEach(() => gateway.world.server.faults.reset());

async function insert(): Promise<string> {
  const id = String(nextId++);
  await gateway.world.sql`insert into notes values (${id})`;
  return id;
}

/** When the canary last changed its row; undefined before the first time. */
async function lastTouch(): Promise<string | undefined> {
  const [row] = await gateway.world.sql<{ at: string }[]>`
    select c.touched_at::text as at from bunbun.canary c where to_regclass('bunbun.canary') is not null`.catch(
    () => [],
  );
  return row?.at;
}

/** Follows the table until a canary has come back and one change was delivered without any RESYNC. */
async function feed() {
  const following = gateway.follow(
    gateway.client(gateway.world.postgres.keys.serviceRoleKey),
    gql(`subscription { postgresChanges(table: "notes", resyncOnStart: true) { type record } }`),
  );
  expect(await following.event(0)).toMatchObject({ type: 'RESYNC' });
  const before = await lastTouch();
  await expect.poll(lastTouch, { timeout: 10_000 }).not.toBe(before);
  const once = await lastTouch();
  await expect.poll(lastTouch, { timeout: 10_000 }).not.toBe(once);
  const id = await insert();
  expect(await following.event(1)).toEqual({ type: 'INSERT', record: { id } });
  return following;
}

async function goesOn(following: Awaited<ReturnType<typeof feed>>): Promise<void> {
  const id = await insert();
  await expect
    .poll(() => following.events.some(({ record }) => record?.['id'] === id), { timeout: 10_000 })
    .toBe(true);
  following.stop();
}

it('tells RESYNC after changes were swallowed, and joins anew', async () => {
  const following = await feed();
  gateway.world.server.faults.swallowChanges(true);
  await insert();
  expect(await following.event(2)).toMatchObject({ type: 'RESYNC' });
  gateway.world.server.faults.reset();
  await goesOn(following);
});

it('revives channels that stay joined after the worker for changes has died without a word', async () => {
  const following = await feed();
  await gateway.world.server.faults.killChangeWorker({ silent: true });
  await insert();
  expect(await following.event(2)).toMatchObject({ type: 'RESYNC' });
  await goesOn(following);
});

it('says that Realtime is degraded while changes do not come through', async () => {
  const following = await feed();
  const token = gateway.world.postgres.keys.serviceRoleKey;
  const realtime = async () => {
    const { data } = await gateway.graphql(gql(`{ services { name status reason } }`), { token });
    return data.services.find(({ name }: { name: string }) => name === 'REALTIME');
  };
  expect(await realtime()).toMatchObject({ status: 'UP' });
  gateway.world.server.faults.swallowChanges(true);
  expect(await following.event(2)).toMatchObject({ type: 'RESYNC' });
  await expect.poll(realtime).toMatchObject({
    status: 'DEGRADED',
    reason: 'Row changes do not come through.',
  });
  gateway.world.server.faults.reset();
  await expect.poll(realtime, { timeout: 20_000 }).toMatchObject({ status: 'UP', reason: null });
  await goesOn(following);
});

it('shows the canary to service_role alone', async () => {
  const privileges = await gateway.world.sql`
    select r.rolname as role, has_table_privilege(r.oid, 'bunbun.canary', 'SELECT') as reads,
      has_table_privilege(r.oid, 'bunbun.canary', 'INSERT, UPDATE, DELETE, TRUNCATE') as writes
    from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role') order by 1`;
  expect([...privileges]).toEqual([
    { role: 'anon', reads: false, writes: false },
    { role: 'authenticated', reads: false, writes: false },
    { role: 'service_role', reads: true, writes: false },
  ]);
});

it('can be made any number of times, and together', async () => {
  const { sql, postgres } = gateway.world;
  await using stack = poolsOf(postgres.databaseUrl);
  for (const drop of [
    'drop schema bunbun cascade',
    'alter publication supabase_realtime drop table bunbun.canary',
  ]) {
    await sql.unsafe(drop);
    await Promise.all(Array.from({ length: 4 }, () => stack.row().prepare()));
    await stack.row().prepare();
    await stack.row().touch();
    const published = await sql`select from pg_publication_tables where tablename = 'canary'`;
    expect(published).toHaveLength(1);
  }
});

it('says what is missing where the login may not make it, or the publication is not there', async () => {
  const { sql, postgres } = gateway.world;
  const url = new URL(postgres.databaseUrl);
  url.username = 'clerk';
  url.password = 'clerk';
  await using stack = poolsOf(url.href);
  await sql.unsafe('drop schema if exists bunbun cascade');
  await expect(stack.row().prepare()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(stack.row().touch()).rejects.toMatchObject({ code: expect.any(String) });
  await sql.unsafe('alter publication supabase_realtime rename to elsewhere');
  await expect(stack.row().prepare()).rejects.toMatchObject({ code: 'NOT_CONFIGURED' });
  await sql.unsafe('alter publication elsewhere rename to supabase_realtime');
});

function poolsOf(url: string) {
  const pools = postgresPools({ url, max: 4 });
  return {
    row: () => createCanaryRow({ pool: pools.general, token: 'unused', everyMs: 1_000 }),
    [Symbol.asyncDispose]: () => pools.end(100),
  };
}
