import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

let app: TestApp;
const token = hmacToken(keyClaims('service_role'));

beforeAll(async () => {
  app = await startTestApp({ JWT_SECRET: testSecret });
});

afterAll(() => app?.close());

// The audits know nothing of credentials and CSRF: every request gets both, as a client of ours would send them.
const audits = serverAudits({
  url: () => app.graphqlUrl,
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
