import { ApolloClient, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { fetchExchange, subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type DataOf, gql } from '../support/gql.ts';
import { type RealtimeGateway, startRealtimeGateway } from '../support/realtime-gateway.ts';

let gateway: RealtimeGateway;
beforeAll(async () => {
  gateway = await startRealtimeGateway();
  await gateway.world.sql.unsafe(`
    create table notes (id bigint primary key, body text);
    alter publication supabase_realtime add table notes;
  `);
});
afterAll(() => gateway.close());

const query = gql(`subscription { postgresChanges(table: "notes", resyncOnStart: true) { type record } }`);
const socket = () => createClient({ url: gateway.graphqlWsUrl, webSocketImpl: WebSocket });

/** Waits until changes flow, adds a row, and gives what the client was handed. */
async function adding(id: number, events: unknown[]): Promise<unknown[]> {
  await expect.poll(() => events.length, { timeout: 10_000 }).toBe(1);
  await gateway.world.sql`insert into notes values (${id}, 'hello')`;
  await expect.poll(() => events.length, { timeout: 10_000 }).toBe(2);
  return events;
}

const expected = (id: number) => [
  { type: 'RESYNC', record: null },
  { type: 'INSERT', record: { id: String(id), body: 'hello' } },
];

test('urql follows row changes', async () => {
  const ws = socket();
  const client = new UrqlClient({
    url: gateway.graphqlUrl,
    preferGetMethod: false,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: ws.subscribe(
              { query: request.query ?? '', variables: request.variables ?? {} },
              {
                next: (result) =>
                  sink.next({ data: result.data ?? null, errors: [...(result.errors ?? [])] }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
  const events: unknown[] = [];
  const { unsubscribe } = client
    .subscription(query, {})
    .subscribe(({ data }) => events.push(data?.postgresChanges));
  expect(await adding(1, events)).toMatchObject(expected(1));
  unsubscribe();
  await ws.dispose();
});

test('Apollo Client follows row changes', async () => {
  const ws = socket();
  const client = new ApolloClient({
    link: new GraphQLWsLink(ws),
    cache: new InMemoryCache(),
  });
  const events: unknown[] = [];
  const subscription = client
    .subscribe<DataOf<typeof query>>({ query: parse(query) })
    .subscribe(({ data }) => events.push(data?.postgresChanges));
  expect(await adding(2, events)).toMatchObject(expected(2));
  subscription.unsubscribe();
  client.stop();
  await ws.dispose();
});

test('graphql-ws follows row changes as an async iterator', async () => {
  const ws = socket();
  const events: unknown[] = [];
  const following = (async () => {
    for await (const { data } of ws.iterate<DataOf<typeof query>>({ query })) {
      events.push(data?.postgresChanges);
      if (events.length === 2) break;
    }
  })();
  expect(await adding(3, events)).toMatchObject(expected(3));
  await following;
  await ws.dispose();
});
