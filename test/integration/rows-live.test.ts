import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LiveResults, liveClient, liveResults } from '../support/live-results.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const alice = '11111111-1111-4111-8111-111111111111';
const bob = '22222222-2222-4222-8222-222222222222';

const schema = `
  create table members (team_id int not null, user_id uuid not null, primary key (team_id, user_id));
  create table todos (
    id bigint generated always as identity primary key,
    team_id int not null,
    title text not null,
    done boolean not null default false);
  create function is_member(team int) returns boolean language plpgsql stable security definer
    set search_path = '' as $$
    begin
      return exists (select from public.members m where m.team_id = team and m.user_id = auth.uid());
    end $$;
  alter table todos enable row level security;
  create policy own on todos to authenticated using (is_member(team_id));
  create table plain (id int primary key, body text not null);
  create table lines (body text not null, notes json[], place point, doc json, mark xid);
  create table silent (id int primary key);
  create table parts (id int primary key) partition by list (id);
  create table part_one partition of parts for values in (1);
  create view seen as select body from plain;
  grant select on todos, members, plain, lines, silent, parts, seen to authenticated;
  insert into members values (1, '${alice}'), (2, '${bob}');
  insert into todos (team_id, title) values (1, 'one'), (2, 'two');
  insert into plain values (1, 'first');
`;

const tokenOf = (sub: string, more: object = {}) => hmacToken({ ...userClaims({ sub }), ...more });

let gateway: RowsGateway;
const clients: Client[] = [];
beforeAll(async () => {
  gateway = await startRowsGateway(schema);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(() => gateway.close());

function follow(sub: string, query: string, variables?: Record<string, unknown>): LiveResults {
  const client = liveClient(gateway.graphqlWsUrl, tokenOf(sub));
  clients.push(client);
  return liveResults(client, query, variables);
}

const until = async (live: LiveResults, data: unknown) => await expect.poll(() => live.latest).toEqual(data);

const ownTodos = 'subscription { db { todos { title done } } }';

describe('a live query', () => {
  it('gives the present answer, then the whole answer when it changed, and says how it knows', async () => {
    const live = follow(alice, ownTodos);
    await until(live, { db: { todos: [{ title: 'one', done: false }] } });
    expect(live.results[0]?.extensions).toEqual({ live: 'triggers' });
    await gateway.admin`update todos set done = true where title = 'one'`;
    await until(live, { db: { todos: [{ title: 'one', done: true }] } });
    await gateway.admin`insert into todos (team_id, title) values (2, 'of others'), (1, 'another')`;
    await until(live, {
      db: {
        todos: [
          { title: 'one', done: true },
          { title: 'another', done: false },
        ],
      },
    });
    await gateway.admin`delete from todos where title in ('another', 'of others')`;
    await until(live, { db: { todos: [{ title: 'one', done: true }] } });
    expect(live.results).toHaveLength(4);
  });

  it('loses a row that leaves the policy, by way of a table that only a function names', async () => {
    const live = follow(bob, ownTodos);
    await until(live, { db: { todos: [{ title: 'two', done: false }] } });
    await gateway.admin`delete from members where user_id = ${bob}`;
    await until(live, { db: { todos: [] } });
    await gateway.admin`insert into members values (2, ${bob})`;
    await until(live, { db: { todos: [{ title: 'two', done: false }] } });
  });

  it('gives nothing where nothing changed', async () => {
    const live = follow(alice, 'subscription { db { plain { body } } }');
    await until(live, { db: { plain: [{ body: 'first' }] } });
    await gateway.admin`update plain set body = body`;
    await gateway.admin`insert into plain values (2, 'second')`;
    await until(live, { db: { plain: [{ body: 'first' }, { body: 'second' }] } });
    await gateway.admin`update plain set body = body where id = 1`;
    await gateway.admin`delete from plain where id = 2`;
    await until(live, { db: { plain: [{ body: 'first' }] } });
    expect(live.results).toHaveLength(3);
  });

  it('orders what nothing orders, with a key or without', async () => {
    await gateway.admin`insert into plain values (3, 'third'), (2, 'second')`;
    await gateway.admin`insert into lines values ('b'), ('a'), ('c')`;
    const live = follow(
      alice,
      'subscription { db { plain { id } lines { body } linesGroups(by: [body]) { count } } }',
    );
    await until(live, {
      db: {
        plain: [{ id: 1 }, { id: 2 }, { id: 3 }],
        lines: [{ body: 'a' }, { body: 'b' }, { body: 'c' }],
        linesGroups: [{ count: 1 }, { count: 1 }, { count: 1 }],
      },
    });
    await gateway.admin`delete from plain where id > 1`;
    await gateway.admin`delete from lines`;
    await until(live, { db: { plain: [{ id: 1 }], lines: [], linesGroups: [] } });
  });

  it('says what is wrong with a query, and ends', async () => {
    const live = follow(alice, 'subscription { db { plain(limit: -1) { id } } }');
    await expect.poll(() => live.ended).toBe(true);
    expect(live.results.flatMap(({ errors = [] }) => errors)).toMatchObject([
      { path: ['db', 'plain'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('ends with a typed error when its answer has become too large', async () => {
    const live = follow(alice, 'subscription { db { lines { body } } }');
    await until(live, { db: { lines: [] } });
    await gateway.admin`insert into lines select repeat('x', 1000000) || n from generate_series(1, 5) n`;
    await expect.poll(() => live.ended).toBe(true);
    expect(live.results.at(-1)?.errors).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }]);
    await gateway.admin`delete from lines`;
  });

  it('is polled where a table does not tell of its changes', async () => {
    await gateway.admin`drop trigger bunbun_live on silent`;
    const live = follow(alice, 'subscription { db { silent { id } } }');
    await until(live, { db: { silent: [] } });
    expect(live.results[0]?.extensions).toEqual({ live: 'poll' });
    await gateway.admin`insert into silent values (1)`;
    await until(live, { db: { silent: [{ id: 1 }] } });
  });

  it('follows views, partitions and relations to the tables behind them', async () => {
    const live = follow(
      alice,
      'subscription { db { seen { body } parts { id } partsAggregate { count } plainByPk(id: 1) { body } } }',
    );
    const first = { seen: [{ body: 'first' }], plainByPk: { body: 'first' } };
    await until(live, { db: { ...first, parts: [], partsAggregate: { count: 0 } } });
    expect(live.results[0]?.extensions).toEqual({ live: 'triggers' });
    await gateway.admin`insert into part_one values (1)`;
    await until(live, { db: { ...first, parts: [{ id: 1 }], partsAggregate: { count: 1 } } });
    await gateway.admin`update plain set body = 'seen' where id = 1`;
    await expect.poll(() => live.latest?.db.seen).toEqual([{ body: 'seen' }]);
    await gateway.admin`update plain set body = 'first' where id = 1`;
  });
});
