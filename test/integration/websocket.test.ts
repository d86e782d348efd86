import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { hmacToken, keyClaims, nowSeconds, userClaims } from '../support/tokens.ts';
import {
  acceptedClient,
  rawClient,
  startWebSocketGateway,
  type WebSocketGateway,
  waitFor,
} from '../support/websocket-gateway.ts';

let gateway: WebSocketGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function start(...options: Parameters<typeof startWebSocketGateway>): Promise<WebSocketGateway> {
  gateway = await startWebSocketGateway(...options);
  return gateway;
}

const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });
const bearer = (claims: object) => `Bearer ${hmacToken(claims)}`;
const code = (message: { payload?: unknown }) => JSON.stringify(message.payload).match(/"code":"(\w+)"/)?.[1];

test('answers queries and streams subscriptions to the official client', async () => {
  const { client, server } = await start();
  const official = client({ connectionParams: { Authorization: bearer(userClaims({ sub: 'ann' })) } });
  const results: unknown[] = [];
  for await (const result of official.iterate({ query: '{ who }' })) results.push(result);
  for await (const result of official.iterate({ query: 'subscription { count(to: 3) }' }))
    results.push(result);
  expect(results).toEqual([
    { data: { who: 'ann' } },
    { data: { count: 1 } },
    { data: { count: 2 } },
    { data: { count: 3 } },
  ]);
  await official.dispose();
  await waitFor(() => server.stats().sockets === 0);
  expect(server.stats()).toEqual({ sockets: 0, operations: 0, shared: 0, timers: 0, waitingBytes: 0 });
});

test.each([
  ['authorization', { authorization: bearer(userClaims({ sub: 'ann' })) }],
  ['Authorization', { Authorization: bearer(userClaims({ sub: 'ann' })) }],
  ['AUTHORIZATION', { AUTHORIZATION: bearer(userClaims({ sub: 'ann' })) }],
])('takes the token under the name %s', async (_name, payload) => {
  const { url } = await start();
  const client = await acceptedClient(url, payload);
  client.send(subscribe('1', '{ who }'));
  expect(await client.message(({ type }) => type === 'next')).toMatchObject({
    payload: { data: { who: 'ann' } },
  });
});

test('lets connection_init beat the headers of the upgrade', async () => {
  const { url } = await start();
  const client = await rawClient(url, { headers: { authorization: bearer(userClaims({ sub: 'bob' })) } });
  client.send({ type: 'connection_init', payload: { authorization: bearer(userClaims({ sub: 'ann' })) } });
  await client.message(({ type }) => type === 'connection_ack');
  client.send(subscribe('1', '{ who }'));
  expect(await client.message(({ type }) => type === 'next')).toMatchObject({
    payload: { data: { who: 'ann' } },
  });
});

test.each([
  ['an expired token', bearer(userClaims({ exp: nowSeconds() - 3_600 })), 'token_expired'],
  [
    'a bad signature',
    `Bearer ${hmacToken(userClaims(), { secret: 'another-secret-of-32-characters!!' })}`,
    'bad_signature',
  ],
  ['no JWT at all', 'Bearer nonsense', 'token_malformed'],
  ['an opaque key as token', 'Bearer sb_secret_x', 'unknown_apikey'],
  ['another scheme', 'Basic eDp5', 'token_malformed'],
])('closes 4403 for %s in connection_init', async (_name, authorization, reason) => {
  const { url } = await start();
  const client = await rawClient(url);
  client.send({ type: 'connection_init', payload: { authorization } });
  expect(await client.closed).toEqual({ code: 4403, reason });
});

test('refuses an anonymous caller on a guarded subscription and opens nothing', async () => {
  const { url, opened } = await start();
  const client = await acceptedClient(url);
  client.send(subscribe('1', 'subscription { restricted }'));
  const answer = await client.message(({ id }) => id === '1');
  expect(code(answer)).toBe('UNAUTHENTICATED');
  const known = await acceptedClient(url, { authorization: bearer(userClaims()) });
  known.send(subscribe('1', 'subscription { restricted }'));
  expect(code(await known.message(({ id }) => id === '1'))).toBe('FORBIDDEN');
  expect(opened.ever).toBe(0);
});

