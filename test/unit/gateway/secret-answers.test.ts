import { type GraphQLField, type GraphQLNamedType, getNamedType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { createSchema } from '../../../src/gateway/schema.ts';

// Of an operation with a secret in its answer no copy is kept: not by caches, and not under idempotency keys.

/** What a field is called that holds a credential, or a way to get one. */
const secretName =
  /token|secret|otp|nonce|qrCode|signedUrl|actionLink|verifier|password(?!less)|recoveryCode/i;

const isSecret = ({ extensions }: GraphQLField<unknown, unknown>): boolean =>
  extensions.operations?.secretAnswer === true;

/** The fields by such names that a field leads to, past those that say that they are secret. */
function openSecrets(
  field: GraphQLField<unknown, unknown>,
  path: string,
  seen: Set<GraphQLNamedType>,
): string[] {
  if (isSecret(field)) return [];
  const type = getNamedType(field.type);
  const own = secretName.test(field.name) && !isObjectType(type) && path !== field.name ? [path] : [];
  if (!isObjectType(type) || seen.has(type)) return own;
  seen.add(type);
  return Object.values(type.getFields()).flatMap((inner) =>
    openSecrets(inner, `${path}.${inner.name}`, seen),
  );
}

it('every mutation whose answer may hold a credential says so', () => {
  const mutations = Object.values(createSchema().getMutationType()?.getFields() ?? {});
  expect(mutations.length).toBeGreaterThan(20);
  expect(mutations.flatMap((field) => openSecrets(field, field.name, new Set()))).toEqual([]);
  expect(mutations.filter(isSecret).map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'signIn',
      'signUp',
      'signInAnonymously',
      'verifyOtp',
      'exchangeAuthCode',
      'refreshSession',
      'enrollFactor',
      'verifyFactor',
      'generateAuthLink',
      'createSignedUrls',
      'createUpload',
      'invokeFunction',
    ]),
  );
});
