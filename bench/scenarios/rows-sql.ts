import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import postgres from 'postgres';
import { createRowsRunner, type RowsRunner } from '../../src/upstream/postgres/rows/run/rows-runner.ts';
import { noNames } from '../../test/support/rows-runner.ts';
import { silentLog } from '../../test/support/test-call.ts';
import { cpuSeconds } from '../support/child-server.ts';
import { type SentExchange, type SentStatement, statementsOfGateway } from '../support/gateway-statements.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { inTurns } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';
import { rowsQueries, rowsSchema } from '../support/rows-data.ts';
import { userToken } from '../support/user-token.ts';

const rounds = 7;

/** How often each is run a round, the parameters of PostgREST's statement, and what the CPU of ours may be of its. */
const questions = [
  { name: 'q1', calls: 4_000, params: ['1'], goal: 1 },
  { name: 'q2', calls: 2_500, params: ['20', '0'], goal: 1.3 },
  { name: 'q3', calls: 500, params: ['2', '0', '5', '0', '10', '0'], goal: 1 },
];

/** The CPU of Postgres for what the gateway sends, against what PostgREST sends for the same. */
export async function run(): Promise<void> {
  const viewer = randomUUID();
  const bench = await startBenchStack(rowsSchema([viewer]));
  const theirs = statementsOfPostgrest();
  const asked = questions.map((question) => ({
    ...question,
    body: rowsQueries.find(({ name }) => name === question.name)?.ours(0) ?? '',
    postgrest: { text: theirs.get(question.name) ?? '', params: question.params },
  }));
  const ours = await statementsOfGateway(
    bench.env,
    await userToken(bench.env, viewer),
    asked.map(({ body }) => body),
  );
  const rowsUrl = bench.stack.postgres.rowsUrl;
  const meter = await openMeter(rowsUrl, viewer);
  const rows = [];
  try {
    for (const [index, { name, calls, goal, postgrest }] of asked.entries()) {
      const exchange = ours[index];
      if (exchange === undefined) throw new Error(`nothing was sent for ${name}`);
      await checkAnswers(rowsUrl, exchange, postgrest);
      const medians = await inTurns(
        { ours: meter(exchange.statement, calls), postgrest: meter(postgrest, calls) },
        rounds,
      );
      rows.push({
        measure: `${name}: CPU in Postgres`,
        against: "PostgREST's statement",
        goal: `<= ${goal.toFixed(1)}`,
        result: `${(medians.ours / medians.postgrest).toFixed(2)} (${medians.ours.toFixed(0)} against ${medians.postgrest.toFixed(0)} us)`,
      });
      console.log(rows.at(-1));
    }
  } finally {
    await meter.close();
    await bench.stop();
  }
  writeResults(
    'rows-sql',
    `Both prepared, behind the same settings, before one Sync, by the same driver on the same connection: CPU of that backend a call. Medians of ${rounds} rounds in turns. The answers were compared first.`,
    rows,
  );
}

/** The statements of bench/postgrest.sql, by name. */
function statementsOfPostgrest(): ReadonlyMap<string, string> {
  const [, ...parts] = readFileSync(new URL('../postgrest.sql', import.meta.url), 'utf8').split(
    /^-- (?=q\d:)/m,
  );
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf(':')), part.slice(part.indexOf('\nWITH') + 1)]),
  );
}

interface Meter {
  /** Runs a statement that often; gives microseconds of its backend's CPU a call. */
  (statement: SentStatement, calls: number): () => Promise<number>;
  close(): Promise<void>;
}

/** A connection of its own for one user, over the driver of the gateway. */
async function openMeter(url: string, viewer: string): Promise<Meter> {
  const runner: RowsRunner = createRowsRunner({
    url,
    serviceUrl: undefined,
    pooler: 'session',
    sslMode: undefined,
    ca: undefined,
    max: 1,
    acquireTimeoutMs: 10_000,
    log: silentLog,
    environment: () => ({ searchPath: ['public'], roleSettings: new Map(), preRequest: undefined }),
  });
  const caller = { role: 'authenticated', claims: { sub: viewer, role: 'authenticated' } };
  const read = async ({ text, params }: SentStatement) => {
    const [answer] = await runner.read(caller, [{ text, params, lists: [], leavesTraces: false }], {
      signal: new AbortController().signal,
      timeoutMs: 10_000,
      maxBytes: 1024 * 1024,
      names: noNames,
    });
    return answer;
  };
  const backend = Number((await read({ text: 'select pg_backend_pid()::text', params: [] }))?.text);
  const meter = (statement: SentStatement, calls: number) => async () => {
    // It is prepared at its second use, and Postgres plans some calls by themselves before it keeps a plan.
    for (let n = 0; n < 10; n += 1) await read(statement);
    const before = cpuSeconds(backend);
    for (let n = 0; n < calls; n += 1) await read(statement);
    return ((cpuSeconds(backend) - before) / calls) * 1e6;
  };
  return Object.assign(meter, { close: () => runner.close(1_000) });
}

/** Throws where the two do not say the same, but for numbers that one of them writes as strings. */
async function checkAnswers(
  url: string,
  { settings, statement }: SentExchange,
  postgrest: SentStatement,
): Promise<void> {
  const sql = postgres(url, { max: 1, fetch_types: false });
  const [ours, theirs] = await sql.begin(async (transaction) => {
    await transaction.unsafe(settings.text, [...settings.params]);
    const [own] = await transaction.unsafe(statement.text, [...statement.params]);
    const [other] = await transaction.unsafe(postgrest.text, [...postgrest.params]);
    return [own?.['answer'], other?.['body']];
  });
  await sql.end();
  const answer: unknown = JSON.parse(ours);
  const list = Array.isArray(answer) ? answer : [answer];
  if (list.length === 0 || !isDeepStrictEqual(withoutNumbers(list), withoutNumbers(theirs))) {
    throw new Error(`not the same answer: ${ours} and ${JSON.stringify(theirs)}`);
  }
}

function withoutNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'number' ? String(each) : each)));
}
