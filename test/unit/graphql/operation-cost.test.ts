import { expect, it } from 'vitest';
import { createDocumentMemory, createDocuments } from '../../../src/graphql/engine/document/documents.ts';
import { connectionType } from '../../../src/graphql/kit/connection.ts';
import { createBuilder } from '../../../src/graphql/kit/create-builder.ts';

const builder = createBuilder();
const row = builder.objectRef<{ id: number; secret: string }>('Row').implement({
  fields: (t) => ({
    id: t.exposeInt('id', { nullable: true }),
    dear: t.int({ nullable: true, cost: { own: 5 }, resolve: () => 1 }),
    secret: t.exposeString('secret', { nullable: true, secretAnswer: true }),
  }),
});
builder.queryField('rows', (t) =>
  t.field({
    type: connectionType(builder, 'Row', row),
    nullable: true,
    directives: { auth: { requires: 'ANON' } },
    args: { first: t.arg.int({ required: true, defaultValue: 5 }) },
    resolve: () => null,
  }),
);
// A root type must have a field.
const auth = { requires: 'ANON' } as const;
builder.mutationField('nothing', (t) =>
  t.boolean({ nullable: true, directives: { auth }, resolve: () => true }),
);
builder.subscriptionField('nothing', (t) =>
  t.int({
    nullable: true,
    directives: { auth },
    subscribe: async function* () {
      yield 1;
    },
    resolve: (value) => value,
  }),
);
const limit = 1_000_000;
const documentOf = createDocuments({
  schema: builder.toSchema(),
  limits: {
    maxDocumentBytes: limit,
    maxTokens: limit,
    maxVariables: limit,
    maxDepth: limit,
    maxAliases: limit,
    maxDirectives: limit,
    maxRootFields: limit,
    maxCost: limit,
  },
  suggestions: true,
  remembered: createDocumentMemory()(),
});

function factsOf(text: string) {
  const checked = documentOf(text);
  if (checked.invalid) throw checked.invalid[0];
  const facts = checked.operation(undefined);
  if (facts === undefined) throw new Error('There is no operation.');
  return facts;
}

const costOf = (text: string, variables: Record<string, unknown> = {}) => factsOf(text).cost(variables);

it('counts a page by the default of its variable where the caller leaves the variable out', () => {
  const operation = 'query($n: Int! = 400) { rows(first: $n) { nodes { id } } }';
  const literal = costOf('{ rows(first: 400) { nodes { id } } }');
  expect(literal).toBe(801);
  expect(costOf(operation)).toBe(literal);
  expect(costOf(operation, { n: 3 })).toBe(costOf('{ rows(first: 3) { nodes { id } } }'));
});

it('counts a field as often as its page has items, by what it says of itself', () => {
  expect(costOf('{ rows(first: 10) { nodes { dear } } }')).toBe(1 + 10 * (1 + 5));
  expect(costOf('{ rows(first: 10) { edges { node { ...F } } } } fragment F on Row { dear id }')).toBe(
    1 + 10 * (1 + 1 + 5 + 1),
  );
});

it('finds a secret answer wherever it is selected', () => {
  const secret = (text: string) => factsOf(text).secretAnswer;
  expect(secret('{ rows { nodes { id } } }')).toBe(false);
  expect(secret('{ rows { nodes { ...F } } } fragment F on Row { ... on Row { secret } }')).toBe(true);
});
