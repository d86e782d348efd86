import {
  GraphQLEnumType,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';
import type { ScalarName, ValueType } from '../../../upstream/postgres/rows/model/model.ts';
import { memoized, type RowsTypes } from './types.ts';
import { publicName } from './value-types.ts';

type Fields = Record<string, GraphQLInputFieldConfig>;

const state = new GraphQLEnumType({
  name: 'ValueState',
  description: 'What a value may be beside a value.',
  values: { NULL: {}, NOT_NULL: {}, TRUE: {}, FALSE: {}, UNKNOWN: {} },
});

const searchType = new GraphQLEnumType({
  name: 'TextSearchType',
  description: 'How a query of a text search is read.',
  values: {
    PLAIN: { description: 'All of its words.' },
    PHRASE: { description: 'Its words in their order.' },
    WEB: { description: 'As in a search engine: quotes, `or` and `-`.' },
  },
});

const textSearch = new GraphQLInputObjectType({
  name: 'TextSearch',
  description: 'Full text search.',
  fields: {
    query: { type: new GraphQLNonNull(GraphQLString) },
    config: { type: GraphQLString, description: 'Such as `english`. Default: that of the database.' },
    type: { type: searchType, description: 'Default: PLAIN.' },
  },
});

const ordered: ReadonlySet<ScalarName> = new Set([
  'Int',
  'BigInt',
  'Float',
  'Decimal',
  'Money',
  'String',
  'UUID',
  'DateTime',
  'LocalDateTime',
  'Date',
  'Time',
  'Interval',
  'Bytes',
]);

const isState: Fields = { is: { type: state } };
const likes: Fields = {
  like: { type: GraphQLString },
  ilike: { type: GraphQLString },
  match: { type: GraphQLString, description: 'A regular expression of Postgres.' },
  imatch: { type: GraphQLString, description: 'The same, whatever the case.' },
};

const equal = (type: GraphQLInputType): Fields => ({ eq: { type }, neq: { type } });
const order = (type: GraphQLInputType): Fields => ({
  gt: { type },
  gte: { type },
  lt: { type },
  lte: { type },
});
const among = (type: GraphQLInputType): Fields => {
  const values = { type: new GraphQLList(new GraphQLNonNull(type)) };
  return { in: values, notIn: values };
};
const sets = (type: GraphQLInputType): Fields => ({ contains: { type }, containedBy: { type } });

/** What columns are compared with: one input object for all columns of a kind. */
export function filters({ nameOf, input }: Pick<RowsTypes, 'nameOf' | 'input'>): Pick<RowsTypes, 'filter'> {
  const make = (name: string, fields: Fields): GraphQLInputObjectType =>
    new GraphQLInputObjectType({
      name: nameOf(name),
      description: 'All that is given must hold.',
      fields,
    });
  const jsonPath = memoized((type: GraphQLInputType) =>
    make('JSONPathWhere', {
      at: {
        type: new GraphQLNonNull(GraphQLString),
        description: 'Where in the value: `a.b[0]`. What lies there is compared as text, numbers as numbers.',
      },
      ...equal(type),
      ...order(type),
      ...among(type),
      like: { type: GraphQLString },
      ilike: { type: GraphQLString },
      ...isState,
    }),
  );

  function fieldsOf(type: ValueType): Fields {
    const value = input(type);
    switch (type.kind) {
      case 'enum':
        return { ...equal(value), ...order(value), ...among(value), ...isState };
      case 'array':
        return { ...equal(value), ...sets(value), overlaps: { type: value }, ...isState };
      case 'composite':
        return { ...equal(value), ...isState };
      case 'range':
        return {
          ...equal(value),
          ...sets(value),
          overlaps: { type: value },
          rangeGt: { type: value },
          rangeGte: { type: value },
          rangeLt: { type: value },
          rangeLte: { type: value },
          rangeAdjacent: { type: value },
          ...isState,
        };
      case 'scalar':
        return scalarFields(type.scalar, value);
    }
  }

  function scalarFields(scalar: ScalarName, value: GraphQLInputType): Fields {
    switch (scalar) {
      case 'Boolean':
        return { ...equal(value), ...isState };
      case 'JSON':
        return {
          ...equal(value),
          ...sets(value),
          hasKey: { type: GraphQLString },
          path: { type: jsonPath(value) },
          ...isState,
        };
      case 'Text':
        return { ...equal(value), ...among(value), ...likes, textSearch: { type: textSearch }, ...isState };
      default: {
        const both = { ...equal(value), ...among(value), ...(ordered.has(scalar) ? order(value) : {}) };
        const text = scalar === 'String' ? { ...likes, textSearch: { type: textSearch } } : {};
        return { ...both, ...text, ...isState };
      }
    }
  }

  const byName = new Map<string, GraphQLInputObjectType>();
  return {
    filter(type) {
      const name = filterName(type);
      const known = byName.get(name);
      if (known) return known;
      const made = make(name, fieldsOf(type));
      byName.set(name, made);
      return made;
    },
  };
}

function filterName(type: ValueType): string {
  return `${nameOfValue(type)}Where`;
}

function nameOfValue(type: ValueType): string {
  switch (type.kind) {
    case 'scalar':
      // supabase-js' users know it as text.
      if (type.scalar === 'String') return 'Text';
      return type.scalar === 'Text' ? 'Other' : publicName(type.scalar);
    case 'array':
      return `${nameOfValue(type.item)}List`;
    case 'range':
      return `${nameOfValue(type.item)}Range`;
    default:
      return type.apiName;
  }
}
