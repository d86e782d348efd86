import { type GraphQLInputFieldConfig, GraphQLInputObjectType, GraphQLList, GraphQLNonNull } from 'graphql';
import type { Table } from '../../../upstream/postgres/rows/model/model.ts';
import { readableColumns, readableRelations, readableValues } from './readable.ts';
import { memoized, type RowsTypes } from './types.ts';

type Fields = Record<string, GraphQLInputFieldConfig>;

/** Types of conditions on rows. */
export function whereTypes(types: RowsTypes): Pick<RowsTypes, 'where' | 'listWhere'> {
  const { grants, nameOf } = types;

  function fieldsOf(table: Table): Fields {
    const fields: Fields = {};
    for (const column of readableColumns(grants, table)) {
      fields[column.apiName] = {
        type: types.filter(column.type),
        extensions: { rows: { kind: 'column', column } },
      };
    }
    for (const { fn, type } of readableValues(grants, table)) {
      fields[fn.apiName] = { type: types.filter(type), extensions: { rows: { kind: 'computed', fn } } };
    }
    for (const relation of readableRelations(grants, table)) {
      const { cardinality, other, apiName } = relation;
      fields[apiName] = {
        type: cardinality === 'one' ? types.where(other) : types.listWhere(other),
        extensions: { rows: { kind: 'relation', relation } },
      };
    }
    const own = types.where(table);
    const several = new GraphQLList(new GraphQLNonNull(own));
    return {
      ...fields,
      and: { type: several, description: 'All of these hold.' },
      or: { type: several, description: 'One of these holds; none does where there are none.' },
      not: { type: own, description: 'This does not hold.' },
    };
  }

  return {
    where: memoized(
      (table: Table) =>
        new GraphQLInputObjectType({
          name: nameOf(`${table.typeName}Where`),
          description: 'All that is given must hold.',
          fields: () => fieldsOf(table),
        }),
    ),
    listWhere: memoized(
      (table: Table) =>
        new GraphQLInputObjectType({
          name: nameOf(`${table.typeName}WhereMany`),
          description: 'All that is given must hold.',
          fields: () => {
            const where = { type: types.where(table) };
            return {
              some: { ...where, description: 'For at least one.' },
              none: { ...where, description: 'For none.' },
              every: { ...where, description: 'For every one; also where there are none.' },
            };
          },
        }),
    ),
  };
}
