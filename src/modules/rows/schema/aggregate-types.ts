import {
  GraphQLEnumType,
  type GraphQLFieldConfigMap,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type {
  Column,
  ScalarName,
  ScalarType,
  Table,
  ValueType,
} from '../../../upstream/postgres/rows/model/model.ts';
import { part } from './meaning.ts';
import { hasExtremes, isNumeric, readableColumns } from './readable.ts';
import { memoized, type RowsTypes } from './types.ts';

type Fields = GraphQLFieldConfigMap<unknown, unknown>;
type InputFields = Record<string, GraphQLInputFieldConfig>;

const numberOf = (scalar: ScalarName, base: string): ScalarType => ({
  kind: 'scalar',
  scalar,
  sql: base,
  base,
});
const bigInt = numberOf('BigInt', 'pg_catalog.int8');
const decimal = numberOf('Decimal', 'pg_catalog.numeric');

/** What the sum of values of a type is. */
function sumType(type: ValueType): ValueType {
  if (type.kind !== 'scalar') return type;
  if (type.scalar === 'Int' || type.scalar === 'BigInt') return bigInt;
  return type;
}

/** What the mean of values of a type is. */
function averageType(type: ValueType): ValueType {
  if (type.kind !== 'scalar') return type;
  return type.scalar === 'Float' || type.scalar === 'Interval' ? type : decimal;
}

/** Types of numbers over rows and over groups of rows. */
export function aggregateTypes(
  types: RowsTypes,
): Pick<RowsTypes, 'columns' | 'aggregate' | 'group' | 'having'> {
  const { grants, nameOf } = types;

  const columns = memoized(
    (table: Table) =>
      new GraphQLEnumType({
        name: nameOf(`${table.typeName}Column`),
        description: `Columns of ${table.schema}.${table.name}.`,
        values: Object.fromEntries(
          readableColumns(grants, table).map((column) => [column.apiName, { value: column }]),
        ),
      }),
  );

  function columnFields(some: readonly Column[], typeOf: (type: ValueType) => ValueType): Fields {
    return Object.fromEntries(
      some.map((column) => [
        column.apiName,
        {
          type: types.output(typeOf(column.type)),
          extensions: { rows: { kind: 'column' as const, column } },
        },
      ]),
    );
  }
  const numbersOf = (table: Table) => readableColumns(grants, table).filter(({ type }) => isNumeric(type));
  const extremesOf = (table: Table) => readableColumns(grants, table).filter(({ type }) => hasExtremes(type));
  const values = (name: string, fields: () => Fields): GraphQLOutputType =>
    new GraphQLObjectType({ name: nameOf(name), description: 'Null where there is no value.', fields });

  const numberFields = memoized((table: Table): Fields => {
    const described = table.typeName;
    const fields: Fields = {
      count: {
        type: new GraphQLNonNull(GraphQLInt),
        description: 'How many rows, or how many different values of some columns.',
        args: { distinct: { type: new GraphQLList(new GraphQLNonNull(columns(table))) } },
        extensions: part,
      },
    };
    if (numbersOf(table).length > 0) {
      fields['sum'] = {
        type: values(`${described}Sums`, () => columnFields(numbersOf(table), sumType)),
        extensions: part,
      };
      fields['avg'] = {
        type: values(`${described}Averages`, () => columnFields(numbersOf(table), averageType)),
        extensions: part,
      };
    }
    if (extremesOf(table).length > 0) {
      const extremes = {
        type: values(`${described}Extremes`, () => columnFields(extremesOf(table), (type) => type)),
        extensions: part,
      };
      fields['min'] = extremes;
      fields['max'] = extremes;
    }
    return fields;
  });

  function groupKey(table: Table): GraphQLOutputType {
    return new GraphQLNonNull(
      values(`${table.typeName}GroupKey`, () => columnFields(readableColumns(grants, table), (type) => type)),
    );
  }

  function havingFields(table: Table): InputFields {
    const own = types.having(table);
    const several = new GraphQLList(new GraphQLNonNull(own));
    const of = (name: string, some: readonly Column[], typeOf: (type: ValueType) => ValueType) => ({
      type: new GraphQLInputObjectType({
        name: nameOf(`${table.typeName}${name}Condition`),
        description: 'All that is given must hold.',
        fields: () =>
          Object.fromEntries(
            some.map((column) => [
              column.apiName,
              { type: types.filter(typeOf(column.type)), extensions: { rows: { kind: 'column', column } } },
            ]),
          ),
      }),
    });
    const numbers = numbersOf(table);
    const extremes = extremesOf(table);
    const extreme = extremes.length > 0 ? of('Extremes', extremes, (type) => type) : undefined;
    return {
      count: { type: types.filter(numberOf('Int', 'pg_catalog.int8')) },
      ...(numbers.length > 0
        ? { sum: of('Sums', numbers, sumType), avg: of('Averages', numbers, averageType) }
        : {}),
      ...(extreme ? { min: extreme, max: extreme } : {}),
      and: { type: several },
      or: { type: several },
      not: { type: own },
    };
  }

  return {
    columns,
    aggregate: memoized(
      (table: Table) =>
        new GraphQLObjectType({
          name: nameOf(`${table.typeName}Aggregate`),
          description: `Numbers over rows of ${table.schema}.${table.name}.`,
          fields: () => numberFields(table),
        }),
    ),
    group: memoized(
      (table: Table) =>
        new GraphQLObjectType({
          name: nameOf(`${table.typeName}Group`),
          description: 'Rows that are equal in the columns that they are grouped by.',
          fields: () => ({
            key: {
              type: groupKey(table),
              description: 'The values that they share; null for other columns.',
              extensions: part,
            },
            ...numberFields(table),
          }),
        }),
    ),
    having: memoized(
      (table: Table) =>
        new GraphQLInputObjectType({
          name: nameOf(`${table.typeName}Having`),
          description: 'All that is given must hold.',
          fields: () => havingFields(table),
        }),
    ),
  };
}
