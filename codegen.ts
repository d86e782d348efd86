import type { CodegenConfig } from '@graphql-codegen/cli';
import { operationsByText } from './scripts/operations-by-text.ts';

/**
 * Types of the operations in the tests' and benches' `gql` calls (test/support/gql.ts), so that one that no longer
 * fits the schema fails before anything runs.
 */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['{test,bench}/**/*.ts', '!**/node_modules/**'],
  pluckConfig: { globalGqlIdentifierName: 'gql', modules: [] },
  generates: {
    'test/generated/operations.ts': {
      preset: operationsByText,
      config: {
        onlyOperationTypes: true,
        disableDescriptions: true,
        skipTypename: true,
        enumsAsTypes: true,
        // A test that looks into a null fails right there.
        maybeValue: 'T',
        inputMaybeValue: 'T | null | undefined',
        avoidOptionals: { field: true },
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
