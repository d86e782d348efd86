import {
  GraphQLBoolean,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { RowsFunction } from '../../../upstream/postgres/rows/model/model.ts';
import { listArgs } from './page-args.ts';
import { memoized, type RowsTypes } from './types.ts';

/** What a function's field gives. Throws for one whose rows the role may not read: it has no field. */
export function functionType(types: RowsTypes, fn: RowsFunction): GraphQLOutputType {
  const one = answerType(types, fn);
  if (fn.returns.kind === 'void') return one;
  return fn.setReturning ? new GraphQLNonNull(new GraphQLList(itemType(fn, one))) : one;
}

/** Rows are there; values may be null. */
function itemType(fn: RowsFunction, one: GraphQLOutputType): GraphQLOutputType {
  return fn.returns.kind === 'value' ? one : new GraphQLNonNull(one);
}

function answerType(types: RowsTypes, fn: RowsFunction): GraphQLOutputType {
  const { returns } = fn;
  switch (returns.kind) {
    case 'void':
      return GraphQLBoolean;
    case 'value':
      return types.output(returns.type);
    case 'table':
      return present(types.row(returns.table), fn);
    case 'record':
      return present(types.result(fn), fn);
  }
}

function present<T>(type: T | undefined, fn: RowsFunction): T {
  if (type === undefined) throw new Error(`The function ${fn.schema}.${fn.name} gives what cannot be read.`);
  return type;
}

/** Its parameters, and of those that give rows of a table which of them. */
export function functionArgs(types: RowsTypes, fn: RowsFunction): GraphQLFieldConfigArgumentMap {
  const own: GraphQLFieldConfigArgumentMap = {};
  for (const { apiName, type, hasDefault, variadic } of fn.parameters) {
    const input = types.input(type);
    own[apiName] = { type: hasDefault || variadic ? input : new GraphQLNonNull(input) };
  }
  if (!fn.setReturning) return own;
  const page =
    fn.returns.kind === 'table'
      ? listArgs(types, fn.returns.table)
      : {
          limit: { type: GraphQLInt, description: 'How many at most.' },
          offset: { type: GraphQLInt, description: 'How many to skip.' },
        };
  // A parameter of the function's own goes first.
  return { ...page, ...own };
}

/** Types of functions' own rows. */
export function resultTypes(types: RowsTypes): Pick<RowsTypes, 'result'> {
  return {
    result: memoized((fn: RowsFunction) => {
      const { returns } = fn;
      if (returns.kind !== 'record') return undefined;
      return new GraphQLObjectType({
        name: types.nameOf(`${fn.typeName}Result`),
        description: `What ${fn.schema}.${fn.name} gives.`,
        fields: () =>
          Object.fromEntries(
            returns.attributes.map((attribute) => [
              attribute.apiName,
              {
                type: types.output(attribute.type),
                extensions: { rows: { kind: 'column', column: attribute } },
              },
            ]),
          ),
      });
    }),
  };
}
