import { type DocumentNode, type ExecutionArgs, GraphQLError, parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../../lib/app-error.ts';
import { operationCost } from '../operation-cost.ts';
import { documentShape, operationFacts } from '../operation-facts.ts';

export interface OperationLimits {
  /** Lexical tokens of a document. */
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  /** See operation-cost.ts. */
  readonly maxCost: number;
}

function tooComplex(what: string, limit: number, value: number | string): AppError {
  return new AppError('OPERATION_TOO_COMPLEX', `The operation has ${value} ${what}; the limit is ${limit}.`, {
    details: { what, limit, value },
  });
}

function checkShape(document: DocumentNode, limits: OperationLimits): AppError | undefined {
  const shape = documentShape(document);
  if (shape.depth > limits.maxDepth) return tooComplex('levels of depth', limits.maxDepth, shape.depth);
  if (shape.aliases > limits.maxAliases) return tooComplex('aliases', limits.maxAliases, shape.aliases);
  if (shape.directives > limits.maxDirectives) {
    return tooComplex('directives', limits.maxDirectives, shape.directives);
  }
  if (shape.rootFields > limits.maxRootFields) {
    return tooComplex('root fields', limits.maxRootFields, shape.rootFields);
  }
  return undefined;
}

function asGraphQLError(error: AppError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.details, code: error.code, http: { status: 400, spec: true } },
  });
}

/**
 * Bounds what a document may ask for: tokens while it is parsed, its shape before it is validated (validation is itself
 * expensive for a hostile document), and its cost, which depends on the variables, before it runs.
 */
export function useOperationLimits(limits: OperationLimits): Plugin {
  const checkCost = (hook: {
    args: ExecutionArgs;
    setResultAndStopExecution: (result: { errors: GraphQLError[] }) => void;
  }): void => {
    const facts = operationFacts(hook.args.document, hook.args.operationName);
    if (!facts) return;
    const cost = operationCost({
      schema: hook.args.schema,
      operation: facts.operation,
      fragments: facts.fragments,
      variables: hook.args.variableValues ?? {},
      limit: limits.maxCost,
    });
    if (cost > limits.maxCost) {
      const error = tooComplex('points of cost', limits.maxCost, `at least ${limits.maxCost + 1}`);
      hook.setResultAndStopExecution({ errors: [asGraphQLError(error)] });
    }
  };
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => {
        try {
          return parse(source, { ...options, maxTokens: limits.maxTokens });
        } catch (error) {
          if (error instanceof GraphQLError && error.message.includes('tokens. Parsing aborted')) {
            const over = tooComplex('tokens', limits.maxTokens, `more than ${limits.maxTokens}`);
            throw asGraphQLError(over);
          }
          throw error;
        }
      });
    },
    onValidate({ params, setResult }) {
      const error = checkShape(params.documentAST, limits);
      if (error) setResult([asGraphQLError(error)]);
    },
    onExecute: ({ args, setResultAndStopExecution }) => checkCost({ args, setResultAndStopExecution }),
    onSubscribe: ({ args, setResultAndStopExecution }) => checkCost({ args, setResultAndStopExecution }),
  };
}