test('keeps the socket and its other subscriptions when one operation does not parse', async () => {
  const { url, opened } = await start();
  const client = await acceptedClient(url);
  client.send(subscribe('1', 'subscription { silent }'));
  await waitFor(() => opened.now === 1);
  client.send(subscribe('2', 'subscription { silent'));
  expect(code(await client.message(({ id }) => id === '2'))).toBe('GRAPHQL_PARSE_FAILED');
  client.send(subscribe('3', '{ unknownField }'));
  expect(code(await client.message(({ id }) => id === '3'))).toBe('GRAPHQL_VALIDATION_FAILED');
  client.send(subscribe('4', '{ broken }'));
  const broken = await client.message(({ id }) => id === '4');
  expect(code(broken)).toBe('INTERNAL_SERVER_ERROR');
  expect(JSON.stringify(broken)).not.toContain('secret of the inside');
  expect(JSON.stringify(broken)).not.toContain('"http"');
  expect(opened.now).toBe(1);
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
});

test.each([
  ['garbage', 'garbage', 4400],
  ['JSON that is no message', '[1,2]', 4400],
  ['a message of unknown type', '{"type":"hello"}', 4400],
  ['a subscribe before the acknowledgement', JSON.stringify(subscribe('1', '{ who }')), 4401],
])('closes with the code of the protocol for %s', async (_name, message, expected) => {
  const { url } = await start();
  const client = await rawClient(url);
  client.send(message);
  expect((await client.closed).code).toBe(expected);
});

test('closes 4406 for a client that offers no protocol of ours', async () => {
  const { url } = await start();
  const client = await rawClient(url, { protocol: '' });
  expect((await client.closed).code).toBe(4406);
});

test('closes 4429 after a second connection_init', async () => {
  const { url } = await start();
  const client = await acceptedClient(url);
  client.send({ type: 'connection_init' });
  expect((await client.closed).code).toBe(4429);
});

test('closes 4408 when connection_init does not come in time', async () => {
  const { url } = await start({ initTimeoutMs: 50 });
  const client = await rawClient(url);
  expect((await client.closed).code).toBe(4408);
});

test('closes 4409 when an id is used twice', async () => {
  const { url, opened } = await start();
  const client = await acceptedClient(url);
  client.send(subscribe('1', 'subscription { silent }'));
  client.send(subscribe('1', 'subscription { silent }'));
  expect((await client.closed).code).toBe(4409);
  await waitFor(() => opened.now === 0);
});

test('closes 1009 for a message over the limit, and 1007 for text that is not UTF-8', async () => {
  const { url } = await start();
  const large = await acceptedClient(url);
  large.send(subscribe('1', `{ who # ${'x'.repeat(200_000)}\n }`));
  expect((await large.closed).code).toBe(1009);
  const invalid = await acceptedClient(url);
  invalid.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
  expect((await invalid.closed).code).toBe(1007);
});

test('takes operations up to the limit of a socket and says so beyond it', async () => {
  const { url, opened } = await start({ maxOperations: 2 });
  const client = await acceptedClient(url);
  for (const id of ['1', '2', '3']) client.send(subscribe(id, 'subscription { silent }'));
  const refused = await client.message(({ id }) => id === '3');
  expect(refused).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'RATE_LIMITED', limit: 2 } }],
  });
  await waitFor(() => opened.now === 2);
  client.send({ id: '1', type: 'complete' });
  await waitFor(() => opened.now === 1);
  client.send(subscribe('4', 'subscription { silent }'));
  await waitFor(() => opened.now === 2);
});

test('closes 1013 for a socket over the limit of the process', async () => {
  const { url } = await start({}, { maxSockets: 1 });
  await acceptedClient(url);
  const second = await rawClient(url);
  expect(await second.closed).toEqual({ code: 1013, reason: 'try_again_later' });
});

test('the official client outlasts a limit of sockets, and is served once there is a place', async () => {
  const { url, client } = await start({}, { shares: { sockets: 1, operations: 10 } });
  const first = await acceptedClient(url);
  const closes: unknown[] = [];
  const official = client({
    retryAttempts: 1_000,
    // Four times in vain.
    retryWait: async () => {
      if (closes.length === 4) {
        first.socket.close();
        await first.closed;
      }
    },
    on: { closed: (event) => closes.push(event) },
  });
  const results: unknown[] = [];
  for await (const result of official.iterate({ query: '{ who }' })) results.push(result);
  expect(results).toEqual([{ data: { who: 'ANON' } }]);
  expect(closes.slice(0, 4)).toMatchObject(Array.from({ length: 4 }, () => ({ code: 1013 })));
  await official.dispose();
});

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

