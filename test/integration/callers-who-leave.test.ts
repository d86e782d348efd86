import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { databaseEnv, serviceToken } from '../support/database-gateway.ts';
import { type FakeRealtime, startFakeRealtime } from '../support/fake-realtime.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { acceptedClient } from '../support/websocket-gateway.ts';

let postgres: TestPostgres;
let realtime: FakeRealtime;
let silent: ListeningServer;
let gateway: TestGateway;
let lines: string[];
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  lines = [];
  silent = await listen(() => undefined);
  realtime = await startFakeRealtime();
  // Takes joins and answers none.
  realtime.fault = ({ event }) => event === 'phx_join';
  gateway = await startTestGateway(
    {
      ...databaseEnv(postgres.databaseUrl),
      AUTH_URL: silent.url,
      STORAGE_URL: silent.url,
      REALTIME_URL: realtime.url,
    },
    { log: createLogger({ level: 'info', to: { write: (line) => void lines.push(line) } }) },
  );
});
afterEach(async () => {
  await gateway.close();
  await realtime.close();
  await silent.close();
});

const operations = () =>
  lines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ msg }) => msg === 'operation')
    .map(({ type, code }) => ({ type, code }));

/** The operation is told of as one whose caller has left, once, and nobody is alarmed. */
async function isCancelled(type: string): Promise<void> {
  await expect.poll(operations).toEqual([{ type, code: 'CANCELLED' }]);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain(`bunbun_operation_duration_seconds_count{type="${type}",code="CANCELLED"} 1`);
  // Whatever comes late.
  await gateway.graphql(gql(`{ viewer { role } }`));
  expect(lines.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
}

const settings = gql(`{ authSettings { samlEnabled } }`);
const signIn = gql(`mutation { signIn(input: { email: "a@b.cd", password: "secret" }) { __typename } }`);
const changes = gql(`subscription { broadcasts(channel: "room") { type } }`);
const asked = () => once(silent.server, 'request');
const sleeping = async () => {
  await expect
    .poll(async () => {
      const { data } = await gateway.graphql(
        gql(`{ sql(statement: "select 1 from pg_stat_activity where wait_event = 'PgSleep'") { rows } }`),
        { token: serviceToken },
      );
      return data.sql.rows.length;
    })
    .toBeGreaterThan(0);
  lines = [];
};
const joining = () => realtime.until(() => realtime.joins().length > 0);

test.each([
  ['a query', 'query', settings, asked],
  ['a mutation', 'mutation', signIn, asked],
  ['a statement', 'query', gql(`{ sql(statement: "select pg_sleep(60)") { rows } }`), sleeping],
  [
    'a writing statement',
    'mutation',
    gql(`mutation { executeSql(statement: "select pg_sleep(60)") { rowCount } }`),
    sleeping,
  ],
] as const)('is no error when the sender of %s by HTTP leaves', async (_what, type, query, begun) => {
  const leave = new AbortController();
  const answer = fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${serviceToken}` },
    body: JSON.stringify({ query }),
    signal: leave.signal,
  }).catch(() => undefined);
  await begun();
  leave.abort();
  await answer;
  await isCancelled(type);
});

test('is no error when the reader of an event stream leaves while it begins', async () => {
  const leave = new AbortController();
  const answer = fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: changes }),
    signal: leave.signal,
  }).catch(() => undefined);
  await joining();
  leave.abort();
  await answer;
  await isCancelled('subscription');
});

test('is no error when the sender of a file leaves halfway', async () => {
  const { hostname, port } = new URL(gateway.url);
  const operation = {
    query: gql(
      `mutation ($file: File!) { uploadFile(input: { bucket: "b", path: "p", file: $file }) { path } }`,
    ),
    variables: { file: null },
  };
  const part = (name: string, value: string) =>
    `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\nx-graphql-yoga-csrf: 1\r\nauthorization: Bearer ${serviceToken}\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 1000000\r\n\r\n`,
  );
  socket.write(part('operations', JSON.stringify(operation)) + part('map', '{"0":["variables.file"]}'));
  socket.write('--x\r\ncontent-disposition: form-data; name="0"; filename="a.txt"\r\n\r\nthe beginning');
  await asked();
  socket.destroy();
  await isCancelled('mutation');
});

const byWebSocket = [
  ['a query', 'query', settings, asked],
  ['a mutation', 'mutation', signIn, asked],
  ['a subscription that begins', 'subscription', changes, joining],
  [
    'a subscription of its own that begins',
    'subscription',
    gql(`subscription { ...Room } fragment Room on Subscription { broadcasts(channel: "room") { type } }`),
    joining,
  ],
] as const;

test.each(byWebSocket)(
  'is no error when %s is completed by its WebSocket',
  async (_what, type, query, begun) => {
    const client = await acceptedClient(gateway.graphqlWsUrl, { authorization: `Bearer ${serviceToken}` });
    const running = begun();
    client.send({ id: '1', type: 'subscribe', payload: { query } });
    await running;
    client.send({ id: '1', type: 'complete' });
    await isCancelled(type);
    client.socket.close();
  },
);

test.each(byWebSocket)('is no error when the WebSocket of %s is lost', async (_what, type, query, begun) => {
  const client = await acceptedClient(gateway.graphqlWsUrl, { authorization: `Bearer ${serviceToken}` });
  const running = begun();
  client.send({ id: '1', type: 'subscribe', payload: { query } });
  await running;
  client.socket.terminate();
  await isCancelled(type);
});
