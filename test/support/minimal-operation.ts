import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

export interface MinimalOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** Names of variables that must come as parts of a multipart request. */
  readonly files: readonly string[];
}

const scalarValues: Readonly<Record<string, unknown>> = {
  String: 'x',
  ID: 'x',
  Int: 1,
  Float: 1,
  Boolean: true,
  UUID: '123e4567-e89b-12d3-a456-426614174000',
  Duration: '1s',
  DateTime: '2026-01-01T00:00:00Z',
  EmailAddress: 'someone@example.com',
  URL: 'http://localhost/',
  JSON: 1,
  JSONObject: {},
  BigInt: '1',
  File: null,
};

function sampleOf(type: GraphQLInputType, path: string, files: string[]): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType, path, files);
  if (isListType(type)) return [sampleOf(type.ofType, `${path}.0`, files)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(
      fields.map((field) => [field.name, sampleOf(field.type, `${path}.${field.name}`, files)]),
    );
  }
  if (type.name === 'File') files.push(path);
  return scalarValues[type.name];
}

/** The smallest operation that selects a root field: required arguments alone, as variables. */
export function minimalOperation(
  kind: 'query' | 'mutation' | 'subscription',
  field: GraphQLField<unknown, unknown>,
): MinimalOperation {
  const required: GraphQLArgument[] = field.args.filter(isRequiredArgument);
  const files: string[] = [];
  const variables = Object.fromEntries(
    required.map((argument) => [argument.name, sampleOf(argument.type, `variables.${argument.name}`, files)]),
  );
  const declared = required.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const passed = required.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return {
    query: `${kind}${declared ? `(${declared})` : ''} { ${field.name}${passed ? `(${passed})` : ''}${selection} }`,
    variables,
    files,
  };
}

export interface RootField {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly field: GraphQLField<unknown, unknown>;
  /** `requires` of its `@auth`. */
  readonly requires: string | undefined;
}

function requiredRole(field: GraphQLField<unknown, unknown>): string | undefined {
  const directives: unknown = field.extensions['directives'];
  const auth: unknown =
    typeof directives === 'object' && directives !== null ? Reflect.get(directives, 'auth') : undefined;
  const requires: unknown =
    typeof auth === 'object' && auth !== null ? Reflect.get(auth, 'requires') : undefined;
  return typeof requires === 'string' ? requires : undefined;
}

/** Every root field of the schema with its access rule. */
export function rootFields(schema: GraphQLSchema): RootField[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([kind, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({ kind, field, requires: requiredRole(field) })),
  );
}
