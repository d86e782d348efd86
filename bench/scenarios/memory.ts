import autocannon from 'autocannon';
import { gql } from '../../test/support/gql.ts';
import { residentMegabytes, startGateway } from '../support/child-server.ts';
import { startBenchStack } from '../support/local-postgres.ts';
import { writeResults } from '../support/results.ts';

/** Resident memory of the gateway after many `sql` calls. */
export async function run(): Promise<void> {
  const bench = await startBenchStack();
  const gateway = await startGateway(bench.env);
  const call = (amount: number) =>
    autocannon({
      url: `${gateway.url}/graphql`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${bench.stack.keys.serviceRoleKey}`,
      },
      body: JSON.stringify({ query: gql(`{ sql(statement: "select 1 as x") { rows } }`) }),
      connections: 20,
      amount,
    });
  try {
    await call(1_000);
    const early = residentMegabytes(gateway.pid);
    await call(99_000);
    const late = residentMegabytes(gateway.pid);
    writeResults('memory', 'One gateway process, one operation over and over.', [
      {
        measure: 'resident memory after 100,000 `sql` calls',
        against: 'after 1,000',
        goal: 'within 15 %',
        result: `${late.toFixed(0)} MB against ${early.toFixed(0)} MB (${((late / early - 1) * 100).toFixed(0)} %)`,
      },
    ]);
  } finally {
    await gateway.stop();
    await bench.stop();
  }
}
