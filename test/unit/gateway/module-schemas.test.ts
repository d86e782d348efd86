import type { GraphQLSchema } from 'graphql';
import { expect, it } from 'vitest';
import { createSchema, schemaChoice } from '../../../src/gateway/schema.ts';
import type { SchemaBuilder } from '../../../src/graphql/kit/builder.ts';
import { createBuilder } from '../../../src/graphql/kit/create-builder.ts';
import { defineModule, type Started } from '../../../src/module/module.ts';
import { testCall } from '../../support/test-call.ts';

const auth = { requires: 'ANON' } as const;

/** The field `name` of each root, which must have one. */
function addEverywhere(builder: SchemaBuilder, name: string): void {
  const field = { directives: { auth }, resolve: () => name };
  builder.queryField(name, (t) => t.string(field));
  builder.mutationField(name, (t) => t.string(field));
  builder.subscriptionField(name, (t) =>
    t.string({
      directives: { auth },
      subscribe: async function* () {
        yield name;
      },
      resolve: (value) => value,
    }),
  );
}

const queries = (schema: GraphQLSchema) => Object.keys(schema.getQueryType()?.getFields() ?? {});

function schemaNamed(name: string): GraphQLSchema {
  const builder = createBuilder();
  addEverywhere(builder, name);
  return builder.toSchema();
}

it('lets a module change the schema that all before it have built', () => {
  const plain = defineModule({
    name: 'plain',
    variables: {},
    schema: (builder) => addEverywhere(builder, 'plain'),
    start: () => ({}),
  });
  const seen: string[][] = [];
  const becoming = (name: string) => ({
    ...plain,
    transformSchema(schema: GraphQLSchema) {
      seen.push(queries(schema));
      return schemaNamed(name);
    },
  });
  const schema = createSchema([becoming('first'), { ...becoming('second'), schema: () => undefined }]);
  expect(seen).toEqual([['plain', 'viewer'], ['first']]);
  expect(queries(schema)).toEqual(['second']);
});

it("makes a viewer's schema of everybody's by each module that has a say", () => {
  const [everybodys, first, second] = [
    schemaNamed('everybodys'),
    schemaNamed('first'),
    schemaNamed('second'),
  ];
  const { viewer } = testCall();
  const taking = (expected: GraphQLSchema, schema: GraphQLSchema): Started => ({
    schemaFor(caller, given) {
      expect(caller).toBe(viewer);
      expect(given).toBe(expected);
      return schema;
    },
  });
  const choice = schemaChoice(everybodys, [{}, taking(everybodys, first), taking(first, second)]);
  expect('forViewer' in choice && choice.forViewer(viewer)).toBe(second);
  const same = schemaChoice(everybodys, [{}]);
  expect('forEverybody' in same && same.forEverybody()).toBe(everybodys);
});
