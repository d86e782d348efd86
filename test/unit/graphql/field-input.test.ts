import { type GraphQLSchema, getNamedType, isInputObjectType } from 'graphql';
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

interface Taker {
  readonly name: string;
  /** Names of what may be sent. */
  readonly sent: string[];
  /** Whether something of it is a text or JSON, which may be anything. */
  readonly isFree: boolean;
  readonly check: z.ZodType | undefined;
}

const freeTypes = new Set(['String', 'ID', 'JSON', 'JSONObject']);

/** Every input type, and every root field with its arguments. */
function takersOf(schema: GraphQLSchema): Taker[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.values(root?.getFields() ?? {}));
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const takers = [
    ...fields.map(({ name, args, extensions }) => ({ name, parts: args, extensions })),
    ...inputs.map((type) => ({ ...type, parts: Object.values(type.getFields()) })),
  ];
  return takers.map(({ name, parts, extensions }) => ({
    name,
    sent: parts.map((part) => part.name).sort(),
    isFree: parts.some(({ type }) => freeTypes.has(getNamedType(type).name)),
    check: checkOf(extensions),
  }));
}

/** What its client checks: names that are no more than looked up, cursors, and SQL, which is on the way that is hot. */
const checkedByClient = [
  'databaseFunctions',
  'explain',
  'migrations',
  'sql',
  'table',
  'tables',
  'users',
  'executeSql',
  'SqlStatementInput',
];

describe('the checks of arguments', () => {
  const takers = takersOf(createSchema());

  it('know every argument and input field: zod drops the others unsaid', () => {
    const checked = takers.flatMap(({ check, ...taker }) =>
      check === undefined ? [] : [{ check, ...taker }],
    );
    expect(checked.length).toBeGreaterThan(40);
    for (const { name, sent, check } of checked) expect([name, keysOf(check)]).toEqual([name, sent]);
  });

  it('are there wherever a text may come', () => {
    const unchecked = takers.filter(({ isFree, check }) => isFree && check === undefined);
    expect(unchecked.map(({ name }) => name)).toEqual(checkedByClient);
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
