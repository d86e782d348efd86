import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type SourceLocation,
  specifiedRules,
  validate,
} from 'graphql';
import { createLru } from '../../lib/lru.ts';
import { createLocate, placed } from './document-locations.ts';
import { withoutEcho } from './echoed-values.ts';
import { checkShape, checkText, type OperationLimits, parseWithin } from './limits.ts';
import { literalPlace } from './literal-place.ts';
import { mostInputErrors } from './variable-values.ts';

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

const mostBytes = 32 * 1024 * 1024;
// Longer ones are rare and would hold memory for nobody.
const maxCachedLength = 32_768;
/** What graphql's tree was measured to take for a token, and what is kept beside it for each document. */
const bytesPerToken = 250;
const bytesPerDocument = 2_000;

interface Verdict {
  readonly checked: CheckedDocument;
  readonly bytes: number;
}

/**
 * Parses, bounds and validates documents, and remembers those that are good: that depends on nothing but the text. What
 * was refused is forgotten, for anybody can send as much of it as he likes.
 */
export function createDocumentCache(options: DocumentCacheOptions): (query: string) => CheckedDocument {
  const good = createLru<string, Verdict>(mostBytes, ({ bytes }) => bytes);

  function check(query: string): CheckedDocument {
    let document: DocumentNode;
    try {
      checkText(query, options.limits);
      document = parseWithin(query, options.limits);
    } catch (error) {
      return { document: undefined, invalid: [syntaxError(error)] };
    }
    try {
      checkShape(document, options.limits);
    } catch (error) {
      return { document, invalid: [error] };
    }
    const errors = validate(options.schema, document, specifiedRules, {
      maxErrors: mostInputErrors,
      hideSuggestions: !options.suggestions,
    });
    return { document, invalid: validationErrors(document, query, errors.slice(0, mostInputErrors)) };
  }

  return (query) => {
    const known = good.get(query);
    if (known) return known.checked;
    const checked = check(query);
    if (checked.document && checked.invalid.length === 0 && query.length <= maxCachedLength) {
      const tokens = checked.document.tokenCount ?? query.length;
      good.set(query, { checked, bytes: bytesPerDocument + 2 * query.length + bytesPerToken * tokens });
    }
    return checked;
  };
}

function syntaxError(error: unknown): unknown {
  return error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED', {}, error.locations) : error;
}

function validationErrors(
  document: DocumentNode,
  query: string,
  errors: readonly GraphQLError[],
): readonly GraphQLError[] {
  const locate = createLocate(document, query);
  return errors.map((error) => {
    const issues = literalIssues(document, error);
    return withCode(error, 'GRAPHQL_VALIDATION_FAILED', issues, locate(error.nodes ?? []));
  });
}

/** Where in its argument a value stands that one of our scalars refused. */
function literalIssues(document: DocumentNode, { nodes, extensions, message }: GraphQLError): object {
  const [node] = nodes ?? [];
  if (node === undefined || extensions['issues'] === undefined) return {};
  return { issues: [{ path: literalPlace(document, node), message }] };
}

function withCode(
  error: GraphQLError,
  code: string,
  more: object,
  locations: readonly SourceLocation[] | undefined,
): GraphQLError {
  const extensions = { code, ...error.extensions, ...more, http: { status: 400, spec: true } };
  return placed(new GraphQLError(withoutEcho(error.message), { extensions }), locations);
}
