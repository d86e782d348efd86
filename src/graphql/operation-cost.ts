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
  /** Counting stops here: the answer is then "at least this". */
  readonly limit: number;
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
 * ten below a plain list. Worked out once for an operation whose `first` arguments are literals, else at each execution.
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
  const { schema, operation, fragments, variables, limit } = input;
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;
  let cost = 0;

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

  const walk = (
    selectionSet: SelectionSetNode,
    typeName: string,
    factor: number,
    open: ReadonlySet<string>,
  ): void => {
    const type = schema.getType(typeName);
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    for (const selection of selectionSet.selections) {
      if (cost > limit) return;
      if (selection.kind === Kind.FIELD) {
        cost += factor;
        const field = fields[selection.name.value];
        if (!field || !selection.selectionSet) continue;
        const size = multiplierOf(field, selection.arguments ?? [], typeName.endsWith('Connection'));
        walk(selection.selectionSet, getNamedType(field.type).name, factor * size, open);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, factor, open);
      } else {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (fragment && !open.has(name)) {
          walk(fragment.selectionSet, fragment.typeCondition.name.value, factor, new Set([...open, name]));
        }
      }
    }
  };
  walk(operation.selectionSet, root.name, 1, new Set());
  return cost;
}
