import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunMigrationInput } from '../generated/operations.ts';
import {
  type DatabaseGateway,
  databaseEnv,
  serviceToken,
  startDatabaseGateway,
} from '../support/database-gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { gql } from '../support/gql.ts';

let database: DatabaseGateway;
let gateways: readonly [GatewayProcess, GatewayProcess];

beforeAll(async () => {
  database = await startDatabaseGateway();
  const env = databaseEnv(database.server.databaseUrl);
  gateways = await Promise.all([startGatewayProcess(env), startGatewayProcess(env)]);
}, 90_000);

afterAll(async () => {
  await Promise.all((gateways ?? []).map((gateway) => gateway.kill()));
  await database?.close();
});

const operation = gql(`mutation ($input: RunMigrationInput!) {
  runMigration(input: $input) { applied migration { version checksum } }
}`);

async function run(gateway: GatewayProcess, input: RunMigrationInput) {
  const { data, errors } = await gateway.ask(operation, { token: serviceToken, variables: { input } });
  return { payload: data?.runMigration, error: errors[0] };
}

async function versions(): Promise<string[]> {
  const rows = await database.admin<{ version: string }[]>`
    select version from supabase_migrations.schema_migrations order by version`;
  return rows.map(({ version }) => version);
}

async function advisoryLocks(): Promise<number> {
  const [row] = await database.admin`
    select count(*)::int as held from pg_locks where locktype = 'advisory' and granted`;
  return Number(row?.['held']);
}

async function running(part: string): Promise<boolean> {
  const rows = await database.admin`
    select from pg_stat_activity where query like ${`%${part}%`} and state = 'active' and pid <> pg_backend_pid()`;
  return rows.length > 0;
}

