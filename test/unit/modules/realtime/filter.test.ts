import { expect, test } from 'vitest';
import { operandsOf, parseFilter } from '../../../../src/modules/realtime/client/checks/filter.ts';

test('reads conditions joined by commas', () => {
  expect(parseFilter('list_id=eq.42,done=not.is.true,name=in.("a,b",c)')).toEqual([
    { column: 'list_id', operator: 'eq', negated: false, value: '42' },
    { column: 'done', operator: 'is', negated: true, value: 'true' },
    { column: 'name', operator: 'in', negated: false, value: '("a,b",c)' },
  ]);
});

test('leaves dots and equals signs in a value alone', () => {
  expect(parseFilter('mail=eq.a=b.c')[0]).toMatchObject({ column: 'mail', value: 'a=b.c' });
});

test.each([
  ['', /empty/],
  ['id', /column=operator\.value/],
  ['id=42', /column=operator\.value/],
  ['id=equals.42', /Unknown operator "equals" for column "id"/],
  ['id=in.1', /takes a list/],
  ['id=in.()', /takes a list/],
  [`id=in.(${Array.from({ length: 101 }, (_, index) => index).join(',')})`, /at most 100/],
  ['done=is.maybe', /null, true, false or unknown/],
  ['a=eq.1,,b=eq.2', /empty/],
  ['a=eq."1', /not closed/],
  ['a=eq.1)', /not opened/],
])('refuses %s and says what is wrong', (filter, message) => {
  expect(() => parseFilter(filter)).toThrow(message);
});

test.each([
  ['a=eq.b', ['b']],
  ['a=eq."b,\\"c\\""', ['b,"c"']],
  ['a=in.(1, "2,3" ,x)', ['1', '2,3', 'x']],
])('takes the values of %s out of quotes and lists', (filter, values) => {
  expect(parseFilter(filter).flatMap(operandsOf)).toEqual(values);
});

test('refuses a pattern that ends in a backslash, and takes an escaped one', () => {
  expect(() => parseFilter('name=like."a\\\\"')).toThrow(/column "name" ends in a backslash/);
  expect(parseFilter('name=like."a\\\\\\\\"')).toHaveLength(1);
});

test('refuses a NUL character', () => {
  expect(() => parseFilter('name=eq.a\0')).toThrow('NUL');
});
