import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';

const arrivals: ServerResponse[] = [];
const arrived = new EventEmitter();
let service: ListeningServer;
let gateway: TestGateway;
beforeAll(async () => {
  service = await listen((_request, response) => {
    arrivals.push(response);
    arrived.emit('one');
  });
  gateway = await startTestGateway({ FUNCTIONS_URL: service.url });
});
afterAll(async () => {
  await gateway?.close();
  await service?.close();
});

/** The next request that reaches the service, to be answered. */
async function arrival(): Promise<ServerResponse> {
  for (;;) {
    const next = arrivals.shift();
    if (next) return next;
    await once(arrived, 'one');
  }
}

const counted = 'bunbun_operation_duration_seconds_count{type="query",code="OK"} ';
const functionRequest = (name: string) => `GET /functions/v1/${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

const requestOf = (query: string): string => {
  const body = JSON.stringify({ query });
  const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
};

/** Sends everything in one write. */
function sendAtOnce(requests: readonly string[]) {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.on('error', () => undefined);
  socket.write(requests.join(''));
  return {
    socket,
    answers: () => text.split('HTTP/1.1 200 OK').length - 1,
    text: () => text,
  };
}

test('answers the requests that a connection sends ahead, in their order and one after the other', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `q${at}`);
  const client = sendAtOnce(names.map((name) => requestOf(`query { ${name}: __typename }`)));
  while (client.answers() < names.length) await once(client.socket, 'data');
  expect([...client.text().matchAll(/"data":\{"(q\d+)"/g)].map(([, name]) => name)).toEqual(names);
  client.socket.destroy();
});

test('cuts a connection that sends thousands of requests ahead, before it has run them', async () => {
  const before = await operationsCounted();
  const client = sendAtOnce(Array.from({ length: 5_000 }, () => requestOf(gql(`{ __typename }`))));
  // Some Nodes tell the reset first.
  client.socket.on('error', () => undefined);
  await new Promise((resolve) => client.socket.once('close', resolve));
  expect((await operationsCounted()) - before).toBeLessThan(1_000);
});

test('begins a request when the one before it on its connection is answered', async () => {
  const client = sendAtOnce([functionRequest('first'), functionRequest('second')]);
  const first = await arrival();
  const other = sendAtOnce([functionRequest('of-another')]);
  const third = await arrival();
  expect(service.requests.map(({ url }) => url)).toEqual(['/first', '/of-another']);
  first.end('first');
  (await arrival()).end('second');
  third.end('third');
  while (client.answers() < 2) await once(client.socket, 'data');
  client.socket.destroy();
  other.socket.destroy();
});

async function operationsCounted(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(counted));
  return Number(line?.slice(counted.length) ?? 0);
}
