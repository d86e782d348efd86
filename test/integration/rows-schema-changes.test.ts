import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { databaseEnv, serviceToken } from '../support/database-gateway.ts';
import { startTestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { liveClient, liveResults } from '../support/live-results.ts';
import { startTestPostgres } from '../support/postgres.ts';
import { proxyPostgres } from '../support/postgres-proxy.ts';
import { startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const token = hmacToken(userClaims());

const schema = `
  create table things (id int primary key, name text);
  insert into things values (1, 'one'), (2, 'two');
  grant select on things to authenticated, service_role;
`;

describe('a schema that changes', () => {
  it('that nobody told of is met by what is asked as if it had been known', async () => {
    await using gateway = await startRowsGateway(`${schema} grant update on things to service_role;`);
    await gateway.admin.unsafe(
      'drop event trigger bunbun_schema_change; drop event trigger bunbun_schema_change_dropped',
    );
    const rename = async (from: string, to: string, called: string) =>
      await gateway.admin.unsafe(`
        alter table public.things rename column ${from} to ${to};
        comment on column public.things.${to} is '@graphql({"name": "${called}"})'`);
    const ask = (text: string) => gateway.graphqlText(text, { token: serviceToken });
    const set = (value: string) => `updateThingsByPk(id: 1, set: { name: "${value}" }) { name }`;

    await rename('name', 'title', 'name');
    expect((await ask('{ viewer { role } db { things { name } } }')).data).toEqual({
      viewer: { role: 'SERVICE_ROLE' },
      db: { things: [{ name: 'one' }, { name: 'two' }] },
    });
    await rename('title', 'label', 'name');
    expect((await ask(`mutation { db { ${set('x')} } }`)).data).toEqual({
      db: { updateThingsByPk: { name: 'x' } },
    });

    await rename('label', 'title', 'name');
    const followed = liveClient(gateway.graphqlWsUrl, serviceToken);
    const { results } = liveResults(followed, '{ db { things(limit: 1, orderBy: [{ id: ASC }]) { name } } }');
    await expect.poll(() => results).toEqual([{ data: { db: { things: [{ name: 'x' }] } } }]);
    await followed.dispose();

    await rename('title', 'name', 'title');
    expect((await ask('{ db { things { name } } }')).errors).toMatchObject([
      { message: expect.stringContaining('"name"'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it('while a mutation is under way is told of by a code that says what to do', async () => {
    await using gateway = await startRowsGateway(`${schema} grant update on things to service_role;`);
    const ask = (text: string) => gateway.graphqlText(text, { token: serviceToken });
    const held = await gateway.admin.reserve();
    await held`select pg_advisory_lock(5)`;
    const answer = ask(`mutation {
      executeSql(statement: "alter table public.things drop column name") { command }
      waits: executeSql(statement: "select pg_advisory_xact_lock(5)") { command }
      db { updateThingsByPk(id: 1, set: { name: "x" }) { id } }
    }`);
    await expect.poll(async () => (await ask('{ db { things { name } } }')).errors).not.toEqual([]);
    await held`select pg_advisory_unlock(5)`;
    held.release();
    expect(await answer).toMatchObject({
      data: { executeSql: { command: 'ALTER TABLE' }, db: null },
      errors: [
        {
          path: ['db', 'updateThingsByPk'],
          extensions: { code: 'CONFLICT', reason: 'schema_changed', retryable: true },
        },
      ],
    });
  });

  it('leaves a mutation as it is that has done something before it met the change', async () => {
    await using gateway = await startRowsGateway(`
      ${schema} grant update on things to service_role;
      create function forget() returns void language sql security definer set search_path = ''
        as $$ delete from public.things where id = 2 $$;`);
    await gateway.admin.unsafe(`
      drop event trigger bunbun_schema_change; drop event trigger bunbun_schema_change_dropped;
      alter table public.things rename column name to title;
      comment on column public.things.title is '@graphql({"name": "name"})'`);
    const text =
      'mutation { first: db { forget } db { updateThingsByPk(id: 1, set: { name: "x" }) { id } } }';
    expect(await gateway.graphqlText(text, { token: serviceToken })).toMatchObject({
      data: { first: { forget: true }, db: null },
      errors: [
        {
          path: ['db', 'updateThingsByPk'],
          extensions: { code: 'CONFLICT', reason: 'schema_changed', retryable: true },
        },
      ],
    });
    expect(await gateway.admin`select title from things`).toEqual([{ title: 'one' }]);
  });

  it('by a table that is dropped without a word knows it no more', async () => {
    await using gateway = await startRowsGateway(schema);
    await gateway.admin.unsafe(`
      drop event trigger bunbun_schema_change; drop event trigger bunbun_schema_change_dropped;
      drop table public.things`);
    const { data, errors } = await gateway.graphqlText('{ db { __typename things { id } } }', {
      token: serviceToken,
    });
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  it('is noticed under load, without an error of what goes on fitting', async () => {
    await using gateway = await startRowsGateway(schema);
    const failures: unknown[] = [];
    let running = true;
    let answers = 0;
    const load = Array.from({ length: 4 }, async () => {
      while (running) {
        const { data, errors } = await gateway.graphqlText('{ db { things { id } } }', { token });
        if (errors.length > 0 || data?.db?.things?.length !== 2) failures.push({ data, errors });
        answers += 1;
        await turn();
      }
    });
    const ask = async (selection: string) =>
      (await gateway.graphqlText(`{ db { ${selection} } }`, { token })).data ?? 'refused';

    try {
      await gateway.admin.unsafe('alter table public.things add column extra int default 7');
      await expect.poll(() => ask('things(limit: 1) { extra }')).toEqual({ db: { things: [{ extra: 7 }] } });

      await gateway.admin.unsafe('alter table public.things rename column name to title');
      await expect
        .poll(() => ask('things(limit: 1) { title }'))
        .toEqual({ db: { things: [{ title: 'one' }] } });

      // One message is one transaction: nobody is without a right to `id` in between.
      await gateway.admin.unsafe(
        'revoke select on public.things from authenticated; grant select (id) on public.things to authenticated',
      );
      await expect.poll(() => ask('things(limit: 1) { title }')).toEqual('refused');

      const { errors } = await gateway.graphql(
        gql(`mutation ($statement: String!) { executeSql(statement: $statement) { command } }`),
        { token: serviceToken, variables: { statement: 'create view public.more as select 1 as n' } },
      );
      expect(errors).toEqual([]);
      await gateway.admin.unsafe('grant select on public.more to authenticated');
      await expect.poll(() => ask('more { n }')).toEqual({ db: { more: [{ n: 1 }] } });
    } finally {
      running = false;
      await Promise.all(load);
    }
    expect(answers).toBeGreaterThan(10);
    expect(failures).toEqual([]);
  });

  it('is in introspection as soon as the database has told of it, before anybody asks for what is new', async () => {
    await using gateway = await startRowsGateway(schema);
    const columns = async () => {
      const { data } = await gateway.graphql(gql(`{ __type(name: "ThingsRow") { fields { name } } }`), {
        token,
      });
      return data.__type?.fields?.map(({ name }) => name);
    };
    // Without being told, the gateway looks every thirty seconds.
    const soon = { timeout: 10_000 };
    expect(await columns()).toEqual(['id', 'name']);
    await gateway.admin.unsafe('alter table public.things add column extra int');
    await expect.poll(columns, soon).toEqual(['id', 'name', 'extra']);
    await gateway.admin.unsafe(
      'revoke select on public.things from authenticated; grant select (id) on public.things to authenticated',
    );
    await expect.poll(columns, soon).toEqual(['id']);
    await gateway.graphql(
      gql(`mutation ($statement: String!) { executeSql(statement: $statement) { command } }`),
      {
        token: serviceToken,
        variables: { statement: 'alter table public.things rename column id to number' },
      },
    );
    await expect.poll(columns, soon).toEqual(['number']);
  });

  it('is looked at again for a name that is not known, where nothing tells of it', async () => {
    await using gateway = await startRowsGateway(schema);
    await gateway.admin.unsafe(`
      do $$ declare t record; begin
        for t in select evtname from pg_event_trigger loop execute format('drop event trigger %I', t.evtname); end loop;
      end $$;
      create table public.unheard (id int); grant select on public.unheard to authenticated;`);
    // At most one look a second is made for what strangers ask.
    await expect
      .poll(async () => (await gateway.graphqlText('{ db { unheard { id } } }', { token })).data)
      .toEqual({ db: { unheard: [] } });
  });
});

describe('a database that is down at the start', () => {
  it('is unavailable, and is there when it is', async () => {
    await using server = await startTestPostgres();
    let up = false;
    await using proxy = await proxyPostgres(Number(new URL(server.databaseUrl).port), () =>
      up ? 'pass' : startingUp,
    );
    const through = (url: string): string => Object.assign(new URL(url), { port: String(proxy.port) }).href;
    await using gateway = await startTestGateway({
      ...databaseEnv(through(server.databaseUrl)),
      DATABASE_URL_ROWS: through(server.rowsUrl),
      DATABASE_URL_ROWS_SERVICE: through(server.rowsServiceUrl),
    });
    const ask = async () => await gateway.graphqlText('{ db { __typename } }', { token });
    expect(await ask()).toMatchObject({
      errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE', service: 'POSTGRES' } }],
    });
    const { errors } = await gateway.graphqlText('{ db { anything { id } } }', { token });
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    expect((await gateway.graphql(gql(`{ viewer { role } }`), { token })).errors).toEqual([]);
    up = true;
    await expect
      .poll(async () => (await ask()).errors)
      .not.toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });
});

/** FATAL 57P03 */
const startingUp = (() => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();
