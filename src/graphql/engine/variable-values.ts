import {
  GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { withoutEcho } from './document/echoed-values.ts';
import { mostInputErrors } from './document/limits.ts';
import { fitValue } from './fit-value.ts';

/** The variables as resolvers get them, or why they do not fit the operation. */
type VariableValues =
  | { readonly coerced: Readonly<Record<string, unknown>>; readonly errors?: undefined }
  | { readonly coerced?: undefined; readonly errors: readonly GraphQLError[] };

type Path = readonly (string | number)[];

const enough = Symbol('enough errors');
const missingField = /^Field "(\w+)" of required type /;

/** The variables of one operation. */
export interface OperationVariables {
  /** Only what the operation declares: the rest would be kept for as long as it runs, for nobody. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Worked out at the first call. */
  fitted(): VariableValues;
}

/** What an operation declares of the variables that came with it. */
export function operationVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  came: Readonly<Record<string, unknown>> | null | undefined,
  suggestions: boolean,
): OperationVariables {
  // Without a prototype: a document may declare `__proto__`.
  const given: Record<string, unknown> = Object.create(null);
  for (const { variable } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (came && Object.hasOwn(came, name)) given[name] = came[name];
  }
  let known: VariableValues | undefined;
  const fitted = () => {
    known ??= fitVariables(schema, operation, given, suggestions);
    return known;
  };
  return { given, fitted };
}

/**
 * Fits variables to their types as graphql does, but stops after a few errors, prints no value, and says in `issues` at
 * which place of the variables each error stands.
 */
function fitVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  suggestions: boolean,
): VariableValues {
  const errors: GraphQLError[] = [];
  const report = (error: GraphQLError): void => {
    errors.push(error);
    if (errors.length === mostInputErrors) throw enough;
  };
  const coerced: Record<string, unknown> = Object.create(null);
  const fitOne = (definition: VariableDefinitionNode): void => {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) throw new Error('An operation was not validated.');
    if (Object.hasOwn(given, name)) {
      const onError = (path: Path, _value: unknown, { message }: GraphQLError): void =>
        report(misfit(definition, placeOf(path, message), withoutEcho(message)));
      coerced[name] = fitValue(given[name], type, onError, !suggestions);
    } else if (definition.defaultValue) coerced[name] = valueFromAST(definition.defaultValue, type);
    else if (isNonNullType(type)) report(missing(definition, String(type)));
  };
  try {
    operation.variableDefinitions?.forEach(fitOne);
  } catch (error) {
    if (error !== enough) throw error;
  }
  return errors.length > 0 ? { errors } : { coerced };
}

/** A field that is missing is told of its object. */
function placeOf(path: Path, message: string): Path {
  const [, field] = missingField.exec(message) ?? [];
  return field === undefined ? path : [...path, field];
}

function misfit(definition: VariableDefinitionNode, path: Path, reason: string): GraphQLError {
  const name = definition.variable.name.value;
  const at = path.length === 0 ? '' : ` at "${name}${path.map(step).join('')}"`;
  return inputError(definition, path, reason, `Variable "$${name}" got invalid value${at}; ${reason}`);
}

function missing(definition: VariableDefinitionNode, type: string): GraphQLError {
  const message = `Variable "$${definition.variable.name.value}" of required type "${type}" was not provided.`;
  return inputError(definition, [], message, message);
}

function inputError(
  definition: VariableDefinitionNode,
  path: Path,
  reason: string,
  message: string,
): GraphQLError {
  const place = [definition.variable.name.value, ...path.map(String)];
  return new GraphQLError(message, {
    nodes: definition,
    extensions: { code: 'BAD_USER_INPUT', issues: [{ path: place, message: reason }] },
  });
}

function step(key: string | number): string {
  return typeof key === 'number' ? `[${key}]` : `.${key}`;
}