test.each([
  ['an IPv4 address', '192.0.2.1', '192.0.2.1', '192.0.2.2'],
  ['the /64 of an IPv6 address', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:3::1'],
])('gives %s no more than its share of the sockets', async (_what, first, same, other) => {
  const { url } = await start({}, { shares: { sockets: 2, operations: 10 } });
  const [leaving] = [await rawClient(url, from(first)), await rawClient(url, from(same))];
  expect((await (await rawClient(url, from(same))).closed).code).toBe(1013);
  const elsewhere = await rawClient(url, from(other));
  elsewhere.send({ type: 'connection_init' });
  await elsewhere.message(({ type }) => type === 'connection_ack');
  leaving?.socket.close();
  await leaving?.closed;
  const again = await rawClient(url, from(first));
  again.send({ type: 'connection_init' });
  await again.message(({ type }) => type === 'connection_ack');
});

test('gives a client no more than its share of the running operations, over all its sockets', async () => {
  const { url, opened } = await start({}, { shares: { sockets: 10, operations: 3 } });
  const [first, second] = [await acceptedClient(url), await acceptedClient(url)];
  for (const id of ['1', '2']) first.send(subscribe(id, 'subscription { silent }'));
  await waitFor(() => opened.now === 2);
  for (const id of ['1', '2']) second.send(subscribe(id, 'subscription { silent }'));
  expect(await second.message(({ id }) => id === '2')).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'RATE_LIMITED', limit: 3 } }],
  });
  const elsewhere = await rawClient(url, from('192.0.2.1'));
  elsewhere.send({ type: 'connection_init' });
  await elsewhere.message(({ type }) => type === 'connection_ack');
  elsewhere.send(subscribe('1', 'subscription { silent }'));
  await waitFor(() => opened.now === 4);
  first.socket.terminate();
  await waitFor(() => opened.now === 2);
  second.send(subscribe('3', 'subscription { silent }'));
  await waitFor(() => opened.now === 3);
});

test('takes nonsense from a socket over the limit, and ends one that does not answer the close', async () => {
  const { url } = await start({ initTimeoutMs: 50 }, { maxSockets: 1 });
  await acceptedClient(url);
  for (const sent of [Buffer.from([0xf1, 0x00]), Buffer.alloc(0)]) {
    const request = httpRequest(url.replace(/^ws/, 'http'), {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        'sec-websocket-protocol': 'graphql-transport-ws',
      },
    }).end();
    const [, socket]: [unknown, Socket] = await new Promise((resolve) => {
      request.once('upgrade', (answer, raw: Socket) => resolve([answer, raw]));
    });
    socket.on('error', () => undefined).resume();
    socket.write(sent);
    await once(socket, 'close');
  }
  expect((await (await rawClient(url)).closed).code).toBe(1013);
});

test('takes a client within its share, however many sockets of another do not answer their close', async () => {
  const { url } = await start({ initTimeoutMs: 60_000 }, { shares: { sockets: 1, operations: 10 } });
  const { hostname, port } = new URL(url);
  const handshake =
    `GET /graphql HTTP/1.1\r\nHost: ${hostname}\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: Upgrade\r\n` +
    'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
    'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n';
  const silent = Array.from({ length: 1_002 }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(handshake);
    return socket;
  });
  await Promise.all(silent.map((socket) => once(socket, 'data')));
  const other = await rawClient(url, from('192.0.2.2'));
  other.send({ type: 'connection_init' });
  await other.message(({ type }) => type === 'connection_ack');
  expect((await (await rawClient(url, from('192.0.2.1'))).closed).code).toBe(1013);
  for (const socket of silent) socket.destroy();
});

test('ends what a client leaves: by complete, by close and by a cut connection', async () => {
  const { url, opened, server } = await start();
  const client = await acceptedClient(url);
  for (const id of ['1', '2']) client.send(subscribe(id, 'subscription { silent }'));
  client.send(subscribe('3', '{ slow }'));
  await waitFor(() => opened.now === 3);
  client.send({ id: '1', type: 'complete' });
  client.send({ id: '3', type: 'complete' });
  await waitFor(() => opened.now === 1);
  client.socket.terminate();
  await waitFor(() => opened.now === 0);
  await waitFor(() => server.stats().operations === 0);
});

