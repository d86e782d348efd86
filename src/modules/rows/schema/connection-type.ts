import {
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLSchema,
  GraphQLString,
  isObjectType,
} from 'graphql';
import type { Table } from '../../../upstream/postgres/rows/model/model.ts';
import { part } from './meaning.ts';
import type { RowsTypes } from './types.ts';

/** Relay's connections over rows. */
export function connectionTypes({ base, nameOf }: RowsTypes): Pick<RowsTypes, 'connection'> {
  const pageInfo = new GraphQLNonNull(pageInfoOf(base));
  const made = new Map<Table, GraphQLObjectType>();

  function make({ typeName, schema, name }: Table, row: GraphQLObjectType): GraphQLObjectType {
    const node = new GraphQLNonNull(row);
    const counted = { ...part, operations: { cost: { items: 1 } } };
    const edge = new GraphQLObjectType({
      name: nameOf(`${typeName}Edge`),
      description: 'A row of a page, with its cursor.',
      fields: {
        cursor: {
          type: new GraphQLNonNull(GraphQLString),
          description: 'Where it lies in this order: usable as `after` and `before`.',
          extensions: part,
        },
        node: { type: node, extensions: part },
      },
    });
    const list = (of: GraphQLObjectType) => new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(of)));
    return new GraphQLObjectType({
      name: nameOf(`${typeName}Connection`),
      description: `A page of rows of ${schema}.${name}.`,
      fields: {
        edges: { type: list(edge), description: 'The page, each row with its cursor.', extensions: counted },
        nodes: { type: list(row), description: 'The page without cursors.', extensions: counted },
        pageInfo: {
          type: pageInfo,
          description: 'Where the page lies.',
          extensions: part,
        },
        totalCount: {
          type: GraphQLInt,
          description: 'How many rows there are on all pages; counted only where it is selected.',
          extensions: part,
        },
      },
    });
  }

  return {
    connection(table, row) {
      const known = made.get(table);
      if (known) return known;
      const type = make(table, row);
      made.set(table, type);
      return type;
    },
  };
}

function pageInfoOf(base: GraphQLSchema): GraphQLObjectType {
  const type = base.getType('PageInfo');
  if (isObjectType(type)) return type;
  throw new Error('The schema has no type PageInfo.');
}
