import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthGateway, startAuthGateway } from '../../support/auth-gateway.ts';
import { gql } from '../../support/gql.ts';

const trigger = readFileSync(join(import.meta.dirname, 'input/trigger.sql'), 'utf8');

let running: AuthGateway;
let known: { id: string; token: string };
const password = 'correct horse';
const refused = 'refused@example.com';

async function sql(text: string): Promise<void> {
  const connection = postgres(running.auth.postgres.urlFor('supabase_admin'), {
    max: 1,
    onnotice: () => undefined,
  });
  await connection.unsafe(text);
  await connection.end();
}

async function call(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${running.auth.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}
const recent = { 'x-supabase-api-version': '2024-01-01' };
const admin = () => ({ authorization: `Bearer ${running.auth.keys.serviceRoleKey}` });

beforeAll(async () => {
  running = await startAuthGateway();
  await sql(trigger);
  const { body } = await call('POST', '/signup', {
    email: 'known@example.com',
    password,
    data: { nick: 'known' },
  });
  known = { id: body.user.id, token: body.access_token };
});
afterAll(async () => await running?.[Symbol.asyncDispose]());

describe('a database that refuses a new user is told as Supabase Auth tells it', () => {
  test.each([
    ['/signup', { email: refused, password }, 'Database error saving new user'],
    ['/signup', { phone: '+15550100000', password }, 'Database error saving new user'],
    ['/signup', {}, 'Database error creating anonymous user'],
    ['/otp', { email: refused }, 'Database error saving new user'],
    ['/magiclink', { email: refused }, 'Database error saving new user'],
    ['/invite', { email: refused }, 'Database error saving new user'],
    ['/admin/users', { email: refused }, 'Database error creating new user'],
    ['/admin/generate_link', { email: refused, type: 'signup', password }, 'Database error saving new user'],
    ['/admin/generate_link', { email: refused, type: 'invite' }, 'Database error saving new user'],
    ['/admin/generate_link', { email: refused, type: 'magiclink' }, 'Database error saving new user'],
  ])('POST %s %j', async (path, body, sentence) => {
    const answer = await call('POST', path, body, { ...admin(), ...recent });
    expect(answer).toMatchObject({ status: 500, body: { code: 'unexpected_failure', message: sentence } });
    expect(JSON.stringify(answer.body)).not.toContain('nick');
    expect(answer.headers.get('x-sb-error-code')).toBe('unexpected_failure');
    const old = await call('POST', path, body, admin());
    expect(old).toMatchObject({ status: 500, body: { msg: sentence } });
  });

  test('with what Postgres said in the old form of errors', async () => {
    const { body } = await call('POST', '/signup', { email: refused, password });
    expect(body).toMatchObject({
      code: '23502',
      message: expect.stringContaining('null value in column "nick"'),
      detail: expect.stringContaining('Failing row'),
    });
  });

  test.each([
    ['signUp', `signUp(input: { email: "${refused}", password: "${password}" }) { user { id } }`],
    ['signInAnonymously', 'signInAnonymously { user { id } }'],
    ['sendOtp', `sendOtp(input: { email: "${refused}" }) { sent }`],
    ['createUser', `createUser(input: { email: "${refused}" }) { id }`],
    ['inviteUser', `inviteUser(email: "${refused}") { id }`],
  ])('by %s of GraphQL too', async (_, field) => {
    const { errors } = await running.graphqlText(`mutation { ${field} }`, {
      token: running.auth.keys.serviceRoleKey,
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/^Database error (saving new|creating new|creating anonymous) user$/);
    expect(errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_ERROR', reason: 'unexpected_failure' });
  });
});

describe('a database that refuses a later step', () => {
  async function refusing(event: string, work: () => Promise<void>): Promise<void> {
    await sql(`create function public.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'not today' using hint = 'tomorrow'; end $$;
      create trigger refuse before ${event} for each row execute function public.refuse();`);
    try {
      await work();
    } finally {
      await sql('drop function public.refuse cascade');
    }
  }
  const said = (sentence: string) => ({
    status: 500,
    body: { code: 'unexpected_failure', message: sentence },
  });

  test('of signing in', async () => {
    await refusing('insert on auth.sessions', async () => {
      const answer = await call(
        'POST',
        '/token?grant_type=password',
        { email: 'known@example.com', password },
        recent,
      );
      expect(answer).toMatchObject(said('Database error granting user'));
    });
  });

  test('of changing or removing a user', async () => {
    const own = { ...recent, authorization: `Bearer ${known.token}` };
    await refusing('update or delete on auth.users', async () => {
      expect(await call('PUT', '/user', { data: { a: 1 } }, own)).toMatchObject(said('Error updating user'));
      expect(await call('PUT', '/user', { password: 'another one' }, own)).toMatchObject(
        said('Error during password storage'),
      );
      expect(await call('PUT', '/user', { email: 'new@example.com' }, own)).toMatchObject(
        said('Error sending email change email'),
      );
      expect(await call('POST', '/recover', { email: 'known@example.com' }, recent)).toMatchObject(
        said('Error sending recovery email'),
      );
      const path = `/admin/users/${known.id}`;
      const asAdmin = { ...admin(), ...recent };
      expect(await call('PUT', path, { role: 'authenticated' }, asAdmin)).toMatchObject(
        said('Error updating user'),
      );
      expect(await call('DELETE', path, {}, asAdmin)).toMatchObject(said('Database error deleting user'));
      expect(await call('DELETE', path, { should_soft_delete: true }, asAdmin)).toMatchObject(
        said('Error soft deleting user'),
      );
      const update = gql(
        `mutation ($id: UUID!) { updateUser(id: $id, input: { userMetadata: { a: 1 } }) { id } }`,
      );
      const { errors } = await running.graphql(update, {
        token: running.auth.keys.serviceRoleKey,
        variables: { id: known.id },
      });
      expect(errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_ERROR', upstreamMessage: 'not today' });
    });
  });

  test('is no taken address because a trigger found something twice', async () => {
    await sql(`create function public.twice() returns trigger language plpgsql security definer as
      $$ begin insert into public.people values (new.id, 'again'); return new; end $$;
      create trigger twice after update on auth.users for each row execute function public.twice();`);
    try {
      const update = gql(
        `mutation ($id: UUID!) { updateUser(id: $id, input: { email: "free@example.com" }) { id } }`,
      );
      const { errors } = await running.graphql(update, {
        token: running.auth.keys.serviceRoleKey,
        variables: { id: known.id },
      });
      expect(errors[0]?.extensions).toMatchObject({ code: 'UPSTREAM_ERROR', reason: '23505' });
    } finally {
      await sql('drop function public.twice cascade');
    }
  });

  test('chooses the status of the old form by raising PT and a number', async () => {
    await sql(`create function public.choose() returns trigger language plpgsql as
      $$ begin raise sqlstate 'PT402' using message = 'pay first'; end $$;
      create trigger choose before insert on auth.users for each row execute function public.choose();`);
    try {
      const body = { email: refused, password };
      expect(await call('POST', '/signup', body)).toMatchObject({
        status: 402,
        body: { code: 'PT402', message: 'pay first' },
      });
      expect(await call('POST', '/signup', body, recent)).toMatchObject(
        said('Database error saving new user'),
      );
    } finally {
      await sql('drop function public.choose cascade');
    }
  });
});
