import { type DocumentNode, GraphQLError, type GraphQLSchema, validate } from 'graphql';
import { createLru } from '../lib/lru.ts';
import { withoutEcho } from './echoed-values.ts';
import { checkShape, type OperationLimits, parseWithin } from './operation-limits.ts';
import { withoutSuggestion } from './suggestions.ts';

/** A parsed document with what is wrong with it, or why there is none. */
export type CheckedDocument =
  | { readonly document: DocumentNode; readonly invalid: readonly unknown[] }
  | { readonly document: undefined; readonly invalid: readonly unknown[] };

export interface DocumentCacheOptions {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits;
  /** Whether errors may spell out the schema ("Did you mean …"). */
  readonly suggestions: boolean;
}

// Longer ones are rare and would hold memory for nobody.
const maxCachedLength = 32_768;
const capacity = 2_000;

/** Parses, bounds and validates documents, and remembers the verdict: it depends on nothing but the text. */
export function createDocumentCache(options: DocumentCacheOptions): (query: string) => CheckedDocument {
  const checked = createLru<string, CheckedDocument>(capacity);

  function withCode(error: unknown, code: string): unknown {
    if (!(error instanceof GraphQLError)) return error;
    const message = withoutEcho(error.message);
    return new GraphQLError(options.suggestions ? message : withoutSuggestion(message), {
      nodes: error.nodes ?? null,
      source: error.source ?? null,
      positions: error.positions ?? null,
      extensions: { code, ...error.extensions, http: { status: 400, spec: true } },
    });
  }

  function check(query: string): CheckedDocument {
    let document: DocumentNode;
    try {
      document = parseWithin(query, options.limits);
    } catch (error) {
      return { document: undefined, invalid: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
    }
    try {
      checkShape(document, options.limits);
    } catch (error) {
      return { document, invalid: [error] };
    }
    const errors = validate(options.schema, document);
    return { document, invalid: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
  }

  return (query) => {
    const known = checked.get(query);
    if (known) return known;
    const fresh = check(query);
    if (query.length <= maxCachedLength) checked.set(query, fresh);
    return fresh;
  };
}
