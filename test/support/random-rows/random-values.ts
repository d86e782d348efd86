import {
  type GraphQLInputType,
  type GraphQLScalarType,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isScalarType,
} from 'graphql';
import type { RandomNumbers } from '../random-numbers.ts';
import { personId } from './fixture.ts';

// Values that some row has, next to some that none has.

const words = [
  'bob 1',
  'Ann 0',
  'rest',
  'a_b',
  "o'Neil 1",
  '',
  'note 3',
  'team 2',
  'bio of 2',
  'slot 2',
  'Zoë 2',
  'a',
];
const patterns = ['%a%', '_o%', '%\\%%', 'A%', '%Milk%', '', '%', '%e 3', 'team _'];
const expressions = ['a|b', '^A', 'o+', '[0-9]$', 'milk', '.', '^$', 'team (1|3)'];
const ranges = ['[1,4)', 'empty', '(,3]', '[2,)', '[3,3]', '(,)', '[4,9)'];
const json: readonly unknown[] = [
  1,
  2,
  2.5,
  10,
  'x',
  't1',
  'T2',
  true,
  [1, 2],
  { a: { b: [2] } },
  'text',
  {},
  [],
];
export const jsonPaths = ['a.b[0]', 'a.b[1]', 'tag', 'n', 'a', '[0]', 'a.b[-1]', '["tag"]', 'missing.x'];

/** What a filter is given for one of its operators. */
export function operandFor(
  random: RandomNumbers,
  filter: string,
  operator: string,
  type: GraphQLInputType,
): unknown {
  switch (operator) {
    case 'is':
      return random.oneOf(
        filter === 'BooleanWhere' || filter.startsWith('JSON')
          ? ['NULL', 'NOT_NULL', 'TRUE', 'FALSE', 'UNKNOWN']
          : ['NULL', 'NOT_NULL'],
      );
    case 'like':
    case 'ilike':
      return random.oneOf(patterns);
    case 'match':
    case 'imatch':
      return random.oneOf(expressions);
    case 'hasKey':
      return random.oneOf(['a', 'tag', 'n', 'zzz']);
    case 'textSearch':
      return {
        query: random.oneOf(['milk', 'buy milk', 'note 3', '"the cow" or rest', 'sure -rest']),
        ...(random.once(2) ? { config: random.oneOf(['english', 'simple']) } : {}),
        ...(random.once(2) ? { type: random.oneOf(['PLAIN', 'PHRASE', 'WEB']) } : {}),
      };
    case 'contains':
      if (filter.endsWith('RangeWhere')) return random.oneOf([...ranges, '2', '5']);
      break;
  }
  return filter.endsWith('RangeWhere') ? random.oneOf(ranges) : randomValue(random, type);
}

export function randomValue(random: RandomNumbers, type: GraphQLInputType): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    return Array.from({ length: random.below(4) }, () => randomValue(random, inner.ofType));
  }
  if (isEnumType(inner)) return random.oneOf(inner.getValues()).name;
  const named = getNamedType(inner);
  if (isScalarType(named)) return randomScalar(random, named);
  throw new Error(`there are no values of ${named.name} alone`);
}

function randomScalar(random: RandomNumbers, { name }: GraphQLScalarType): unknown {
  switch (name) {
    case 'Boolean':
      return random.once(2);
    case 'Int':
      return random.below(7);
    case 'BigInt':
      return random.once(2) ? random.below(30) : String(random.below(30));
    case 'Float':
      return random.below(5) * 0.5;
    case 'Decimal':
      return random.oneOf(['0.10', '1.25', '0', '3.75', 0.3, 2, '2.5', '12e-1']);
    case 'String':
      return random.oneOf(words);
    case 'UUID':
      return personId(1 + random.below(15));
    case 'Date':
      return `2000-0${1 + random.below(6)}-10`;
    case 'DateTime':
      return `2026-01-0${1 + random.below(7)}T10:00:00.5Z`;
    case 'Interval':
      return random.oneOf(['PT3H', '90 minutes', 'PT0S', 'P1D']);
    case 'JSON':
      return random.oneOf(json);
    default:
      throw new Error(`there are no values of ${name}`);
  }
}
