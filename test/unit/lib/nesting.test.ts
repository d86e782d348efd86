import { expect, test } from 'vitest';
import { cutNesting, isParsedTooDeep, isTooDeep } from '../../../src/lib/nesting.ts';

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
