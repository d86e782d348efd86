import {
  type FieldNode,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { getArgumentValues } from 'graphql/execution/values.js';

/** One place of an operation under `db`, with all that is needed to read what is selected there. */
export interface Operation {
  readonly info: Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues'>;
  /** Rows of one list at most. */
  readonly maxRows: number;
}

/** A field that is selected, under its response key. */
export interface SelectedField {
  readonly key: string;
  readonly name: string;
  readonly node: FieldNode;
  /** All nodes that are merged under the key. */
  readonly nodes: readonly FieldNode[];
  readonly parent: GraphQLObjectType;
  /** Undefined for `__typename`. */
  readonly field: GraphQLField<unknown, unknown> | undefined;
}

/** One that is not `__typename`. */
export type KnownField = SelectedField & { readonly field: NonNullable<SelectedField['field']> };

/** What some nodes select of `type`: fragments opened, `@skip` and `@include` applied, merged, in the answer's order. */
export function selectedFields(
  { info }: Operation,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): readonly SelectedField[] {
  const { schema, fragments, variableValues } = info;
  const collected = collectSubfields(schema, fragments, variableValues, type, nodes);
  const fields = type.getFields();
  return [...collected].flatMap(([key, merged]) => {
    const [node] = merged;
    if (node === undefined) return [];
    const name = node.name.value;
    return [{ key, name, node, nodes: merged, parent: type, field: fields[name] }];
  });
}

/** The coerced arguments of a field. Throws what graphql says of one that does not fit. */
export function argumentsOf(
  { info }: Operation,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Readonly<Record<string, unknown>> {
  return getArgumentValues(field, node, info.variableValues);
}

/** The object type that a field gives, whatever is wrapped around it. */
export function objectTypeOf({ type, name }: GraphQLField<unknown, unknown>): GraphQLObjectType {
  const named = getNamedType(type);
  if (isObjectType(named)) return named;
  throw new Error(`The field ${name} gives no object.`);
}

/** The input object that an argument or a field takes, whatever is wrapped around it. */
export function inputObjectOf(type: GraphQLInputType): GraphQLInputObjectType {
  const named = getNamedType(type);
  if (isInputObjectType(named)) return named;
  throw new Error(`${String(type)} is no input object.`);
}

/** The input object of the argument `name`. */
export function argumentType(
  { args, name: fieldName }: GraphQLField<unknown, unknown>,
  name: string,
): GraphQLInputObjectType {
  const argument = args.find((each) => each.name === name);
  if (argument === undefined) throw new Error(`The field ${fieldName} has no argument ${name}.`);
  return inputObjectOf(argument.type);
}
