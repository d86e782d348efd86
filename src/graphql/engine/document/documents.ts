import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type SourceLocation,
  specifiedRules,
  validate,
} from 'graphql';
import { createLruPool, type PooledLru } from '../../../lib/lru-pool.ts';
import { withoutEcho } from './echoed-values.ts';
import { checkShape, checkText, mostInputErrors, type OperationLimits, parseWithin } from './limits.ts';
import { literalPlace } from './literal-place.ts';
import { createLocate, placed } from './locations.ts';
import { type OperationFacts, operationFacts } from './operation-facts.ts';
import { type Fragments, fragmentsOf } from './selections.ts';

/** A document that may run. */
interface ValidDocument {
  readonly document: DocumentNode;
  /** The operation that would run; undefined where the document has none of that name. */
  operation(name: string | null | undefined): OperationFacts | undefined;
}

/** A document, or what is wrong with it. */
export type CheckedDocument =
  | (ValidDocument & { readonly invalid?: undefined })
  | { readonly invalid: readonly unknown[] };

const mostBytes = 32 * 1024 * 1024;

/** A document with the bytes that it takes to remember it. */
interface RememberedDocument {
  readonly checked: CheckedDocument;
  readonly bytes: number;
}

/** One budget for the documents of several schemas, each of which opens its own. */
export const createDocumentMemory = () =>
  createLruPool<string, RememberedDocument>(mostBytes, ({ bytes }) => bytes);

export interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits;
  /** Whether errors may spell out the schema ("Did you mean …"). */
  readonly suggestions: boolean;
  /** Where the good ones are remembered. */
  readonly remembered: PooledLru<string, RememberedDocument>;
}

// Longer ones are rare and would hold memory for nobody.
const maxCachedLength = 32_768;
/** What graphql's tree was measured to take for a token, and what is kept beside it for each document. */
const bytesPerToken = 250;
const bytesPerDocument = 2_000;

/**
 * Parses, bounds and validates documents, and remembers those that are good: that depends on nothing but the text. What
 * was refused is forgotten, for anybody can send as much of it as he likes.
 */
export function createDocuments(options: DocumentsOptions): (query: string) => CheckedDocument {
  const { schema, limits, suggestions, remembered } = options;

  function check(query: string): CheckedDocument {
    let document: DocumentNode;
    try {
      checkText(query, limits);
      document = parseWithin(query, limits);
    } catch (error) {
      return { invalid: [syntaxError(error)] };
    }
    const fragments = fragmentsOf(document);
    try {
      checkShape(document, fragments, limits);
    } catch (error) {
      return { invalid: [error] };
    }
    const errors = validate(schema, document, specifiedRules, {
      maxErrors: mostInputErrors,
      hideSuggestions: !suggestions,
    });
    if (errors.length > 0)
      return { invalid: validationErrors(document, query, errors.slice(0, mostInputErrors)) };
    return { document, operation: createOperations(schema, document, fragments) };
  }

  return (query) => {
    const known = remembered.get(query);
    if (known) return known.checked;
    const checked = check(query);
    if (checked.invalid === undefined && query.length <= maxCachedLength) {
      const tokens = checked.document.tokenCount ?? query.length;
      remembered.set(query, { checked, bytes: bytesPerDocument + 2 * query.length + bytesPerToken * tokens });
    }
    return checked;
  };
}

function createOperations(
  schema: GraphQLSchema,
  document: DocumentNode,
  fragments: Fragments,
): ValidDocument['operation'] {
  const byName = new Map<string, OperationFacts>();
  return (name) => {
    const key = name ?? '';
    const known = byName.get(key);
    if (known) return known;
    const operation = getOperationAST(document, name);
    // Names come from the client: only those that the document has are kept.
    if (!operation) return undefined;
    const facts = operationFacts(schema, operation, fragments);
    byName.set(key, facts);
    return facts;
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
