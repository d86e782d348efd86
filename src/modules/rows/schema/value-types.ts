import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
  isScalarType,
} from 'graphql';
import type {
  CompositeType,
  EnumType,
  ScalarName,
  ValueType,
} from '../../../upstream/postgres/rows/model/model.ts';
import { rowsScalars } from './scalars.ts';
import { memoized, type RowsTypes, type TypesContext } from './types.ts';

type TypeOfValue<C extends GraphQLObjectType | GraphQLInputObjectType> =
  | GraphQLScalarType
  | GraphQLEnumType
  | C
  | GraphQLList<TypeOfValue<C>>;

/** GraphQL's types of values, as they are read and as they are written. */
export function valueTypes({ base, nameOf }: TypesContext): Pick<RowsTypes, 'output' | 'input'> {
  const own = (name: string): GraphQLScalarType => {
    const type = base.getType(name);
    if (!isScalarType(type)) throw new Error(`The schema has no scalar ${name}.`);
    return type;
  };
  const scalars: Readonly<Record<ScalarName, GraphQLScalarType>> = {
    Boolean: GraphQLBoolean,
    Int: GraphQLInt,
    BigInt: own('BigInt'),
    Float: GraphQLFloat,
    Decimal: rowsScalars.Decimal,
    Money: rowsScalars.Decimal,
    String: GraphQLString,
    Text: GraphQLString,
    UUID: own('UUID'),
    DateTime: own('DateTime'),
    LocalDateTime: rowsScalars.LocalDateTime,
    Date: rowsScalars.Date,
    Time: rowsScalars.Time,
    Interval: rowsScalars.Interval,
    JSON: own('JSON'),
    Bytes: rowsScalars.Bytes,
  };

  // A domain over a type has its name: they are one to callers.
  const byName = (type: EnumType | CompositeType): string => type.apiName;
  const enumType = memoized(
    ({ apiName, description, values }: EnumType) =>
      new GraphQLEnumType({
        name: nameOf(apiName),
        description: description ?? 'An enum of the database.',
        values: Object.fromEntries(values.map((value) => [value.apiName, {}])),
      }),
    byName,
  );
  const compositeOutput = memoized(
    ({ apiName, description, attributes }: CompositeType): GraphQLObjectType =>
      new GraphQLObjectType({
        name: nameOf(apiName),
        description: description ?? 'A composite type of the database.',
        fields: () =>
          Object.fromEntries(
            attributes.map((attribute) => [
              attribute.apiName,
              { type: output(attribute.type), extensions: { rows: { kind: 'column', column: attribute } } },
            ]),
          ),
      }),
    byName,
  );
  const compositeInput = memoized(
    ({ apiName, description, attributes }: CompositeType): GraphQLInputObjectType =>
      new GraphQLInputObjectType({
        name: nameOf(`${apiName}Input`),
        description: description ?? 'A composite type of the database.',
        fields: () =>
          Object.fromEntries(attributes.map(({ apiName: name, type }) => [name, { type: input(type) }])),
      }),
    byName,
  );

  const output = (type: ValueType): GraphQLOutputType => typeOf(type, compositeOutput);
  const input = (type: ValueType): GraphQLInputType => typeOf(type, compositeInput);

  /** The same in both directions, but for composites. */
  function typeOf<C extends GraphQLObjectType | GraphQLInputObjectType>(
    type: ValueType,
    compositeOf: (type: CompositeType) => C,
  ): TypeOfValue<C> {
    switch (type.kind) {
      case 'scalar':
        return scalars[type.scalar];
      case 'enum':
        return enumType(type);
      case 'array':
        return new GraphQLList(typeOf(type.item, compositeOf));
      case 'composite':
        return compositeOf(type);
      case 'range':
        return GraphQLString;
    }
  }

  return { output, input };
}

/** A scalar's name as it is known to callers. */
export function publicName(scalar: ScalarName): string {
  if (scalar === 'Money') return 'Decimal';
  return scalar === 'Text' ? 'String' : scalar;
}
