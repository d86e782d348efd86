import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { gql } from '../support/gql.ts';
import { hmacToken, keyClaims, testSecret } from '../support/tokens.ts';

const serviceToken = hmacToken(keyClaims('service_role'));
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ JWT_SECRET: testSecret, MAX_VARIABLES: '1000000' });
});
afterAll(() => gateway?.close());

const signUp = gql(`mutation ($i: SignUpInput!) { signUp(input: $i) { __typename } }`);
describe('variables that do not fit', () => {
  const keys = [
    ['looks like a place in an error', ' at "', 'a'],
    ['is white space', '', ' '],
    ['looks like a suggestion', 'Did you mean ', 'x'],
    ['looks like the end of a sentence', 'value: ', '"'],
  ] as const;
  it.each(keys)('are refused at once where a long key %s', async (_what, beginning, repeated) => {
    const key = `${beginning}${repeated.repeat(400_000)}`;
    const { errors } = await gateway.graphqlText(signUp, { variables: { i: { [key]: 1 } } });
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(JSON.stringify(errors).length).toBeLessThan(5_000);
  });

  it('are refused by their first few errors, however many there are, and no value is repeated', async () => {
    const many = Array.from({ length: 300_000 }, (_, at) => [`k${at}`, 'hunter2']);
    const { errors } = await gateway.graphqlText(signUp, {
      variables: { i: Object.fromEntries(many) },
      token: serviceToken,
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(5).fill('BAD_USER_INPUT'));
    expect(errors[0]).toMatchObject({
      message:
        'Variable "$i" got invalid value at "i.password"; Field "password" of required type "String!" was not provided.',
      extensions: { issues: [{ path: ['i', 'password'] }] },
    });
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });

  it('name the place in the variables at which a bad scalar stands', async () => {
    const { errors } = await gateway.graphql(signUp, {
      variables: { i: { email: 'not an address', password: 'hunter2hunter2' } },
    });
    expect(errors).toMatchObject([
      {
        message:
          'Variable "$i" got invalid value at "i.email"; EmailAddress must look like name@example.com.',
        extensions: {
          code: 'BAD_USER_INPUT',
          issues: [{ path: ['i', 'email'], message: 'EmailAddress must look like name@example.com.' }],
        },
      },
    ]);
  });

  it('name the place of a bad scalar that the document itself has', async () => {
    const query = gql(`mutation {
  signUp(input: { password: "x", email: "nobody" }) { __typename }
}`);
    const { errors } = await gateway.graphql(query);
    expect(errors).toMatchObject([
      {
        locations: [{ line: 2, column: 41 }],
        extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'email'] }] },
      },
    ]);
  });
});

describe('a document', () => {
  it('gets five errors of validation at most', async () => {
    const { errors } = await gateway.graphqlText(`{ ${'__typename @nothing '.repeat(20)} }`);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(
      Array(5).fill('GRAPHQL_VALIDATION_FAILED'),
    );
  });

  it('is told where a field stands that failed while it ran, each time', async () => {
    const query = '# a comment\r\n{\n  viewer { role }\r  sql(statement: "select 1") { rowCount }\n}';
    for (let time = 0; time < 2; time += 1) {
      const { errors } = await gateway.graphqlText(query);
      expect(errors).toMatchObject([
        { path: ['sql'], locations: [{ line: 4, column: 3 }], extensions: { code: 'UNAUTHENTICATED' } },
      ]);
    }
  });

  it('is refused by the length of its text and the number of its comments, which are no tokens', async () => {
    const codes = await Promise.all(
      [`${' '.repeat(256 * 1024)}{ __typename }`, `${'#\n'.repeat(4_001)}{ __typename }`].map(
        async (query) => {
          const { code, limit } = (await gateway.graphqlText(query)).errors[0]?.extensions ?? {};
          return [code, limit];
        },
      ),
    );
    expect(codes).toEqual([
      ['PAYLOAD_TOO_LARGE', 262_144],
      ['OPERATION_TOO_COMPLEX', 4_000],
    ]);
    const { data } = await gateway.graphqlText(`${' '.repeat(250 * 1024)}{ __typename }`);
    expect(data).toEqual({ __typename: 'Query' });
  });

  it.each([
    ['on a field', '{ __typename%s }'],
    ['on the operation', 'query%s { __typename }'],
    ['on a variable', 'query ($v: Int%s) { __typename }'],
    ['on a fragment', '{ ...F } fragment F on Query%s { __typename }'],
    ['in a fragment that nothing spreads', '{ __typename } fragment F on Query { __typename%s }'],
  ])('is refused for more directives than it may have, wherever they stand: %s', async (_where, text) => {
    const { errors } = await gateway.graphqlText(text.replace('%s', ' @nothing'.repeat(51)));
    expect(errors).toMatchObject([
      { extensions: { code: 'OPERATION_TOO_COMPLEX', what: 'directives', limit: 50, value: 51 } },
    ]);
  });

  it('has its fragments counted at each spread, however many times that is', async () => {
    const doubling = Array.from(
      { length: 300 },
      (_, at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`,
    );
    const text = `{ ...F0 } ${doubling.join(' ')} fragment F300 on Query { __typename }`;
    const { errors } = await gateway.graphqlText(text);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX', what: 'fields' } }]);
    const few = gql(
      `{ ...D ...D } fragment D on Query { a: __typename ...C ...C } fragment C on Query { b: __typename }`,
    );
    expect((await gateway.graphql(few)).data).toEqual({ a: 'Query', b: 'Query' });
  });

  const times = (count: number, text: string) => `${text} `.repeat(count);
  const spreads = Array.from({ length: 210 }, (_, at) => `...F${at}`).join(' ');
  const spread = Array.from({ length: 210 }, (_, at) => `fragment F${at} on Health { __typename }`).join(' ');
  it.each([
    ['in one place', `{ health { ${times(210, 'version')} } }`],
    ['in places that are merged', `{ ${times(15, `health { ${times(15, 'version')} }`)} }`],
    ['with fields of their own', `{ health { ${times(210, 'services { name }')} } }`],
    [
      'in a fragment that nothing spreads',
      `{ __typename } fragment F on Health { ${times(210, 'version')} }`,
    ],
    ['as fragments', `{ health { ${spreads} } } ${spread}`],
  ])('is refused where hundreds of fields repeat each other: %s', async (_where, text) => {
    const { errors } = await gateway.graphqlText(text);
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'OPERATION_TOO_COMPLEX',
          what: 'pairs of fields or fragments that must agree',
          limit: 20_000,
        },
      },
    ]);
  });

  it('may ask for a field as often as the fragments of a large page do', async () => {
    const numbers = Array.from({ length: 120 }, (_, at) => at);
    const fragments = numbers.map((at) => `fragment F${at} on Health { version }`);
    const { data } = await gateway.graphqlText(
      `{ health { ${numbers.map((at) => `...F${at}`).join(' ')} } } ${fragments.join(' ')}`,
    );
    expect(data).toEqual({ health: { version: expect.any(String) } });
  });
});
