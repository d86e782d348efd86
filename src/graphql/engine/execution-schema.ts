import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  type GraphQLSchema,
  isNonNullType,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import { JsonText } from '../kit/json-text.ts';
import { fittedType } from './fitted-document.ts';

/** What graphql takes a ready text for: a leaf, which it does not look into. */
const readyText = new GraphQLScalarType<JsonText, unknown>({
  name: 'JsonText',
  serialize(value) {
    if (value instanceof JsonText) return value;
    throw new Error('A field with answersText resolved to something else.');
  },
});

/**
 * A schema as its operations are executed: root fields with `answersText` are leaves whatever they select, with the
 * same guards, arguments, errors and nulls, and variables may have the type of what was fitted already. What resolvers and
 * introspection see is the schema that the client knows.
 */
export function executionSchema(schema: GraphQLSchema): GraphQLSchema {
  const roots = new Map<OperationTypeNode, GraphQLObjectType>();
  for (const operation of Object.values(OperationTypeNode)) {
    const root = schema.getRootType(operation);
    if (root) roots.set(operation, withLeaves(root, schema));
  }
  const byName = new Map<string, GraphQLNamedType>(
    [...roots.values(), fittedType].map((type) => [type.name, type]),
  );
  const execution: GraphQLSchema = Object.create(schema);
  return Object.assign(execution, {
    getRootType: (operation: OperationTypeNode) => roots.get(operation) ?? schema.getRootType(operation),
    getSubscriptionType: () => roots.get(OperationTypeNode.SUBSCRIPTION) ?? schema.getSubscriptionType(),
    // Fragments are spread where the type of their condition is that of the root.
    getType: (name: string): GraphQLNamedType | undefined => byName.get(name) ?? schema.getType(name),
  });
}

function answersText({ extensions }: GraphQLField<unknown, unknown>): boolean {
  return extensions.operations?.answersText === true;
}

function withLeaves(root: GraphQLObjectType, schema: GraphQLSchema): GraphQLObjectType {
  const result = new GraphQLObjectType({ ...root.toConfig(), fields: {} });
  const fields = result.getFields();
  for (const [name, field] of Object.entries(root.getFields())) {
    fields[name] = answersText(field) ? leaf(field, root, schema) : field;
  }
  if (root === schema.getQueryType()) {
    fields[SchemaMetaFieldDef.name] = { ...SchemaMetaFieldDef, resolve: () => schema };
    fields[TypeMetaFieldDef.name] = {
      ...TypeMetaFieldDef,
      resolve: (_root, { name }: { name: string }) => schema.getType(name),
    };
  }
  return result;
}

function leaf(
  field: GraphQLField<unknown, unknown>,
  parentType: GraphQLObjectType,
  schema: GraphQLSchema,
): GraphQLField<unknown, unknown> {
  const { type: returnType, resolve = defaultFieldResolver, subscribe } = field;
  const asKnown =
    (resolver: GraphQLFieldResolver<unknown, unknown>): typeof resolver =>
    (parent, args, context, info) =>
      resolver(parent, args, context, { ...info, returnType, parentType, schema });
  return {
    ...field,
    type: isNonNullType(returnType) ? new GraphQLNonNull(readyText) : readyText,
    resolve: asKnown(resolve),
    ...(subscribe ? { subscribe: asKnown(subscribe) } : {}),
  };
}
