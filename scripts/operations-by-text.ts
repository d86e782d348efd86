import { createHash } from 'node:crypto';
import type { Types } from '@graphql-codegen/plugin-helpers';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { Kind } from 'graphql';

/**
 * Writes the interface `Operations`: data and variables of each operation by its text. The client preset would want a
 * name for each, unique in all the tests, and send its own print of it instead of what the test shows.
 */
export const operationsByText: Types.OutputPreset = {
  buildGeneratesSection: ({ baseOutputDir, documents, schema, config }) => {
    const byText = new Map(documents.map((document) => [document.rawSDL ?? '', named(document)]));
    const texts = [...byText.keys()].sort();
    const entries = texts.map((text) => {
      const name = nameOf(text);
      return `  ${JSON.stringify(text)}: { data: ${name}; variables: ${name}Variables };`;
    });
    return [
      {
        filename: baseOutputDir,
        schema,
        config: { ...config, namingConvention: 'keep', omitOperationSuffix: true },
        documents: [...byText.values()],
        plugins: [{ typescript: {} }, { typescriptOperations: {} }, { byText: {} }],
        pluginMap: {
          typescript,
          typescriptOperations,
          byText: { plugin: () => ['export interface Operations {', ...entries, '}', ''].join('\n') },
        },
      },
    ];
  },
};

/** The document with a name for its operation, which the types take; it is never sent. */
function named({ document, ...source }: Types.DocumentFile): Types.DocumentFile {
  if (document === undefined) return source;
  const name = { kind: Kind.NAME, value: nameOf(source.rawSDL ?? '') } as const;
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? { ...definition, name } : definition,
  );
  return { ...source, document: { ...document, definitions } };
}

const nameOf = (text: string): string =>
  `Operation_${createHash('sha1').update(text).digest('hex').slice(0, 8)}`;
