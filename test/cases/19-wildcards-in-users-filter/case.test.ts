import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuthGateway, startAuthGateway } from '../../support/auth-gateway.ts';
import type { Ask, GraphQLAnswer } from '../../support/gateway.ts';
import { gql } from '../../support/gql.ts';

const document = readFileSync(join(import.meta.dirname, 'input/filter.graphql'), 'utf8');
const users = ['ann_lee@example.com', 'annxlee@example.com', '100%_of@example.com', 'plain@example.com'];

let running: AuthGateway;
const admin: Ask = (operation, variables) =>
  running.graphql(operation, { variables, token: running.auth.keys.serviceRoleKey });
const emails = ({ data }: GraphQLAnswer<{ users: { nodes: { email: string }[] } }>) =>
  data.users.nodes.map(({ email }) => email);

beforeAll(async () => {
  running = await startAuthGateway();
  for (const email of users) {
    const { errors } = await admin(
      gql(`mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }`),
      { input: { email, userMetadata: { full_name: `50% \\${email.slice(0, 3)}` } } },
    );
    expect(errors).toEqual([]);
  }
});
afterAll(async () => await running?.[Symbol.asyncDispose]());

test('a filter is part of an address, not a pattern', async () => {
  expect(emails(await running.graphqlText(document, { token: running.auth.keys.serviceRoleKey }))).toEqual([
    'ann_lee@example.com',
  ]);
});

test.each([
  ['%', users],
  ['100%', ['100%_of@example.com']],
  ['1%f', []],
  ['\\', users],
  ['%_of@', ['100%_of@example.com']],
  ['50% \\ANN', ['ann_lee@example.com', 'annxlee@example.com']],
  ['_________', []],
  ['example.com', users],
])('every character of the filter %s stands for itself', async (filter, found) => {
  const answer = await admin(
    gql(`query ($f: String!) { users(filter: $f) { totalCount nodes { email } } }`),
    {
      f: filter,
    },
  );
  expect(answer.errors).toEqual([]);
  expect(emails(answer)).toEqual(found);
  expect(answer.data.users.totalCount).toBe(found.length);
});

test('a filter that Postgres cannot read is BAD_USER_INPUT', async () => {
  const query = gql(`query ($f: String!) { users(filter: $f) { totalCount } }`);
  for (const f of ['a\u0000b', '%'.repeat(100_000)]) {
    const { errors } = await admin(query, { f });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['filter'] }] });
  }
});
