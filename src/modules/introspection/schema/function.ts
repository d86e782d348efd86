import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import type {
  DatabaseFunction,
  DatabaseFunctionArgument,
} from '../../../upstream/postgres/catalogue/functions.ts';
import { functionDefinitionLoader } from './loaders.ts';

/** `DatabaseFunction` and what belongs to it. */
export function addFunctionType(builder: SchemaBuilder) {
  const argument = addArgumentType(builder);
  const kind = builder.enumType('FunctionKind', {
    description: 'What can be called.',
    values: {
      FUNCTION: { description: 'A function; called in expressions.' },
      PROCEDURE: { description: 'A procedure; called by CALL.' },
      AGGREGATE: { description: 'An aggregate.' },
      WINDOW: { description: 'A window function.' },
    },
  });
  const volatility = builder.enumType('FunctionVolatility', {
    description: 'What a function promises about its results.',
    values: {
      IMMUTABLE: { description: 'The same for the same arguments, for ever.' },
      STABLE: { description: 'The same for the same arguments within a statement.' },
      VOLATILE: { description: 'Nothing; it may also change data.' },
    },
  });
  return builder.objectRef<DatabaseFunction>('DatabaseFunction').implement({
    description: 'A function, procedure or aggregate. Overloaded ones share a name and differ in arguments.',
    fields: (t) => ({
      id: t.field({
        type: 'BigInt',
        description: 'Its number in the catalogues (OID).',
        resolve: ({ id }) => id,
      }),
      schema: t.exposeString('schema', { description: 'Its schema.' }),
      name: t.exposeString('name', { description: 'Its name, unquoted.' }),
      kind: t.field({
        type: kind,
        description: 'What it is.',
        resolve: (each) => each.kind,
      }),
      owner: t.exposeString('owner', { description: 'The role that owns it.' }),
      language: t.exposeString('language', {
        description: 'Its language, such as `sql` or `plpgsql`.',
      }),
      arguments: t.field({
        type: [argument],
        description: 'Its arguments in their order, outgoing ones too.',
        resolve: (each) => each.arguments,
      }),
      signature: t.exposeString('signature', {
        description: 'Its arguments as CREATE FUNCTION writes them, with defaults.',
      }),
      identityArguments: t.exposeString('identityArguments', {
        description: 'Its arguments as ALTER FUNCTION wants them.',
      }),
      returnType: t.exposeString('returnType', {
        nullable: true,
        description: 'What it returns, such as `integer` or `TABLE(id bigint)`; null for procedures.',
      }),
      isSetReturning: t.exposeBoolean('isSetReturning', {
        description: 'Whether it returns any number of rows.',
      }),
      volatility: t.field({
        type: volatility,
        description: 'What it promises about its results.',
        resolve: (each) => each.volatility,
      }),
      isSecurityDefiner: t.exposeBoolean('isSecurityDefiner', {
        description: 'Whether it runs with the rights of its owner.',
      }),
      isStrict: t.exposeBoolean('isStrict', {
        description: 'Whether it is NULL as soon as one argument is.',
      }),
      settings: t.exposeStringList('settings', {
        description: 'Settings that hold while it runs, such as `search_path=""`.',
      }),
      extension: t.exposeString('extension', {
        nullable: true,
        description: 'The extension it came with; null where it did not.',
      }),
      body: t.string({
        description: 'Its source; of compiled functions the name of the symbol.',
        resolve: async ({ id }, _args, { loaders }) =>
          (await loaders.get(functionDefinitionLoader).load(id)).body,
      }),
      definition: t.string({
        nullable: true,
        description: 'The CREATE FUNCTION statement; null for aggregates.',
        resolve: async ({ id }, _args, { loaders }) =>
          (await loaders.get(functionDefinitionLoader).load(id)).definition,
      }),
      comment: t.exposeString('comment', { nullable: true, description: 'Its COMMENT.' }),
    }),
  });
}

function addArgumentType(builder: SchemaBuilder) {
  const mode = builder.enumType('FunctionArgumentMode', {
    description: 'Which way an argument goes.',
    values: {
      IN: { description: 'Into the function.' },
      OUT: { description: 'Out of the function.' },
      INOUT: { description: 'Both ways.' },
      VARIADIC: { description: 'Into the function, any number of them.' },
      TABLE: { description: 'A column of the table it returns.' },
    },
  });
  return builder.objectRef<DatabaseFunctionArgument>('DatabaseFunctionArgument').implement({
    description: 'An argument of a function.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: true, description: 'Its name; null where it has none.' }),
      type: t.exposeString('type', { description: 'Its type as SQL writes it.' }),
      mode: t.field({
        type: mode,
        description: 'Which way it goes.',
        resolve: (each) => each.mode,
      }),
      hasDefault: t.exposeBoolean('hasDefault', {
        description: 'Whether it may be left out.',
      }),
    }),
  });
}
