import {
  type GraphQLFieldConfig,
  type GraphQLFieldConfigMap,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { Column, Relation, RowsFunction, Table } from '../../../upstream/postgres/rows/model/model.ts';
import { functionArgs, functionType } from './function-field.ts';
import { connectionArgs, listArgs, whereArgs } from './page-args.ts';
import { hasCursors, readableColumns, readableComputed, readableRelations } from './readable.ts';
import { memoized, type RowsTypes } from './types.ts';

type Fields = GraphQLFieldConfigMap<unknown, unknown>;
type Field = GraphQLFieldConfig<unknown, unknown>;

/** Types of rows. */
export function rowTypes(types: RowsTypes): Pick<RowsTypes, 'row'> {
  const { grants } = types;

  /** Columns go first: another table that is made later does not take their names. */
  function fieldsOf(table: Table): Fields {
    // Without a prototype: what is called `constructor` would be taken for there.
    const fields: Fields = Object.create(null);
    for (const column of readableColumns(grants, table)) fields[column.apiName] = columnField(types, column);
    for (const fn of readableComputed(grants, table)) fields[fn.apiName] ??= computedField(types, fn);
    const relations = readableRelations(grants, table);
    for (const relation of relations) addMissing(fields, relationField(types, relation));
    for (const relation of relations) addMissing(fields, relationParts(types, relation));
    return fields;
  }

  return {
    row: memoized((table: Table) => {
      if (readableColumns(grants, table).length === 0) return undefined;
      return new GraphQLObjectType({
        name: types.nameOf(`${table.typeName}Row`),
        description: describe(table),
        fields: () => fieldsOf(table),
      });
    }),
  };
}

function describe({ description, schema, name, runsAsOwner }: Table): string {
  const own = description ?? `A row of ${schema}.${name}.`;
  return runsAsOwner
    ? `${own} This view reads as its owner: the row level security of what is beneath it does not apply.`
    : own;
}

function columnField(types: RowsTypes, column: Column): Field {
  const { type } = column;
  const output = types.output(type);
  const json = type.kind === 'scalar' && type.scalar === 'JSON';
  return {
    type: column.nullable || mayBeUnsayable(column) ? output : new GraphQLNonNull(output),
    description: column.description,
    extensions: { rows: { kind: 'column', column } },
    ...(json
      ? {
          args: { path: { type: GraphQLString, description: 'Where in the value: `a.b[0]`. Default: all.' } },
        }
      : {}),
  };
}

/** JSON has no number for NaN and the infinities: they are null. */
function mayBeUnsayable({ type }: Column): boolean {
  return type.kind === 'scalar' && type.scalar === 'Float';
}

function computedField(types: RowsTypes, fn: RowsFunction): Field {
  return {
    type: functionType(types, fn),
    description: fn.description,
    args: functionArgs(types, fn),
    extensions: { rows: { kind: 'computed', fn } },
  };
}

function addMissing(fields: Fields, more: Fields): void {
  for (const [name, field] of Object.entries(more)) fields[name] ??= field;
}

function relationField(types: RowsTypes, relation: Relation): Fields {
  const { other, apiName, cardinality, description } = relation;
  const row = types.row(other);
  if (row === undefined) return {};
  const extensions = { rows: { kind: 'relation', relation } } as const;
  if (cardinality === 'one') {
    const nobody = 'Null where there is none, or none that you may see.';
    return { [apiName]: { type: row, description: description ?? nobody, extensions } };
  }
  const type = new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(row)));
  return { [apiName]: { type, description, args: listArgs(types, other), extensions } };
}

/** The other ways to look at rows of a relation to many. */
function relationParts(types: RowsTypes, relation: Relation): Fields {
  const { other, apiName, cardinality, description } = relation;
  const row = types.row(other);
  if (row === undefined || cardinality === 'one') return {};
  const fields: Fields = {
    [`${apiName}Aggregate`]: {
      type: new GraphQLNonNull(types.aggregate(other)),
      description,
      args: whereArgs(types, other),
      extensions: { rows: { kind: 'relationAggregate', relation } },
    },
  };
  if (!hasCursors(types.grants, other)) return fields;
  const connection: Field = {
    type: new GraphQLNonNull(types.connection(other, row)),
    description,
    args: connectionArgs(types, other),
    extensions: { rows: { kind: 'relationConnection', relation } },
  };
  return { [`${apiName}Connection`]: connection, ...fields };
}