test('ends a subscription that is left at the moment it begins', async () => {
  const { url, opened, server } = await start();
  const client = await acceptedClient(url);
  for (let turn = 0; turn < 200; turn += 1) {
    client.send(subscribe(`s${turn}`, 'subscription { silent }'));
    client.send({ id: `s${turn}`, type: 'complete' });
  }
  client.send(subscribe('last', '{ who }'));
  await client.message(({ id, type }) => id === 'last' && type === 'complete');
  await waitFor(() => opened.now === 0 && server.stats().operations === 0);
});

test('answers a ping with its payload, but never with a credential', async () => {
  const { url } = await start();
  const client = await acceptedClient(url, { authorization: bearer(userClaims()) });
  client.send({ type: 'ping', payload: { at: 1 } });
  expect(await client.message(({ type }) => type === 'pong')).toEqual({ type: 'pong', payload: { at: 1 } });
  client.send({ type: 'ping', payload: { authorization: bearer(userClaims()) } });
  await waitFor(() => client.messages.filter(({ type }) => type === 'pong').length === 2);
  expect(client.messages.at(-1)).toEqual({ type: 'pong' });
});

test('drops a client that answers no ping', async () => {
  const { url, server } = await start({ keepAliveMs: 50 });
  const client = await acceptedClient(url);
  client.socket.pong = () => undefined;
  Object.assign(client.socket, { _autoPong: false });
  await waitFor(() => server.stats().sockets === 0);
  expect((await client.closed).code).toBe(1006);
});

test('closes 4403 when the token expires, and tells the operations nothing', async () => {
  const { url, opened } = await start();
  const client = await acceptedClient(url, { authorization: bearer(userClaims({ exp: nowSeconds() + 2 })) });
  client.send(subscribe('1', 'subscription { silent }'));
  client.send(subscribe('2', 'subscription { silent }'));
  client.send(subscribe('3', '{ slow }'));
  expect(await client.closed).toEqual({ code: 4403, reason: 'token_expired' });
  expect(client.messages.map(({ type }) => type)).toEqual(['connection_ack']);
  await waitFor(() => opened.now === 0);
});

test('begins nothing for a client that does not answer the close', async () => {
  const { url, opened, server } = await start();
  const client = await acceptedClient(url, { authorization: bearer(userClaims({ exp: nowSeconds() + 2 })) });
  client.send(subscribe('1', 'subscription { silent }'));
  await waitFor(() => opened.ever === 1);
  client.socket.pause();
  await waitFor(() => opened.now === 0);
  expect(server.stats()).toMatchObject({ sockets: 1, operations: 0 });
  client.send(subscribe('2', 'subscription { silent }'));
  client.socket.resume();
  await client.closed;
  await waitFor(() => server.stats().sockets === 0);
  expect(opened.ever).toBe(1);
});

test('keeps the token that was sent last, however long each takes to verify', async () => {
  const { url, renewed, opened } = await start();
  const token = (aal: string) => hmacToken(userClaims({ aal }));
  const [known, fresh] = [token('aal1'), token('aal2')];
  const client = await acceptedClient(url, { authorization: `Bearer ${known}` });
  client.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { silent }' } });
  await waitFor(() => opened.now === 1);
  for (const next of [fresh, known]) {
    client.send({ type: 'ping', payload: { authorization: `Bearer ${next}` } });
  }
  client.send({ id: '2', type: 'subscribe', payload: { query: '{ who }' } });
  await client.message(({ id, type }) => id === '2' && type === 'complete');
  const again = token('aal3');
  client.send({ type: 'ping', payload: { authorization: `Bearer ${again}` } });
  await waitFor(() => renewed.includes(again));
  expect(renewed.at(-2)).toBe(known);
});

test('goes on with a token that came by ping before the first one expired', async () => {
  const { url, opened, renewed } = await start();
  const client = await acceptedClient(url, { authorization: bearer(userClaims({ exp: nowSeconds() + 1 })) });
  client.send(subscribe('1', 'subscription { silent }'));
  await waitFor(() => opened.now === 1);
  const fresh = hmacToken(userClaims({ exp: nowSeconds() + 3_600 }));
  client.send({ type: 'ping', payload: { Authorization: `Bearer ${fresh}` } });
  await client.message(({ type }) => type === 'pong');
  expect(renewed).toEqual([fresh]);
  const over = Date.now() + 1_300;
  await waitFor(() => Date.now() > over);
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
  client.send(subscribe('2', '{ who }'));
  await client.message(({ id, type }) => id === '2' && type === 'next');
});

