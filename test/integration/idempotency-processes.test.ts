import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { serviceToken } from '../support/database-gateway.ts';
import { postOperation } from '../support/gateway.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { gql } from '../support/gql.ts';
import { holdTable } from '../support/held-table.ts';
import { type RowsGateway, rowsEnv, startRowsGateway } from '../support/rows-gateway.ts';

let gateway: RowsGateway;
let dying: GatewayProcess;
beforeAll(async () => {
  gateway = await startRowsGateway(
    'create table runs (id int generated always as identity primary key, note text); grant all on runs to service_role',
  );
});
afterAll(() => gateway.close());
beforeEach(async () => {
  await gateway.admin`truncate runs, bunbun.idempotency_keys`;
  dying = await startGatewayProcess(rowsEnv(gateway.server));
});
afterEach(() => dying.kill());

/** Asks a process of its own, and ends it while the insert waits for a lock. */
async function askAndKill(query: string, key: string): Promise<void> {
  await using held = await holdTable(gateway.admin, 'runs');
  const asking = send(`${dying.url}/graphql`, query, key).catch(() => undefined);
  await expect.poll(held.waiting).toBe(1);
  await dying.kill();
  await asking;
}

const send = (url: string, query: string, key: string) =>
  postOperation(url, query, { token: serviceToken, headers: { 'idempotency-key': key } });
const runs = async () => (await gateway.admin`select from runs`).length;

it('writes rows with the repeat where the process died before it had committed', async () => {
  const key = randomUUID();
  const query = 'mutation { db { insertRuns(objects: [{ note: "a" }]) { affectedCount } } }';
  await askAndKill(query, key);
  const { data, errors } = await send(gateway.graphqlUrl, query, key);
  expect({ data, errors }).toEqual({ data: { db: { insertRuns: { affectedCount: 1 } } }, errors: [] });
  expect(await runs()).toBe(1);
});

it('does nothing a second time where the process died in the midst of something else', async () => {
  const key = randomUUID();
  const query = gql(`mutation { executeSql(statement: "insert into runs default values") { rowCount } }`);
  await askAndKill(query, key);
  // As if some time had passed: until then the process may be alive elsewhere.
  const lease = await gateway.admin`
    update bunbun.idempotency_keys set leased_until = leased_until - interval '20 s'
    returning leased_until < now() as over`;
  expect(lease).toEqual([{ over: true }]);
  const { errors } = await send(gateway.graphqlUrl, query, key);
  expect(errors[0]?.extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', idempotency: 'unknown' });
  expect(await runs()).toBeLessThan(2);
});
