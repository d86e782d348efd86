import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { hmacToken, keyClaims, testSecret, userClaims } from '../support/tokens.ts';
import { acceptedClient } from '../support/websocket-gateway.ts';

const serviceToken = hmacToken(keyClaims('service_role'));
const userToken = hmacToken(userClaims());
const megabyte = 1024 * 1024;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    JWT_SECRET: testSecret,
    MAX_BODY: '3mb',
    MAX_BODIES: '3mb',
    MAX_VARIABLES: '100',
  });
});
afterAll(() => gateway?.close());

/** Waits for nothing but the memory of requests that were answered. */
const bodies = async () => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^bunbun_held_bytes\{what="bodies"\} (\d+)$/m.exec(text)?.[1]);
};
const answerTo = async (init: RequestInit & { duplex?: 'half' }) => {
  const response = await fetch(gateway.graphqlUrl, { method: 'POST', ...init });
  const { data, errors } = JSON.parse(await response.text());
  return {
    status: response.status,
    data,
    code: errors?.[0]?.extensions.code,
    limit: errors?.[0]?.extensions.limit,
  };
};
const withJunk = (length: number) =>
  JSON.stringify({ query: gql(`{ __typename }`), variables: { junk: 'x'.repeat(length) } });
const json = (token?: string) => ({
  'content-type': 'application/json',
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
});

it.each([
  ['nobody', undefined],
  ['a user', userToken],
  ['a bad token', 'nonsense'],
])('refuses more than a megabyte of JSON from %s', async (_who, token) => {
  const body = withJunk(megabyte);
  expect(await answerTo({ headers: json(token), body })).toMatchObject({
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    limit: megabyte,
  });
});

it('lets service_role send MAX_BODY, whether it says how much or not', async () => {
  const body = withJunk(2 * megabyte);
  const data = { __typename: 'Query' };
  expect(await answerTo({ headers: json(serviceToken), body })).toMatchObject({ status: 200, data });
  const chunked = { headers: json(serviceToken), duplex: 'half' as const };
  const stream = () => new Blob([body]).stream();
  expect(await answerTo({ ...chunked, body: stream() })).toMatchObject({ status: 200, data });
  expect(await answerTo({ ...chunked, headers: json(userToken), body: stream() })).toMatchObject({
    status: 413,
    limit: megabyte,
  });
  const tooLong = withJunk(3 * megabyte);
  expect(await answerTo({ headers: json(serviceToken), body: tooLong })).toMatchObject({
    status: 413,
    limit: 3 * megabyte,
  });
  await expect.poll(bodies).toBe(0);
});

it('refuses more than a megabyte in the field of a multipart request, except from service_role', async () => {
  const form = () => {
    const data = new FormData();
    data.set('operations', withJunk(megabyte));
    data.set('map', '{}');
    return data;
  };
  const csrf = { 'x-graphql-yoga-csrf': '1' };
  const user = await answerTo({ headers: { ...csrf, authorization: `Bearer ${userToken}` }, body: form() });
  expect(user).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE', limit: megabyte });
  const service = await answerTo({
    headers: { ...csrf, authorization: `Bearer ${serviceToken}` },
    body: form(),
  });
  expect(service).toMatchObject({ status: 200, data: { __typename: 'Query' } });
});

it('closes a WebSocket with 1009 for a message of more than a megabyte', async () => {
  const client = await acceptedClient(gateway.graphqlWsUrl);
  client.send({
    id: '1',
    type: 'subscribe',
    payload: { query: gql(`{ __typename }`), variables: { junk: 'x'.repeat(megabyte) } },
  });
  expect((await client.closed).code).toBe(1009);
});

it('counts the values of the variables that the operation declares, and drops the others', async () => {
  const many = Array.from({ length: 100 }, () => 1);
  const declared = gql(`query ($a: [JSON!]) { sql(statement: "select 1", params: $a) { rowCount } }`);
  const refused = await gateway.graphql(declared, { variables: { a: many } });
  expect(refused.errors[0]).toMatchObject({
    message: 'The operation has more than 100 values in its variables; the limit is 100.',
    extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 100 },
  });
  const fits = await gateway.graphqlText(declared, { variables: { a: many.slice(1), b: many } });
  expect(fits.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

it('refuses what is nested too deeply before it is parsed, also where no operation asks for it', async () => {
  const deep = `${'['.repeat(20_000)}"]"${']'.repeat(20_000)}`;
  const body = (junk: string) => `{"query":"{ __typename }","variables":{"junk":${junk}}}`;
  expect(await answerTo({ headers: json(), body: body(deep) })).toMatchObject({
    status: 400,
    code: 'BAD_USER_INPUT',
  });
  const brackets = JSON.stringify(`\\"${'['.repeat(1_000)}`);
  expect(await answerTo({ headers: json(), body: body(`[${brackets}]`) })).toMatchObject({ status: 200 });
});

it('holds no more than its sum of what clients send, and has room again when they leave', async () => {
  const begun = Array.from({ length: 3 }, () => {
    const request = httpRequest(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    request.on('error', () => undefined);
    request.write('x'.repeat(megabyte - 10));
    return request;
  });
  await expect.poll(bodies).toBeGreaterThan(3 * megabyte - 100);
  const refused = await fetch(gateway.graphqlUrl, { method: 'POST', headers: json(), body: withJunk(1_000) });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(JSON.parse(await refused.text())).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED' } }],
  });
  for (const request of begun) request.destroy();
  await expect.poll(bodies).toBe(0);
  expect(await answerTo({ headers: json(), body: withJunk(1_000) })).toMatchObject({ status: 200 });
});
