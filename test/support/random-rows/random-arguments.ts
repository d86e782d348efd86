import {
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { RandomNumbers } from '../random-numbers.ts';
import { type DocumentVariables, written } from './document-variables.ts';
import { jsonPaths, operandFor, randomValue } from './random-values.ts';

export interface RandomArguments {
  /** ` (name: value, …)`, or nothing. `key` are the fields that no two rows share. */
  of(args: readonly GraphQLArgument[], key: readonly string[]): string;
  /** The order alone. */
  order(type: GraphQLInputType, key: readonly string[]): unknown;
  /** A condition of which nothing vanishes: without relations, words and variables. */
  plainCondition(type: GraphQLInputType): unknown;
  /** Any condition. */
  condition(type: GraphQLInputType): unknown;
}

/** Writes arguments of lists, pages and numbers by what the schema says of them. */
export function randomArguments(random: RandomNumbers, variables: DocumentVariables): RandomArguments {
  /** As a variable now and then, unless the value has variables in it. */
  const maybeVariable = (type: GraphQLInputType, value: unknown): unknown =>
    random.once(4) ? variables.given(type, value) : value;

  /** `inside`: the whole is a variable, so that none can be in it. */
  function condition(type: GraphQLInputObjectType, depth: number, inside: boolean): unknown {
    const fields = Object.values(type.getFields()).filter(
      (field) => depth > 0 || isFilter(getNamedType(field.type)),
    );
    const chosen = random.some(fields, 1 + random.below(2));
    return Object.fromEntries(
      chosen.map((field) => [field.name, part(field.type, field.name, depth, inside)]),
    );
  }

  function part(type: GraphQLInputType, name: string, depth: number, inside: boolean): unknown {
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) throw new Error(`${name} is no part of a condition`);
    if (isFilter(inner)) return filter(inner, inside);
    if (isListType(getNullableType(type))) {
      return Array.from({ length: random.below(4) }, () => condition(inner, depth - 1, inside));
    }
    return condition(inner, depth - 1, inside);
  }

  function filter(type: GraphQLInputObjectType, inside: boolean): unknown {
    const operators = random.some(Object.values(type.getFields()), random.once(5) ? 2 : 1);
    return Object.fromEntries(
      operators.map(({ name, type: operandType }) => {
        const operand = getNamedType(operandType);
        if (name === 'path' && isInputObjectType(operand)) return [name, pathFilter(operand, inside)];
        const value = operandFor(random, type.name, name, operandType);
        if (inside) return [name, value];
        return [name, random.once(12) ? variables.absent(operandType) : maybeVariable(operandType, value)];
      }),
    );
  }

  function pathFilter(type: GraphQLInputObjectType, inside: boolean): unknown {
    const { at: _, ...others } = type.getFields();
    const { name, type: operandType } = random.oneOf(Object.values(others));
    const value = operandFor(random, type.name, name, operandType);
    return { at: random.oneOf(jsonPaths), [name]: inside ? value : maybeVariable(operandType, value) };
  }

  function orderTerm(type: GraphQLInputObjectType, depth: number): unknown {
    const fields = Object.values(type.getFields()).filter(
      ({ type: of }) => depth > 0 || !isInputObjectType(getNamedType(of)),
    );
    if (fields.length === 0) return undefined;
    const { name, type: of } = random.oneOf(fields);
    const inner = getNamedType(of);
    if (!isInputObjectType(inner)) return { [name]: randomValue(random, of) };
    if (inner.name === 'JSONOrder') {
      return { [name]: { at: random.oneOf(jsonPaths), direction: random.oneOf(['ASC', 'DESC_NULLS_LAST']) } };
    }
    const value = orderTerm(inner, depth - 1);
    return value === undefined ? undefined : { [name]: value };
  }

  function order(type: GraphQLInputType, key: readonly string[]): unknown {
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) throw new Error(`${inner.name} is no order`);
    const terms = Array.from({ length: random.below(3) }, () => orderTerm(inner, 3));
    const last = key.map((name) => ({ [name]: random.oneOf(['ASC', 'DESC']) }));
    return [...terms.filter((term) => term !== undefined), ...last];
  }

  function values(args: readonly GraphQLArgument[], key: readonly string[]): Record<string, unknown> {
    const byName = new Map(args.map((argument) => [argument.name, argument]));
    const given: Record<string, unknown> = {};
    const give = (name: string, make: (type: GraphQLInputType) => unknown, once = 1): void => {
      const argument = byName.get(name);
      if (argument !== undefined && random.once(once)) given[name] = make(argument.type);
    };
    const count = (most: number) => (type: GraphQLInputType) => maybeVariable(type, random.below(most));
    give(
      'where',
      whole((type, inside) => condition(type, 3, inside)),
      2,
    );
    give(
      'having',
      whole((type, inside) => condition(type, 2, inside)),
      2,
    );
    give('path', () => random.oneOf(jsonPaths), 2);
    give('distinctOn', (type) => some(type, 2), 5);
    give('distinct', (type) => some(type, 2), 2);
    give('limit', count(6), 2);
    give('offset', count(4), 3);
    give(random.oneOf(['first', 'last']), count(6), 2);
    if (byName.has('by')) {
      const by = groupedBy(byName);
      given['by'] = by;
      give('orderBy', (type) => groupsOrder(type, by));
    } else {
      give('orderBy', (type) => maybeVariable(type, order(type, key)));
    }
    for (const { name, type } of args) {
      // What names one row.
      if (isNonNullType(type)) given[name] ??= maybeVariable(type, randomValue(random, type));
    }
    return given;
  }

  /** A condition with variables in it, or one that is a variable itself. */
  function whole(make: (type: GraphQLInputObjectType, inside: boolean) => unknown) {
    return (type: GraphQLInputType): unknown => {
      const inner = getNamedType(type);
      if (!isInputObjectType(inner)) throw new Error(`${inner.name} is no condition`);
      return random.once(4) ? variables.given(type, make(inner, true)) : make(inner, false);
    };
  }

  function some(type: GraphQLInputType, most: number): string[] {
    const inner = getNamedType(type);
    if (!isEnumType(inner)) throw new Error(`${inner.name} has no values`);
    return random.some(inner.getValues(), most).map(({ name }) => name);
  }

  /** Columns that groups can be ordered by. */
  function groupedBy(args: ReadonlyMap<string, GraphQLArgument>): string[] {
    const keys = groupKeys(args.get('orderBy')?.type);
    return random.some(Object.keys(keys.getFields()), 2);
  }

  function groupsOrder(type: GraphQLInputType, by: readonly string[]): unknown {
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) throw new Error(`${inner.name} is no order`);
    const { key: _, ...numbers } = inner.getFields();
    const { name, type: of } = random.oneOf(Object.values(numbers));
    const columns = getNamedType(of);
    const inColumn = isInputObjectType(columns) ? orderTerm(columns, 0) : randomValue(random, of);
    const last = by.map((column) => ({ key: { [column]: random.oneOf(['ASC', 'DESC_NULLS_LAST']) } }));
    return random.once(2) ? [{ [name]: inColumn }, ...last] : last;
  }

  return {
    order,
    plainCondition: whole((type) => condition(type, 0, true)),
    condition: whole((type, inside) => condition(type, 3, inside)),
    of(args, key) {
      const given = values(args, key);
      const parts = args.flatMap(({ name, type }) =>
        name in given ? [`${name}: ${written(type, given[name])}`] : [],
      );
      return parts.length === 0 ? '' : `(${parts.join(', ')})`;
    },
  };
}

function groupKeys(type: GraphQLInputType | undefined): GraphQLInputObjectType {
  const order = type && getNamedType(type);
  const keys = isInputObjectType(order) ? getNamedType(order.getFields()['key']?.type) : undefined;
  if (!isInputObjectType(keys)) throw new Error('groups have no order by their keys');
  return keys;
}

/** What a column or a number is compared with: the values lie in it. */
function isFilter(type: unknown): type is GraphQLInputObjectType {
  return isInputObjectType(type) && type.getFields()['is'] !== undefined;
}
