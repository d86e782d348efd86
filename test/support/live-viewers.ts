import { randomUUID } from 'node:crypto';
import type { Client } from 'graphql-ws';
import { expect } from 'vitest';
import { type LiveResults, liveClient, liveResults } from './live-results.ts';
import { randomNumbers } from './random-numbers.ts';
import { startRowsGateway } from './rows-gateway.ts';
import { hmacToken, keyClaims, userClaims } from './tokens.ts';

// Hundreds of viewers whose live answers are compared with what Postgres gives to their role and claims.

/** Ways to write the same policy: a row is its owner's. */
const policies: Readonly<Record<string, string>> = {
  plain_call: 'owner = auth.uid()',
  sub_select: 'owner = (select auth.uid())',
  plpgsql: 'is_owner(owner)',
  by_join: 'exists (select from owners o where o.id = owner and o.user_id = (select auth.uid()))',
};
const tables = Object.keys(policies);
const teams = ['red', 'blue', 'open', `it's "green"`];

const tableSql = (name: string) => `
  create table ${name} (id int generated always as identity primary key, owner uuid not null, team text not null);
  alter table ${name} enable row level security;
  create policy own on ${name} to authenticated, staff using (${policies[name]});
  create policy of_team on ${name} to staff using (team = ((select auth.jwt()) ->> 'team'));
  create policy open on ${name} to anon using (team = 'open');
  grant select on ${name} to authenticated, staff, anon;
`;

/** `disturbed` fails or dawdles for those who are named in `trouble`. */
const schema = `
  create role staff;
  grant usage on schema public to staff;
  create table owners (id uuid primary key, user_id uuid not null);
  create table trouble (user_id uuid primary key, kind text not null);
  grant select on owners, trouble to authenticated, staff, anon;
  create function is_owner(who uuid) returns boolean language plpgsql stable as $$
    begin return who = auth.uid(); end $$;
  create function behaves() returns boolean language plpgsql as $$
    declare
      found text := (select kind from public.trouble where user_id = auth.uid());
    begin
      if found = 'error' then raise exception 'no luck'; end if;
      if found = 'sleep' then perform pg_sleep(60); end if;
      return true;
    end $$;
  ${tables.map(tableSql).join('')}
  create table disturbed (id int primary key);
  alter table disturbed enable row level security;
  create policy behaving on disturbed to authenticated using (behaves());
  grant select on disturbed to authenticated;
  insert into disturbed values (1);
`;

const fields = ['plainCall', 'subSelect', 'plpgsql', 'byJoin'].map((name) => `${name} { id owner team }`);
const query = `subscription { db { ${fields.join(' ')} } }`;
const disturbedQuery = `subscription { db { ${fields.join(' ')} disturbed { id } } }`;
/** The same as a caller's own statement; keys in the order of the subscription's fields. */
const expectedSql = `select json_build_object('db', json_build_object(${[
  ['plainCall', 'plain_call'],
  ['subSelect', 'sub_select'],
  ['plpgsql', 'plpgsql'],
  ['byJoin', 'by_join'],
]
  .map(
    ([field, table]) =>
      `'${field}', (select coalesce(json_agg(json_build_object('id', id, 'owner', owner, 'team', team) order by id), '[]')
        from public.${table})`,
  )
  .join(', ')})) as answer`;

interface Viewer {
  readonly role: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly live: LiveResults;
  /** What Postgres gave at each state of the database, as JSON. */
  readonly answers: Set<string>;
}

export interface LiveViewers extends AsyncDisposable {
  /** Resolves when all have the answer that Postgres gives under their role and claims. */
  settled(): Promise<void>;
  /** Changes rows of all tables, in one transaction. */
  change(): Promise<void>;
  /** Somebody's answer fails, somebody's takes too long, and somebody leaves while it does. */
  disturb(): Promise<void>;
  /** Answers, of all that came, that Postgres gave their viewer at no time. */
  differences(): readonly unknown[];
  /** Answers that came. */
  readonly frames: number;
  /** How many different ones are the latest of somebody. */
  readonly kinds: number;
}

