import {
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import type { Table } from '../../../upstream/postgres/rows/model/model.ts';
import type { RowsTypes } from './types.ts';

type Types = Pick<RowsTypes, 'where' | 'orderBy' | 'columns'>;

/** Arguments of rows as a list. */
export function listArgs(types: Types, table: Table): GraphQLFieldConfigArgumentMap {
  return {
    where: { type: types.where(table), description: 'Which rows.' },
    ...orderByArg(types, table),
    distinctOn: {
      type: new GraphQLList(new GraphQLNonNull(types.columns(table))),
      description:
        'Only the first row of those that are equal in these columns, which the order begins with.',
    },
    limit: { type: GraphQLInt, description: 'How many rows at most.' },
    offset: { type: GraphQLInt, description: 'How many rows to skip.' },
  };
}

/** Arguments of a connection, as Relay has them. */
export function connectionArgs(types: Types, table: Table): GraphQLFieldConfigArgumentMap {
  return {
    where: { type: types.where(table), description: 'Which rows.' },
    ...orderByArg(types, table),
    first: { type: GraphQLInt, description: 'How many rows from the start, or after `after`. Default: 100.' },
    after: { type: GraphQLString, description: 'A cursor: the page begins behind it.' },
    last: { type: GraphQLInt, description: 'How many rows from the end, or before `before`.' },
    before: { type: GraphQLString, description: 'A cursor: the page ends before it.' },
  };
}

/** The argument of numbers over rows. */
export function whereArgs(types: Types, table: Table): GraphQLFieldConfigArgumentMap {
  return { where: { type: types.where(table), description: 'Which rows.' } };
}

function orderByArg(types: Types, table: Table): GraphQLFieldConfigArgumentMap {
  const type = types.orderBy(table);
  if (type === undefined) return {};
  const description = 'The order of the rows; later terms order those that are equal in the ones before.';
  return { orderBy: { type: new GraphQLList(new GraphQLNonNull(type)), description } };
}
