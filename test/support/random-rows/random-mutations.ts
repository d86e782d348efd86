import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { RandomNumbers } from '../random-numbers.ts';
import { type DocumentVariables, documentVariables, written } from './document-variables.ts';
import { type RandomArguments, randomArguments } from './random-arguments.ts';
import type { RandomDocument } from './random-documents.ts';
import { randomValue } from './random-values.ts';

/** Writes of the table `items`, as a caller's own schema has them; undefined where there are none. */
export function randomMutation(random: RandomNumbers, schema: GraphQLSchema): RandomDocument | undefined {
  const type = schema.getType('DbMutation');
  const fields = isObjectType(type)
    ? Object.values(type.getFields()).filter(({ name }) => /^[a-z]+Items/.test(name))
    : [];
  if (fields.length === 0) return undefined;
  const variables = documentVariables();
  const writes = randomWrites(random, variables, randomArguments(random, variables));
  const parts = Array.from({ length: 1 + random.below(2) }, (_, index) => {
    const field = random.oneOf(fields);
    return `w${index}: ${field.name}${writes(field)} ${selectionOf(field)}`;
  });
  return {
    text: `mutation${variables.declarations()} { db { ${parts.join(' ')} } }`,
    variables: variables.values,
  };
}

const columns = '{ id owner title points price meta tags parentId }';

/** What is written, without what is related to it: that has tests of its own. */
function selectionOf({ name, type }: GraphQLField<unknown, unknown>): string {
  const inner = getNamedType(type);
  const isRow = isObjectType(inner) && inner.getFields()['affectedCount'] === undefined;
  if (isRow) return columns;
  return name.endsWith('Many') ? '{ affectedCount }' : `{ affectedCount returning ${columns} }`;
}

const kindsOfChanges = new Set(['set', 'inc', 'append', 'prepend', 'deleteKey']);

function randomWrites(random: RandomNumbers, variables: DocumentVariables, args: RandomArguments) {
  const maybeVariable = (type: GraphQLInputType, value: unknown): unknown =>
    random.once(4) ? variables.given(type, value) : value;

  /** A value for a column, null now and then where that may be. */
  function valueFor({ type, name }: GraphQLInputField, mayBeNull: boolean): unknown {
    if (mayBeNull && !isNonNullType(type) && random.once(8)) return null;
    if (name === 'id' || name === 'parentId') return 1 + random.below(16);
    return randomValue(random, type);
  }

  function values(type: GraphQLInputType, most: number, without: Set<string>, mayBeNull: boolean) {
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) throw new Error(`${inner.name} holds no values`);
    const fields = Object.values(inner.getFields()).filter(
      (field) => !isInputObjectType(getNamedType(field.type)) && !without.has(field.name),
    );
    const needed = fields.filter((field) => isNonNullType(field.type) || (field.name === 'id' && most > 2));
    const chosen = fields.length === 0 ? [] : random.some(fields, most);
    for (const { name } of chosen) without.add(name);
    return Object.fromEntries(
      [...new Set([...needed, ...chosen])].map((field) => [field.name, valueFor(field, mayBeNull)]),
    );
  }

  const newRow = (type: GraphQLInputType): unknown => values(type, 5, new Set(), true);

  function conflict(type: GraphQLInputType): unknown {
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) throw new Error(`${inner.name} is no conflict`);
    const { constraint, update, where } = inner.getFields();
    const of = (field: GraphQLInputField | undefined) => {
      const found = field && getNamedType(field.type);
      if (!isEnumType(found)) throw new Error('a conflict has no names');
      return found.getValues().map(({ name }) => name);
    };
    return {
      constraint: random.oneOf(of(constraint)),
      update: random.once(4) ? [] : random.some(of(update), 3),
      ...(where && random.once(3) ? { where: args.condition(where.type) } : {}),
    };
  }

  /** `set` and the others, each of columns of its own. */
  function changes(fields: readonly (GraphQLArgument | GraphQLInputField)[]): Record<string, unknown> {
    const taken = new Set(['id']);
    const given: Record<string, unknown> = {};
    for (const { name, type } of fields) {
      if (!kindsOfChanges.has(name) || (name !== 'set' && random.once(2))) continue;
      const made = values(type, 2, taken, name === 'set');
      if (Object.keys(made).length > 0) given[name] = made;
    }
    return given;
  }

  function updates(type: GraphQLInputType): unknown {
    const inner = getNamedType(type);
    if (!isInputObjectType(inner)) throw new Error(`${inner.name} is no update`);
    const fields = Object.values(inner.getFields());
    const where = inner.getFields()['where'];
    return Array.from({ length: 1 + random.below(2) }, () => ({
      ...(where ? { where: args.condition(where.type) } : {}),
      all: true,
      ...changes(fields),
    }));
  }

  function valueOfArgument({ name, type }: GraphQLArgument): unknown {
    switch (name) {
      case 'objects':
        return Array.from({ length: 1 + random.below(3) }, () => newRow(type));
      case 'object':
        return newRow(type);
      case 'onConflict':
        return random.once(2) ? conflict(type) : undefined;
      case 'where':
        return args.condition(type);
      case 'all':
        return true;
      case 'atMost':
        return random.once(3) ? random.below(4) : undefined;
      case 'ifMatch':
        return random.once(3) ? args.plainCondition(type) : undefined;
      case 'id':
        return maybeVariable(type, 1 + random.below(16));
      case 'updates':
        return updates(type);
      default:
        return undefined;
    }
  }

  return (field: GraphQLField<unknown, unknown>): string => {
    const given = changes(field.args);
    const parts = field.args.flatMap((argument) => {
      const value = kindsOfChanges.has(argument.name) ? given[argument.name] : valueOfArgument(argument);
      return value === undefined ? [] : [`${argument.name}: ${written(argument.type, value)}`];
    });
    return `(${parts.join(', ')})`;
  };
}
