import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIntrospectionClient } from '../../src/modules/introspection/client/client.ts';
import type { PostgresPools } from '../../src/upstream/postgres/pools.ts';
import { eventually, failureOf } from '../support/database-client.ts';
import {
  type DatabaseGateway,
  makeDemoSchema,
  serviceToken,
  startDatabaseGateway,
} from '../support/database-gateway.ts';
import { gql, type OperationText, type VariablesOf } from '../support/gql.ts';
import { postgresPools } from '../support/postgres-pools.ts';
import { testCall } from '../support/test-call.ts';

let database: DatabaseGateway;

beforeAll(async () => {
  database = await startDatabaseGateway({ DATABASE_POOL_SIZE: '1' });
  await makeDemoSchema(database.admin);
  await database.admin.unsafe(
    'create table public.short (id int primary key); alter table public.short owner to postgres',
  );
});

afterAll(async () => {
  await database?.close();
});

const oneTable = gql(`query ($schema: String!, $name: String!) { table(schema: $schema, name: $name) {
  id name sizeBytes primaryKey columns { name isPrimaryKey } indexes { name } policies { name }
  triggers { name } constraints { name } references { name } referencedBy { name } } }`);
const manyTables = gql(`{ tables(schema: "demo", first: 1000) { nodes {
  id name sizeBytes primaryKey columns { name isPrimaryKey } indexes { name } policies { name }
  triggers { name } constraints { name } references { name } referencedBy { name } } } }`);
const nameOfTable = gql(`query ($schema: String! = "public", $name: String!) {
  table(schema: $schema, name: $name) { name }
}`);

async function ask<Text extends OperationText>(operation: Text, variables?: VariablesOf<Text>) {
  const { data, errors } = await database.ask(operation, variables);
  expect(errors).toEqual([]);
  return data;
}

/** Every list of one table at once, as the loaders of one operation ask for them. */
function readAll(pools: PostgresPools, id: string, signal = new AbortController().signal) {
  const client = createIntrospectionClient({ pools });
  const call = testCall({ signal });
  return [client.columns, client.indexes, client.constraints, client.tableSizes].map((read) =>
    read([id], call),
  );
}

async function tableId(): Promise<string> {
  const [row] = await database.admin`select 'public.short'::regclass::oid::text as id`;
  return String(row?.['id']);
}

describe('one operation', () => {
  it('needs one connection of the pool, however much it selects', async () => {
    const pools = postgresPools({ url: database.server.databaseUrl, max: 5 });
    await Promise.all(readAll(pools, await tableId()));
    expect(pools.stats().general).toMatchObject({ idle: 1, busy: 0 });
    await pools.end();
  });

  it('sees the same after another caller’s statement has reset the connection', async () => {
    const short = () => ask(oneTable, { schema: 'public', name: 'short' });
    const first = await short();
    // Often enough for Postgres to have settled on a plan.
    for (let again = 0; again < 8; again += 1) expect(await short()).toEqual(first);
    await ask(gql(`mutation { executeSql(statement: "select 1") { rowCount } }`));
    expect(await short()).toEqual(first);
    await ask(
      gql(`mutation { executeSql(statement: "alter table short add column note text") { rowCount } }`),
    );
    const { table } = await short();
    expect(table.columns).toEqual([
      { name: 'id', isPrimaryKey: true },
      { name: 'note', isPrimaryKey: false },
    ]);
  });

  it('reads one table and many of them alike', async () => {
    const { tables } = await ask(manyTables);
    expect(tables.nodes.length).toBeGreaterThan(3);
    for (const each of tables.nodes) {
      const { table } = await ask(oneTable, { schema: 'demo', name: each.name });
      expect(table).toEqual(each);
    }
  });

  it('takes a name that is longer than any can be for nobody’s', async () => {
    const longest = 'x'.repeat(63);
    await database.admin.unsafe(`create table public.${longest} ()`);
    const both = gql(`query ($exact: String!, $longer: String!) {
      exact: table(name: $exact) { name } longer: table(name: $longer) { name }
    }`);
    const names = { exact: longest, longer: `${longest}y` };
    expect(await ask(both, names)).toEqual({ exact: { name: longest }, longer: null });
    expect(await ask(nameOfTable, { name: names.longer })).toEqual({ table: null });
  });

  it('takes names that mean something in arrays and in SQL for names', async () => {
    const odd = ['NULL', 'a,b{c}', 'back\\slash', `q'u"o`, '$1', '%I', ' ', "'; drop schema public; --"];
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
    for (const name of odd) {
      await database.admin.unsafe(
        `create schema ${quoted(name)}; create table ${quoted(name)}.${quoted(name)} (x int)`,
      );
    }
    const fields = odd.map(
      (
        name,
        index,
      ) => `t${index}: table(schema: ${JSON.stringify(name)}, name: ${JSON.stringify(name)}) { name }
        p${index}: tables(schema: ${JSON.stringify(name)}) { nodes { name columns { name } } totalCount }`,
    );
    const { data } = await database.graphqlText(`{ ${fields.join(' ')} }`, { token: serviceToken });
    for (const [index, name] of odd.entries()) {
      expect(data[`t${index}`]).toEqual({ name });
      expect(data[`p${index}`]).toEqual({ nodes: [{ name, columns: [{ name: 'x' }] }], totalCount: 1 });
      expect(await ask(nameOfTable, { schema: name, name })).toEqual({ table: { name } });
    }
  });

  it('is unavailable as a whole when its connection is lost, and the next one is served', async () => {
    const pools = postgresPools({ url: database.server.databaseUrl, max: 1 });
    const id = await tableId();
    await database.admin.begin(async (sql) => {
      // Whoever asks for its size waits for the lock.
      await sql`lock table public.short in access exclusive mode`;
      const reads = readAll(pools, id);
      const failures = Promise.all(reads.map((read) => failureOf(read)));
      await waitForLock();
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'`;
      const codes = new Set((await failures).map(({ code }) => code));
      expect([...codes]).toEqual(['UPSTREAM_UNAVAILABLE']);
    });
    await Promise.all(readAll(pools, id));
    await pools.end();
  });

  it('is cancelled in Postgres when its caller leaves', async () => {
    const pools = postgresPools({ url: database.server.databaseUrl, max: 1 });
    const id = await tableId();
    const leaving = new AbortController();
    await database.admin.begin(async (sql) => {
      await sql`lock table public.short in access exclusive mode`;
      const failures = Promise.all(readAll(pools, id, leaving.signal).map((read) => failureOf(read)));
      await waitForLock();
      leaving.abort();
      expect(new Set((await failures).map(({ code }) => code))).toEqual(new Set(['TIMEOUT']));
    });
    await Promise.all(readAll(pools, id));
    await pools.end();
  });
});

/** Until somebody waits for a lock. */
async function waitForLock(): Promise<void> {
  await eventually(async () => {
    const [row] = await database.admin`
      select count(*)::int as waiting from pg_locks where not granted`;
    await delay(10);
    return Number(row?.['waiting']) > 0;
  }, 'a statement waits for the lock');
}
