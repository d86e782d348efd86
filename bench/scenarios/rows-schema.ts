import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { GraphQLSchema } from 'graphql';
import { createSchema } from '../../src/gateway/schema.ts';
import { printSchema, printSchemaInTurns } from '../../src/graphql/kit/print-schema.ts';
import { createDbResolvers } from '../../src/modules/rows/schema/db-resolvers.ts';
import { schemaWithRows, schemaWithRowsInTurns } from '../../src/modules/rows/schema/schema-with-rows.ts';
import type { Grants } from '../../src/upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../src/upstream/postgres/rows/model/model.ts';
import { readGrants } from '../../src/upstream/postgres/rows/model/read-grants.ts';
import { readRowsModel } from '../../src/upstream/postgres/rows/model/read-model.ts';
import { postgresPools } from '../../test/support/postgres-pools.ts';
import { startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { median } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';
import { sendMany } from '../support/send-many.ts';
import { userToken } from '../support/user-token.ts';

const tables = 200;
const columns = 20;

/** A schema of many tables, each with a key to the one before it. */
function manyTables(): string {
  const types = ['text', 'int', 'bigint', 'numeric', 'timestamptz', 'boolean', 'jsonb', 'uuid'];
  const plain = Array.from(
    { length: columns - 2 },
    (_, index) => `column_${index} ${types[index % types.length]}`,
  );
  return Array.from({ length: tables }, (_, index) => {
    const parent = index === 0 ? 'parent_id int' : `parent_id int references table_${index - 1}`;
    return `create table table_${index} (id int primary key, ${parent}, ${plain.join(', ')});`;
  }).join('\n');
}

interface ManyTables {
  readonly model: RowsModel;
  readonly grants: Grants;
  /** Milliseconds of the first request of all that a gateway answers after its start. */
  readonly firstRequest: number;
}

async function readManyTables(): Promise<ManyTables> {
  const bench = await startBenchStack();
  const pools = postgresPools({ url: bench.env['DATABASE_URL'] ?? '', max: 1 });
  try {
    const signal = new AbortController().signal;
    const read = await pools.general.withSession({ signal, timeoutMs: 60_000 }, async ({ sql }) => {
      await sql.run(`create schema many; set search_path to many; ${manyTables()}`);
      await sql.run(
        'grant usage on schema many to authenticated; grant all on all tables in schema many to authenticated',
      );
      const model = await readRowsModel(sql, ['many']);
      return { model, grants: await readGrants(sql, model, 'postgres') };
    });
    return { ...read, firstRequest: await firstRequestMs(bench.env) };
  } finally {
    await pools.end(1_000);
    await bench.stop();
  }
}

async function firstRequestMs(env: Readonly<Record<string, string>>): Promise<number> {
  const token = await userToken(env, randomUUID());
  const gateway = await startGateway({ ...env, ROWS_SCHEMAS: 'many' });
  const body = () => '{"query":"{ db { table0(limit: 1) { id } } }"}';
  const { seconds } = await sendMany({
    url: `${gateway.url}/graphql`,
    body,
    requests: 1,
    connections: 1,
    token,
  });
  await gateway.stop();
  return seconds * 1_000;
}

function heapMegabytes(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** What the schema of one set of grants costs, for a database of many tables. */
export async function run(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const { model, grants, firstRequest } = await readManyTables();
  const base = createSchema();
  const resolvers = createDbResolvers(1_000);
  const ignore = () => undefined;
  const make = () => schemaWithRows(base, model, grants, resolvers, ignore);
  make();
  const before = heapMegabytes(collect);
  const times: number[] = [];
  const stalls: number[] = [];
  const kept: GraphQLSchema[] = [];
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    kept.push(make());
    times.push(performance.now() - started);
    const delays = monitorEventLoopDelay({ resolution: 1 });
    delays.enable();
    await schemaWithRowsInTurns(base, model, grants, resolvers, ignore);
    delays.disable();
    stalls.push(delays.max / 1e6);
  }
  const megabytes = (heapMegabytes(collect) - before) / kept.length;
  const schema = make();
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const text = await printSchemaInTurns(schema);
  delays.disable();
  const printing = performance.now();
  printSchema(schema);
  const printed = performance.now() - printing;
  writeResults('rows-schema', `${tables} tables of ${columns} columns. Medians of ${kept.length}.`, [
    {
      measure: 'memory of the schema for one set of grants',
      against: '-',
      goal: '<= 60 MB',
      result: `${megabytes.toFixed(0)} MB`,
    },
    {
      measure: 'longest stall of the event loop while it is made, at the start or after a change',
      against: 'made in one go',
      goal: '<= 200 ms',
      result: `${median(stalls).toFixed(0)} ms against ${median(times).toFixed(0)} ms`,
    },
    {
      measure: 'the same while `schemaText` writes it',
      against: 'written in one go',
      goal: '<= 200 ms',
      result: `${(delays.max / 1e6).toFixed(0)} ms against ${printed.toFixed(0)} ms, ${(text.length / 2 ** 20).toFixed(1)} MB`,
    },
    {
      measure: 'first request after the start',
      against: '-',
      goal: '-',
      result: `${firstRequest.toFixed(0)} ms`,
    },
  ]);
}
