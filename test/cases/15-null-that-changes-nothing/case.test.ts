import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthGateway, startAuthGateway } from '../../support/auth-gateway.ts';
import type { Ask } from '../../support/gateway.ts';
import { gql } from '../../support/gql.ts';
import { type StorageGateway, startStorageGateway } from '../../support/storage-gateway.ts';

const document = readFileSync(join(import.meta.dirname, 'input/update.graphql'), 'utf8');
const update = gql(`mutation ($id: UUID!, $input: AdminUpdateUserInput!) {
  updateUser(id: $id, input: $input) {
    email phone role bannedUntil emailConfirmedAt phoneConfirmedAt appMetadata userMetadata
  }
}`);
const updateMe = gql(`mutation ($input: UpdateUserInput!) { updateMe(input: $input) { email } }`);
const shown = gql(`query ($id: UUID!) {
  user(id: $id) { email phone role bannedUntil emailConfirmedAt phoneConfirmedAt appMetadata userMetadata }
}`);

let auth: AuthGateway;
let id: string;
let token: string;
const admin: Ask = (operation, variables) =>
  auth.graphql(operation, { variables, token: auth.auth.keys.serviceRoleKey });
const user = async () => (await admin(shown, { id })).data.user;

beforeAll(async () => {
  auth = await startAuthGateway();
  const account = { email: 'ann@example.com', password: 'correct horse' };
  const made = await admin(gql(`mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }`), {
    input: { ...account, phone: '+15550109999', emailConfirm: true, userMetadata: { a: 1 } },
  });
  id = made.data.createUser.id;
  const signedIn = await admin(
    gql(`mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }`),
    { input: account },
  );
  token = signedIn.data.signIn.session.accessToken;
});
afterAll(async () => await auth?.[Symbol.asyncDispose]());

describe('null for a field of an update that cannot be cleared', () => {
  test('is BAD_USER_INPUT as it stands in the case', async () => {
    const { errors } = await auth.graphqlText(document, {
      variables: { id },
      token: auth.auth.keys.serviceRoleKey,
    });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['phone'] }] });
    expect(await user()).toMatchObject({ phone: '15550109999' });
  });

  test.each([
    'appMetadata',
    'banDuration',
    'email',
    'emailConfirm',
    'password',
    'phone',
    'phoneConfirm',
    'role',
    'userMetadata',
  ])('is BAD_USER_INPUT for %s of updateUser, and nothing changes', async (name) => {
    const before = await user();
    const { errors } = await admin(update, { id, input: { userMetadata: { b: 2 }, [name]: null } });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: [name], message: 'cannot be null: leave it out to keep it as it is' }],
    });
    expect(await user()).toEqual(before);
  });

  test.each(['data', 'email', 'password', 'phone'])('is BAD_USER_INPUT for %s of updateMe', async (name) => {
    const { errors } = await auth.graphql(updateMe, { variables: { input: { [name]: null } }, token });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: [name] }] });
  });

  test('names every such field at once', async () => {
    const { errors } = await admin(update, { id, input: { phone: null, email: null } });
    expect(errors[0]?.extensions.issues.map(({ path }: { path: string[] }) => path[0]).sort()).toEqual([
      'email',
      'phone',
    ]);
  });
});

describe('null', () => {
  test('says none where there is nothing to keep: options of an update, and all of a new account', async () => {
    const options = { redirectTo: null, nonce: null, currentPassword: null };
    const changed = await auth.graphql(updateMe, {
      variables: { input: { data: { c: 3 }, ...options } },
      token,
    });
    expect(changed.errors).toEqual([]);
    const made = await admin(
      gql(`mutation ($input: SignUpInput!) { signUp(input: $input) { user { phone userMetadata } } }`),
      { input: { email: 'bob@example.com', password: 'correct horse', phone: null, data: null } },
    );
    expect(made.errors).toEqual([]);
    expect(made.data.signUp.user.phone).toBeNull();
  });

  test('inside metadata takes a key away', async () => {
    await admin(update, { id, input: { userMetadata: { gone: 1 } } });
    const { data } = await admin(update, { id, input: { userMetadata: { gone: null } } });
    expect(data.updateUser.userMetadata).not.toHaveProperty('gone');
  });
});

describe('null for a field of a bucket', () => {
  const change = gql(`mutation ($input: UpdateBucketInput!) {
    updateBucket(id: "limited", input: $input) { public fileSizeLimit allowedMimeTypes } }`);
  let gateway: StorageGateway;
  beforeAll(async () => {
    gateway = await startStorageGateway();
    await gateway.graphql(
      gql(
        `mutation { createBucket(input: { id: "limited", public: true, fileSizeLimit: 10, allowedMimeTypes: ["text/*"] }) { id } }`,
      ),
      { token: gateway.serviceKey },
    );
  });
  afterAll(async () => await gateway?.close());
  const ask = (input: Record<string, unknown>) =>
    gateway.graphql(change, { variables: { input }, token: gateway.serviceKey });

  test('is BAD_USER_INPUT for public, also beside a change', async () => {
    for (const input of [{ public: null }, { public: null, fileSizeLimit: '20' }]) {
      const { errors } = await ask(input);
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['public'] }] });
    }
  });

  test('takes a limit away', async () => {
    const { data } = await ask({ fileSizeLimit: null, allowedMimeTypes: null });
    expect(data.updateBucket).toEqual({ public: true, fileSizeLimit: null, allowedMimeTypes: null });
  });
});
