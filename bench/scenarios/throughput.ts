import { gql } from '../../test/support/gql.ts';
import { startChild, startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { inTurns, type Load, requestsPerSecond } from '../support/measure.ts';
import { writeResults } from '../support/results.ts';

const rounds = 5;
const seconds = 4;
const json = { 'content-type': 'application/json' };

/** Throughput of the gateway beside the least that could answer the same. */
export async function run(): Promise<void> {
  const bench = await startBenchStack();
  const gateway = await startGateway(bench.env);
  const yoga = await startChild(['--import', 'tsx', 'bench/servers/bare-yoga.ts'], {});
  const postgres = await startChild(['--import', 'tsx', 'bench/servers/bare-postgres.ts'], bench.env);
  const connections = 50;
  const health = JSON.stringify({ query: gql(`{ health { status } }`) });
  const load = (url: string, body: string, headers: Record<string, string> = {}): Load => ({
    url,
    body,
    headers: { ...json, ...headers },
    connections,
    seconds,
  });
  const sqlBody = JSON.stringify({ query: gql(`{ sql(statement: "select 1 as x") { rows } }`) });
  const token = { authorization: `Bearer ${bench.stack.keys.serviceRoleKey}` };
  const loads = {
    gatewayHealth: load(`${gateway.url}/graphql`, health),
    bareYoga: load(`${yoga.url}/graphql`, health),
    gatewaySql: load(`${gateway.url}/graphql`, sqlBody, token),
    barePostgres: load(postgres.url, JSON.stringify({ statement: 'select 1 as x' })),
  };
  try {
    for (const each of Object.values(loads)) await requestsPerSecond({ ...each, seconds: 2 });
    const measured = await inTurns(
      {
        gatewayHealth: () => requestsPerSecond(loads.gatewayHealth),
        bareYoga: () => requestsPerSecond(loads.bareYoga),
        gatewaySql: () => requestsPerSecond(loads.gatewaySql),
        barePostgres: () => requestsPerSecond(loads.barePostgres),
      },
      rounds,
    );
    const row = (measure: string, against: string, goal: string, ours: number, theirs: number) => ({
      measure,
      against,
      goal,
      result: `${(ours / theirs).toFixed(2)} (${Math.round(ours)} against ${Math.round(theirs)} req/s)`,
    });
    writeResults(
      'throughput',
      `Medians of ${rounds} rounds of ${seconds} s in turns, ${connections} connections.`,
      [
        row(
          '`{ health { status } }`',
          'bare graphql-yoga, one field, no body limit, no CORS',
          '>= 0.9',
          measured.gatewayHealth,
          measured.bareYoga,
        ),
        row(
          '`sql(statement: "select 1 as x")` with a token',
          'bare node:http and postgres.js, the same messages',
          '>= 0.65',
          measured.gatewaySql,
          measured.barePostgres,
        ),
      ],
    );
  } finally {
    await Promise.all([gateway.stop(), yoga.stop(), postgres.stop()]);
    await bench.stop();
  }
}
