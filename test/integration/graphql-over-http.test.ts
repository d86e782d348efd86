import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

let gateway: TestGateway;
const token = hmacToken(keyClaims('service_role'));

beforeAll(async () => {
  gateway = await startTestGateway({ JWT_SECRET: testSecret });
});

afterAll(() => gateway?.close());

// The audits know nothing of credentials and CSRF: every request gets both, as a client of ours would send them.
const audits = serverAudits({
  url: () => gateway.graphqlUrl,
  fetchFn: (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    headers.set('x-graphql-yoga-csrf', 'audit');
    return fetch(url, { ...init, headers });
  },
});

describe('GraphQL over HTTP', () => {
  it('is audited in full', () => {
    expect(audits.length).toBeGreaterThanOrEqual(61);
  });

  for (const audit of audits) {
    it(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      const reason = result.status === 'ok' ? undefined : result.reason;
      expect({ status: result.status, reason }).toEqual({ status: 'ok', reason: undefined });
    });
  }
});

describe('a subscription over HTTP', () => {
  const subscribe = (accept: string | undefined) =>
    fetch(gateway.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(accept === undefined ? {} : { accept }) },
      body: JSON.stringify({ query: gql(`subscription { serviceHealth { name } }`) }),
    });

  it.each([
    undefined,
    '*/*',
    'text/event-stream',
    'text/event-stream, */*',
    'text/event-stream, multipart/mixed',
    'multipart/mixed, text/event-stream',
    'application/graphql-response+json, application/json, text/event-stream, multipart/mixed',
    'text/html,*/*;q=0.8',
  ])('comes as server-sent events where %s is accepted', async (accept) => {
    const answer = await subscribe(accept);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    await answer.body?.cancel();
  });

  it.each(['multipart/mixed', 'application/json', 'text/html'])('has no form for %s', async (accept) => {
    const answer = await subscribe(accept);
    expect(answer.status).toBe(406);
    await answer.body?.cancel();
  });
});

it('keeps the connection of a GET that it refuses', async () => {
  const extensions = encodeURIComponent('{"persistedQuery":{"version":1,"sha256Hash":"x"}}');
  const answer = await fetch(`${gateway.graphqlUrl}?extensions=${extensions}`, {
    headers: { 'x-graphql-yoga-csrf': '1' },
  });
  expect((await answer.text()).length).toBeGreaterThan(0);
  expect(answer.headers.get('connection')).toBe('keep-alive');
});
