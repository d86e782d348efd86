import { expect, test } from 'vitest';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { gql } from '../support/gql.ts';
import { testSecret } from '../support/tokens.ts';

test('serves others while many large bodies of one client are looked at', async () => {
  // Another process: here its clients would share its event loop.
  await using gateway = await startGatewayProcess({ JWT_SECRET: testSecret });
  const values = Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`k${at}`, at]));
  const query = gql(`mutation ($i: SignUpInput!) { signUp(input: $i) { __typename } }`);
  const body = JSON.stringify({ query, variables: { i: values } });
  const headers = { 'content-type': 'application/json' };
  let left = 30;
  const all = Array.from({ length: left }, async () => {
    const answer = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body });
    left -= 1;
    return await answer.text();
  });
  let others = 0;
  while (left > 0) {
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    others += 1;
  }
  for (const text of await Promise.all(all)) expect(text).toContain('"errors"');
  expect(others).toBeGreaterThan(15);
});
