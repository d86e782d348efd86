import {
  type ArgumentNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { createCount, type Fragments } from './selections.ts';

// A list that has no argument for its size is one that cannot grow; ten is what the longest of them usually hold.
const plainListSize = 10;

// No connection has longer pages. A `first` beyond it is the resolver's to refuse, in words about `first`.
const longestPage = 1_000;

/** How many items a field gives, where it has one of them. */
const sizeArguments: ReadonlySet<string> = new Set(['first', 'last', 'limit']);

type Variables = Readonly<Record<string, unknown>>;

/** What the fields of an operation come to. */
export interface FieldTotals {
  readonly cost: number;
  /** Whether the cost is the same whatever the variables are. */
  readonly constant: boolean;
  readonly secretAnswer: boolean;
}

interface Sum {
  cost: number;
  secret: boolean;
}

/**
 * How much an operation may make the gateway do: one a field, or what it says itself, times its size (at most 1,000)
 * below a list that is given one, times ten below a plain list; each fragment is walked once.
 */
export function fieldTotals(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
  variables: Variables,
): FieldTotals {
  let constant = true;
  const numberOf = (value: ValueNode | undefined): number | undefined => {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    constant = false;
    return numberOfVariable(value.name.value, variables, operation);
  };
  const count = createCount<Sum, GraphQLNamedType | undefined>(fragments, {
    empty: () => ({ cost: 0, secret: false }),
    addField(sum, node, type, below) {
      const field = fieldOf(type, node.name.value);
      const options = field?.extensions.operations;
      sum.cost += options?.cost?.own ?? 1;
      sum.secret ||= options?.secretAnswer === true;
      if (!field || !node.selectionSet) return;
      const inner = below(getNamedType(field.type));
      sum.cost += (options?.cost?.items ?? itemsOf(field, node.arguments, numberOf)) * inner.cost;
      sum.secret ||= inner.secret;
    },
    addFragment(sum, _fragment, inner) {
      sum.cost += inner.cost;
      sum.secret ||= inner.secret;
    },
    on: (typeName) => schema.getType(typeName),
  });
  const { cost, secret } = count.of(
    operation.selectionSet,
    schema.getRootType(operation.operation) ?? undefined,
  );
  return { cost, constant, secretAnswer: secret };
}

function fieldOf(
  type: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function itemsOf(
  field: GraphQLField<unknown, unknown>,
  args: readonly ArgumentNode[] | undefined,
  numberOf: (value: ValueNode | undefined) => number | undefined,
): number {
  const sizes = field.args.filter(({ name }) => sizeArguments.has(name));
  if (sizes.length === 0) return isList(field.type) ? plainListSize : 1;
  const given = sizes.map(({ name }) => numberOf(args?.find((each) => each.name.value === name)?.value));
  const said = given.find((size) => size !== undefined);
  const [first] = sizes;
  const size = said ?? (typeof first?.defaultValue === 'number' ? first.defaultValue : plainListSize);
  return Math.min(Math.max(1, size), longestPage);
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function numberOfVariable(
  name: string,
  variables: Variables,
  operation: OperationDefinitionNode,
): number | undefined {
  const given = variables[name];
  if (given !== undefined) return typeof given === 'number' ? given : undefined;
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : undefined;
}
