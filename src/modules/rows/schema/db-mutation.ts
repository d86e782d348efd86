import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
} from 'graphql';
import type { WriteTarget } from '../../../upstream/postgres/rows/compile/write-query.ts';
import type { Key, RowsModel, Table } from '../../../upstream/postgres/rows/model/model.ts';
import { keyArgument } from '../translate/key-arguments.ts';
import { callField } from './db-query.ts';
import { mayUse } from './readable.ts';
import type { RowsTypes } from './types.ts';
import { findingKey, mayDelete, writtenKey } from './writable.ts';
import { allRows } from './write-types.ts';

type Fields = GraphQLFieldConfigMap<unknown, unknown>;
type Field = GraphQLFieldConfig<unknown, unknown>;

/** `DbMutation`: everything that may be written; undefined where that is nothing. */
export function dbMutation(types: RowsTypes, model: RowsModel): GraphQLObjectType | undefined {
  // Without a prototype: what is called `constructor` would be taken for there.
  const fields: Fields = Object.create(null);
  for (const fn of model.functions) {
    if (fn.volatility === 'VOLATILE' && mayUse(types.grants, fn)) fields[fn.apiName] ??= callField(types, fn);
  }
  for (const table of model.tables) {
    for (const [name, field] of Object.entries(writingFields(types, table))) fields[name] ??= field;
  }
  if (Object.keys(fields).length === 0) return undefined;
  return new GraphQLObjectType({
    name: 'DbMutation',
    description:
      'What may be written, as your rights allow: one transaction, in the order written, all or nothing.',
    fields,
  });
}

function writingFields(types: RowsTypes, table: Table): Fields {
  const { grants } = types;
  const target: WriteTarget = { table, foundBy: findingKey(grants, table) };
  return {
    ...insertingFields(types, target),
    ...updatingFields(types, target),
    ...(mayDelete(grants, table) ? deletingFields(types, target) : {}),
  };
}

function insertingFields(types: RowsTypes, target: WriteTarget): Fields {
  const { table } = target;
  const object = types.insert(table);
  if (object === undefined) return {};
  const one = new GraphQLNonNull(object);
  const conflict = types.onConflict(table);
  const onConflict: GraphQLFieldConfigArgumentMap =
    conflict === undefined ? {} : { onConflict: { type: conflict } };
  const row = types.row(table);
  const tellsInserted = table.kind === 'TABLE' && types.grants.mayReadWhole(table);
  const fields: Fields = {
    [`insert${table.typeName}`]: {
      type: new GraphQLNonNull(types.mutation(table)),
      description: `Inserts rows into ${table.schema}.${table.name}.`,
      args: { objects: { type: new GraphQLNonNull(new GraphQLList(one)) }, ...onConflict },
      extensions: { rows: { kind: 'insert', target, tellsInserted } },
    },
  };
  if (row !== undefined) {
    fields[`insert${table.typeName}One`] = {
      type: row,
      description: `Inserts a row into ${table.schema}.${table.name}, and gives it; null where \`onConflict\` left another one as it is.`,
      args: { object: { type: one }, ...onConflict },
      extensions: { rows: { kind: 'insertOne', target, tellsInserted } },
    };
  }
  return fields;
}

function updatingFields(types: RowsTypes, target: WriteTarget): Fields {
  const { table, foundBy } = target;
  const changes = types.changes(table);
  if (changes['set'] === undefined) return {};
  const mutation = new GraphQLNonNull(types.mutation(table));
  const fields: Fields = {
    [`update${table.typeName}`]: {
      type: mutation,
      description: `Updates rows of ${table.schema}.${table.name}.`,
      args: { ...chosenArgs(types, table), ...changes },
      extensions: { rows: { kind: 'update', target } },
    },
  };
  if (foundBy !== undefined) {
    const update = new GraphQLNonNull(types.updateMany(table));
    fields[`update${table.typeName}Many`] = {
      type: mutation,
      description: `Updates rows of ${table.schema}.${table.name} several times, one after another.`,
      args: { updates: { type: new GraphQLNonNull(new GraphQLList(update)) } },
      extensions: { rows: { kind: 'updateMany', target: { ...target, foundBy } } },
    };
  }
  return { ...fields, ...byKey(types, target, 'update', changes) };
}

function deletingFields(types: RowsTypes, target: WriteTarget): Fields {
  const { table } = target;
  return {
    [`delete${table.typeName}`]: {
      type: new GraphQLNonNull(types.mutation(table)),
      description: `Deletes rows of ${table.schema}.${table.name}.`,
      args: chosenArgs(types, table),
      extensions: { rows: { kind: 'delete', target } },
    },
    ...byKey(types, target, 'delete', {}),
  };
}

function chosenArgs(types: RowsTypes, table: Table): GraphQLFieldConfigArgumentMap {
  return {
    where: { type: new GraphQLNonNull(types.where(table)), description: 'Which rows.' },
    all: allRows,
    atMost: { type: GraphQLInt, description: 'Where there are more rows, none is written: CONFLICT.' },
  };
}

function byKey(
  types: RowsTypes,
  target: WriteTarget,
  verb: 'update' | 'delete',
  more: GraphQLFieldConfigArgumentMap,
): Fields {
  const { table } = target;
  const key = writtenKey(types.grants, table);
  const row = types.row(table);
  if (key === undefined || row === undefined) return {};
  const kind = verb === 'update' ? 'updateByKey' : 'deleteByKey';
  const field: Field = {
    type: row,
    description: `${verb === 'update' ? 'Updates' : 'Deletes'} the row of ${table.schema}.${table.name} that the key names, and gives it; null where there is none that you may ${verb}.`,
    args: {
      ifMatch: {
        type: types.where(table),
        description: 'What the row has to be like still: CONFLICT where it is there and is not.',
      },
      ...more,
      ...keyArgs(types, key),
    },
    extensions: { rows: { kind, target, key } },
  };
  return { [`${verb}${table.typeName}ByPk`]: field };
}

function keyArgs(types: RowsTypes, { columns }: Key): GraphQLFieldConfigArgumentMap {
  return Object.fromEntries(
    columns.map((column) => [keyArgument(column), { type: new GraphQLNonNull(types.input(column.type)) }]),
  );
}
