import { readFileSync } from 'node:fs';
import { getNamedType, getNullableType, isCompositeType, isNonNullType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSchema } from '../../../src/gateway/schema.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { gql } from '../../support/gql.ts';
import { minimalOperation, rootFields } from '../../support/minimal-operation.ts';
import { hmacToken, keyClaims, testSecret } from '../../support/tokens.ts';
import { acceptedClient } from '../../support/websocket-gateway.ts';

const token = hmacToken(keyClaims('service_role'));
const lines: string[] = [];
let gateway: TestGateway;
beforeAll(async () => {
  const log = createLogger({ level: 'warn', to: { write: (line) => void lines.push(line) } });
  gateway = await startTestGateway({ JWT_SECRET: testSecret }, { log });
});
afterAll(() => gateway?.close());

it('names the argument that may not be null, and is no error of the gateway', async () => {
  const query = readFileSync(new URL('input/files.graphql', import.meta.url), 'utf8');
  const { errors } = await gateway.graphqlText(query, { variables: { n: null, prefix: null }, token });
  const message = 'Argument "first" of non-null type "Int!" must not be null.';
  expect(errors).toMatchObject([
    {
      message,
      path: ['files'],
      locations: [{ line: 3, column: 31 }],
      extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['first'], message }] },
    },
  ]);
  expect(lines).toEqual([]);
});

/** Each root field with an argument that has a default, in an operation whose variable for it may be null. */
const defaulted = rootFields(createSchema()).flatMap(({ kind, field }) =>
  field.args
    .filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue !== undefined)
    .map(({ name, type }) => {
      const { variables, files } = minimalOperation(kind, field);
      const given = Object.keys(variables).map((one) => field.args.find((argument) => argument.name === one));
      const declared = given.map((argument) => `$${argument?.name}: ${argument?.type}`);
      const passed = [...Object.keys(variables), name].map((one) => `${one}: $${one}`);
      const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
      const head = [...declared, `$${name}: ${getNullableType(type)}`].join(', ');
      const query = `${kind} (${head}) { ${field.name}(${passed.join(', ')})${selection} }`;
      return { title: `${field.name}(${name}:)`, field: field.name, name, query, variables, files };
    })
    .filter(({ files }) => files.length === 0),
);

it('finds the arguments that it is about', () => expect(defaulted.length).toBeGreaterThan(10));

it.each(defaulted)('says so of $title', async ({ field, name, query, variables }) => {
  const client = await acceptedClient(gateway.graphqlWsUrl, { authorization: `Bearer ${token}` });
  client.send({ id: '1', type: 'subscribe', payload: { query, variables: { ...variables, [name]: null } } });
  const { payload } = await client.message(({ id }) => id === '1');
  client.socket.close();
  expect(payload).toMatchObject({
    errors: [{ path: [field], extensions: { code: 'BAD_USER_INPUT', issues: [{ path: [name] }] } }],
  });
  expect(lines).toEqual([]);
});

it.each([
  [
    'a field of an input',
    gql(`mutation ($v: Boolean) {
      createUpload(input: { bucket: "hunter2", path: "p", upsert: $v }) { __typename }
    }`),
    'input',
  ],
  ['a directive', 'query ($v: Boolean) { viewer { role @include(if: $v) } }', 'if'],
  ['a directive of a root field', 'query ($v: Boolean) { viewer @skip(if: $v) { role } }', 'if'],
])('says so of %s, and does not repeat what stands beside it', async (_what, query, argument) => {
  const nullable = query.replace('$v: Boolean', '$v: Boolean = true');
  const { errors } = await gateway.graphqlText(nullable, { variables: { v: null }, token });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', issues: [{ path: [argument] }] } }]);
  expect(JSON.stringify(errors)).not.toContain('hunter2');
  expect(lines).toEqual([]);
});
