import type { GraphQLSchema } from 'graphql';
import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import { aggregateTypes } from './aggregate-types.ts';
import { connectionTypes } from './connection-type.ts';
import { filters } from './filters.ts';
import { resultTypes } from './function-field.ts';
import { orderTypes } from './order-types.ts';
import { rowTypes } from './row-type.ts';
import { rowsScalars } from './scalars.ts';
import type { RowsTypes, TypesContext } from './types.ts';
import { valueTypes } from './value-types.ts';
import { whereTypes } from './where-type.ts';
import { writeTypes } from './write-types.ts';

/** Types that are the same for all tables, beside those of `base`. */
const sharedTypes = [
  ...[
    'DbQuery',
    'DbMutation',
    'DbSubscription',
    'ValueState',
    'TextSearch',
    'TextSearchType',
    'OrderDirection',
  ],
  ...['JSONOrder', ...Object.keys(rowsScalars)],
];

/** What there is to say of a name that is another one to callers. */
export type Remark = (text: string) => void;

/** All types of the schema of one set of grants. They refer to each other, so each part is given them all. */
export function createRowsTypes(base: GraphQLSchema, grants: Grants, remark: Remark): RowsTypes {
  const given = new Set<string>(sharedTypes);
  const context: TypesContext = {
    base,
    grants,
    nameOf(wanted) {
      let name = wanted;
      while (given.has(name) || base.getType(name) !== undefined) name = `Db${name}`;
      given.add(name);
      if (name !== wanted) remark(`the type ${wanted} is called ${name}: another one has its name`);
      return name;
    },
  };
  const values = valueTypes(context);
  const types: RowsTypes = {
    ...context,
    ...values,
    ...filters({ ...context, ...values }),
    row: (table) => rows.row(table),
    where: (table) => wheres.where(table),
    listWhere: (table) => wheres.listWhere(table),
    orderBy: (table) => orders.orderBy(table),
    aggregateOrderBy: (table) => orders.aggregateOrderBy(table),
    groupsOrderBy: (table) => orders.groupsOrderBy(table),
    columns: (table) => aggregates.columns(table),
    aggregate: (table) => aggregates.aggregate(table),
    group: (table) => aggregates.group(table),
    having: (table) => aggregates.having(table),
    connection: (table, row) => connections.connection(table, row),
    insert: (table) => writes.insert(table),
    onConflict: (table) => writes.onConflict(table),
    changes: (table) => writes.changes(table),
    updateMany: (table) => writes.updateMany(table),
    mutation: (table) => writes.mutation(table),
    result: (fn) => results.result(fn),
  };
  const rows = rowTypes(types);
  const wheres = whereTypes(types);
  const orders = orderTypes(types);
  const aggregates = aggregateTypes(types);
  const connections = connectionTypes(types);
  const writes = writeTypes(types);
  const results = resultTypes(types);
  return types;
}
