import type { Client } from 'graphql-ws';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LiveResults, liveClient, liveResults } from '../support/live-results.ts';
import { type Network, startNetwork } from '../support/network.ts';
import type { TestRealtime } from '../support/realtime.ts';
import { type RealtimeGateway, startRealtimeGateway } from '../support/realtime-gateway.ts';

const alice = '11111111-1111-4111-8111-111111111111';
const bob = '22222222-2222-4222-8222-222222222222';

const schema = `
  create table todos (id int primary key, owner uuid not null, title text not null);
  alter table todos enable row level security;
  create policy own on todos to authenticated using (owner = (select auth.uid()));
  create table secrets (id int primary key, body text not null);
  create table parts (id int primary key) partition by list (id);
  create table part_one partition of parts for values in (1);
  create table quiet (id int primary key);
  create table partly (id int primary key);
  create table told (id int primary key);
  grant select on todos, parts, quiet, partly, told to authenticated;
  insert into todos values (1, '${alice}', 'one');
  alter publication supabase_realtime add table todos, secrets, part_one, partly where (id > 1);
`;

/** As on a Supabase where nobody has run `doctor --live`, but for one table. */
async function prepare({ postgres: { urlFor }, sql }: TestRealtime): Promise<void> {
  const admin = postgres(urlFor('supabase_admin'), { max: 1 });
  await admin`drop event trigger bunbun_live_tables`;
  await sql.unsafe(schema);
  await admin`select _bunbun.announce_rows_of('told'::regclass)`;
  await admin.end();
}

let gateway: RealtimeGateway;
let network: Network;
const clients: Client[] = [];
beforeAll(async () => {
  network = await startNetwork();
  gateway = await startRealtimeGateway({
    prepare,
    env: ({ postgres: { rowsUrl }, server }) => {
      network.leadTo(Number(new URL(server.url).port));
      return {
        DATABASE_URL_ROWS: rowsUrl,
        REALTIME_URL: `http://127.0.0.1:${network.port}`,
      };
    },
  });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(async () => {
  await gateway.close();
  await network[Symbol.asyncDispose]();
});

async function follow(sub: string, query: string): Promise<LiveResults> {
  const client = liveClient(gateway.graphqlWsUrl, await gateway.world.tokenFor(sub));
  clients.push(client);
  return liveResults(client, query);
}

const todos = 'subscription { db { todos { title } } }';
const until = async (live: LiveResults, data: unknown) => await expect.poll(() => live.latest).toEqual(data);
const untilMode = async (live: LiveResults, mode: string) =>
  await expect.poll(() => live.results.at(-1)?.extensions).toEqual({ live: mode });

/** Tables whose channels are held. */
async function followed(): Promise<number> {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^bunbun_realtime\{what="tables"\} (\d+)$/m.exec(metrics)?.[1]);
}

describe('a live query of tables without triggers', () => {
  it('is polled where not all rows of a table are published', async () => {
    const live = await follow(alice, 'subscription { db { partly { id } } }');
    await until(live, { db: { partly: [] } });
    expect(live.results[0]?.extensions).toEqual({ live: 'poll' });
    expect(await followed()).toBe(0);
  });

  it('is polled where a table is not published, and nothing is joined for it', async () => {
    const live = await follow(alice, 'subscription { db { todos { title } quiet { id } } }');
    await until(live, { db: { todos: [{ title: 'one' }], quiet: [] } });
    expect(live.results[0]?.extensions).toEqual({ live: 'poll' });
    expect(await followed()).toBe(0);
    await gateway.world.sql`insert into quiet values (1)`;
    await expect.poll(() => live.latest.db.quiet).toEqual([{ id: 1 }]);
  });

  it('is told by Realtime of what was published, once for all viewers', async () => {
    const { sql } = gateway.world;
    const live = await follow(alice, todos);
    const other = await follow(bob, todos);
    await untilMode(live, 'realtime');
    await untilMode(other, 'realtime');
    expect(await followed()).toBe(1);
    await sql`insert into todos values (2, ${bob}, 'two')`;
    await until(other, { db: { todos: [{ title: 'two' }] } });
    await sql`update todos set title = 'first' where id = 1`;
    await until(live, { db: { todos: [{ title: 'first' }] } });
    // As a viewer of its own Realtime would be silent here: the row is not his any more.
    await sql`update todos set owner = ${bob} where id = 1`;
    await until(live, { db: { todos: [] } });
    await until(other, { db: { todos: [{ title: 'first' }, { title: 'two' }] } });
    await sql`delete from todos where id = 2`;
    await until(other, { db: { todos: [{ title: 'first' }] } });
    await sql`update todos set owner = ${alice}, title = 'one'`;
    await until(live, { db: { todos: [{ title: 'one' }] } });
  });

  it('is told of partitions by their own names', async () => {
    const live = await follow(alice, 'subscription { db { parts { id } } }');
    await untilMode(live, 'realtime');
    await gateway.world.sql`insert into parts values (1)`;
    await until(live, { db: { parts: [{ id: 1 }] } });
  });

  it('is told by Realtime as soon as what was missing is published', async () => {
    const live = await follow(alice, 'subscription { db { quiet { id } } }');
    await untilMode(live, 'poll');
    await gateway.world.sql`alter publication supabase_realtime add table quiet`;
    await untilMode(live, 'realtime');
    await gateway.world.sql`insert into quiet values (2)`;
    await until(live, { db: { quiet: [{ id: 1 }, { id: 2 }] } });
  });

  it('takes the triggers where they are', async () => {
    const live = await follow(alice, 'subscription { db { told { id } todos { title } } }');
    await untilMode(live, 'realtime');
    await gateway.world.sql`insert into told values (1)`;
    await until(live, { db: { told: [{ id: 1 }], todos: [{ title: 'one' }] } });
    const alone = await follow(alice, 'subscription { db { told { id } } }');
    await untilMode(alone, 'triggers');
  });

  it('is polled while Realtime is away, and misses nothing when it is back', async () => {
    const { sql, server } = gateway.world;
    const live = await follow(alice, todos);
    await untilMode(live, 'realtime');
    network.leadTo(undefined);
    network.cut();
    await untilMode(live, 'poll');
    await sql`update todos set title = 'meanwhile'`;
    await expect.poll(() => live.latest).toEqual({ db: { todos: [{ title: 'meanwhile' }] } });
    await sql`update todos set title = 'one'`;
    network.leadTo(Number(new URL(server.url).port));
    await untilMode(live, 'realtime');
    await until(live, { db: { todos: [{ title: 'one' }] } });
    await sql`update todos set title = 'again'`;
    await until(live, { db: { todos: [{ title: 'again' }] } });
    expect(live.results.flatMap(({ errors = [] }) => errors)).toEqual([]);
  });
});
