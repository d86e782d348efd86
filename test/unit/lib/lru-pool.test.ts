import { expect, it } from 'vitest';
import { createLruPool } from '../../../src/lib/lru-pool.ts';

const open = () => createLruPool<string, string>(50, () => 10);

it('has the map that holds most forget when all hold too much together', () => {
  const member = open();
  const quiet = member();
  const flooded = member();
  quiet.set('mine', 'kept');
  for (let one = 0; one < 100; one += 1) flooded.set(`a${one}`, 'flood');
  expect(quiet.get('mine')).toBe('kept');
  expect(quiet.weight + flooded.weight).toBe(50);
  expect(flooded.get('a99')).toBe('flood');
  expect(flooded.get('a0')).toBeUndefined();
});

it('gives a map that is opened later its share', () => {
  const member = open();
  const first = member();
  for (let one = 0; one < 5; one += 1) first.set(`a${one}`, 'flood');
  const second = member();
  second.set('mine', 'kept');
  expect(second.get('mine')).toBe('kept');
  expect(first.weight).toBe(40);
});

it('does not keep what weighs more than all may', () => {
  const only = createLruPool<string, string>(5, () => 10)();
  only.set('much', 'gone');
  expect(only.get('much')).toBeUndefined();
});
