import { type GraphQLInputType, getNullableType, isEnumType, isInputObjectType, isListType } from 'graphql';
import { isRecord } from '../../../src/lib/is-record.ts';

/** Stands for a value within another one. */
class Variable {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export interface DocumentVariables {
  /** A variable that has a value. */
  given(type: GraphQLInputType, value: unknown): Variable;
  /** One that has none: what is given by it is as if it were not there. */
  absent(type: GraphQLInputType): Variable;
  /** The name of one for `@include` and `@skip`. */
  condition(value: boolean): string;
  /** `($v1: Int!)`, or nothing. */
  declarations(): string;
  readonly values: Readonly<Record<string, unknown>>;
}

export function documentVariables(): DocumentVariables {
  const declared: string[] = [];
  const values: Record<string, unknown> = {};
  const declare = (type: string): Variable => {
    const name = `v${declared.length + 1}`;
    declared.push(`$${name}: ${type}`);
    return new Variable(name);
  };
  const give = (type: string, value: unknown): Variable => {
    const variable = declare(`${type}!`);
    values[variable.name] = value;
    return variable;
  };
  return {
    given: (type, value) => give(String(getNullableType(type)), value),
    condition: (value) => give('Boolean', value).name,
    absent: (type) => declare(String(getNullableType(type))),
    declarations: () => (declared.length === 0 ? '' : `(${declared.join(', ')})`),
    values,
  };
}

/** A value as it is written in a document. */
export function written(type: GraphQLInputType, value: unknown): string {
  const inner = getNullableType(type);
  if (value instanceof Variable) return `$${value.name}`;
  if (Array.isArray(value)) {
    return `[${value.map((item) => (isListType(inner) ? written(inner.ofType, item) : anyValue(item))).join(', ')}]`;
  }
  if (isListType(inner)) return written(inner.ofType, value);
  if (isInputObjectType(inner) && isRecord(value)) {
    const fields = inner.getFields();
    const parts = Object.entries(value).map(([name, item]) => {
      const field = fields[name];
      if (field === undefined) throw new Error(`${inner.name} has no field ${name}`);
      return `${name}: ${written(field.type, item)}`;
    });
    return `{ ${parts.join(', ')} }`;
  }
  return isEnumType(inner) ? String(value) : anyValue(value);
}

/** A value of a scalar, which may hold others. */
function anyValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(anyValue).join(', ')}]`;
  if (isRecord(value)) {
    return `{ ${Object.entries(value)
      .map(([name, item]) => `${name}: ${anyValue(item)}`)
      .join(', ')} }`;
  }
  return JSON.stringify(value);
}
