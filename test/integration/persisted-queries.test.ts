import { createHash } from 'node:crypto';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { testSecret } from '../support/tokens.ts';
import { acceptedClient } from '../support/websocket-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ JWT_SECRET: testSecret });
});
afterAll(() => gateway?.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(gql(`{ __typename }`)) } };
const notSupported = {
  message: 'PersistedQueryNotSupported',
  extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
};

it.each([{ useGETForHashedQueries: false }, { useGETForHashedQueries: true }])(
  "Apollo's client sends the text when it learns that the hash says nothing: %j",
  async ({ useGETForHashedQueries }) => {
    const bodies: string[] = [];
    const counting: typeof fetch = (input, init) => {
      bodies.push(`${init?.method} ${String(init?.body ?? '')}`);
      return fetch(input, init);
    };
    const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries });
    const client = new ApolloClient({
      link: persisted.concat(new HttpLink({ uri: gateway.graphqlUrl, fetch: counting })),
      cache: new InMemoryCache(),
    });
    for (const name of ['First', 'Second']) {
      const query = parse(`query ${name} { health { status } }`);
      const { data } = await client.query({ query, fetchPolicy: 'no-cache' });
      expect(data).toMatchObject({ health: { status: 'OK' } });
    }
    // The hash alone, then the text; the second operation tries no hash any more.
    expect(bodies.map((body) => body.includes('"query":'))).toEqual([false, true, true]);
  },
);

it.each([
  [
    'a POST',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ extensions }) },
  ],
  [
    'a POST with an empty text',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '', variables: {}, extensions }),
    },
  ],
  [
    'a POST that wants the newer media type',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ extensions }),
    },
  ],
] as const)('answers 200 to the hash alone in %s', async (_what, init) => {
  const answer = await fetch(gateway.graphqlUrl, init);
  expect(answer.status).toBe(200);
  expect(JSON.parse(await answer.text()).errors).toMatchObject([notSupported]);
});

it('answers 200 to the hash alone in a GET and in a multipart request', async () => {
  const get = await fetch(
    `${gateway.graphqlUrl}?extensions=${encodeURIComponent(JSON.stringify(extensions))}`,
  );
  const form = new FormData();
  form.set('operations', JSON.stringify({ variables: {}, extensions }));
  form.set('map', '{}');
  const headers = { 'x-graphql-yoga-csrf': '1' };
  const multipart = await fetch(gateway.graphqlUrl, { method: 'POST', headers, body: form });
  for (const answer of [get, multipart]) {
    expect(answer.status).toBe(200);
    expect(JSON.parse(await answer.text()).errors).toMatchObject([notSupported]);
  }
});

it('tells an operation of a WebSocket, and goes on with the others', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl);
  client.send({ id: '1', type: 'subscribe', payload: { extensions } });
  expect(await client.message(({ id }) => id === '1')).toMatchObject({
    type: 'error',
    payload: [notSupported],
  });
  client.send({ id: '2', type: 'subscribe', payload: { query: gql(`{ __typename }`), extensions } });
  expect(await client.message(({ id }) => id === '2')).toMatchObject({
    payload: { data: { __typename: 'Query' } },
  });
  client.socket.close();
});

it('runs an operation that sends its text beside the hash', async () => {
  const body = JSON.stringify({ query: gql(`{ __typename }`), extensions });
  const answer = await fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(JSON.parse(await answer.text())).toEqual({ data: { __typename: 'Query' } });
});

it('refuses a batch, and says so', async () => {
  const batch = JSON.stringify([{ query: gql(`{ __typename }`) }, { query: gql(`{ __typename }`) }]);
  const post = await fetch(gateway.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: batch,
  });
  const form = new FormData();
  form.set('operations', batch);
  form.set('map', '{}');
  const headers = { 'x-graphql-yoga-csrf': '1' };
  const multipart = await fetch(gateway.graphqlUrl, { method: 'POST', headers, body: form });
  for (const answer of [post, multipart]) {
    expect(answer.status).toBe(400);
    expect(JSON.parse(await answer.text()).errors).toMatchObject([
      {
        message: 'A request is one operation: batches are not supported.',
        extensions: { code: 'BAD_USER_INPUT', reason: 'batch_not_supported' },
      },
    ]);
  }
});
