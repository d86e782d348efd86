import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { acceptedClient, type RawClient } from '../support/websocket-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ MAX_BODY: '1mb', MAX_BODIES: '4mb' });
});
afterAll(() => gateway?.close());

/** Bytes of requests that the gateway says it holds. */
async function bodies(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^bunbun_held_bytes\{what="bodies"\} (\d+)$/m.exec(text)?.[1]);
}

async function until(holds: (bytes: number) => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds(await bodies())) {
    if (Date.now() > deadline) throw new Error('the condition never held');
  }
}

/** The beginning of a message whose end does not come. */
const begin = ({ socket }: RawClient, text: string) => socket.send(text, { fin: false });

it('counts messages that are still arriving, and a client that begins too many is closed to come back', async () => {
  const first = await acceptedClient(gateway.graphqlWsUrl);
  const second = await acceptedClient(gateway.graphqlWsUrl);
  const operation = JSON.stringify({
    id: '1',
    type: 'subscribe',
    payload: { query: gql(`{ __typename }`), variables: { junk: 'x'.repeat(700_000) } },
  });
  begin(first, operation.slice(0, 600_000));
  await until((bytes) => bytes >= 600_000);

  begin(second, 'y'.repeat(600_000));
  expect(await second.closed).toEqual({ code: 1013, reason: 'try_again_later' });

  first.socket.send(operation.slice(600_000), { fin: true });
  await first.message(({ type }) => type === 'complete');
  await until((bytes) => bytes === 0);
  first.socket.close();
});

it('gives back what a client had sent that left in the middle of a message', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl);
  begin(client, 'x'.repeat(600_000));
  await until((bytes) => bytes >= 600_000);
  client.socket.terminate();
  await until((bytes) => bytes === 0);
});

it('makes nothing of many small messages', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl);
  for (let id = 0; id < 2_000; id += 1) {
    const payload = { query: gql(`{ __typename }`), variables: { junk: 'x'.repeat(2_000) } };
    client.send({ id: String(id), type: 'subscribe', payload });
  }
  await client.message(({ type, id }) => type === 'complete' && id === '1999');
  await until((bytes) => bytes === 0);
  client.socket.close();
});
