import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { fieldTotals } from './cost.ts';
import { type Fragments, visitFields } from './selections.ts';

/** What the limits and the guards need to know of a valid operation; worked out once for each. */
export interface OperationFacts {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly name: string | undefined;
  readonly operation: OperationDefinitionNode;
  readonly introspects: boolean;
  /** It runs as if no Authorization had come. */
  readonly ignoresAuthorization: boolean;
  /** Its answer holds a credential. */
  readonly secretAnswer: boolean;
  /** All that it does is one transaction, in which its one field keeps the idempotency key. */
  readonly keepsIdempotencyKey: boolean;
  cost(variables: Readonly<Record<string, unknown>>): number;
}

const typename = '__typename';

export function operationFacts(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): OperationFacts {
  const rootFields = schema.getRootType(operation.operation)?.getFields() ?? {};
  const names: string[] = [];
  const keys = new Set<string>();
  visitFields([operation.selectionSet], fragments, ({ name, alias }) => {
    names.push(name.value);
    if (name.value !== typename) keys.add((alias ?? name).value);
  });
  const { cost, constant, secretAnswer } = fieldTotals(schema, operation, fragments, {});
  return {
    type: operation.operation,
    name: operation.name?.value,
    operation,
    introspects: names.some((name) => name === '__schema' || name === '__type'),
    ignoresAuthorization: names.every(
      (name) => rootFields[name]?.extensions.operations?.ignoresAuthorization === true,
    ),
    secretAnswer,
    keepsIdempotencyKey:
      keys.size === 1 &&
      names.every(
        (name) => name === typename || rootFields[name]?.extensions.operations?.keepsIdempotencyKey === true,
      ),
    cost: constant ? () => cost : (variables) => fieldTotals(schema, operation, fragments, variables).cost,
  };
}
