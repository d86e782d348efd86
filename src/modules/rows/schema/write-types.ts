import {
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigMap,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql';
import type { Column, Key, Relation, Table, ValueType } from '../../../upstream/postgres/rows/model/model.ts';
import { part } from './meaning.ts';
import { isNumeric, readableRelations } from './readable.ts';
import { memoized, type RowsTypes } from './types.ts';
import { conflictKeys, insertableColumns, insertableRelations, updatableColumns } from './writable.ts';

type InputFields = Record<string, GraphQLInputFieldConfig>;

/** Types of what is written, and of the answer about it. */
export function writeTypes(
  types: RowsTypes,
): Pick<RowsTypes, 'insert' | 'onConflict' | 'changes' | 'updateMany' | 'mutation'> {
  const { grants, nameOf } = types;

  /** Undefined where it would have no fields. */
  const inputObject = (
    name: string,
    description: string,
    fields: InputFields,
  ): GraphQLInputObjectType | undefined =>
    Object.keys(fields).length === 0
      ? undefined
      : new GraphQLInputObjectType({ name: nameOf(name), description, fields });

  const insert = memoized((table: Table): GraphQLInputObjectType | undefined => {
    if (insertableColumns(grants, table).length === 0) return undefined;
    return new GraphQLInputObjectType({
      name: nameOf(`${table.typeName}Insert`),
      description: `A new row of ${table.schema}.${table.name}. What is absent gets its default.`,
      fields: () => insertFields(table),
    });
  });

  function insertFields(table: Table): InputFields {
    // Without a prototype: what is called `constructor` would be taken for there.
    const fields: InputFields = Object.create(null);
    const referring = new Set(
      readableRelations(grants, table).flatMap(({ direction, columns }) =>
        direction === 'out' ? columns : [],
      ),
    );
    for (const column of insertableColumns(grants, table)) {
      const type = types.input(column.type);
      const isRequired = !column.nullable && !column.hasDefault && !referring.has(column);
      fields[column.apiName] = {
        type: isRequired ? new GraphQLNonNull(type) : type,
        description: column.description,
        extensions: { rows: { kind: 'column', column } },
      };
    }
    for (const relation of insertableRelations(grants, table)) {
      const field = relatedField(relation);
      if (field !== undefined) fields[relation.apiName] ??= field;
    }
    return fields;
  }

  function relatedField(relation: Relation): GraphQLInputFieldConfig | undefined {
    const { other, cardinality, direction } = relation;
    const row = insert(other);
    if (row === undefined) return undefined;
    return {
      type: cardinality === 'one' ? row : new GraphQLList(new GraphQLNonNull(row)),
      description:
        direction === 'out'
          ? 'A new row that this one is to refer to.'
          : 'New rows that are to refer to this one.',
      extensions: { rows: { kind: 'relation', relation } },
    };
  }

  const onConflict = memoized((table: Table): GraphQLInputObjectType | undefined => {
    const keys = conflictKeys(grants, table);
    if (keys.length === 0) return undefined;
    const constraint = new GraphQLEnumType({
      name: nameOf(`${table.typeName}Constraint`),
      description: `Keys of ${table.schema}.${table.name}.`,
      values: enumValues(keys),
    });
    return new GraphQLInputObjectType({
      name: nameOf(`${table.typeName}OnConflict`),
      description: 'What becomes of a new row whose key another row has.',
      fields: {
        constraint: { type: new GraphQLNonNull(constraint), description: 'The key.' },
        update: {
          type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(types.columns(table)))),
          description:
            'The columns of the row that is there that take the new values. None: it stays as it is.',
        },
        where: { type: types.where(table), description: 'Only rows that are so are updated.' },
      },
    });
  });

  const valueFields = (
    columns: readonly Column[],
    typeOf: (type: ValueType) => GraphQLInputType,
  ): InputFields =>
    Object.fromEntries(
      columns.map((column) => [
        column.apiName,
        {
          type: typeOf(column.type),
          description: column.description,
          extensions: { rows: { kind: 'column' as const, column } },
        },
      ]),
    );

  const changes = memoized((table: Table): InputFields => {
    const columns = updatableColumns(grants, table);
    // All but `set` read what is there.
    const readable = columns.filter((column) => grants.mayRead(table, column));
    const numbers = readable.filter(({ type }) => isNumeric(type));
    const joined = readable.filter(({ type }) => type.kind === 'array' || isJsonb(type));
    const objects = readable.filter(({ type }) => isJsonb(type));
    const name = table.typeName;
    const several = new GraphQLList(new GraphQLNonNull(GraphQLString));
    const more = inputObject(
      `${name}Append`,
      'What is joined to a list or to JSON.',
      valueFields(joined, types.input),
    );
    const kinds: Readonly<Record<string, readonly [GraphQLInputObjectType | undefined, string]>> = {
      set: [
        inputObject(
          `${name}Update`,
          `New values of a row of ${table.schema}.${table.name}. What is absent stays as it is.`,
          valueFields(columns, types.input),
        ),
        'New values.',
      ],
      inc: [
        inputObject(`${name}Increment`, 'What is added to numbers.', valueFields(numbers, types.input)),
        'What is added to numbers.',
      ],
      append: [more, 'What is put behind the items of a list, or into JSON.'],
      prepend: [more, 'What is put before the items of a list, or into JSON where it has no such key.'],
      deleteKey: [
        inputObject(
          `${name}DeleteKey`,
          'What is taken out of JSON.',
          valueFields(objects, () => several),
        ),
        'Keys that are taken out of JSON objects, and strings out of JSON lists.',
      ],
    };
    return Object.fromEntries(
      Object.entries(kinds).flatMap(([kind, [type, description]]) =>
        type === undefined ? [] : [[kind, { type, description }]],
      ),
    );
  });

  return {
    insert,
    onConflict,
    changes,
    updateMany: memoized(
      (table: Table) =>
        new GraphQLInputObjectType({
          name: nameOf(`${table.typeName}UpdateMany`),
          description: 'One of several updates.',
          fields: () => ({
            where: { type: new GraphQLNonNull(types.where(table)), description: 'Which rows.' },
            all: allRows,
            ...changes(table),
          }),
        }),
    ),
    mutation: memoized((table: Table) => {
      const row = types.row(table);
      const fields: GraphQLFieldConfigMap<unknown, unknown> = {
        affectedCount: {
          type: new GraphQLNonNull(GraphQLInt),
          description: `How many rows of ${table.schema}.${table.name} were written.`,
          extensions: part,
        },
        insertedCount: {
          type: GraphQLInt,
          description: 'How many of them are new; null where the table or your rights do not tell.',
          extensions: part,
        },
      };
      if (row !== undefined) {
        fields['returning'] = {
          type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(row))),
          description: 'The rows: those that were deleted as they were, others as they are now.',
          extensions: part,
        };
      }
      return new GraphQLObjectType({
        name: nameOf(`${table.typeName}Mutation`),
        description: `What was written of ${table.schema}.${table.name}.`,
        fields,
      });
    }),
  };
}

/** Says that a condition that is empty, or empty in part, is meant. */
export const allRows = {
  type: GraphQLBoolean,
  description: 'True where `where` may be empty: without it an absent variable could mean every row.',
} as const;

function isJsonb(type: ValueType): boolean {
  return type.kind === 'scalar' && type.base === 'pg_catalog.jsonb';
}

/** By the names of the constraints, as far as GraphQL can carry them. */
function enumValues(keys: readonly Key[]): Readonly<Record<string, { readonly value: Key }>> {
  const values: Record<string, { readonly value: Key }> = {};
  for (const key of keys) {
    const legal = key.name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d|__)/, 'key_');
    let name = legal;
    for (let count = 2; Object.hasOwn(values, name) || reserved.has(name); count += 1)
      name = `${legal}_${count}`;
    values[name] = { value: key };
  }
  return values;
}

const reserved: ReadonlySet<string> = new Set(['true', 'false', 'null']);
