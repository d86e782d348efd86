import { describe, expect, it } from 'vitest';
import { isExactNumber, parseLosslessJson } from '../../../src/lib/lossless-json.ts';

describe('parseLosslessJson', () => {
  it('reads ordinary JSON as JSON.parse does', () => {
    const text = '{"a":[1,-2.5,true,null,"x\\"y"],"b":{"c":0}}';
    expect(parseLosslessJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9007199254740991', 9007199254740991],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['0.30000000000000004', 0.30000000000000004],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['1E2', 100],
    ['1.10', 1.1],
    ['100000000000000000000', '100000000000000000000'],
    ['0.00000000000000000000', 0],
    ['-0', -0],
  ])('reads the number %s as %o', (text, value) => {
    expect(parseLosslessJson(`[${text}]`)).toEqual([value]);
  });

  it('leaves digits inside strings and keys alone, whatever escapes stand before them', () => {
    const text =
      '{"12345678901234567890":"12345678901234567890","a\\\\":"\\"12345678901234567890","n":12345678901234567890}';
    expect(parseLosslessJson(text)).toEqual({
      '12345678901234567890': '12345678901234567890',
      'a\\': '"12345678901234567890',
      n: '12345678901234567890',
    });
  });

  it('keeps __proto__ as an own key and changes no prototype, on both paths', () => {
    for (const number of ['1', '12345678901234567890']) {
      const value = parseLosslessJson(`{"__proto__":{"polluted":true},"n":${number}}`);
      expect(Object.keys(value as object)).toEqual(['__proto__', 'n']);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    }
  });

  it('refuses what is not JSON also when it holds a long number', () => {
    expect(() => parseLosslessJson('{12345678901234567890:1}')).toThrow(SyntaxError);
    expect(() => parseLosslessJson('[012345678901234567890]')).toThrow(SyntaxError);
    expect(() => parseLosslessJson('')).toThrow(SyntaxError);
  });

  it('reads deep nesting and long strings without recursion', () => {
    const deep = `${'['.repeat(20_000)}12345678901234567890${']'.repeat(20_000)}`;
    expect(Array.isArray(parseLosslessJson(deep))).toBe(true);
    const long = JSON.stringify({ text: '\\"'.repeat(500_000), n: 1 }).replace('1}', '12345678901234567890}');
    expect(parseLosslessJson(long)).toMatchObject({ n: '12345678901234567890' });
  });
});

describe('isExactNumber', () => {
  it('says no to what a double would round', () => {
    expect(isExactNumber('9007199254740993')).toBe(false);
    expect(isExactNumber('0.1')).toBe(true);
    expect(isExactNumber('123456789.123456789123456789')).toBe(false);
  });
});

it.each([
  ['zeros before the last digit', (zeros: string) => `0.1${zeros}1`, false],
  ['zeros at the end', (zeros: string) => `0.1${zeros}`, true],
  ['zeros in front of an exponent', (zeros: string) => `1.${zeros}e5`, true],
  ['a whole number', (zeros: string) => `1${zeros}`, false],
])('reads a megabyte of %s', (_what, write, isExact) => {
  const number = write('0'.repeat(1_000_000));
  expect(isExactNumber(number)).toBe(isExact);
  expect(parseLosslessJson(`{"n":${number}}`)).toEqual({ n: isExact ? Number(number) : number });
});
