import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { AppError } from '../../../lib/app-error.ts';
import { holdsMoreThan } from '../../../lib/nesting.ts';
import { comparedPairs } from './compared-pairs.ts';
import type { OperationFacts } from './operation-facts.ts';
import type { Fragments } from './selections.ts';
import { documentShape } from './shape.ts';

/** Fields of one document at most, fragments counted at each spread: walking on would be the attack. */
const fieldCap = 50_000;

/** 200 fields of one name in one place. Validation compares each with each: its own bound takes ten times as long. */
const pairCap = 20_000;

/** Whoever sends more than this that does not fit learns of the rest when the first are mended. */
export const mostInputErrors = 5;

/** What one document may ask for. */
export interface OperationLimits {
  /** Bytes of a document's text: comments and white space are no tokens. */
  readonly maxDocumentBytes: number;
  /** Lexical tokens of a document, and its comments. */
  readonly maxTokens: number;
  /** Values in the variables that an operation declares. */
  readonly maxVariables: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  /** See cost.ts. */
  readonly maxCost: number;
}

function tooComplex(what: string, limit: number, value: number | string): AppError {
  return new AppError('OPERATION_TOO_COMPLEX', `The operation has ${value} ${what}; the limit is ${limit}.`, {
    details: { what, limit, value },
  });
}

/** Throws PAYLOAD_TOO_LARGE. Comes before the text is looked at, or looked up. */
export function checkText(query: string, { maxDocumentBytes }: OperationLimits): void {
  // Each unit of UTF-16 takes a byte or more.
  if (query.length <= maxDocumentBytes && Buffer.byteLength(query) <= maxDocumentBytes) return;
  throw new AppError('PAYLOAD_TOO_LARGE', `The document is over the limit of ${maxDocumentBytes} bytes.`, {
    details: { limit: maxDocumentBytes },
  });
}

/** OPERATION_TOO_COMPLEX for variables with more values than an operation may have. */
export function tooManyValues(variables: object, { maxVariables }: OperationLimits): AppError | undefined {
  if (!holdsMoreThan(variables, maxVariables + 1)) return undefined;
  return tooComplex('values in its variables', maxVariables, `more than ${maxVariables}`);
}

/** Parses at most `maxTokens`. Throws OPERATION_TOO_COMPLEX, or graphql's own syntax error. */
export function parseWithin(query: string, { maxTokens }: OperationLimits): DocumentNode {
  try {
    return parse(query, { maxLexicalTokens: maxTokens, maxComments: maxTokens, noLocation: true });
  } catch (error) {
    const message = error instanceof GraphQLError ? error.message : '';
    for (const what of ['tokens', 'comments']) {
      if (message.endsWith(` ${maxTokens} ${what}. Parsing aborted.`)) {
        throw tooComplex(what, maxTokens, `more than ${maxTokens}`);
      }
    }
    throw error;
  }
}

/** Throws OPERATION_TOO_COMPLEX. Comes before validation, which is itself expensive for a hostile document. */
export function checkShape(document: DocumentNode, fragments: Fragments, limits: OperationLimits): void {
  const shape = documentShape(document, fragments);
  if (shape.fields > fieldCap) throw tooComplex('fields', fieldCap, `more than ${fieldCap}`);
  if (shape.depth > limits.maxDepth) throw tooComplex('levels of depth', limits.maxDepth, shape.depth);
  if (shape.aliases > limits.maxAliases) throw tooComplex('aliases', limits.maxAliases, shape.aliases);
  if (shape.directives > limits.maxDirectives) {
    throw tooComplex('directives', limits.maxDirectives, shape.directives);
  }
  if (shape.rootFields > limits.maxRootFields) {
    throw tooComplex('root fields', limits.maxRootFields, shape.rootFields);
  }
  if (comparedPairs(document, fragments, pairCap) > pairCap) {
    throw tooComplex('pairs of fields or fragments that must agree', pairCap, `more than ${pairCap}`);
  }
}

/** Throws OPERATION_TOO_COMPLEX. Depends on the variables, so it is asked for each execution. */
export function checkCost(
  facts: OperationFacts,
  variables: Readonly<Record<string, unknown>>,
  { maxCost }: OperationLimits,
): void {
  if (facts.cost(variables) > maxCost) throw tooComplex('points of cost', maxCost, `at least ${maxCost + 1}`);
}
