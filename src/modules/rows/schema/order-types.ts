import {
  GraphQLEnumType,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import type { Column, Table } from '../../../upstream/postgres/rows/model/model.ts';
import {
  hasExtremes,
  isNumeric,
  isOrderable,
  readableColumns,
  readableRelations,
  readableValues,
} from './readable.ts';
import { memoized, type RowsTypes } from './types.ts';

type Fields = Record<string, GraphQLInputFieldConfig>;

const direction = new GraphQLEnumType({
  name: 'OrderDirection',
  description: 'Nulls come last in ascending order and first in descending order, unless said otherwise.',
  values: {
    ASC: {},
    DESC: {},
    ASC_NULLS_FIRST: {},
    ASC_NULLS_LAST: {},
    DESC_NULLS_FIRST: {},
    DESC_NULLS_LAST: {},
  },
});

const jsonOrder = new GraphQLInputObjectType({
  name: 'JSONOrder',
  description: 'An order by what lies in a JSON value.',
  fields: {
    at: { type: new GraphQLNonNull(GraphQLString), description: 'Where: `a.b[0]`.' },
    direction: { type: new GraphQLNonNull(direction) },
  },
});

/** Types of orders of rows and of groups. */
export function orderTypes(
  types: RowsTypes,
): Pick<RowsTypes, 'orderBy' | 'aggregateOrderBy' | 'groupsOrderBy'> {
  const { grants } = types;
  const oneKey = (name: string, fields: () => Fields): GraphQLInputObjectType =>
    new GraphQLInputObjectType({
      name: types.nameOf(name),
      description: 'Exactly one key.',
      isOneOf: true,
      fields,
    });

  const columnFields = (columns: readonly Column[]): Fields =>
    Object.fromEntries(
      columns.map((column) => [
        column.apiName,
        { type: direction, extensions: { rows: { kind: 'column' as const, column } } },
      ]),
    );
  const orderColumns = memoized((table: Table) =>
    oneKey(`${table.typeName}ExtremesOrder`, () =>
      columnFields(readableColumns(grants, table).filter(({ type }) => hasExtremes(type))),
    ),
  );
  const orderNumbers = memoized((table: Table) =>
    oneKey(`${table.typeName}NumbersOrder`, () =>
      columnFields(readableColumns(grants, table).filter(({ type }) => isNumeric(type))),
    ),
  );

  function aggregateFields(table: Table): Fields {
    const columns = readableColumns(grants, table);
    const numbers = { type: orderNumbers(table) };
    const others = { type: orderColumns(table) };
    return {
      count: { type: direction },
      ...(columns.some(({ type }) => isNumeric(type)) ? { sum: numbers, avg: numbers } : {}),
      ...(columns.some(({ type }) => hasExtremes(type)) ? { min: others, max: others } : {}),
    };
  }

  /** Without the relations to one row: an order by these alone is nothing that anybody looks for. */
  function ownFields(table: Table): Fields {
    const fields: Fields = {};
    for (const column of readableColumns(grants, table)) {
      const json = column.type.kind === 'scalar' && column.type.scalar === 'JSON';
      if (!json && !isOrderable(column.type)) continue;
      fields[column.apiName] = {
        type: json ? jsonOrder : direction,
        extensions: { rows: { kind: 'column', column } },
      };
    }
    for (const { fn, type } of readableValues(grants, table)) {
      if (isOrderable(type))
        fields[fn.apiName] = { type: direction, extensions: { rows: { kind: 'computed', fn } } };
    }
    for (const relation of readableRelations(grants, table)) {
      const { apiName, cardinality, other } = relation;
      if (cardinality === 'one' || types.row(other) === undefined) continue;
      fields[`${apiName}Aggregate`] = {
        type: types.aggregateOrderBy(other),
        extensions: { rows: { kind: 'relationAggregate', relation } },
      };
    }
    return fields;
  }

  function relatedFields(table: Table): Fields {
    const fields: Fields = {};
    for (const relation of readableRelations(grants, table)) {
      const type = relation.cardinality === 'one' ? types.orderBy(relation.other) : undefined;
      if (type) fields[relation.apiName] = { type, extensions: { rows: { kind: 'relation', relation } } };
    }
    return fields;
  }

  return {
    orderBy: memoized((table: Table) => {
      const own = ownFields(table);
      if (Object.keys(own).length === 0) return undefined;
      return oneKey(`${table.typeName}OrderBy`, () => ({ ...own, ...relatedFields(table) }));
    }),
    aggregateOrderBy: memoized((table: Table) =>
      oneKey(`${table.typeName}AggregateOrder`, () => aggregateFields(table)),
    ),
    groupsOrderBy: memoized((table: Table) =>
      oneKey(`${table.typeName}GroupsOrder`, () => ({
        ...orderGroupKey(table),
        ...aggregateFields(table),
      })),
    ),
  };

  function orderGroupKey(table: Table): Fields {
    const columns = readableColumns(grants, table).filter(({ type }) => isOrderable(type));
    if (columns.length === 0) return {};
    return { key: { type: oneKey(`${table.typeName}GroupKeyOrder`, () => columnFields(columns)) } };
  }
}
