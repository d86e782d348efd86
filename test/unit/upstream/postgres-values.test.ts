import { describe, expect, it } from 'vitest';
import { formatPostgresArray, parsePostgresArray } from '../../../src/upstream/postgres/array.ts';
import { decodeTimestamp, decodeTimestampTz } from '../../../src/upstream/postgres/values.ts';

describe('arrays', () => {
  it.each(['', '{', '{1', '{1}}', '{1}{2}', '[0:1]', 'x', '{"a}'])('refuses %j', (text) => {
    expect(() => parsePostgresArray(text, String)).toThrow(SyntaxError);
  });

  it('writes what it reads', () => {
    const items = ['a', 'b,c', '"', '\\', '', 'NULL', null, '{x}', ['nested', null]];
    const flat = items.slice(0, -1);
    const write = (item: unknown) => (item === null ? null : String(item));
    expect(parsePostgresArray(formatPostgresArray(flat, write), String)).toEqual(flat);
    expect(formatPostgresArray([['a', null], ['b']], write)).toBe('{{"a",NULL},{"b"}}');
  });
});

describe('moments', () => {
  it.each([
    ['2026-03-01 00:30:00.000001+05:45', '2026-02-28T18:45:00.000001Z'],
    ['2026-12-31 23:59:59.999999-03', '2027-01-01T02:59:59.999999Z'],
    ['1890-01-01 00:00:00+00:19:32', '1889-12-31T23:40:28Z'],
    ['2026-01-01 00:00:00+00', '2026-01-01T00:00:00Z'],
    ['20260-01-01 00:00:00+00', '20260-01-01 00:00:00+00'],
    ['-infinity', '-infinity'],
    ['01/31/2026 12:00:00 UTC', '01/31/2026 12:00:00 UTC'],
  ])('%s is %s', (text, expected) => {
    expect(decodeTimestampTz(text)).toBe(expected);
  });

  it('leaves a moment without a zone without one', () => {
    expect(decodeTimestamp('2026-01-01 12:00:00.5')).toBe('2026-01-01T12:00:00.5');
    expect(decodeTimestamp('infinity')).toBe('infinity');
  });
});
