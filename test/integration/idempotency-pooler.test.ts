import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serviceToken } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { behindTransactionPooler } from '../support/transaction-pooler.ts';

const pooler = behindTransactionPooler();
let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(
    'create table runs (id int generated always as identity primary key, note text); grant all on runs to service_role',
    { DATABASE_POOLER: 'transaction' },
    pooler,
  );
});
afterAll(async () => {
  await gateway.close();
  await pooler.stop();
});

it.each([
  ['rows', 'mutation { db { insertRuns(objects: [{ note: "rows" }]) { affectedCount } } }'],
  ['sql', gql(`mutation { executeSql(statement: "insert into runs (note) values ('sql')") { rowCount } }`)],
])('keys count behind a pooler in transaction mode, for %s', async (note, query) => {
  const headers = { 'idempotency-key': randomUUID() };
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => gateway.graphqlText(query, { token: serviceToken, headers })),
  );
  expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
  expect(answers.filter((answer) => answer.headers.has('idempotency-replayed'))).toHaveLength(4);
  expect(await gateway.admin`select from runs where note = ${note}`).toHaveLength(1);
});
