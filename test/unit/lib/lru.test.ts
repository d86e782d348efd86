import { describe, expect, it } from 'vitest';
import { createLru } from '../../../src/lib/lru.ts';

describe('createLru', () => {
  it('forgets what was used longest ago', () => {
    const lru = createLru<string, number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');
    lru.set('c', 3);
    expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
    lru.set('a', 9);
    expect([lru.get('a'), lru.size]).toEqual([9, 2]);
  });

  it('holds nothing with a capacity of 0', () => {
    const lru = createLru<string, number>(0);
    lru.set('a', 1);
    expect([lru.get('a'), lru.size]).toEqual([undefined, 0]);
  });
});