test.each([
  ['another user', userClaims({ sub: 'somebody-else' }), 'another_session'],
  ['another session', userClaims({ session_id: 'other' }), 'another_session'],
  ['another role', keyClaims('service_role'), 'another_session'],
  ['an expired token', userClaims({ exp: nowSeconds() - 3_600 }), 'token_expired'],
])('closes 4403 when a ping brings %s', async (_name, claims, reason) => {
  const { url } = await start();
  const client = await acceptedClient(url, { authorization: bearer(userClaims()) });
  client.send({ type: 'ping', payload: { authorization: bearer(claims) } });
  expect(await client.closed).toEqual({ code: 4403, reason });
});

test('keeps a socket whose key lives for ten years', async () => {
  const { url } = await start();
  const client = await acceptedClient(url, { authorization: bearer(keyClaims('service_role')) });
  client.send(subscribe('1', '{ who }'));
  await client.message(({ type }) => type === 'complete');
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
});

test.each([
  ['https://evil.example.com', false],
  ['null', false],
  ['http://localhost:3000', false],
  ['https://app.example.com', true],
  ['https://api.example.com', true],
])('decides about the Origin %s', async (origin, admitted) => {
  const { url } = await start();
  const attempt = rawClient(url, { origin });
  if (admitted) expect((await attempt).socket.readyState).toBe(WebSocket.OPEN);
  else await expect(attempt).rejects.toThrow('403');
});

test('admits pages of this machine in development, and no others', async () => {
  const { url } = await start({}, { development: true });
  await rawClient(url, { origin: 'http://localhost:3000' });
  await expect(rawClient(url, { origin: 'http://localhost.example.com' })).rejects.toThrow('403');
});

test('answers 404 to an upgrade of another path', async () => {
  const { url } = await start();
  await expect(rawClient(url.replace('/graphql', '/elsewhere'))).rejects.toThrow('404');
});

test('drops a client that never reads', async () => {
  const { url, server } = await start({ maxBufferedBytes: 100_000 });
  const client = await acceptedClient(url);
  client.socket.pause();
  for (let turn = 0; turn < 10; turn += 1) {
    for (let id = 0; id < 10; id += 1) client.send(subscribe(`${turn}-${id}`, '{ text(length: 1000000) }'));
  }
  await waitFor(() => server.stats().sockets === 0);
  client.socket.resume();
});

test('drains: goes on for a while, then closes 1001, and leaves nothing', async () => {
  const { url, server, opened } = await start();
  const client = await acceptedClient(url);
  client.send(subscribe('1', 'subscription { silent }'));
  await waitFor(() => opened.now === 1);
  const closing = server.close({ graceMs: 200, spreadMs: 100, closeMs: 500 });
  client.send(subscribe('2', '{ who }'));
  await client.message(({ id, type }) => id === '2' && type === 'complete');
  await expect(rawClient(url)).rejects.toThrow('503');
  expect(await client.closed).toMatchObject({ code: 1001 });
  await closing;
  expect(server.stats()).toEqual({ sockets: 0, operations: 0, shared: 0, timers: 0, waitingBytes: 0 });
  expect(opened.now).toBe(0);
  // An error would be the end of the subscription to its client, which sends it again after a close.
  expect(client.messages.filter(({ id }) => id === '1')).toEqual([]);
});

test('drains: answers the mutation that runs before it closes, and begins no other', async () => {
  const { url, server, held } = await start();
  const client = await acceptedClient(url);
  client.send(subscribe('1', 'mutation { held }'));
  await waitFor(() => held.length === 1);
  const closing = server.close({ graceMs: 0, spreadMs: 0, closeMs: 10_000 });
  // Until it is the socket's turn to leave, everything is answered.
  const answered = () => client.messages.filter(({ type }) => type === 'complete').length;
  for (let sent = 0; sent === answered(); sent += 1) {
    client.send(subscribe(`q${sent}`, '{ who }'));
    client.socket.ping();
    await once(client.socket, 'pong');
  }
  client.send(subscribe('2', 'mutation { held }'));
  client.socket.ping();
  await once(client.socket, 'pong');
  expect(held.length).toBe(1);
  held[0]?.();
  expect(await client.closed).toMatchObject({ code: 1001 });
  await closing;
  expect(client.messages.slice(-2)).toMatchObject([
    { id: '1', type: 'next' },
    { id: '1', type: 'complete' },
  ]);
});
