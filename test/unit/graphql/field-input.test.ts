import { type GraphQLSchema, isInputObjectType } from 'graphql';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { createSchema } from '../../../src/gateway/schema.ts';
import { argumentError, checkedBy } from '../../../src/graphql/kit/input.ts';
import { AppError } from '../../../src/lib/app-error.ts';
import { isRecord } from '../../../src/lib/is-record.ts';
import type { AuthClient } from '../../../src/modules/auth/client/client.ts';
import type { FunctionsClient } from '../../../src/modules/functions/client/client.ts';
import type { MetaClient } from '../../../src/modules/meta/client/client.ts';
import type { MigrationsClient } from '../../../src/modules/migrations/client/client.ts';
import { testCall } from '../../support/test-call.ts';

/** The zod schema that a field or input type was declared with, if any. */
function checkOf(extensions: Readonly<Record<string, unknown>>): z.ZodType | undefined {
  const options = extensions['pothosOptions'];
  const validate = isRecord(options) ? options['validate'] : undefined;
  const schema = isRecord(validate) ? validate['schema'] : undefined;
  return schema instanceof z.ZodType ? schema : undefined;
}

function keysOf(schema: unknown): string[] {
  if (schema instanceof z.ZodPipe) return keysOf(schema.in);
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape).sort();
  throw new Error('not the schema of an object');
}

/** What is checked as a whole: names of what may be sent beside names of what the check lets through. */
function checkedObjects(schema: GraphQLSchema): { name: string; sent: string[]; read: string[] }[] {
  const inputs = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .map((type) => ({
      name: type.name,
      sent: Object.keys(type.getFields()),
      check: checkOf(type.extensions),
    }));
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots
    .flatMap((root) => Object.values(root?.getFields() ?? {}))
    .map((field) => ({
      name: field.name,
      sent: field.args.map(({ name }) => name),
      check: checkOf(field.extensions),
    }));
  return [...inputs, ...fields].flatMap(({ name, sent, check }) =>
    check === undefined ? [] : [{ name, sent: sent.sort(), read: keysOf(check) }],
  );
}

describe('the checks of arguments', () => {
  it('know every argument and input field: zod drops the others unsaid', () => {
    const objects = checkedObjects(createSchema());
    expect(objects.length).toBeGreaterThan(20);
    for (const { name, sent, read } of objects) expect([name, read]).toEqual([name, sent]);
  });

  const refuse = (schema: z.ZodType, value: unknown) => {
    const { error } = schema.safeParse(value);
    if (error === undefined) throw new Error('nothing was refused');
    return argumentError(error);
  };

  it('say the place inside of the one argument `input`, and of others the argument too', () => {
    const number = z.object({ size: z.int('is no number') });
    expect(refuse(z.object({ input: number }), { input: { size: 'x' } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'size: is no number',
      details: { issues: [{ path: ['size'], message: 'is no number' }] },
    });
    expect(refuse(z.object({ box: number }), { box: { size: 'x' } })).toMatchObject({
      message: 'box.size: is no number',
      details: { issues: [{ path: ['box', 'size'] }] },
    });
  });

  it('may have an error of their own', () => {
    const own = new AppError('PAYLOAD_TOO_LARGE', 'Too large.');
    expect(argumentError(own)).toBe(own);
  });
});

describe('types of inputs', () => {
  // Never run: that it compiles is the test.
  const misspelt = (auth: AuthClient, migrations: MigrationsClient, meta: MetaClient) => {
    // @ts-expect-error there is no eMail
    void auth.signIn({ eMail: 'a@example.com', phone: undefined, password: 'x' }, testCall());
    // @ts-expect-error the code is text
    void auth.exchangeAuthCode({ code: 1, codeVerifier: 'x' }, testCall());
    // @ts-expect-error dryRun and transactional have no default but that of the GraphQL schema
    void migrations.run({ version: '1', name: 'x', sql: '' }, testCall());
    // @ts-expect-error there is no such language
    void meta.types({ language: 'COBOL' }, testCall());
  };

  it('take no misspelt, missing or unknown part', () => {
    expectTypeOf(misspelt).toBeFunction();
    expectTypeOf<Parameters<AuthClient['signUp']>[0]>().not.toBeUnknown();
    expectTypeOf<Parameters<AuthClient['updateUser']>[1]>().not.toBeUnknown();
    expectTypeOf<Parameters<FunctionsClient['invoke']>[0]['headers']>().toEqualTypeOf<
      Record<string, string>
    >();
  });

  it('are in a resolver what the check made of the arguments', () => {
    const length = z.object({ text: z.string().transform((text) => text.length) });
    const { resolve } = checkedBy(length, ({ text }) => {
      expectTypeOf(text).toBeNumber();
      return text;
    });
    expectTypeOf(resolve).returns.toBeNumber();
  });
});
