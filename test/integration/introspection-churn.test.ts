import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DatabaseGateway, serviceToken, startDatabaseGateway } from '../support/database-gateway.ts';

let database: DatabaseGateway;

beforeAll(async () => {
  database = await startDatabaseGateway();
  await database.admin.unsafe(`create schema churn; create table churn.base (id int primary key);
    create function churn.pass() returns trigger language plpgsql as $$ begin return new; end $$`);
});

afterAll(async () => {
  await database?.close();
});

/** Drops a table with all that belongs to it, and makes it anew. */
const remake = (number: number) => `
  drop table if exists churn.t${number} cascade; drop type if exists churn.e${number} cascade;
  create type churn.e${number} as enum ('a');
  create table churn.t${number} (id int primary key, base int references churn.base, e churn.e${number} default 'a',
    check (id > 0)) partition by list (id);
  create index on churn.t${number} (base) where base > 1;
  alter table churn.t${number} enable row level security;
  create policy own on churn.t${number} using (id > 1);
  create trigger pass after insert on churn.t${number} for each row when (new.id > 1) execute function churn.pass();
  create table churn.p${number} partition of churn.t${number} for values in (1)`;

const everything = `id name kind comment sizeBytes primaryKey partitionKey
  columns { name type default isUpdatable enumValues } indexes { name definition columns predicate }
  policies { name roles using withCheck } triggers { name definition functionName condition }
  constraints { name type definition columns }
  references { name definition columns referencedColumns referencedTable }
  referencedBy { name schema table definition columns }`;

function ignoreDeadlock(error: unknown): void {
  if (!(error instanceof postgres.PostgresError) || error.code !== '40P01') throw error;
}

it('shows tables that come and go while they are read, or is one typed error that may be tried again', async () => {
  let stop = false;
  let made = 0;
  const churning = (async () => {
    // Postgres may choose either side of a deadlock.
    for (; !stop; made += 1) await database.admin.unsafe(remake(made % 10)).catch(ignoreDeadlock);
  })();
  const odd = new Set<string>();
  let whole = 0;
  try {
    for (let round = 0; round < 150; round += 1) {
      const { errors } = await database.graphqlText(
        round % 2 === 0
          ? `{ tables(schema: "churn", first: 1000) { nodes { ${everything} } } }`
          : `{ base: table(schema: "churn", name: "base") { ${everything} }
              one: table(schema: "churn", name: "t${round % 10}") { ${everything} } }`,
        { token: serviceToken },
      );
      if (errors.length === 0) whole += 1;
      for (const { extensions, message } of errors) {
        if (extensions.code === 'CONFLICT' && extensions.retryable === true) continue;
        odd.add(`${extensions.code}: ${message} ${extensions.databaseMessage ?? ''}`);
      }
    }
  } finally {
    stop = true;
    await churning;
  }
  expect(made).toBeGreaterThan(10);
  expect([...odd]).toEqual([]);
  expect(whole).toBeGreaterThan(0);
}, 90_000);
