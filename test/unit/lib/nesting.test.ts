import { expect, test } from 'vitest';
import { cutNesting, isParsedTooDeep, isTextTooDeep, isTooDeep } from '../../../src/lib/nesting.ts';

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

test.each([
  ['few levels', nested(256), false],
  ['brackets inside a string', JSON.stringify({ text: nested(5_000) }), false],
  ['many shallow objects', JSON.stringify(Array.from({ length: 5_000 }, () => ({}))), false],
  ['many levels', `{"a":1,"__proto__":${nested(50_000)}}`, true],
])('cuts %s where it must', (_name, text, expected) => {
  const value: unknown = JSON.parse(text);
  expect(isTooDeep(value)).toBe(expected);
  expect(isParsedTooDeep(value, text)).toBe(expected);
  expect(cutNesting(value, text)).toBe(expected);
  expect(isTooDeep(value)).toBe(false);
  expect(JSON.stringify(value) === text).toBe(!expected);
});

test.each([
  ['few levels', nested(256), false],
  ['many levels', nested(257), true],
  ['brackets inside a string', JSON.stringify({ text: nested(5_000) }), false],
  ['brackets behind escaped quotes', JSON.stringify([`"\\"${nested(5_000)}`, `\\\\${nested(5_000)}`]), false],
  ['levels behind strings that end in backslashes', `["\\\\","\\\\\\"",${nested(300)}]`, true],
  ['a string without an end', `["${nested(5_000)}`, false],
  ['very many backslashes', `["${'\\'.repeat(1_000_000)}",${nested(300)}]`, true],
  ['very many escaped quotes', `["${'\\"'.repeat(500_000)}",${nested(300)}]`, true],
])('tells of a text with %s whether it is too deep', (_name, text, expected) => {
  expect(isTextTooDeep(text)).toBe(expected);
});
