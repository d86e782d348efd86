import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthGateway, startAuthGateway } from '../../support/auth-gateway.ts';
import type { Ask } from '../../support/gateway.ts';
import { gql } from '../../support/gql.ts';

const seed = readFileSync(join(import.meta.dirname, 'input/seed.sql'), 'utf8');
const account = { email: 'bare@example.com', password: 'pw-123456' };

let running: AuthGateway;
let id: string;
const sql = () =>
  postgres(running.auth.postgres.urlFor('supabase_admin'), { max: 1, onnotice: () => undefined });

async function set(changes: Record<string, unknown>): Promise<void> {
  const connection = sql();
  await connection`update auth.users set ${connection(changes)} where id = ${id}`;
  await connection.end();
}

async function signInOverHttp() {
  const response = await fetch(`${running.auth.url}/token?grant_type=password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const admin: Ask = (operation, variables) =>
  running.graphql(operation, { variables, token: running.auth.keys.serviceRoleKey });
const signIn = () =>
  admin(gql(`mutation ($input: SignInInput!) { signIn(input: $input) { user { id role } } }`), {
    input: account,
  });
const user = () => admin(gql(`query ($id: UUID!) { user(id: $id) { id } }`), { id });
const users = () => admin(gql(`{ users(filter: "bare@") { totalCount nodes { id } } }`));

beforeAll(async () => {
  running = await startAuthGateway();
  const connection = sql();
  await connection.unsafe(seed);
  const [row] = await connection`select id from auth.users where email = ${account.email}`;
  id = row?.['id'];
  await connection.end();
});
afterAll(async () => await running?.[Symbol.asyncDispose]());

describe('a seeded user that Supabase Auth would not find', () => {
  test('has wrong credentials', async () => {
    expect(await signInOverHttp()).toMatchObject({
      status: 400,
      body: { error_code: 'invalid_credentials' },
    });
    expect((await signIn()).errors[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'invalid_credentials',
    });
  });

  test('is not there for administrators', async () => {
    expect(await user()).toMatchObject({ data: { user: null }, errors: [] });
    expect(await users()).toMatchObject({ data: { users: { totalCount: 0, nodes: [] } }, errors: [] });
    const { errors } = await admin(gql(`mutation ($id: UUID!) { deleteUser(id: $id) { userId } }`), { id });
    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', reason: 'user_not_found' });
  });

  test('holds its address all the same', async () => {
    const { errors } = await admin(
      gql(`mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }`),
      { input: account },
    );
    expect(errors[0]?.message).toBe('Database error saving new user');
  });
});

describe('a seeded user that Supabase Auth finds but cannot read', () => {
  beforeAll(async () => {
    await set({ instance_id: '00000000-0000-0000-0000-000000000000', aud: 'authenticated' });
  });

  test.each([
    ['role', { created_at: new Date(), updated_at: new Date(), role: null }],
    ['created_at', { role: 'authenticated', created_at: null }],
  ])('fails everywhere with its sentence, for want of %s', async (_, changes) => {
    await set(changes);
    expect(await signInOverHttp()).toMatchObject({
      status: 500,
      body: { error_code: 'unexpected_failure', msg: 'Database error querying schema' },
    });
    for (const [answer, sentence] of [
      [await signIn(), 'Database error querying schema'],
      [await user(), 'Database error loading user'],
      [await users(), 'Database error finding users'],
    ] as const) {
      expect(answer.errors[0]).toMatchObject({ message: sentence, extensions: { code: 'UPSTREAM_ERROR' } });
    }
  });

  test('signs in as soon as the row is whole', async () => {
    await set({ role: 'authenticated', created_at: new Date(), updated_at: new Date() });
    expect((await signInOverHttp()).status).toBe(200);
    expect((await signIn()).data.signIn.user).toEqual({ id, role: 'authenticated' });
    expect((await users()).data.users.nodes).toEqual([{ id }]);
  });
});
