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
  cost(variables: Readonly<Record<string, unknown>>): number;
}

export function operationFacts(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): OperationFacts {
  const rootFields = schema.getRootType(operation.operation)?.getFields() ?? {};
  const names: string[] = [];
  visitFields([operation.selectionSet], fragments, ({ name }) => names.push(name.value));
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
    cost: constant ? () => cost : (variables) => fieldTotals(schema, operation, fragments, variables).cost,
  };
}
