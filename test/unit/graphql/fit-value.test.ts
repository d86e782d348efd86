import {
  buildSchema,
  coerceInputValue,
  type GraphQLInputType,
  isInputType,
  parseType,
  typeFromAST,
} from 'graphql';
import { expect, it } from 'vitest';
import { fitValue } from '../../../src/graphql/engine/fit-value.ts';

const schema = buildSchema(`
  type Query { ok: Boolean }
  enum Mood { GLAD SAD }
  input Inner { id: Int!, note: String = "none", moods: [Mood!] }
  input Outer { name: String!, inner: Inner, many: [Inner!], matrix: [[Float]], any: ID }
  input Named { a: Int, constructor: String, toString: [Int] }
  input Either @oneOf { a: Int, b: String }
`);

function typeOf(text: string): GraphQLInputType {
  const type = typeFromAST(schema, parseType(text));
  if (!isInputType(type)) throw new Error(`${text} is no input type`);
  return type;
}

/** What is made of a value, and what is said of it. */
function outcome(coerce: typeof fitValue, value: unknown, type: string) {
  const errors: unknown[] = [];
  const fitted = coerce(
    value,
    typeOf(type),
    (path, _value, { message }) => errors.push([path, message]),
    false,
  );
  return errors.length > 0 ? { errors } : { fitted };
}

const inner = { id: 1, note: 'a', moods: ['GLAD', 'SAD'] };
it.each<readonly [type: string, value: unknown]>([
  ['Int', 7],
  ['Int', null],
  ['Int!', null],
  ['Int', '7'],
  ['Int', 1.5],
  ['[Int]', [1, null]],
  ['[Int!]', [1, null, 'x']],
  ['[Int]', 1],
  ['[[Int]]', [1, [2, 3]]],
  ['Mood', 'GLAD'],
  ['Mood', 'MAD'],
  ['Mood', { GLAD: 1 }],
  ['Outer', { name: 'a' }],
  ['Outer', { name: 'a', inner, many: [inner, { id: 2 }], matrix: [[1, 2.5], null], any: 5 }],
  ['Outer', { name: 'a', inner: { id: 2, note: null, moods: null } }],
  ['Outer', { inner, name: undefined }],
  ['Outer', { name: 'a', inner: { note: 'b' } }],
  ['Outer', { name: 'a', inner: [inner] }],
  ['Outer', { name: 'a', many: inner }],
  ['Outer', { name: 'a', nme: 'b' }],
  ['Outer', { name: 'a', any: undefined }],
  ['Outer', []],
  ['Outer', 'x'],
  ['Either', { a: 1 }],
  ['Either', { a: 1, b: 'x' }],
  ['Either', { a: null }],
])('fits to %s as graphql does: %j', (type, value) => {
  expect(outcome(fitValue, value, type)).toEqual(outcome(coerceInputValue, value, type));
});

it.each<readonly [type: string, value: unknown]>([
  ['Named', { a: 1 }],
  ['[Named]', { a: 1 }],
  ['Named', { constructor: 'x', a: 1 }],
])('fits to %s only what an object has itself: %j', (type, value) => {
  expect(outcome(fitValue, value, type)).toEqual({ fitted: type === 'Named' ? value : [value] });
});
