import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for the operations of the tests, so that one that no longer fits the schema fails the type check. */
const config: CodegenConfig = {
  emitLegacyCommonJSImports: false,
  schema: 'schema.graphql',
  documents: ['test/operations/**/*.graphql'],
  generates: {
    'test/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          DateTime: 'string',
          Duration: 'string',
          JSON: 'unknown',
          JSONObject: 'Record<string, unknown>',
          BigInt: { input: 'string | number', output: 'string' },
          File: 'File',
          URL: 'string',
          UUID: 'string',
          EmailAddress: 'string',
        },
      },
    },
  },
};

export default config;
