import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql';
import type { Key, RowsFunction, RowsModel, Table } from '../../../upstream/postgres/rows/model/model.ts';
import { functionArgs, functionType } from './function-field.ts';
import { connectionArgs, listArgs, whereArgs } from './page-args.ts';
import { hasCursors, mayUse, readableKeys } from './readable.ts';
import type { RowsTypes } from './types.ts';

type Fields = GraphQLFieldConfigMap<unknown, unknown>;
type Field = GraphQLFieldConfig<unknown, unknown>;

/** `DbQuery`: everything that may be read; undefined where that is nothing. */
export function dbQuery(types: RowsTypes, model: RowsModel): GraphQLObjectType | undefined {
  return readingType(
    types,
    model,
    'DbQuery',
    'Tables and functions, as your rights allow: one snapshot for all fields.',
  );
}

/** `DbSubscription`: the same, each time the answer is another one. */
export function dbSubscription(types: RowsTypes, model: RowsModel): GraphQLObjectType | undefined {
  return readingType(
    types,
    model,
    'DbSubscription',
    'Tables and functions, as your rights allow: the present answer at once, then the whole answer whenever it changed.',
  );
}

function readingType(
  types: RowsTypes,
  model: RowsModel,
  name: string,
  description: string,
): GraphQLObjectType | undefined {
  const fields = readingFields(types, model);
  if (Object.keys(fields).length === 0) return undefined;
  return new GraphQLObjectType({ name, description, fields });
}

/** Lists have their names before all that is named after them. */
function readingFields(types: RowsTypes, model: RowsModel): Fields {
  // Without a prototype: what is called `constructor` would be taken for there.
  const fields: Fields = Object.create(null);
  const tables = model.tables.flatMap((table) => {
    const row = types.row(table);
    return row === undefined ? [] : [{ table, row }];
  });
  for (const { table, row } of tables) fields[table.apiName] ??= listField(types, table, row);
  for (const fn of readingFunctions(types, model)) fields[fn.apiName] ??= callField(types, fn);
  for (const { table, row } of tables) {
    for (const key of readableKeys(types.grants, table)) {
      if (key.apiName !== undefined) {
        fields[`${table.apiName}${key.apiName}`] ??= rowField(types, table, key, row);
      }
    }
    if (hasCursors(types.grants, table)) {
      fields[`${table.apiName}Connection`] ??= connectionField(types, table, row);
    }
    fields[`${table.apiName}Aggregate`] ??= aggregateField(types, table);
    fields[`${table.apiName}Groups`] ??= groupsField(types, table);
  }
  return fields;
}

function readingFunctions({ grants }: RowsTypes, { functions }: RowsModel): readonly RowsFunction[] {
  return functions.filter((fn) => fn.volatility !== 'VOLATILE' && mayUse(grants, fn));
}

function listField(types: RowsTypes, table: Table, row: GraphQLObjectType): Field {
  return {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(row))),
    description: table.description ?? `Rows of ${table.schema}.${table.name}.`,
    args: listArgs(types, table),
    extensions: { rows: { kind: 'rows', table } },
  };
}

function rowField(types: RowsTypes, table: Table, key: Key, row: GraphQLObjectType): Field {
  return {
    type: row,
    description: `The row of ${table.schema}.${table.name} that the key names; null where there is none, or none that you may see.`,
    args: Object.fromEntries(
      key.columns.map((column) => [column.apiName, { type: new GraphQLNonNull(types.input(column.type)) }]),
    ),
    extensions: { rows: { kind: 'row', table, key } },
  };
}

function connectionField(types: RowsTypes, table: Table, row: GraphQLObjectType): Field {
  return {
    type: new GraphQLNonNull(types.connection(table, row)),
    description: `Rows of ${table.schema}.${table.name} in pages with cursors.`,
    args: connectionArgs(types, table),
    extensions: { rows: { kind: 'connection', table } },
  };
}

function aggregateField(types: RowsTypes, table: Table): Field {
  return {
    type: new GraphQLNonNull(types.aggregate(table)),
    description: `Numbers over rows of ${table.schema}.${table.name}.`,
    args: whereArgs(types, table),
    extensions: { rows: { kind: 'aggregate', table } },
  };
}

function groupsField(types: RowsTypes, table: Table): Field {
  return {
    type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(types.group(table)))),
    description: `Rows of ${table.schema}.${table.name} in groups.`,
    args: {
      by: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(types.columns(table)))),
        description: 'The columns in which the rows of a group are equal.',
      },
      where: { type: types.where(table), description: 'Which rows.' },
      having: { type: types.having(table), description: 'Which groups.' },
      orderBy: { type: new GraphQLList(new GraphQLNonNull(types.groupsOrderBy(table))) },
      limit: { type: GraphQLInt, description: 'How many groups at most.' },
      offset: { type: GraphQLInt, description: 'How many groups to skip.' },
    },
    extensions: { rows: { kind: 'groups', table } },
  };
}

export function callField(types: RowsTypes, fn: RowsFunction): Field {
  return {
    type: functionType(types, fn),
    description: fn.description ?? `The function ${fn.schema}.${fn.name}.`,
    args: functionArgs(types, fn),
    extensions: { rows: { kind: 'call', fn } },
  };
}