describe('two gateways', () => {
  it('apply identical calls of the same moment once, and the others are no errors', async () => {
    const input = {
      version: '20260401000000',
      name: 'once',
      sql: 'create table once (id int); select pg_sleep(0.1)',
    };
    const answers = await Promise.all(
      gateways.flatMap((gateway) => [run(gateway, input), run(gateway, input), run(gateway, input)]),
    );
    expect(answers.map(({ error }) => error)).toEqual(answers.map(() => undefined));
    expect(answers.filter(({ payload }) => payload.applied)).toHaveLength(1);
    expect(new Set(answers.map(({ payload }) => payload.migration.checksum)).size).toBe(1);
    expect(await versions()).toContain('20260401000000');
  });

  it('apply calls with other content of the same version once, and the other is CONFLICT', async () => {
    const answers = await Promise.all(
      gateways.map((gateway, index) =>
        run(gateway, {
          version: '20260402000000',
          name: 'rival',
          sql: `create table rival (id${index} int)`,
        }),
      ),
    );
    expect(answers.filter(({ payload }) => payload?.applied)).toHaveLength(1);
    expect(answers.flatMap(({ error }) => error?.extensions.code ?? [])).toEqual(['CONFLICT']);
  });

  it('apply statements outside of a transaction once', async () => {
    const input = {
      version: '20260403000000',
      name: 'concurrently',
      sql: 'create index concurrently once_id on once (id); select pg_sleep(0.1)',
      transactional: false,
    };
    const answers = await Promise.all(gateways.map((gateway) => run(gateway, input)));
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(answers.filter(({ payload }) => payload.applied)).toHaveLength(1);
  });

  it('see each other’s changes of types', async () => {
    const [one, two] = gateways;
    const typeOf = async (statement: string) => {
      const query = gql(`query ($statement: String!) { sql(statement: $statement) { columns { type } } }`);
      const { data } = await two.ask(query, { token: serviceToken, variables: { statement } });
      return data.sql.columns;
    };
    await run(one, { version: '20260404000000', name: 'mood', sql: `create type mood as enum ('a')` });
    expect(await typeOf("select 'a'::mood as mood")).toEqual([{ type: 'mood' }]);
    await run(one, { version: '20260405000000', name: 'temper', sql: 'alter type mood rename to temper' });
    await expect.poll(() => typeOf("select 'a'::temper as mood")).toEqual([{ type: 'temper' }]);
  });

  it('see each other’s tables at once, also with plans that are kept', async () => {
    const [one, two] = gateways;
    const query = gql(`{ table(name: "evolving") { columns { name } indexes { name } policies { name } } }`);
    const look = async () => (await two.ask(query, { token: serviceToken })).data.table;
    expect(await look()).toBeNull();
    await run(one, { version: '20260405100000', name: 'evolve', sql: 'create table evolving (id int)' });
    // Often enough for Postgres to have settled on a plan.
    for (let again = 0; again < 8; again += 1) {
      expect(await look()).toEqual({ columns: [{ name: 'id' }], indexes: [], policies: [] });
    }
    await run(one, {
      version: '20260405200000',
      name: 'evolve more',
      sql: `alter table evolving rename id to number; alter table evolving add primary key (number);
        create policy own on evolving using (true)`,
    });
    expect(await look()).toEqual({
      columns: [{ name: 'number' }],
      indexes: [{ name: 'evolving_pkey' }],
      policies: [{ name: 'own' }],
    });
    await run(one, {
      version: '20260405300000',
      name: 'evolve away',
      sql: 'drop table evolving; create table evolving (other int)',
    });
    expect(await look()).toEqual({ columns: [{ name: 'other' }], indexes: [], policies: [] });
  });

  it('leave nothing of a migration whose process was killed, and a new call succeeds', async () => {
    const [one] = gateways;
    const doomed = await startGatewayProcess(databaseEnv(database.server.databaseUrl));
    const input = {
      version: '20260406000000',
      name: 'killed',
      sql: 'create table killed (); select pg_sleep(case when (select count(*) from patience) = 0 then 20 else 0 end)',
    };
    await run(one, { version: '20260405500000', name: 'patience', sql: 'create table patience ()' });
    const lost = run(doomed, input).catch(() => undefined);
    await expect.poll(() => running('pg_sleep(case'), { timeout: 10_000 }).toBe(true);
    expect(await advisoryLocks()).toBe(1);
    await doomed.kill();
    await lost;
    await expect.poll(advisoryLocks, { timeout: 15_000 }).toBe(0);
    expect(await versions()).not.toContain('20260406000000');
    const [row] = await database.admin`select to_regclass('public.killed') is null as gone`;
    expect(row?.['gone']).toBe(true);
    await database.admin`insert into patience default values`;
    const { payload, error } = await run(one, input);
    expect(error).toBeUndefined();
    expect(payload.applied).toBe(true);
  }, 60_000);

  it('tell what is unknown when a process is killed in a statement that no transaction takes', async () => {
    const [one] = gateways;
    const doomed = await startGatewayProcess(databaseEnv(database.server.databaseUrl));
    await run(one, {
      version: '20260407000000',
      name: 'big',
      sql: 'create table big (id int); create table steps (note text)',
    });
    const input = {
      version: '20260408000000',
      name: 'index of big',
      sql: `insert into steps values ('first'); create index concurrently big_id on big (id); insert into steps values ('last')`,
      transactional: false,
    };
    const progress = async () => {
      const query = gql(`query ($version: ID!) {
        migration(version: $version) { state statementsRun statementRunning }
      }`);
      const { data } = await one.ask(query, { token: serviceToken, variables: { version: input.version } });
      return data.migration;
    };
    await database.admin.begin(async (sql) => {
      // The index waits for the end of this transaction.
      await sql`insert into big values (1)`;
      const lost = run(doomed, input).catch(() => undefined);
      await expect.poll(() => running('create index concurrently big_id'), { timeout: 10_000 }).toBe(true);
      expect(await progress()).toEqual({ state: 'INCOMPLETE', statementsRun: 1, statementRunning: 1 });
      await doomed.kill();
      await lost;
      await expect.poll(advisoryLocks, { timeout: 15_000 }).toBe(0);
    });
    const unknown = await run(one, input);
    expect(unknown.error?.extensions).toMatchObject({
      code: 'CONFLICT',
      reason: 'unknown_statement',
      index: 1,
    });
    expect(unknown.error?.message).toContain('resumeFrom: 1');
    expect((await run(one, { ...input, resumeFrom: 0 })).error?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await run(one, { ...input, transactional: true })).error?.extensions.reason).toBe('incomplete');
    // A build that was broken off leaves an invalid index.
    await database.admin`drop index big_id`;
    const { payload, error } = await run(one, { ...input, resumeFrom: 1 });
    expect(error).toBeUndefined();
    expect(payload.applied).toBe(true);
    expect(await database.admin`select note from steps order by note`).toEqual([
      { note: 'first' },
      { note: 'last' },
    ]);
    expect(await progress()).toEqual({ state: 'APPLIED', statementsRun: 3, statementRunning: null });
    expect((await run(one, input)).payload.applied).toBe(false);
  }, 60_000);

  it('run no statement twice that a transaction takes, wherever the process was killed', async () => {
    const [one] = gateways;
    const doomed = await startGatewayProcess(databaseEnv(database.server.databaseUrl));
    await run(one, {
      version: '20260409000000',
      name: 'tally',
      sql: 'create table tally (n int); create table wake ()',
    });
    const input = {
      version: '20260410000000',
      name: 'count',
      sql: 'insert into tally values (1); insert into tally select 2 from pg_sleep(case when (select count(*) from wake) = 0 then 20 else 0 end)',
      transactional: false,
    };
    const lost = run(doomed, input).catch(() => undefined);
    await expect.poll(() => running('insert into tally select 2'), { timeout: 10_000 }).toBe(true);
    await doomed.kill();
    await lost;
    await expect.poll(advisoryLocks, { timeout: 15_000 }).toBe(0);
    await database.admin`insert into wake default values`;
    const { payload, error } = await run(one, input);
    expect(error).toBeUndefined();
    expect(payload.applied).toBe(true);
    expect(await database.admin`select n from tally order by n`).toEqual([{ n: 1 }, { n: 2 }]);
  }, 60_000);
});
