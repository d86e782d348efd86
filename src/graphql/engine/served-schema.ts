import type { GraphQLSchema } from 'graphql';
import type { Viewer } from '../../viewer/viewer.ts';
import { type CheckedDocument, createDocumentMemory, createDocuments } from './document/documents.ts';
import type { OperationLimits } from './document/limits.ts';
import { executionSchema } from './execution-schema.ts';

/**
 * Which schema an operation is of. Asked anew for each operation, so that another may take its place at any time;
 * what runs keeps its own. Schemas are to be few, and made once: each keeps its documents.
 */
export type SchemaChoice =
  | { readonly forEverybody: () => GraphQLSchema }
  | {
      readonly forViewer: (viewer: Viewer) => GraphQLSchema;
      /**
       * Asked about a document that does not fit: it may be the schema that is behind. Undefined where it is not; else it
       * settles when the schema is what it can be, and rejects where it cannot be known.
       */
      readonly reconsider?: ((query: string) => Promise<void> | undefined) | undefined;
    };

/** A schema with all that is worked out for it. */
export interface ServedSchema {
  /** Of this one alone. */
  readonly id: number;
  /** As clients know it. */
  readonly schema: GraphQLSchema;
  /** As it is executed. */
  readonly execution: GraphQLSchema;
  documentOf(query: string): CheckedDocument;
}

export interface ServingOptions {
  readonly limits: OperationLimits;
  /** Whether errors may spell out the schema ("Did you mean …"). */
  readonly suggestions: boolean;
}

/** Finds what belongs to a schema; it is gone with the schema. */
export function createServing(options: ServingOptions): (schema: GraphQLSchema) => ServedSchema {
  const bySchema = new WeakMap<GraphQLSchema, ServedSchema>();
  const rememberDocuments = createDocumentMemory();
  let ids = 0;
  return (schema) => {
    const known = bySchema.get(schema);
    if (known) return known;
    ids += 1;
    const documentOf = createDocuments({ schema, ...options, remembered: rememberDocuments() });
    const served = { id: ids, schema, execution: executionSchema(schema), documentOf };
    bySchema.set(schema, served);
    return served;
  };
}