/** `count` viewers, with the same random choices for the same `seed`. */
export async function followLive(count: number, seed: number): Promise<LiveViewers> {
  const random = randomNumbers(seed);
  const gateway = await startRowsGateway(schema, {
    EXTRA_AUTHENTICATED_ROLES: 'staff',
    ROWS_TIMEOUT: '3s',
    WS_MAX_SOCKETS_PER_CLIENT: '10000',
    WS_MAX_OPERATIONS_PER_CLIENT: '10000',
  });
  const { admin } = gateway;
  await admin.unsafe('grant staff to bunbun_rows; grant usage on schema auth to staff');
  const users = Array.from({ length: Math.ceil(count * 0.8) }, () => randomUUID());
  await admin`insert into owners select id::uuid, id::uuid from unnest(${users}::text[]) id`;
  const clients: Client[] = [];

  function follow(claims: Record<string, unknown>, text = query): LiveResults {
    const client = liveClient(gateway.graphqlWsUrl, hmacToken(claims));
    clients.push(client);
    return liveResults(client, text);
  }

  function newViewer(): Viewer {
    const role = random.oneOf(['authenticated', 'authenticated', 'authenticated', 'staff', 'staff', 'anon']);
    const claims =
      role === 'anon'
        ? keyClaims('anon')
        : userClaims({ role, sub: random.oneOf(users), team: random.oneOf(teams) });
    return { role, claims, live: follow(claims), answers: new Set() };
  }

  async function change(rows = Math.ceil(count / 4)): Promise<void> {
    await admin.begin(async (sql) => {
      for (const name of tables) {
        const owners = Array.from({ length: rows }, () => random.oneOf(users));
        const ofTeams = owners.map(() => random.oneOf(teams));
        await sql`
          insert into ${sql(name)} (owner, team)
          select * from unnest(${owners}::uuid[], ${ofTeams}::text[])`;
        await sql`
          update ${sql(name)} set owner = ${random.oneOf(users)}, team = ${random.oneOf(teams)}
          where id % 15 = ${random.below(15)}`;
        await sql`delete from ${sql(name)} where id % 5 = ${random.below(5)}`;
      }
      // Whose the rows behind a join are, without a change of the rows themselves.
      await sql`update owners set user_id = ${random.oneOf(users)} where id = ${random.oneOf(users)}`;
    });
  }

  async function expectedFor({ role, claims }: Viewer): Promise<unknown> {
    return await admin.begin('read only', async (sql) => {
      await sql`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true), set_config('role', ${role}, true)`;
      const [row] = await sql.unsafe(expectedSql);
      return row?.['answer'];
    });
  }

  await change(2 * count);
  const viewers = Array.from({ length: count }, newViewer);

  return {
    async settled() {
      for (const viewer of viewers) {
        const expected = await expectedFor(viewer);
        viewer.answers.add(JSON.stringify(expected));
        await expect.poll(() => viewer.live.latest).toEqual(expected);
      }
    },
    change: () => change(),
    async disturb() {
      const [failing, slow, leaving] = [randomUUID(), randomUUID(), randomUUID()];
      const lives = [failing, slow, leaving].map((sub) => follow(userClaims({ sub }), disturbedQuery));
      for (const live of lives) await expect.poll(() => live.latest?.db.disturbed).toEqual([{ id: 1 }]);
      await admin`insert into trouble values (${leaving}, 'sleep')`;
      await expect.poll(sleeping).toBe(1);
      lives[2]?.leave();
      await expect.poll(sleeping).toBe(0);
      await admin`insert into trouble values (${failing}, 'error'), (${slow}, 'sleep')`;
      const codes = () =>
        lives.slice(0, 2).map(({ results }) => results.at(-1)?.errors?.[0]?.extensions?.['code']);
      await expect.poll(codes).toEqual(['BAD_USER_INPUT', 'TIMEOUT']);
    },
    differences: () =>
      viewers.flatMap(({ role, claims, live, answers }) =>
        live.results
          .filter(({ data }) => !answers.has(JSON.stringify(data)))
          .map((result) => ({ role, claims, result })),
      ),
    get frames() {
      return viewers.reduce((sum, { live }) => sum + live.results.length, 0);
    },
    get kinds() {
      return new Set(viewers.map(({ live }) => JSON.stringify(live.latest))).size;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.dispose()));
      await gateway.close();
    },
  };

  async function sleeping(): Promise<number> {
    const found = await admin`select from pg_stat_activity where wait_event = 'PgSleep'`;
    return found.length;
  }
}
