import {
  coerceInputValue,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { isRecord } from '../../lib/is-record.ts';

type OnError = NonNullable<Parameters<typeof coerceInputValue>[2]>;

/** Thrown where graphql has to look. */
const undecided = Symbol('undecided');

/**
 * A value as its type has it, as graphql's `coerceInputValue` gives it, in half of the time: that keeps the path to each
 * value for the sake of an error that hardly ever comes. What is not plainly right is left to it.
 */
export function fitValue(
  value: unknown,
  type: GraphQLInputType,
  onError: OnError,
  hideSuggestions: boolean,
): unknown {
  try {
    return plainValue(value, type);
  } catch {
    return coerceInputValue(withoutInherited(value), type, onError, hideSuggestions);
  }
}

function plainValue(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) {
    if (value == null) throw undecided;
    return plainValue(value, type.ofType);
  }
  if (value == null) return null;
  if (isListType(type)) {
    if (!Array.isArray(value)) throw undecided;
    const item: GraphQLInputType = type.ofType;
    return value.map((each) => plainValue(each, item));
  }
  if (isInputObjectType(type)) return plainObject(value, type);
  const parsed = type.parseValue(value);
  if (parsed === undefined) throw undecided;
  return parsed;
}

/** To graphql what an object inherits is given, and so is a field that is called `constructor` in each of them. */
function withoutInherited(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutInherited);
  if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const own: Record<string, unknown> = Object.create(null);
  for (const [name, inner] of Object.entries(value)) own[name] = withoutInherited(inner);
  return own;
}

/** It inherits nothing, like what `Object.create(null)` makes; that is a hash table from the start, and slow to walk. */
class FittedObject {
  [name: string]: unknown;
}
Reflect.deleteProperty(FittedObject.prototype, 'constructor');
Object.setPrototypeOf(FittedObject.prototype, null);

function plainObject(value: unknown, type: GraphQLInputObjectType): unknown {
  if (!isRecord(value) || type.isOneOf) throw undecided;
  const fitted = new FittedObject();
  let known = 0;
  for (const { name, type: of, defaultValue, isInherited } of fieldsOf(type)) {
    const given = isInherited && !Object.hasOwn(value, name) ? undefined : value[name];
    if (given !== undefined) {
      known += 1;
      fitted[name] = plainValue(given, of);
    } else if (defaultValue !== undefined) fitted[name] = defaultValue;
    else if (isNonNullType(of)) throw undecided;
  }
  if (Object.keys(value).length !== known) throw undecided;
  return fitted;
}

const fields = new WeakMap<GraphQLInputObjectType, ReturnType<typeof listFields>>();

function listFields(type: GraphQLInputObjectType) {
  return Object.values(type.getFields()).map(({ name, type: of, defaultValue }) => ({
    name,
    type: of,
    defaultValue,
    isInherited: name in Object.prototype,
  }));
}

function fieldsOf(type: GraphQLInputObjectType): ReturnType<typeof listFields> {
  const known = fields.get(type) ?? listFields(type);
  fields.set(type, known);
  return known;
}
