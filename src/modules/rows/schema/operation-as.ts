import { execute, GraphQLError, type GraphQLSchema } from 'graphql';
import type { CheckedDocument } from '../../../graphql/engine/document/documents.ts';
import { checkCost, type OperationLimits, tooManyValues } from '../../../graphql/engine/document/limits.ts';
import { fragmentsOf, visitFields } from '../../../graphql/engine/document/selections.ts';
import { createServing } from '../../../graphql/engine/served-schema.ts';
import { operationVariables } from '../../../graphql/engine/variable-values.ts';
import type { Context } from '../../../graphql/kit/context.ts';
import { JsonText } from '../../../graphql/kit/json-text.ts';
import { AppError, withDetails } from '../../../lib/app-error.ts';
import { badInput } from '../../../lib/bad-input.ts';
import type { JsonValue } from '../../../lib/json-object.ts';
import { parseLosslessJson } from '../../../lib/lossless-json.ts';

export interface AskedOperation {
  readonly operation: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** Runs a query of `db` as the viewer of the context, in his schema. */
export type RunOperation = (
  asked: AskedOperation,
  schema: GraphQLSchema,
  context: Context,
) => Promise<{ readonly [field: string]: JsonValue }>;

/**
 * Within the limits of any operation. What is wrong with the text is BAD_USER_INPUT; what fails in it is thrown as it is,
 * with its place in the operation as `operationPath`.
 */
export function createRunOperation(limits: OperationLimits): RunOperation {
  const serve = createServing({ limits, suggestions: true });
  return async ({ operation, variables: came }, schema, context) => {
    const { execution, documentOf } = serve(schema);
    const checked = documentOf(operation);
    const { document, facts } = queryOfDb(checked);
    const variables = operationVariables(schema, facts.operation, came, true);
    const tooMany = tooManyValues(variables.given, limits);
    if (tooMany) throw tooMany;
    checkCost(facts, variables.given, limits);
    const [misfit] = variables.fitted().errors ?? [];
    if (misfit) throw badInput(['variables'], misfit.message);
    const { data, errors } = await execute({
      schema: execution,
      document,
      contextValue: context,
      variableValues: variables.given,
    });
    if (errors?.[0]) throw failureOf(errors[0]);
    return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, parsed(value)]));
  };
}

function queryOfDb(checked: CheckedDocument) {
  if (checked.invalid) throw refusalOf(checked.invalid);
  const facts = checked.operation(undefined);
  if (facts === undefined) throw badInput(['operation'], 'operation must be a document of one operation.');
  const { document } = checked;
  const names = new Set<string>();
  visitFields([facts.operation.selectionSet], fragmentsOf(document), ({ name }) => names.add(name.value));
  if (facts.type !== 'query' || [...names].some((name) => name !== 'db' && name !== '__typename')) {
    throw badInput(['operation'], 'operation must be a query of `db` alone.');
  }
  return { document, facts };
}

function refusalOf([first]: readonly unknown[]): unknown {
  if (!(first instanceof GraphQLError)) return first;
  return badInput(['operation'], `operation: ${first.message}`);
}

function failureOf({ originalError, message, path = [] }: GraphQLError): unknown {
  if (originalError instanceof AppError) return withDetails(originalError, { operationPath: path });
  return originalError ?? badInput(['operation'], `operation: ${message}`);
}

function parsed(value: unknown): JsonValue {
  // It is JSON, whatever its shape.
  if (value instanceof JsonText) return parseLosslessJson(value.text) as JsonValue;
  return typeof value === 'string' ? value : null;
}
