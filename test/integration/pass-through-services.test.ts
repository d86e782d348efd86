import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { edgeHeaders } from '../support/edge-headers.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { type ListeningServer, listen } from '../support/listening-server.ts';
import { hmacToken, keyClaims, testSecret, userClaims } from '../support/tokens.ts';

const anonKey = hmacToken(keyClaims('anon'));
const serviceKey = hmacToken(keyClaims('service_role'));
const publishable = 'sb_publishable_ours';
const secret = 'sb_secret_ours';

interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

let upstream: ListeningServer;
let gateway: TestGateway;
let received: Received[] = [];
/** Routes of Realtime that this upstream does not have. */
let lacksSingleEvents = false;
let release: () => void = () => undefined;

beforeAll(async () => {
  upstream = await listen(async (request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/functions/v1/echo')) {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for await (const chunk of request) response.write(chunk);
      response.end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    received.push({ request, body: Buffer.concat(chunks) });
    if (path.startsWith('/functions/v1/stream')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      release = () => response.end('data: 2\n\n');
    } else if (path.startsWith('/rest/v1/')) {
      response.writeHead(206, {
        'content-type': 'application/json',
        'content-range': '0-1/57',
        'preference-applied': 'count=exact',
        'access-control-allow-origin': '*',
        vary: 'Accept-Encoding',
      });
      response.end('[{"id":1},{"id":2}]');
    } else if (lacksSingleEvents && path.includes('/events/')) {
      response.writeHead(404).end();
    } else response.writeHead(path.startsWith('/realtime/') ? 202 : 200).end();
  });
  gateway = await startTestGateway({
    JWT_SECRET: testSecret,
    SUPABASE_URL: upstream.url,
    SUPABASE_ANON_KEY: anonKey,
    SUPABASE_PUBLISHABLE_KEYS: `${publishable}=${anonKey}`,
    SUPABASE_SECRET_KEYS: `${secret}=${serviceKey}`,
    ALLOWED_ORIGINS: 'https://app.example.com',
    RATE_LIMITS: '{"sendBroadcast":{"limit":5,"window":"1h"}}',
  });
});
beforeEach(() => {
  received = [];
  lacksSingleEvents = false;
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

const bodyOf = (value: unknown) => ({
  method: 'POST',
  body: JSON.stringify(value),
});

describe('/rest/v1', () => {
  it('passes what PostgREST is steered by, and shows pages of other origins the range', async () => {
    const response = await fetch(`${gateway.url}/rest/v1/todos?select=id&order=id.desc&id=in.(1,%202)`, {
      headers: {
        apikey: publishable,
        origin: 'https://app.example.com',
        prefer: 'count=exact, return=representation',
        range: '0-1',
        'range-unit': 'items',
        'accept-profile': 'private',
        accept: 'application/vnd.pgrst.object+json',
        'x-unknown': 'stays outside',
      },
    });
    expect(response.status).toBe(206);
    expect(await response.text()).toBe('[{"id":1},{"id":2}]');
    expect(response.headers.get('content-range')).toBe('0-1/57');
    expect(response.headers.get('access-control-expose-headers')).toContain('content-range');
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(response.headers.get('vary')).toBe('origin, Accept-Encoding');
    const [{ request } = {}] = received;
    expect(request?.url).toBe('/rest/v1/todos?select=id&order=id.desc&id=in.(1,%202)');
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${anonKey}`,
      prefer: 'count=exact, return=representation',
      range: '0-1',
      'range-unit': 'items',
      'accept-profile': 'private',
      accept: 'application/vnd.pgrst.object+json',
    });
    expect(request?.headers['x-unknown']).toBeUndefined();
  });

  it('passes a write with its profile, and the token of the user as it came', async () => {
    const token = hmacToken(userClaims());
    await fetch(`${gateway.url}/rest/v1/todos`, {
      ...bodyOf([{ id: 1 }]),
      headers: {
        apikey: publishable,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-profile': 'private',
        prefer: 'resolution=merge-duplicates',
      },
    });
    expect(received[0]?.request.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'content-profile': 'private',
      prefer: 'resolution=merge-duplicates',
    });
  });

  it.each([
    ['no key', {}],
    ['an unknown key', { apikey: 'unknown' }],
  ])('is closed with %s', async (_name, headers) => {
    expect((await fetch(`${gateway.url}/rest/v1/todos`, { headers })).status).toBe(401);
    expect(received).toEqual([]);
  });
});

describe("behind Supabase's own gateway", () => {
  const sent = async (path: string, headers: Record<string, string>) => {
    await fetch(`${gateway.url}${path}`, { headers });
    const { authorization, apikey } = received[0]?.request.headers ?? {};
    return { authorization, apikey };
  };

  it('a legacy key alone is Authorization without Bearer', async () => {
    for (const path of ['/rest/v1/todos', '/auth/v1/admin/users', '/storage/v1/bucket']) {
      received = [];
      expect(await sent(path, { apikey: serviceKey })).toEqual({
        authorization: serviceKey,
        apikey: serviceKey,
      });
    }
  });

  it('the anon key goes along where auth is open to everybody, and nowhere else', async () => {
    const open = { authorization: undefined, apikey: anonKey };
    expect(await sent('/auth/v1/sso/saml/metadata', {})).toEqual(open);
    received = [];
    expect(await sent('/verify?token=x&type=signup', {})).toEqual(open);
    received = [];
    expect(await sent('/auth/v1/settings', {})).toEqual({ authorization: undefined, apikey: undefined });
    expect(received).toEqual([]);
    expect(await sent('/storage/v1/bucket', {})).toEqual({ authorization: undefined, apikey: undefined });
    expect(received).toHaveLength(1);
  });
});

describe('/functions/v1', () => {
  const call = async (headers: Record<string, string>) => {
    const response = await fetch(`${gateway.url}/functions/v1/hook`, { method: 'POST', headers });
    return { status: response.status, headers: received[0]?.request.headers };
  };

  it('lets a webhook through with its signature, and with its body to the byte', async () => {
    const body = randomBytes(3_000);
    const signature = createHmac('sha256', 'theirs').update(body).digest('hex');
    const response = await fetch(`${gateway.url}/functions/v1/hook/deep?x=%41`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'stripe-signature': `t=1,v1=${signature}`,
        'x-hub-signature-256': `sha256=${signature}`,
        'webhook-id': 'msg_1',
        'cf-webhook-auth': 'theirs',
        'x-api-key': 'theirs',
        ...edgeHeaders,
        'x-forwarded-for': '6.6.6.6',
      },
      body,
    });
    expect(response.status).toBe(200);
    const [{ request, body: arrived } = {}] = received;
    expect(request?.url).toBe('/functions/v1/hook/deep?x=%41');
    expect(arrived?.equals(body)).toBe(true);
    expect(request?.headers).toMatchObject({
      'stripe-signature': `t=1,v1=${signature}`,
      'x-hub-signature-256': `sha256=${signature}`,
      'webhook-id': 'msg_1',
      'cf-webhook-auth': 'theirs',
    });
    for (const name of ['x-api-key', ...Object.keys(edgeHeaders)])
      expect([name, request?.headers[name]]).toEqual([name, undefined]);
    expect(request?.headers['x-forwarded-for']).not.toContain('6.6.6.6');
    expect(request?.headers.authorization).toBeUndefined();
    expect(request?.headers['apikey']).toBeUndefined();
  });

  it.each([
    ['a key of somebody else', { apikey: 'their-own' }],
    [
      'an opaque key of another project',
      { apikey: 'sb_secret_theirs', authorization: 'Bearer sb_secret_theirs' },
    ],
    ['a user token beside an unknown key', { apikey: 'their-own', authorization: 'Bearer a.b.c' }],
    ['another scheme', { authorization: 'Signature keyId="a",signature="b"' }],
    ['basic credentials', { authorization: 'Basic dXNlcjpwYXNz' }],
  ])('passes %s as it came', async (_name, headers) => {
    const answer = await call(headers);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject(headers);
  });

  it.each([
    ['as the key', { apikey: secret }],
    ['as key and bearer', { apikey: secret, authorization: `Bearer ${secret}` }],
    ['as bearer alone', { authorization: `Bearer ${secret}` }],
  ])('sends the JWT that one of our opaque keys stands for, given %s', async (_name, headers) => {
    const answer = await call(headers);
    expect([answer.status, answer.headers?.authorization]).toEqual([200, `Bearer ${serviceKey}`]);
  });

  it('sends a legacy key alone as it came: it is no bearer token', async () => {
    const answer = await call({ apikey: serviceKey });
    expect([answer.status, answer.headers?.authorization, answer.headers?.['apikey']]).toEqual([
      200,
      undefined,
      serviceKey,
    ]);
  });

  it("leaves a user's token beside one of our keys, and takes no secret key from a page", async () => {
    const token = hmacToken(userClaims());
    const answer = await call({ apikey: publishable, authorization: `Bearer ${token}` });
    expect(answer.headers?.authorization).toBe(`Bearer ${token}`);
    received = [];
    const origin = 'https://app.example.com';
    for (const headers of [{ apikey: secret }, { authorization: `Bearer ${secret}` }]) {
      expect((await call({ ...headers, origin })).status).toBe(401);
    }
    expect(received).toEqual([]);
  });

  it('streams an answer as it comes', async () => {
    const response = await fetch(`${gateway.url}/functions/v1/stream`);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
    release();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 2\n\n');
  });

  it('streams both ways at once', async () => {
    const { hostname, port } = new URL(gateway.url);
    const request = httpRequest({ hostname, port, path: '/functions/v1/echo', method: 'POST' });
    const answered = once(request, 'response');
    request.write('ping');
    const [response] = (await answered) as [IncomingMessage];
    const [first] = await once(response, 'data');
    expect(String(first)).toBe('ping');
    request.end('pong');
    const [second] = await once(response, 'data');
    expect(String(second)).toBe('pong');
  });
});

describe('/realtime/v1/api/broadcast', () => {
  const headers = (sub: string) => ({
    apikey: publishable,
    authorization: `Bearer ${hmacToken(userClaims({ sub }))}`,
    'content-type': 'application/json',
  });
  const mutation = gql(`mutation { sendBroadcast(channel: "room", event: "e", payload: { a: 1 }) }`);

  it('spends the bucket of sendBroadcast, once for each message', async () => {
    const mine = headers('00000000-0000-4000-8000-00000000000b');
    const send = async (path: string, body: unknown) =>
      (await fetch(`${gateway.url}/realtime/v1/api/${path}`, { ...bodyOf(body), headers: mine })).status;
    const message = { topic: 'room', event: 'e', payload: {} };
    expect(await send('broadcast/room/events/e', { a: 1 })).toBe(202);
    expect(received[0]?.body.toString()).toBe('{"a":1}');
    expect(await send('broadcast', { messages: [message, message] })).toBe(202);
    expect(JSON.parse(received[1]?.body.toString() ?? '')).toEqual({ messages: [message, message] });
    const { authorization: token } = mine;
    const allowed = await gateway.graphql(mutation, { headers: { authorization: token } });
    expect(allowed.data).toEqual({ sendBroadcast: true });
    expect(await send('broadcast', { messages: [message, message] })).toBe(429);
    const refused = await gateway.graphql(mutation, { headers: { authorization: token } });
    expect(refused.errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await send('broadcast/room/events/e', {})).toBe(429);
    expect(received).toHaveLength(3);
  });

  it('takes a message of megabytes', async () => {
    const body = { payload: 'x'.repeat(2_500_000) };
    const [single, batch] = ['broadcast/room/events/e', 'broadcast'];
    for (const path of [single, batch]) {
      const answer = await fetch(`${gateway.url}/realtime/v1/api/${path}`, {
        ...bodyOf(body),
        headers: headers('00000000-0000-4000-8000-00000000000c'),
      });
      expect(answer.status).toBe(202);
    }
  });
});

describe('sendBroadcast before Realtime 2.96.3', () => {
  it('refuses a private message, which nobody would confirm, and sends a public one by the batch route', async () => {
    lacksSingleEvents = true;
    const token = hmacToken(userClaims({ sub: '00000000-0000-4000-8000-00000000000d' }));
    const sending = (isPrivate: boolean) =>
      gateway.graphql(
        gql(`mutation ($private: Boolean!) {
          sendBroadcast(channel: "a/b", event: "e", payload: { a: 1 }, private: $private)
        }`),
        { token, variables: { private: isPrivate } },
      );
    const hidden = await sending(true);
    expect(hidden.errors[0]?.extensions).toMatchObject({ code: 'NOT_CONFIGURED', service: 'REALTIME' });
    expect(received.map(({ request }) => request.url)).toEqual([
      '/realtime/v1/api/broadcast/a%2Fb/events/e?private=true',
    ]);
    received = [];
    expect((await sending(false)).data).toEqual({ sendBroadcast: true });
    expect(received.map(({ request }) => request.url)).toEqual([
      '/realtime/v1/api/broadcast/a%2Fb/events/e?private=false',
      '/realtime/v1/api/broadcast',
    ]);
    expect(JSON.parse(received[1]?.body.toString() ?? '')).toEqual({
      messages: [{ topic: 'a/b', event: 'e', payload: { a: 1 }, private: false }],
    });
  });
});
