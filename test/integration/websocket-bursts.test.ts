import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { acceptedClient, type RawClient, rawClient, waitFor } from '../support/websocket-gateway.ts';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startTestGateway({ TRUSTED_PROXIES: '1', WS_MAX_OPERATIONS: '10000' });
});
afterEach(() => gateway.close());

const operation = (id: string) => ({ id, type: 'subscribe', payload: { query: gql(`{ viewer { role } }`) } });
const answers = ({ messages }: RawClient) => messages.filter(({ type }) => type === 'complete').length;
const answersOf = (clients: readonly RawClient[]) =>
  clients.reduce((sum, client) => sum + answers(client), 0);

/** An accepted client at an address. */
async function clientFrom(address: string): Promise<RawClient> {
  const client = await rawClient(gateway.graphqlWsUrl, { headers: { 'x-forwarded-for': address } });
  client.send({ type: 'connection_init' });
  await client.message(({ type }) => type === 'connection_ack');
  return client;
}

/** Sends many operations in one write. */
function burst(client: RawClient, count: number): void {
  const socket: unknown = Reflect.get(client.socket, '_socket');
  if (!(socket instanceof Socket)) throw new Error('no socket');
  socket.cork();
  for (let at = 0; at < count; at += 1) client.send(operation(`burst-${at}`));
  socket.uncork();
}

test('serves others while sockets send thousands of operations in one write, and answers those too', async () => {
  const clients = await Promise.all(Array.from({ length: 10 }, () => acceptedClient(gateway.graphqlWsUrl)));
  for (const client of clients) burst(client, 1_000);
  let others = 0;
  while (answersOf(clients) < 10_000) {
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    others += 1;
  }
  expect(others).toBeGreaterThan(20);
});

test('gives the sockets of a client one share together, beside another client', async () => {
  const hostile = await Promise.all(Array.from({ length: 40 }, () => clientFrom('192.0.2.1')));
  const other = await clientFrom('192.0.2.2');
  for (const client of hostile) burst(client, 200);
  await waitFor(() => answersOf(hostile) > 0);
  // One after another, each sent when the one before is answered.
  for (let at = 1; at <= 20; at += 1) {
    other.send(operation(String(at)));
    await other.message(({ id, type }) => id === String(at) && type === 'complete');
  }
  expect(answersOf(hostile)).toBeLessThan(4_000);
  await waitFor(() => answersOf(hostile) === 8_000);
});

test('closes for a client whose messages still wait, and handles none of them any more', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl);
  burst(client, 500);
  client.send({ type: 'connection_init' });
  burst(client, 500);
  expect((await client.closed).code).toBe(4429);
  expect(answers(client)).toBeLessThanOrEqual(500);
});
