import {
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

// A list that has no `first` is one that cannot grow; ten is what the longest of them usually hold.
const plainListSize = 10;

// No connection has longer pages. A `first` beyond it is the resolver's to refuse, in words about `first`.
const longestPage = 1_000;

export interface CostInput {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function numberOf(
  value: ValueNode | undefined,
  variables: Readonly<Record<string, unknown>>,
  operation: OperationDefinitionNode,
): number | undefined {
  if (value?.kind === Kind.INT) return Number(value.value);
  if (value?.kind !== Kind.VARIABLE) return undefined;
  const name = value.name.value;
  const given = variables[name];
  if (given !== undefined) return typeof given === 'number' ? given : undefined;
  const definition = operation.variableDefinitions?.find((one) => one.variable.name.value === name);
  return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
}

const constantCosts = new WeakMap<OperationDefinitionNode, number>();

/**
 * How much an operation may make the gateway do: one a field, times `first` (at most 1,000) below a connection, times
 * ten below a plain list; each fragment is walked once. Worked out once for an operation whose `first` arguments are literals, else at each execution.
 */
export function operationCost(input: CostInput): number {
  const known = constantCosts.get(input.operation);
  if (known !== undefined) return known;
  let constant = true;
  const variables = new Proxy(input.variables, {
    get(target, name) {
      constant = false;
      return Reflect.get(target, name);
    },
  });
  const cost = countCost({ ...input, variables });
  if (constant) constantCosts.set(input.operation, cost);
  return cost;
}

function countCost(input: CostInput): number {
  const { schema, operation, fragments, variables } = input;
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;

  const multiplierOf = (
    field: GraphQLField<unknown, unknown>,
    args: readonly { name: { value: string }; value: ValueNode }[],
    inConnection: boolean,
  ): number => {
    const first = field.args.find((argument) => argument.name === 'first');
    if (first) {
      const value = args.find((argument) => argument.name.value === 'first')?.value;
      const given = numberOf(value, variables, operation);
      const size = given ?? (typeof first.defaultValue === 'number' ? first.defaultValue : plainListSize);
      return Math.min(Math.max(1, size), longestPage);
    }
    // `edges` and `nodes` of a connection were counted by its `first`.
    return isList(field.type) && !inConnection ? plainListSize : 1;
  };

  const byFragment = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const counted = byFragment.get(name);
    if (counted !== undefined) return counted;
    byFragment.set(name, 0);
    const fragment = fragments.get(name);
    const cost = fragment ? costOf(fragment.selectionSet, fragment.typeCondition.name.value) : 0;
    byFragment.set(name, cost);
    return cost;
  };
  const costOf = ({ selections }: SelectionSetNode, typeName: string): number => {
    const type = schema.getType(typeName);
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        cost += 1;
        const field = fields[selection.name.value];
        if (!field || !selection.selectionSet) continue;
        const size = multiplierOf(field, selection.arguments ?? [], typeName.endsWith('Connection'));
        cost += size * costOf(selection.selectionSet, getNamedType(field.type).name);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        cost += costOf(selection.selectionSet, selection.typeCondition?.name.value ?? typeName);
      } else cost += ofFragment(selection.name.value);
    }
    return cost;
  };
  return costOf(operation.selectionSet, root.name);
}
